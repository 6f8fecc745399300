import AdapterKit
import HubModel
import Operations

/// The sheriff's own section of the configuration; the adapter's README lists its keys.
struct SheriffSettings: Sendable {
  enum RosterKind: String, CaseIterable, Sendable {
    /// As the file shows: change records have an `event` in each line, or "changes" in the name.
    case auto
    case full
    case changes
  }

  enum RosterEvent: String, CaseIterable, Sendable {
    case booked, updated, released
  }

  /// Column names of the records system, by field.
  var columns: [String: String] = [:]
  /// Code of the jail, in booking notices.
  var facility = "main"
  /// What the printed field release says; a form's own `roi_statements` come before it.
  var formStatements: Set<String> = [FormStatement.rightToRevoke.rawValue]
  /// A full roster that shrinks by more than this share of the jail is not believed, in percent.
  var largestShrink = 40
  /// Read out in a NOT SENT warning.
  var dutyLine = "the program's duty line"
  var dateOrder = DateReader.Order.monthFirst
  var roster = RosterKind.auto
  /// What the records system writes as `event`, in upper case, besides the usual words.
  var events: [String: RosterEvent] = [:]
  /// For the desk's form: offence codes that may be diverted, by code, with their words.
  var offences: [(code: String, words: String)] = []
  /// Whom the printed field release names, by agency id, with their words.
  var fieldRecipients: [(id: String, name: String)] = []

  static func read(_ fields: YAMLFields) -> SheriffSettings? {
    let standard = SheriffSettings()
    func words(_ key: String) -> [(String, String)] {
      fields.value(key, .keyed(byTextOf: .text()), default: []).map { ($0.key, $0.value) }
    }
    let columns = fields.value("columns", .keyed(byTextOf: .text()), default: [])
    let events = fields.value(
      "events", .keyed(byTextOf: YAMLValue<RosterEvent>.choice()), default: [])
    return SheriffSettings(
      columns: Dictionary(columns.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
      facility: fields.value("facility", .code, default: standard.facility),
      formStatements: Set(
        fields.value(
          "form-statements", .list(of: .code, count: 0...20),
          default: standard.formStatements.sorted())),
      largestShrink: fields.value(
        "largest-shrink-percent", .integer(1...100), default: standard.largestShrink),
      dutyLine: fields.value("duty-line", .text(), default: standard.dutyLine),
      dateOrder: fields.value(
        "date-order", YAMLValue<DateReader.Order>.choice(), default: standard.dateOrder),
      roster: fields.value("roster", YAMLValue<RosterKind>.choice(), default: standard.roster),
      events: Dictionary(
        events.map { ($0.key.uppercased(), $0.value) }, uniquingKeysWith: { $1 }),
      offences: words("offences"), fieldRecipients: words("field-recipients"))
  }

  private static let usualEvents: [RosterEvent: Set<String>] = [
    .booked: ["A", "ADD", "ADDED", "ADMIT", "BOOK", "BOOKED", "BOOKING", "I", "IN", "NEW"],
    .updated: ["U", "UPDATE", "UPDATED", "C", "CHANGE", "CHANGED", "CORRECTION"],
    .released: ["R", "REL", "RELEASE", "RELEASED", "O", "OUT", "D", "DELETE", "DISCHARGE"],
  ]

  func event(_ record: IntakeRecord) throws(IntakeError) -> RosterEvent {
    let word = try record.required("event").uppercased()
    if let own = events[word] { return own }
    for (event, words) in Self.usualEvents where words.contains(word) { return event }
    throw record.wrong(
      "event", "is not known", "Use A, U or R, or name the word in the configuration's 'events'.")
  }
}
