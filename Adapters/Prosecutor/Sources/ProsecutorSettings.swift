import AdapterKit
import HubModel
import Operations

/// The prosecutor's own section of the configuration.
struct ProsecutorSettings: Sendable {
  enum Form: String, CaseIterable, Sendable { case csv, json, text }

  /// Folder below `in` for decisions.
  var decisions: String
  /// What is written: the list as CSV, as JSON, and a printable notice for each event.
  var forms: Set<Form>
  /// Column names of the records system, by field.
  var columns: [String: String]
  /// Whom to call at a provider, by agency id.
  var contacts: [String: String]
  var agreement: ProgramAgreement
  /// Codes that the office gives for a decision at its desk, by event; without them the desk's own.
  var reasons: [Decision.Event: [String]]

  init(_ configuration: AdapterConfiguration) throws {
    self = try configuration.adapter.read { fields in
      ProsecutorSettings(fields, configuration)
    }
  }

  private init?(_ fields: YAMLFields, _ configuration: AdapterConfiguration) {
    func texts(_ key: String) -> [String: String] {
      let entries = fields.value(key, .keyed(byTextOf: .text()), default: [])
      return Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
    decisions = fields.value("decisions", .identifier(FolderTag.self), default: .decisions).text
    forms = Set(fields.value("notices", .list(of: .choice()), default: Form.allCases))
    columns = texts("columns")
    contacts = texts("contacts")
    let given = fields.value(
      "reasons", .keyed(by: Decision.Event.self, of: .list(of: .code)), default: [])
    reasons = Dictionary(given.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let agreement = SiteAgreement.read(fields, of: configuration) else { return nil }
    self.agreement = agreement
  }

  var reader: TableReader { TableReader(columns: columns, aliases: Decision.aliases) }
}

enum FolderTag {}

extension Identifier where Tag == FolderTag {
  static var decisions: Self {
    guard let folder = Self("decisions") else { preconditionFailure("a plain word") }
    return folder
  }
}
