import GRDB
import HubClient
import HubModel

/// A client as the hub tells of them, with the latest that was said.
struct Client: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "client"

  var alias: String
  var caseID: String?
  var incident: String?
  var booking: String?
  var bookedAt: Int64?
  var offenceClass: String?
  var courtCase: String?
  var courtDate: String?
  var warrant: String?
  var attorney: String?
  var lastName: String?
  var firstName: String?
  var lastEvent: String
  var lastEventAt: Int64

  static func of(_ alias: ParticipantAlias, in database: Database) throws -> Client {
    try Client.fetchOne(database, key: alias.text)
      ?? Client(alias: alias.text, lastEvent: "", lastEventAt: 0)
  }
}

/// An assignment that waits until the hub tells of its client, or was sent.
struct StoredAssignment: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "assignment"

  var id: String
  var courtCase: String?
  var incident: String?
  var booking: String?
  var lastName: String?
  var firstName: String?
  var attorney: String
  var assignedOn: String?
  /// The client to whom it was sent; nothing while it waits.
  var alias: String?
}

enum DefenderTables {
  static let migration = AdapterMigration("public-defender") { database in
    try database.execute(
      sql: """
        CREATE TABLE client (
          alias TEXT PRIMARY KEY, caseID TEXT, incident TEXT, booking TEXT, bookedAt INTEGER,
          offenceClass TEXT, courtCase TEXT, courtDate TEXT, warrant TEXT, attorney TEXT,
          lastName TEXT, firstName TEXT, lastEvent TEXT NOT NULL, lastEventAt INTEGER NOT NULL);
        CREATE TABLE client_key (
          kind TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, alias TEXT NOT NULL,
          PRIMARY KEY (kind, value)) WITHOUT ROWID;
        CREATE TABLE assignment (
          id TEXT PRIMARY KEY, courtCase TEXT, incident TEXT, booking TEXT, lastName TEXT,
          firstName TEXT, attorney TEXT NOT NULL, assignedOn TEXT, alias TEXT);
        CREATE INDEX assignment_court_case ON assignment (courtCase COLLATE NOCASE);
        CREATE INDEX assignment_incident ON assignment (incident COLLATE NOCASE);
        CREATE INDEX assignment_booking ON assignment (booking COLLATE NOCASE);
        """)
  }
}

/// The numbers by which an office knows which client a notice is about.
enum ClientKey: String, CaseIterable {
  case courtCase, incident, booking

  func remember(_ value: String?, _ alias: ParticipantAlias, in database: Database) throws {
    guard let value else { return }
    try database.execute(
      sql: "INSERT OR REPLACE INTO client_key (kind, value, alias) VALUES (?, ?, ?)",
      arguments: [rawValue, value, alias.text])
  }

  func client(_ value: String?, in database: Database) throws -> ParticipantAlias? {
    guard let value else { return nil }
    return try String.fetchOne(
      database, sql: "SELECT alias FROM client_key WHERE kind = ? AND value = ?",
      arguments: [rawValue, value]
    ).flatMap { ParticipantAlias($0) }
  }

  /// Assignments of that number that still wait.
  func waiting(_ value: String?, in database: Database) throws -> [StoredAssignment] {
    guard let value else { return [] }
    return try StoredAssignment.fetchAll(
      database,
      sql: "SELECT * FROM assignment WHERE \(rawValue) = ? COLLATE NOCASE AND alias IS NULL",
      arguments: [value])
  }
}
