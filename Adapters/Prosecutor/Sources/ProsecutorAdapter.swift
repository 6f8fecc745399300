import AdapterKit
import DiversionWorkflow
import GRDB
import HubClient
import HubModel

/// The prosecutor's adapter: holds on filing, keyed by case, as the router's own reckoning shows
/// them to this office, and the office's decisions on them. Nothing clinical has a place in it.
struct ProsecutorAdapter: AgencyAdapter {
  static let role: Role? = .prosecutor
  let setting: AdapterSetting
  let settings: ProsecutorSettings
  let cases: CaseViews

  static let migrations = [CaseViews.migration, HoldFile.migration, HoldRow.migration]

  var folders: [String] { [settings.decisions, FilingQueue.folder] }

  /// A filing queue shows how things stand; the same one again is news after another.
  var snapshotFolders: Set<String> { [FilingQueue.folder] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    settings = try ProsecutorSettings(setting.configuration)
    cases = CaseViews(
      viewer: setting.configuration.agency, role: setting.configuration.role,
      agreement: settings.agreement)
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    var report = IntakeReport()
    if file.folder == FilingQueue.folder {
      try takeQueue(file, &report, at: now, in: database)
      return report
    }
    let table: TableReader.Table
    if file.folder == settings.decisions {
      table = try file.records(settings.reader, required: Decision.requiredFields)
    } else {
      table = try file.records(settings.reader, required: ["command"])
    }
    try report.each(table, in: database) { record in
      if file.folder != settings.decisions, try record.required("command") != "decide" {
        throw record.wrong("command", "is not known", "Use decide.")
      }
      try decide(Decision(record, dates: setting.dates), at: now, in: database)
    }
    return report
  }

  func tick(at now: WallTime, in database: Database) throws {
    try keepMissingRows(at: now, in: database)
  }

  func openWarnings(in database: Database) throws -> Int {
    try FilingQueue.conflicts(in: database).filter { $0.seenBy == nil }.count
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let lines = try HoldLine.all(
      in: database, cases: cases, contacts: settings.contacts, at: now)
    var files: [OutputFile] = []
    if settings.forms.contains(.csv) {
      files.append(
        OutputFile("holds.csv", header: HoldLine.header, rows: lines.map(\.columns)))
    }
    if settings.forms.contains(.json) { files.append(try OutputFile("holds.json", json: lines)) }
    return files
  }

  /// Puts up a printable notice, where the office wants them. A later one of the name replaces it.
  func post(
    _ name: String, of caseID: CaseID, _ text: NoticeText, in database: Database
  ) throws {
    guard settings.forms.contains(.text) else { return }
    try Notices.replace("notices/\(caseID)-\(name)", text.text, in: database)
  }
}
