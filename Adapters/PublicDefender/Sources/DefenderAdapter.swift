import AdapterKit
import GRDB
import HubClient
import HubModel
import Operations

/// The public defender's adapter. What is privileged stops here: notes are never read into a
/// message, and a form that marks anything privileged is refused at the door.
struct DefenderAdapter: AgencyAdapter {
  let setting: AdapterSetting

  static let migrations = [
    AdapterMigration("defender") { database in
      try database.execute(
        sql: """
          CREATE TABLE client_event (
            number INTEGER PRIMARY KEY, client TEXT NOT NULL, topic TEXT NOT NULL,
            case_id TEXT, incident TEXT, booking TEXT, detail TEXT NOT NULL, at INTEGER NOT NULL);
          CREATE INDEX client_event_incident ON client_event (incident);
          CREATE INDEX client_event_booking ON client_event (booking);
          CREATE TABLE assignment (client TEXT NOT NULL, court_case TEXT, attorney TEXT NOT NULL);
          """)
    }
  ]

  var folders: [String] { ["assignments"] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    // Nothing to set; a key that stands there is a mistake.
    _ = try setting.configuration.adapter.read { _ in true }
  }

  /// Columns that are never read, by a word in their name.
  static let privilegedWords = ["privileged", "notes", "confidential", "work_product"]

  static func isPrivileged(_ field: String) -> Bool {
    privilegedWords.contains { TableReader.normalised(field).contains($0) }
  }

  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    guard let client = message.participant?.text else { return }
    let detail = [
      message.code("offence-class"), message.code("status"), message.code("event"),
      message.date("court-date").map { "court \(setting.notices.day($0))" },
      message.date("due-on").map { "hold until \(setting.notices.day($0))" },
      message.code("disposition"),
    ].compactMap { $0 }.joined(separator: ", ")
    try database.execute(
      sql: """
        INSERT INTO client_event (client, topic, case_id, incident, booking, detail, at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        client, message.topic.rawValue, message.caseID?.text, message.code("incident"),
        message.code("booking"), detail, now.milliseconds,
      ])
    var text = NoticeText("A CLIENT: \(message.topic.rawValue)")
    text.say("A person whose release names this office has news.")
    text.item("Client", client)
    text.item("Incident", message.code("incident"))
    text.item("Booking", message.code("booking"))
    text.item("Details", detail)
    text.todo("Assign counsel: accord-public-defender assign --client \(client) --attorney NAME")
    text.close(with: content.notice, setting.notices)
    try Notices.add("notices/\(message.id)", text.text, in: database)
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    let table = try file.records(TableReader(), required: ["attorney"])
    var report = IntakeReport()
    try report.each(table) { record in
      if file.isJSON, let field = record.values.keys.first(where: Self.isPrivileged) {
        throw record.wrong(
          field, "is privileged and stays in this office", "Remove it; nothing was sent.")
      }
      try assign(record, at: now, in: database)
    }
    if table.header.contains(where: Self.isPrivileged) {
      report.remarks.append("Columns of notes were not read: what is privileged stays here.")
    }
    return report
  }

  private func assign(_ record: IntakeRecord, at now: WallTime, in database: Database) throws {
    let attorney = try record.required("attorney")
    let (client, tokens) = try client(of: record, in: database)
    var list = FieldList()
    list.text("attorney", attorney)
    list.code("court-case", try record.code("case_no"))
    list.date(
      "assigned-on",
      try setting.dates.time("assigned_at", of: record).map { setting.dates.calendar.date(of: $0) }
        ?? setting.dates.calendar.date(of: now))
    try setting.send(
      setting.message(
        .defenceAssigned, at: now, participant: client, tokens: tokens,
        segments: [Segment(.defence, fields: list.fields)]), in: database)
    try database.execute(
      sql: "INSERT INTO assignment (client, court_case, attorney) VALUES (?, ?, ?)",
      arguments: [client.text, record.optional("case_no"), attorney])
  }

  /// By the number that the hub gave, by incident or booking of which the hub told, or by name.
  private func client(
    of record: IntakeRecord, in database: Database
  ) throws -> (ParticipantAlias, [IdentityToken]) {
    if let text = record.optional("client") {
      guard let alias = ParticipantAlias(text) else {
        throw record.wrong("client", "is not a client's number", "Copy it from out/clients.csv.")
      }
      return (alias, [])
    }
    let told = try String.fetchOne(
      database,
      sql: "SELECT client FROM client_event WHERE incident = ? OR booking = ? LIMIT 1",
      arguments: [record.optional("incident_no"), record.optional("booking_no")])
    if let alias = told.flatMap({ ParticipantAlias($0) }) { return (alias, []) }
    let person = PeopleBook.Person(
      lastName: try record.required("client_last_name"),
      firstName: try record.required("client_first_name"),
      birthDate: try setting.dates.date("client_dob", of: record), stateID: nil)
    return (
      try setting.people.alias(of: person, in: database), setting.people.tokens(of: person)
    )
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT e.client, e.topic, e.case_id, e.incident, e.booking, e.detail, e.at,
          (SELECT group_concat(attorney, '; ') FROM assignment a WHERE a.client = e.client) AS who
        FROM client_event e ORDER BY e.number DESC
        """)
    return [
      OutputFile(
        "clients.csv",
        header: ["client", "event", "referral_id", "incident_no", "booking_no", "detail", "at",
          "attorney"],
        rows: rows.map { row in
          [
            row["client"], row["topic"], row["case_id"] ?? "", row["incident"] ?? "",
            row["booking"] ?? "", row["detail"],
            setting.notices.moment(WallTime(milliseconds: row["at"])), row["who"] ?? "",
          ]
        })
    ]
  }
}
