import GRDB
import HubClient
import HubModel

/// What the office was told of a case beyond the hold's own state: who and what it is about, and
/// under which release it was told.
struct HoldFile: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "hold_file"

  var caseID: String
  var participant: String?
  /// The release that `hold.requested` named: everything about this hold goes under it.
  var release: String?
  /// Id of the request, which decisions answer.
  var request: String?
  var incident: String?
  var ori: String?
  var offences = ""
  var level: String?
  var officer: String?
  var callback: String?
  var complainantConsent: String?
  var lastName: String?
  var firstName: String?
  var birthDate: String?
  var referredAt: Int64?
  /// The provider that let the office hear of the participant's progress.
  var provider: String?
  /// A progress word that was released; one that would tell of failure is not kept.
  var progress: String?

  init(caseID: CaseID) { self.caseID = caseID.text }

  static let migration = AdapterMigration("prosecutor") { database in
    try database.execute(
      sql: """
        CREATE TABLE hold_file (
          caseID TEXT PRIMARY KEY, participant TEXT, release TEXT, request TEXT, incident TEXT,
          ori TEXT, offences TEXT NOT NULL, level TEXT, officer TEXT, callback TEXT,
          complainantConsent TEXT, lastName TEXT, firstName TEXT, birthDate TEXT,
          referredAt INTEGER, provider TEXT, progress TEXT);
        CREATE INDEX hold_file_incident ON hold_file (incident COLLATE NOCASE);
        CREATE TABLE decision (number TEXT PRIMARY KEY, caseID TEXT NOT NULL) WITHOUT ROWID;
        """)
  }

  static func of(_ caseID: CaseID, in database: Database) throws -> HoldFile {
    try HoldFile.fetchOne(database, key: caseID.text) ?? HoldFile(caseID: caseID)
  }

  /// Takes what a hold request says; a part that lacks a field leaves what is known.
  mutating func take(_ message: Message) {
    participant = message.participant?.text ?? participant
    release = message.release?.text ?? release
    request = message.id.description
    incident = message.code("incident") ?? incident
    ori = message.code("ori") ?? ori
    let named = message.segments.flatMap(\.fields).compactMap { field -> String? in
      if field.name == "offence", case .code(let code) = field.value { code } else { nil }
    }
    if !named.isEmpty { offences = named.joined(separator: ";") }
    level = message.code("offence-level") ?? level
    officer = message.code("officer") ?? officer
    callback = message.code("callback") ?? callback
    complainantConsent = message.code("complainant-consent") ?? complainantConsent
    lastName = message.text("last-name") ?? lastName
    firstName = message.text("first-name") ?? firstName
    birthDate = message.date("date-of-birth")?.description ?? birthDate
    referredAt = message.time("referred-at")?.milliseconds ?? referredAt
  }
}

extension HoldFile {
  private static let progressWords: Set<String> = ["intake-started", "engaged", "active", "closed"]

  /// A word of progress. What would tell of failure is not the filing decision's business (42 USC
  /// 290dd-2(c)) and is not kept.
  mutating func learn(_ message: Message) {
    provider = message.source.text
    if let status = message.code("status"), Self.progressWords.contains(status) {
      progress = status
    }
  }
}

extension Message {
  func text(_ name: String) -> String? {
    if case .text(let value)? = value(name) { value } else { nil }
  }
}
