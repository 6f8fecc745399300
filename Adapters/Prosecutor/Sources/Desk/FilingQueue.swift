import AdapterKit
import GRDB
import HubModel

/// The office's own filing queue, held against open holds: a case under hold that stands in it
/// raises a warning on every page until one of the two is gone.
enum FilingQueue {
  /// Below `in`: an export or a view of the case system, whole each time.
  static let folder = "filing-queue"
  static let requiredFields = ["incident_no"]
  static let aliases = [
    "incident": "incident_no", "incident_number": "incident_no", "case_number": "case_no",
    "case": "case_no", "filing_date": "filing_on", "file_by": "filing_on",
  ]

  struct Conflict {
    let caseID: String
    let incidentKey: String
    let incident: String
    /// The office's own number of the case.
    let number: String
    let filing: String
    let seenBy: String?
  }

  static func conflicts(in database: Database) throws -> [Conflict] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT h.caseID, q.incidentKey, q.incident, q.number, q.filing, s.by
        FROM queued_case q JOIN hold_row h ON h.incidentKey = q.incidentKey AND h.isEnded = 0
        LEFT JOIN queue_seen s ON s.incidentKey = q.incidentKey
        WHERE q.incidentKey <> '' ORDER BY q.line LIMIT 200
        """
    ).map { row in
      Conflict(
        caseID: row["caseID"], incidentKey: row["incidentKey"], incident: row["incident"],
        number: row["number"], filing: row["filing"], seenBy: row["by"])
    }
  }

  /// When a queue was last read; `nil` where none ever was.
  static func readAt(in database: Database) throws -> WallTime? {
    try Int64.fetchOne(database, sql: "SELECT at FROM queue_state").map {
      WallTime(milliseconds: $0)
    }
  }
}

extension ProsecutorAdapter {
  /// A new queue replaces the one before, whole. Records that cannot be read are named; a queue
  /// without a single good record changes nothing, unless it is empty.
  func takeQueue(
    _ file: IntakeFile, _ report: inout IntakeReport, at now: WallTime, in database: Database
  ) throws {
    let reader = TableReader(columns: settings.columns, aliases: FilingQueue.aliases)
    let table = try file.records(reader, required: FilingQueue.requiredFields)
    var queued: [(incident: String, number: String, filing: String)] = []
    try report.each(table) { record in
      let incident = try record.required("incident_no")
      guard incident.utf8.count <= 64, !HoldRow.key(of: incident).isEmpty else {
        throw record.wrong("incident_no", "is no incident's number", "Use letters and digits.")
      }
      let filing = try setting.dates.date("filing_on", of: record)
      queued.append(
        (incident, String((record.optional("case_no") ?? "").prefix(64)), filing?.description ?? "")
      )
    }
    guard !queued.isEmpty || report.rejected.isEmpty else {
      report.rejected.append(
        IntakeError("has no record that can be used", remedy: "The queue before it still counts."))
      return
    }
    try database.execute(sql: "DELETE FROM queued_case")
    for (line, entry) in queued.enumerated() {
      try database.execute(
        sql: """
          INSERT INTO queued_case (line, incidentKey, incident, number, filing)
          VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          line, HoldRow.key(of: entry.incident), entry.incident, entry.number, entry.filing,
        ])
    }
    // Whoever has left the queue and comes back is news.
    try database.execute(
      sql: """
        DELETE FROM queue_seen WHERE incidentKey NOT IN (SELECT incidentKey FROM queued_case);
        INSERT OR REPLACE INTO queue_state (one, at) VALUES (1, \(now.milliseconds));
        """)
    for key in Set(try FilingQueue.conflicts(in: database).map(\.incidentKey)).sorted() {
      try warnOfQueue(key, at: now, in: database)
    }
    let count = try FilingQueue.conflicts(in: database).count
    report.remarks.append(
      count == 0 ? "None of these cases is under a hold." : "\(count) of these cases under HOLD.")
  }

  /// A printable notice too, for an office that does not look at its desk.
  func warnOfQueue(_ key: String, at now: WallTime, in database: Database) throws {
    let conflicts = try FilingQueue.conflicts(in: database).filter { $0.incidentKey == key }
    for conflict in conflicts where conflict.seenBy == nil {
      guard let caseID = CaseID(conflict.caseID) else { continue }
      var text = NoticeText("STOP: A CASE IN THE FILING QUEUE IS UNDER A HOLD")
      text.item("Incident", conflict.incident)
      text.item("Case", conflict.number)
      text.item("Filing planned", conflict.filing)
      text.todo("Take it out of the queue, or decide the hold first.")
      try post("filing-queue", of: caseID, text, in: database)
    }
  }
}
