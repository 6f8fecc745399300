import AdapterKit
import Desk
import DiversionWorkflow
import GRDB
import HubClient
import HubModel

/// A behavioral-health provider's adapter: alerts that name whom to call, releases captured and
/// taken back, and what the agency says of its participants.
struct ProviderAdapter: AgencyAdapter {
  static let role: Role? = .behavioralHealth
  let setting: AdapterSetting
  let settings: ProviderSettings
  let cases: CaseViews
  let pager: Pager?

  static let migrations = [
    CaseViews.migration, ProviderTables.migration, PersonEvent.migration,
    SealedForms.migration, PeopleList.migration,
  ]

  var folders: [String] { ProviderFolder.allCases.map(\.rawValue) }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    let settings = try ProviderSettings(setting.configuration)
    self.settings = settings
    cases = CaseViews(
      viewer: setting.configuration.agency, role: setting.configuration.role,
      agreement: settings.agreement)
    let log = setting.log
    pager = settings.alertCommand.map { command in
      Pager(command: command, timeout: settings.alertTimeout) { log.error("\($0)") }
    }
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    var report = IntakeReport()
    guard let folder = ProviderFolder(rawValue: file.folder) else {
      let table = try file.records(settings.reader, required: ["command"])
      try report.each(table, in: database) { try takeCommand($0, at: now, in: database) }
      return report
    }
    let required = file.isJSON ? [] : folder.required
    let table = try file.records(settings.reader, required: required)
    if folder == .onCall {
      try takeRota(table, &report, in: database)
      return report
    }
    try report.each(table, in: database) { try take($0, from: folder, at: now, in: database) }
    return report
  }

  private func take(
    _ record: IntakeRecord, from folder: ProviderFolder, at now: WallTime,
    in database: Database
  ) throws {
    let dates = setting.dates
    switch folder {
    case .onCall: break
    case .acknowledgements: try answer(HandoffAnswer(record, dates: dates), at: now, in: database)
    case .releases: try takeRelease(record, at: now, in: database)
    case .revocations: try revoke(Revocation(record, dates: dates), at: now, in: database)
    case .referrals: try refer(CommunityForm(record, dates: dates), at: now, in: database)
    case .intake: try report(IntakeReportForm(record, dates: dates), at: now, in: database)
    case .status: try report(StatusReport(record, dates: dates), at: now, in: database)
    case .contacts: try report(ContactReport(record, dates: dates), at: now, in: database)
    case .identities: try answer(IdentityAnswer(record), at: now, in: database)
    }
  }

  /// A command is a record of one of the files, said at once.
  private func takeCommand(
    _ record: IntakeRecord, at now: WallTime, in database: Database
  ) throws {
    let command = try record.required("command")
    var values = record.values
    let folder: ProviderFolder
    switch command {
    case "acknowledged", "declined", "arrived", "completed":
      values["action"] = command
      values["at"] = record.optional("at") ?? record.optional("said-at")
      folder = .acknowledgements
    case "intake-completed", "intake-not-completed":
      values["result"] = command == "intake-completed" ? "completed" : "not-completed"
      folder = .intake
    case "status": folder = .status
    case "contact": folder = .contacts
    case "revoke": folder = .revocations
    case "identity-confirm", "identity-reject":
      values["answer"] = String(command.dropFirst("identity-".count))
      folder = .identities
    case "suspend": return try suspend(record, .suspended, at: now, in: database)
    case "resume": return try suspend(record, .resumed, at: now, in: database)
    case "emergency": return try declareEmergency(record, at: now, in: database)
    default:
      throw record.wrong(
        "command", "is not known",
        "Use acknowledged, declined, arrived, completed, intake-completed, "
          + "intake-not-completed, status, contact, revoke, suspend, resume, emergency, "
          + "identity-confirm or identity-reject.")
    }
    let said = IntakeRecord(line: record.line, values: values)
    try take(said, from: folder, at: now, in: database)
  }

  /// Everything that was said to the pager and has not ended well is said again.
  func tick(at now: WallTime, in database: Database) throws {
    for alarm in try Alarms.open(in: database) where alarm.kind == .handOff {
      if try !isWaiting(alarm.about, in: database) {
        try Alarms.end(.handOff, about: alarm.about, at: now, in: database)
      }
    }
    guard let pager else { return }
    for alert in try Alert.toPage(in: database) {
      guard try isWaiting(alert.caseID, in: database) else {
        try alert.set(.notNeeded, tries: alert.tries, in: database)
        continue
      }
      let (store, log) = (setting.store, setting.log)
      pager.page(alert) { didPage in
        do {
          try store.write { try alert.ended(well: didPage, in: $0) }
        } catch {
          log.error("a page could not be noted", metadata: ["error": "\(type(of: error))"])
        }
      }
    }
  }

  private func isWaiting(_ caseID: String, in database: Database) throws -> Bool {
    try CaseID(caseID).flatMap { try cases.view(of: $0, in: database) }?
      .handoff?.phase.isWaiting ?? true
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    try ProviderLists(adapter: self, now: now, database: database).files()
  }
}
