import AdapterKit
import DiversionWorkflow
import HubModel

/// One decision of the office on one hold, as a file or a command says it.
struct Decision: Sendable {
  enum Event: String, CaseIterable, Sendable {
    case opened, extended, released, filed, withdrawn, voided

    var topic: Topic {
      switch self {
      case .opened: .holdOpened
      case .extended: .holdExtended
      case .released: .holdReleased
      case .filed: .holdFiled
      case .withdrawn: .holdWithdrawn
      case .voided: .holdVoided
      }
    }

    var step: HoldState.Event {
      switch self {
      case .opened: .opened
      case .extended: .extended
      case .released: .released
      case .filed: .filed
      case .withdrawn: .withdrawn
      case .voided: .voided
      }
    }

    /// The hold comes to its end by it.
    var ends: Bool { self != .opened && self != .extended }
  }

  let record: IntakeRecord
  /// The office's own number of the decision; the same number again is the same decision.
  let number: String?
  let hold: String?
  let incident: String?
  /// The referral from which the hold came; it tells two holds of one incident apart.
  let referral: CaseID?
  let event: Event
  let decidedAt: WallTime?
  let dueOn: CivilDate?
  let rule: String?
  let disposition: String?
  let reason: String?

  static let requiredFields = ["event"]

  /// Headers that are known to mean a field.
  static let aliases = [
    "incident": "incident_no", "incident_number": "incident_no", "hold": "hold_no",
    "hold_id": "hold_no", "decision": "event", "due": "due_on", "due_date": "due_on",
    "rule": "due_rule", "decision_number": "decision_no",
  ]

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    number = try record.code("decision_no")
    hold = try record.code("hold_no")
    incident = try record.code("incident_no")
    referral = try record.identifier("referral_id")
    event = try record.choice("event", Event.self)
    decidedAt = try dates.time("decided_at", of: record)
    dueOn = try dates.date("due_on", of: record)
    rule = try record.code("due_rule")
    disposition = try record.code("disposition")
    reason = try record.code("reason")
    guard hold != nil || incident != nil || referral != nil else {
      throw record.wrong(
        "incident_no", "is empty, and so is hold_no", "Name the hold by one of them.")
    }
    if event == .extended && dueOn == nil {
      throw record.wrong("due_on", "is empty", "An extension needs the last day of the window.")
    }
    if event.ends && event != .withdrawn && reason == nil && disposition == nil {
      throw record.wrong(
        "disposition", "is empty, and so is reason", "Give a code for why the hold ends so.")
    }
  }
}

extension Decision {
  /// For the hold's history in the office.
  var history: String {
    let why = [disposition, reason].compactMap { $0 }.joined(separator: ", ")
    let until = dueOn.map { " until \($0)" } ?? ""
    return "Hold \(event.rawValue)\(until)" + (why.isEmpty ? "" : ": \(why)")
  }
}
