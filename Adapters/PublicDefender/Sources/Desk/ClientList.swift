import AdapterKit
import GRDB
import HubClient
import HubModel

/// The desk's list of clients: the latest news first, a page at a time from where the page before
/// ended, so that ten thousand of them stay quick.
enum ClientList {
  static let pageSize = 50
  /// Groups of one attorney's clients that are shown at once.
  private static let mostConflicts = 200

  static let migration = AdapterMigration("public-defender-desk") { database in
    try database.execute(
      sql: """
        CREATE INDEX client_news ON client (lastEventAt, alias);
        CREATE INDEX client_unassigned ON client (lastEventAt, alias) WHERE attorney IS NULL;
        CREATE INDEX client_name ON client (lastName COLLATE NOCASE);
        CREATE INDEX client_incident
          ON client (incident COLLATE NOCASE, attorney COLLATE NOCASE);
        CREATE INDEX client_court_case
          ON client (courtCase COLLATE NOCASE, attorney COLLATE NOCASE);
        """)
  }

  /// Where a page ended.
  struct Place {
    let at: Int64
    let alias: String
    var text: String { "\(at) \(alias)" }

    init(_ client: Client) { (at, alias) = (client.lastEventAt, client.alias) }

    init?(_ text: String) {
      let words = text.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let at = Int64(words[0]) else { return nil }
      (self.at, alias) = (at, String(words[1]))
    }
  }

  /// - Returns: a page of clients, and whether more follow.
  static func page(
    unassigned: Bool, after: Place?, in database: Database
  ) throws -> (clients: [Client], hasMore: Bool) {
    let conditions: [String] =
      (unassigned ? ["attorney IS NULL"] : [])
      + (after == nil ? [] : ["(lastEventAt, alias) < (?, ?)"])
    let found = try Client.fetchAll(
      database,
      sql: """
        SELECT * FROM client
        \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
        ORDER BY lastEventAt DESC, alias DESC LIMIT \(pageSize + 1)
        """, arguments: after.map { [$0.at, $0.alias] } ?? [])
    return cut(found)
  }

  private static func cut(_ found: [Client]) -> (clients: [Client], hasMore: Bool) {
    (Array(found.prefix(pageSize)), found.count > pageSize)
  }

  static func counts(in database: Database) throws -> (all: Int, unassigned: Int) {
    (
      try Int.fetchOne(database, sql: "SELECT count(*) FROM client") ?? 0,
      try Int.fetchOne(database, sql: "SELECT count(*) FROM client WHERE attorney IS NULL") ?? 0
    )
  }

  /// By number (booking, incident, court case), or by how the last name begins.
  static func found(
    _ words: String, in database: Database
  ) throws -> (clients: [Client], hasMore: Bool) {
    let numbered = try Client.fetchAll(
      database,
      sql: """
        SELECT * FROM client WHERE alias IN (SELECT alias FROM client_key
          WHERE kind IN ('booking', 'courtCase', 'incident') AND value = ?1)
        OR incident = ?1 COLLATE NOCASE LIMIT \(pageSize + 1)
        """, arguments: [words])
    if !numbered.isEmpty { return cut(numbered) }
    return cut(
      try Client.fetchAll(
        database,
        sql: """
          SELECT * FROM client
          WHERE lastName >= ?1 COLLATE NOCASE AND lastName < ?2 COLLATE NOCASE
          ORDER BY lastName COLLATE NOCASE LIMIT \(pageSize + 1)
          """, arguments: [words, words + "\u{10FFFF}"]))
  }

  // MARK: Conflicts

  /// Clients of one incident or court case with the same attorney: their interests may differ.
  struct Conflict {
    let number: String
    let attorney: String
    let clients: [Client]
  }

  private static let numbers = [("Incident", "incident"), ("Court case", "courtCase")]

  /// All of them, by number. Reads two indexes whole.
  static func conflicts(in database: Database) throws -> [Conflict] {
    try numbers.flatMap { label, column in
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(column) AS number, attorney FROM client
          WHERE \(column) <> '' AND attorney <> ''
          GROUP BY \(column) COLLATE NOCASE, attorney COLLATE NOCASE HAVING count(*) > 1
          LIMIT \(mostConflicts)
          """
      ).map { row -> Conflict in
        try conflict(label, column, row["number"], row["attorney"], in: database)
      }
    }.sorted { ($0.number, $0.attorney) < ($1.number, $1.attorney) }
  }

  /// Those in which one client is.
  static func conflicts(of client: Client, in database: Database) throws -> [Conflict] {
    guard let attorney = client.attorney, !attorney.isEmpty else { return [] }
    let own = [client.incident, client.courtCase]
    return try zip(numbers, own).compactMap { place, number in
      guard let number, !number.isEmpty else { return nil }
      let found = try conflict(place.0, place.1, number, attorney, in: database)
      return found.clients.count > 1 ? found : nil
    }
  }

  private static func conflict(
    _ label: String, _ column: String, _ number: String, _ attorney: String,
    in database: Database
  ) throws -> Conflict {
    Conflict(
      number: "\(label) \(number)", attorney: attorney,
      clients: try Client.fetchAll(
        database,
        sql: """
          SELECT * FROM client
          WHERE \(column) = ? COLLATE NOCASE AND attorney = ? COLLATE NOCASE ORDER BY alias
          """, arguments: [number, attorney]))
  }
}
