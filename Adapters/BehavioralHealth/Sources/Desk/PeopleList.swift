import GRDB
import HubClient
import HubModel

/// The desk's list of participants: by name, a page at a time from where the page before ended, so
/// that ten thousand of them stay quick.
enum PeopleList {
  static let pageSize = 50

  static let migration = AdapterMigration("behavioral-health-people") { database in
    try database.execute(
      sql: """
        CREATE INDEX client_name
        ON client (lastName COLLATE NOCASE, firstName COLLATE NOCASE, alias)
        """)
  }

  private static let order =
    "ORDER BY lastName COLLATE NOCASE, firstName COLLATE NOCASE, alias LIMIT \(pageSize + 1)"

  /// - Parameter after: with whom the page before ended.
  /// - Returns: a page of people, and whether more follow.
  static func page(
    after: Client?, in database: Database
  ) throws -> (people: [Client], hasMore: Bool) {
    guard let after else {
      return cut(try Client.fetchAll(database, sql: "SELECT * FROM client \(order)"))
    }
    // The first condition finds the place in the index; the second goes on from there.
    return cut(
      try Client.fetchAll(
        database,
        sql: """
          SELECT * FROM client WHERE lastName >= ?1 COLLATE NOCASE AND (
            lastName > ?1 COLLATE NOCASE OR firstName > ?2 COLLATE NOCASE
            OR (firstName = ?2 COLLATE NOCASE AND alias > ?3)) \(order)
          """, arguments: [after.lastName, after.firstName, after.alias]))
  }

  /// Whose last name begins so, or whose referral it is.
  static func found(
    _ words: String, in database: Database
  ) throws -> (people: [Client], hasMore: Bool) {
    let named = try Client.fetchAll(
      database,
      sql: """
        SELECT * FROM client
        WHERE lastName >= ?1 COLLATE NOCASE AND lastName < ?2 COLLATE NOCASE \(order)
        """, arguments: [words, words + "\u{10FFFF}"])
    if !named.isEmpty { return cut(named) }
    return cut(
      try Client.fetchAll(
        database,
        sql: "SELECT c.* FROM care_case k JOIN client c ON c.alias = k.alias WHERE k.caseID = ?",
        arguments: [words.lowercased()]))
  }

  private static func cut(_ found: [Client]) -> (people: [Client], hasMore: Bool) {
    (Array(found.prefix(pageSize)), found.count > pageSize)
  }
}
