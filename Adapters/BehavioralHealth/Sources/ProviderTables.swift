import AdapterKit
import Foundation
import GRDB
import HubClient
import HubModel

/// What the agency knows of one referral beyond the hub's view of the case.
struct CareCase: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "care_case"

  var caseID: String
  var alias: String?
  /// The release with which the case began; the full one replaces it.
  var release: String?
  /// Id of the latest hand-off request, which answers name.
  var request: String?
  var requestedAt: Int64?
  var place: String?
  var callback: String?
  var safety = ""
  var door: String?
  var needs = ""
  var hold: String?

  init(_ caseID: CaseID) { self.caseID = caseID.text }

  static func of(_ caseID: CaseID, in database: Database) throws -> CareCase {
    try CareCase.fetchOne(database, key: caseID.text) ?? CareCase(caseID)
  }
}

/// A person as the agency itself knows them; stays here.
struct Client: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "client"

  var alias: String
  var lastName: String
  var firstName: String
  var birthDate: String?
  var stateID: String?
  var language: String?

  init(_ alias: ParticipantAlias, _ person: PeopleBook.Person) {
    self.alias = alias.text
    lastName = person.lastName
    firstName = person.firstName
    birthDate = person.birthDate?.description
    stateID = person.stateID
  }

  var name: String { "\(firstName) \(lastName)" }

  static func name(of alias: String?, in database: Database) throws -> String? {
    try alias.flatMap { try Client.fetchOne(database, key: $0)?.name }
  }
}

/// A release that the agency captured, or the person's no to it.
struct ReleaseFile: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "release_file"

  enum State: String, Codable {
    case signed, refused, incapacity, revoked
    case revokedInPart = "revoked in part"
  }

  var release: String
  var version: Int
  var caseID: String?
  var alias: String
  var state: State
  var signedAt: Int64?
  var expiresAt: Int64?
  var recipients: String
  var information: String
  var revokedToward = ""
  /// The message that says the present state: in effect when the router has it.
  var message: String
  /// SHA-256 of the form without its version, where a system keeps it that counts none.
  var content: Data?
}

struct Question: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "question"

  var candidate: String
  var alias: String
  var origin: String
  var matchedOn: String
  var answer = ""
}

enum ProviderTables {
  static let migration = AdapterMigration("behavioral-health") { database in
    try database.execute(
      sql: """
        CREATE TABLE care_case (
          caseID TEXT PRIMARY KEY, alias TEXT, release TEXT, request TEXT, requestedAt INTEGER,
          place TEXT, callback TEXT, safety TEXT NOT NULL, door TEXT, needs TEXT NOT NULL,
          hold TEXT);
        CREATE INDEX care_case_alias ON care_case (alias);
        CREATE TABLE client (
          alias TEXT PRIMARY KEY, lastName TEXT NOT NULL, firstName TEXT NOT NULL, birthDate TEXT,
          stateID TEXT, language TEXT);
        CREATE TABLE shift (
          position INTEGER PRIMARY KEY, startsAt INTEGER NOT NULL, endsAt INTEGER NOT NULL,
          tier TEXT NOT NULL, staff TEXT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL);
        CREATE TABLE alert (
          id TEXT PRIMARY KEY, caseID TEXT NOT NULL, attempt INTEGER NOT NULL, staff TEXT,
          name TEXT, phone TEXT, at INTEGER NOT NULL, page TEXT NOT NULL, tries INTEGER NOT NULL);
        CREATE INDEX alert_page ON alert (page);
        CREATE INDEX alert_case ON alert (caseID);
        CREATE TABLE release_file (
          release TEXT PRIMARY KEY, version INTEGER NOT NULL, caseID TEXT, alias TEXT NOT NULL,
          state TEXT NOT NULL, signedAt INTEGER, expiresAt INTEGER, recipients TEXT NOT NULL,
          information TEXT NOT NULL, revokedToward TEXT NOT NULL, message TEXT NOT NULL,
          content BLOB);
        CREATE INDEX release_file_alias ON release_file (alias);
        CREATE TABLE question (
          candidate TEXT PRIMARY KEY, alias TEXT NOT NULL, origin TEXT NOT NULL,
          matchedOn TEXT NOT NULL, answer TEXT NOT NULL);
        CREATE TABLE taken_record (mark TEXT PRIMARY KEY) WITHOUT ROWID;
        """)
  }
}

/// Records that were taken, by what makes each one: exports that grow from day to day bring the
/// old ones along.
enum TakenRecord {
  /// Marks a record taken; `false` where it was before. A record without all its marks (no time,
  /// say) cannot be told from another and counts as new.
  static func isNew(_ marks: String?..., in database: Database) throws -> Bool {
    let known = marks.compactMap { $0 }
    guard known.count == marks.count else { return true }
    try database.execute(
      sql: "INSERT OR IGNORE INTO taken_record (mark) VALUES (?)",
      arguments: [known.joined(separator: "|")])
    return database.changesCount > 0
  }
}
