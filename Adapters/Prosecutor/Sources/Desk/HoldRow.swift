import DiversionWorkflow
import GRDB
import HubClient
import HubModel

/// A hold as the desk finds it: just what orders and searches the list, so that ten thousand of
/// them stay quick. What a page shows comes from the case's view.
struct HoldRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "hold_row"

  /// Among open holds that are not due soon: what wants attention first.
  enum Rank: Int, Codable { case conditionsMet, toOpen, open }

  var caseID: String
  /// Letters and digits of the incident's number alone: `26-04 0920` is typed in many ways.
  var incidentKey: String
  var isEnded: Bool
  var rank: Rank
  /// The last instant of the window; the largest number where there is none. Where the window was
  /// told to be over, no later than that.
  var due: Int64
  /// When the row last changed.
  var at: Int64

  static let migration = AdapterMigration("prosecutor-desk") { database in
    try database.execute(
      sql: """
        CREATE TABLE hold_row (
          caseID TEXT PRIMARY KEY, incidentKey TEXT NOT NULL, isEnded INTEGER NOT NULL,
          rank INTEGER NOT NULL, due INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX hold_row_due ON hold_row (isEnded, due, caseID);
        CREATE INDEX hold_row_rank ON hold_row (isEnded, rank, due, caseID);
        CREATE INDEX hold_row_ended ON hold_row (isEnded, at, caseID);
        CREATE INDEX hold_row_incident ON hold_row (incidentKey);
        CREATE TABLE hold_event (
          seq INTEGER PRIMARY KEY, caseID TEXT NOT NULL, at INTEGER NOT NULL, topic TEXT NOT NULL,
          words TEXT NOT NULL, by TEXT NOT NULL);
        CREATE INDEX hold_event_case ON hold_event (caseID, seq);
        CREATE TABLE hold_notice (
          caseID TEXT NOT NULL, release TEXT NOT NULL, words TEXT NOT NULL,
          statement TEXT NOT NULL, PRIMARY KEY (caseID, release)) WITHOUT ROWID;
        CREATE TABLE queued_case (
          line INTEGER PRIMARY KEY, incidentKey TEXT NOT NULL, incident TEXT NOT NULL,
          number TEXT NOT NULL, filing TEXT NOT NULL);
        CREATE INDEX queued_case_incident ON queued_case (incidentKey);
        CREATE TABLE queue_seen (
          incidentKey TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE queue_state (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL);
        """)
  }

  static func key(of incident: String?) -> String {
    String((incident ?? "").lowercased().filter { $0.isLetter || $0.isNumber })
  }

  init?(_ file: HoldFile, _ view: CaseView, at now: WallTime) {
    guard let hold = view.hold else { return nil }
    caseID = file.caseID
    incidentKey = Self.key(of: hold.incident ?? file.incident)
    isEnded = hold.phase.isEnded
    rank = view.allConditionsMet ? .conditionsMet : hold.phase == .requested ? .toOpen : .open
    let end = hold.due?.milliseconds ?? Int64.max
    due = hold.phase == .underReview ? min(end, now.milliseconds) : end
    at = now.milliseconds
  }
}

extension ProsecutorAdapter {
  /// Keeps the desk's row as the view is.
  func keepRow(
    of file: HoldFile, _ view: CaseView, at now: WallTime, in database: Database
  ) throws {
    try HoldRow(file, view, at: now)?.save(database)
  }

  /// Makes the rows anew where some are missing: a store from before there was a desk.
  func keepMissingRows(at now: WallTime, in database: Database) throws {
    let missing = try HoldFile.fetchAll(
      database,
      sql: "SELECT * FROM hold_file WHERE caseID NOT IN (SELECT caseID FROM hold_row) LIMIT 500")
    for file in missing {
      guard let caseID = CaseID(file.caseID),
        let view = try cases.view(of: caseID, in: database)
      else { continue }
      try keepRow(of: file, view, at: now, in: database)
    }
  }

  /// One line of a hold's history, as the page shows it.
  func note(
    _ topic: Topic, _ words: String, by: String, of caseID: CaseID, at now: WallTime,
    in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO hold_event (caseID, at, topic, words, by) VALUES (?, ?, ?, ?, ?)",
      arguments: [caseID.text, now.milliseconds, topic.rawValue, words, by])
  }
}
