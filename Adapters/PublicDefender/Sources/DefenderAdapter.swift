import AdapterKit
import DiversionWorkflow
import GRDB
import HubClient
import HubModel

/// The public defender's adapter: which clients were diverted, held or booked, and who represents
/// them. What is privileged is neither read into it nor sent.
struct DefenderAdapter: AgencyAdapter {
  static let role: Role? = .publicDefender
  let setting: AdapterSetting
  let settings: DefenderSettings
  let cases: CaseViews

  static let migrations = [
    CaseViews.migration, DefenderTables.migration, ClientList.migration,
  ]

  var folders: [String] { [settings.assignments] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    settings = try DefenderSettings(setting.configuration)
    try settings.privilege.refuse(setting.connectors)
    cases = CaseViews(
      viewer: setting.configuration.agency, role: setting.configuration.role,
      agreement: settings.agreement)
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    let isCommand = file.folder != settings.assignments
    var table = try file.records(settings.reader, required: Assignment.requiredFields)
    if file.isJSON {
      for record in table.records { try settings.privilege.refuse(record) }
    }
    table.records = table.records.map(settings.privilege.strip)
    var report = IntakeReport()
    var waiting = 0
    try report.each(table, in: database) { record in
      if isCommand, try record.required("command") != "assign" {
        throw record.wrong("command", "is not known", "Use assign.")
      }
      let assignment = try Assignment(record, dates: setting.dates)
      if try !take(assignment, record, at: now, in: database) { waiting += 1 }
    }
    if waiting > 0 {
      report.remarks.append(
        "\(waiting) assignment(s) wait here, unsent: the hub has not told of these clients. Each "
          + "goes out by itself if a notice with its booking, incident or case number comes.")
    }
    return report
  }

  /// - Returns: whether the assignment went out.
  private func take(
    _ assignment: Assignment, _ record: IntakeRecord, at now: WallTime, in database: Database
  ) throws -> Bool {
    let id = assignment.number ?? "m-\(setting.store.freshMessageID(at: now))"
    if let known = try StoredAssignment.fetchOne(database, key: id) { return known.alias != nil }
    var stored = StoredAssignment(
      id: id, courtCase: assignment.courtCase, incident: assignment.incident,
      booking: assignment.booking, lastName: assignment.lastName,
      firstName: assignment.firstName, attorney: assignment.attorney,
      assignedOn: setting.dates.calendar.date(of: assignment.assignedAt ?? now).description)
    if let client = assignment.client, try Client.fetchOne(database, key: client.text) == nil {
      throw record.wrong(
        "client", "is nobody whom the hub has told of", "Use the client's id of clients.csv.")
    }
    let (alias, tokens) = try client(of: assignment, in: database)
    guard let alias else {
      try stored.save(database)
      return false
    }
    try send(&stored, to: alias, tokens: tokens, at: now, in: database)
    return true
  }

  /// The alias that the hub uses, or one of the office's own where a state id makes the client
  /// certain; a name and birth date alone make nobody certain, so nothing is sent on them.
  private func client(
    of assignment: Assignment, in database: Database
  ) throws -> (ParticipantAlias?, [IdentityToken]) {
    let known =
      try assignment.client ?? ClientKey.booking.client(assignment.booking, in: database)
      ?? ClientKey.incident.client(assignment.incident, in: database)
      ?? ClientKey.courtCase.client(assignment.courtCase, in: database)
    if let known { return (known, []) }
    guard let stateID = assignment.stateID, let last = assignment.lastName,
      let first = assignment.firstName
    else { return (nil, []) }
    let person = PeopleBook.Person(
      lastName: last, firstName: first, birthDate: assignment.birthDate, stateID: stateID)
    return (
      try setting.people.alias(of: person, in: database), setting.people.tokens(of: person)
    )
  }

  /// Sends a waiting assignment and marks it sent.
  func send(
    _ assignment: inout StoredAssignment, to alias: ParticipantAlias, tokens: [IdentityToken] = [],
    at now: WallTime, in database: Database
  ) throws {
    var list = FieldList()
    list.text("attorney", assignment.attorney)
    list.code("court-case", assignment.courtCase)
    list.date("assigned-on", assignment.assignedOn.flatMap { CivilDate($0) })
    try send(
      setting.message(
        .defenceAssigned, at: now, participant: alias, tokens: tokens,
        segments: [Segment(.defence, fields: list.fields)]), in: database)
    assignment.alias = alias.text
    try assignment.save(database)
    var client = try Client.of(alias, in: database)
    client.attorney = assignment.attorney
    client.lastName = assignment.lastName ?? client.lastName
    client.firstName = assignment.firstName ?? client.firstName
    client.courtCase = client.courtCase ?? assignment.courtCase
    if client.lastEvent.isEmpty {
      client.lastEvent = Topic.defenceAssigned.rawValue
      client.lastEventAt = now.milliseconds
    }
    try client.save(database)
  }

  /// The last door: a message with privileged content is not spooled, whoever made it.
  func send(_ message: Message, in database: Database) throws {
    guard !message.segments.contains(where: { $0.labels.contains(.privileged) }) else {
      throw Refusal(.privilegedContent)
    }
    try setting.send(message, in: database)
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let lines = try ClientLine.all(in: database, cases: cases, at: now)
    return [
      OutputFile("clients.csv", header: ClientLine.header, rows: lines.map(\.columns)),
      try OutputFile("clients.json", json: lines),
    ]
  }
}
