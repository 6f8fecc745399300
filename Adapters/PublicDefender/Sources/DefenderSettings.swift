import AdapterKit
import HubModel
import Operations

enum FolderTag {}

/// The public defender's own section of the configuration.
struct DefenderSettings: Sendable {
  /// Folder below `in` for assignments.
  var assignments: String
  /// Column names of the case system, by field.
  var columns: [String: String]
  var privilege: Privilege
  var agreement: ProgramAgreement

  init(_ configuration: AdapterConfiguration) throws {
    self = try configuration.adapter.read { fields in DefenderSettings(fields, configuration) }
  }

  private init?(_ fields: YAMLFields, _ configuration: AdapterConfiguration) {
    assignments =
      fields.optional("assignments", .identifier(FolderTag.self))?.text ?? "assignments"
    let named = fields.value("columns", .keyed(byTextOf: .text()), default: [])
    columns = Dictionary(named.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    let marked = fields.value("privileged", .list(of: .text()), default: [])
    privilege = Privilege(marked: marked)
    for (field, title) in columns where privilege.covers(title) || privilege.covers(field) {
      fields.report(
        "columns", "maps the privileged column '\(title)': a privileged column is never sent")
    }
    guard let agreement = SiteAgreement.read(fields, of: configuration) else { return nil }
    self.agreement = agreement
  }

  var reader: TableReader { TableReader(columns: columns, aliases: Assignment.aliases) }
}

/// What is privileged stops here (Model Rule 1.6): it is neither sent nor stored. A release of
/// information is no waiver, so nothing anybody signed opens this.
struct Privilege: Sendable {
  /// Fields that the office marked, in the reader's spelling.
  private let marked: Set<String>

  init(marked: [String]) { self.marked = Set(marked.map(TableReader.normalised)) }

  /// Whether a field is privileged: marked by the office, or named as notes or privileged.
  func covers(_ field: String) -> Bool {
    let name = TableReader.normalised(field)
    if marked.contains(name) { return true }
    if name.contains("work_product") { return true }
    return name.split(separator: "_").contains { Self.words.contains(String($0)) }
  }

  private static let words: Set<String> = [
    "privileged", "confidential", "note", "notes", "memo", "strategy",
  ]

  /// The record without its privileged fields: a table that the case system exports whole.
  func strip(_ record: IntakeRecord) -> IntakeRecord {
    IntakeRecord(line: record.line, values: record.values.filter { !covers($0.key) })
  }

  /// Refuses a mapping file that takes a field from a privileged place.
  func refuse(_ connectors: Connectors) throws(ConfigurationError) {
    for mapped in connectors.mappedPlaces where covers(mapped.place) || covers(mapped.field) {
      throw ConfigurationError(
        file: "the mapping file", key: "connectors.\(mapped.connector).mapping",
        "takes \(mapped.field) from '\(mapped.place)', which is privileged and never sent")
    }
  }

  /// Refuses a form or command in which somebody filled in a privileged field: they meant to send
  /// it.
  func refuse(_ record: IntakeRecord) throws(IntakeError) {
    for field in record.values.keys.sorted() where covers(field) && record.optional(field) != nil {
      throw record.wrong(
        field, "is privileged and never leaves this office",
        "Remove it and hand the form in again; keep it in your case system.")
    }
  }
}
