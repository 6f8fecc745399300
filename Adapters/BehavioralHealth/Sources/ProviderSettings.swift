import AdapterKit
import HubModel
import Operations

/// The provider's own section of the configuration.
struct ProviderSettings: Sendable {
  /// Run when somebody must be called, with the referral's id, the staff code and the attempt.
  var alertCommand: String?
  /// Then it is ended, and tried again at the next look, three times in all.
  var alertTimeout: Span
  /// Whether this agency is a Part 2 program (42 CFR 2.11): what it says of people is labelled so.
  var isPart2Program: Bool
  /// Labels to which the site's printed release says yes; a form's own `labels` come before it.
  var formLabels: WordSet<SensitivityLabel>
  /// What the printed release says; a form's own `statements` come before it.
  var formStatements: Set<String>
  /// Column names of the records system, by field.
  var columns: [String: String]
  var agreement: ProgramAgreement
  /// Whom a release may name, with the words for them: by agency id, for the desk's forms.
  var partners: [(id: String, name: String)]

  init(_ configuration: AdapterConfiguration) throws {
    self = try configuration.adapter.read { fields in ProviderSettings(fields, configuration) }
  }

  private init?(_ fields: YAMLFields, _ configuration: AdapterConfiguration) {
    alertCommand = fields.optional("alert-command", .path)
    alertTimeout = .seconds(
      Int64(fields.value("alert-timeout-seconds", .integer(1...60), default: 10)))
    isPart2Program = fields.value("part-2-program", .flag, default: true)
    formLabels = WordSet(
      fields.value("form-labels", .list(of: .choice()), default: [.part2, .mentalHealth]))
    if formLabels.contains(.privileged) {
      fields.report("form-labels", "lists privileged, which no release can open")
    }
    formStatements = Set(
      fields.value(
        "form-statements", .list(of: .code, count: 0...20),
        default: [
          FormStatement.rightToRevoke.rawValue, FormStatement.redisclosure.rawValue,
          FormStatement.noConditionOfTreatment.rawValue,
        ]))
    let named = fields.value("columns", .keyed(byTextOf: .text()), default: [])
    columns = Dictionary(named.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let agreement = SiteAgreement.read(fields, of: configuration) else { return nil }
    self.agreement = agreement
    partners = fields.value("partners", .keyed(byTextOf: .text()), default: []).map {
      ($0.key, $0.value)
    }
  }

  var reader: TableReader { TableReader(columns: columns, aliases: Self.aliases) }

  /// Labels of what this agency itself says of a person (42 CFR 2.12(e)(1)).
  var ownLabels: WordSet<SensitivityLabel> { isPart2Program ? [.part2] : [] }

  /// Headers that are known to mean a field.
  private static let aliases = [
    "referral_number": "referral_id", "state_id": "sid", "date_of_birth": "dob",
    "release_id": "roi_id", "how_referred": "door", "staff": "staff_id", "eta": "eta_minutes",
  ]
}

/// The folders below `in`, each with the kind of file that it takes.
enum ProviderFolder: String, CaseIterable, Sendable {
  case onCall = "on-call"
  case acknowledgements, releases, revocations, referrals, intake, status, contacts, identities

  /// Fields without which a table of the kind cannot be used.
  var required: [String] {
    switch self {
    case .onCall: ["starts_at", "ends_at", "tier", "staff_id", "phone"]
    case .acknowledgements: ["referral_id", "action"]
    case .releases: ["roi_id", "referral_id", "last_name", "first_name"]
    case .revocations: ["referral_id"]
    case .referrals: ["referral_id", "door", "referred_at", "last_name", "first_name"]
    case .intake: ["referral_id", "completed_on"]
    case .status: ["referral_id", "status"]
    case .contacts: ["referral_id", "kind", "on"]
    case .identities: ["candidate", "answer"]
    }
  }

  /// Further fields by which a file is told from other kinds, where nobody says what it is.
  private var marks: [String] { self == .revocations ? ["received_at"] : [] }

  /// The folder that a file is meant for, by its columns. The most particular come first.
  /// - Throws: ``IntakeError`` where it is none that this adapter takes.
  static func telling(_ file: IntakeFile, _ reader: TableReader) throws -> ProviderFolder {
    let table = try file.records(reader, required: [])
    let present = Set(table.records.first?.values.keys.map { $0 } ?? [])
    let order: [ProviderFolder] = [
      .referrals, .revocations, .releases, .acknowledgements, .onCall, .intake, .contacts,
      .identities, .status,
    ]
    let found = order.first { present.isSuperset(of: $0.required + $0.marks) }
    guard let found else {
      throw IntakeError(
        "is of no kind that this adapter takes",
        remedy: "Say which with --as: \(allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return found
  }
}
