import AdapterKit
import DiversionWorkflow
import Foundation
import GRDB
import HubClient
import HubModel
import Operations

/// The prosecutor's adapter: what it shows of a hold follows from what the office was told and
/// decided itself, by the same view of the case that the router's clocks use.
struct ProsecutorAdapter: AgencyAdapter {
  let setting: AdapterSetting
  let agreement: ProgramAgreement

  static let migrations = [
    AdapterMigration("prosecutor") { database in
      try database.execute(
        sql: """
          CREATE TABLE hold (
            case_id TEXT PRIMARY KEY, alias TEXT NOT NULL, release TEXT, view TEXT NOT NULL,
            offences TEXT NOT NULL DEFAULT '', review_due INTEGER NOT NULL DEFAULT 0);
          """)
    }
  ]

  var folders: [String] { ["decisions"] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    let path = try setting.configuration.adapter.read { fields in
      fields.required("agreement", .path)
    }
    agreement = try AgreementFile.load(path, now: SystemClock().wall())
  }

  // MARK: What the office is told

  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID else { return }
    switch message.topic {
    case .holdDueSoon, .holdReviewDue:
      if message.topic == .holdReviewDue {
        try database.execute(
          sql: "UPDATE hold SET review_due = 1 WHERE case_id = ?", arguments: [caseID.text])
      }
      try remind(message, caseID, in: database)
      return
    case .holdRequested, .intakeCompleted, .handoffCompleted, .participantStatus: break
    default: return
    }
    var view = try known(caseID, in: database)?.view ?? newView(of: caseID)
    let wasMet = view.allConditionsMet
    _ = view.learn(message, at: now, under: agreement)
    let offences = message.segments.flatMap(\.fields).compactMap { field -> String? in
      if field.name == "offence", case .code(let code) = field.value { code } else { nil }
    }
    try keep(view, message, offences, in: database)
    if message.topic == .holdRequested { try announce(view, content, in: database) }
    if message.topic == .intakeCompleted || view.allConditionsMet != wasMet {
      try announceConditions(view, content, in: database)
    }
  }

  private func newView(of caseID: CaseID) -> CaseView {
    CaseView(viewer: setting.configuration.agency, role: .prosecutor, caseID: caseID)
  }

  // MARK: What the office decides

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    let table = try file.records(TableReader(), required: ["event", "incident_no"])
    var report = IntakeReport()
    try report.each(table) { record in
      if file.folder == "commands", try record.required("command") != "decide" {
        throw record.wrong("command", "is not known", "Use decide.")
      }
      try database.inSavepoint {
        try decide(record, at: now, in: database)
        return .commit
      }
    }
    return report
  }

  private static let topics: [String: Topic] = [
    "opened": .holdOpened, "extended": .holdExtended, "released": .holdReleased,
    "filed": .holdFiled, "withdrawn": .holdWithdrawn, "voided": .holdVoided,
  ]

  private func decide(_ record: IntakeRecord, at now: WallTime, in database: Database) throws {
    guard let topic = Self.topics[try record.required("event")] else {
      throw record.wrong(
        "event", "is not known",
        "Use opened, extended, released, filed, withdrawn or voided.")
    }
    let incident = record.optional("incident_no")
    let number = record.optional("hold_no")
    guard
      var hold = try all(in: database).first(where: { hold in
        hold.view.hold.map {
          (incident != nil && $0.incident == incident) || (number != nil && $0.id == number)
        } ?? false
      }), let state = hold.view.hold
    else {
      throw record.wrong(
        incident == nil ? "hold_no" : "incident_no", "no hold of that number was requested",
        "Check the number; holds are listed in out/holds.csv.")
    }
    var list = FieldList()
    list.code("hold", state.id ?? number ?? "h-\(hold.view.caseID)")
    list.code("incident", state.incident)
    if topic == .holdOpened || topic == .holdExtended {
      let day = try setting.dates.date("due_on", of: record)
      if topic == .holdExtended && day == nil {
        throw record.wrong("due_on", "is empty", "An extension needs its new last day.")
      }
      list.date("due-on", day ?? state.dueOn)
      list.time("due-at", day.map { agreement.calendar.end(of: $0) } ?? state.due)
      list.code("rule", day == nil ? "from-referral" : "set-by-prosecutor")
      list.codes("condition", agreement.hold.conditions)
    }
    list.code("reason", try record.code("reason"))
    list.code("disposition", try record.code("disposition"))
    list.date("decided-on", agreement.calendar.date(of: now))
    let message = setting.message(
      topic, at: now, participant: ParticipantAlias(hold.alias), caseID: hold.view.caseID,
      release: hold.release.flatMap { RoiID($0) },
      segments: [Segment(.hold, fields: list.fields)])
    try setting.send(message, in: database)
    _ = hold.view.learn(message, at: now, under: agreement)
    try keep(hold.view, message, [], in: database)
  }
}
