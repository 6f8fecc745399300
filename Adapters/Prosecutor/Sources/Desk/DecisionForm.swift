/// What an attorney may decide, in the office's words.
struct DecisionForm {
  struct Reason {
    let code: String
    let words: String
  }

  /// Opening a hold needs no reason.
  static let noReason = "as-asked"

  let event: Decision.Event
  let verb: String
  /// What it means, before anybody presses.
  let meaning: String
  let done: String
  private let standard: [Reason]

  /// In the order in which they are offered. There is no reason that would draw on what a provider
  /// has not said (42 USC 290dd-2(c)).
  static let all: [DecisionForm] = [
    DecisionForm(
      event: .opened, verb: "Open the hold",
      meaning: "The case is not filed before the last day of its window. The site's rule gives "
        + "the date, counted from the referral.", done: "The hold is open.",
      standard: [Reason(code: noReason, words: "Open it as asked")]),
    DecisionForm(
      event: .released, verb: "Decline to file",
      meaning: "The hold ends and this incident is not charged.",
      done: "Declined to file. The hold is released.",
      standard: [
        Reason(code: "diversion-conditions-met", words: "Conditions met"),
        Reason(code: "interest-of-justice", words: "Interest of justice"),
        Reason(code: "insufficient-evidence", words: "Not enough evidence"),
        Reason(code: "complainant-request", words: "The complainant asked for it"),
      ]),
    DecisionForm(
      event: .extended, verb: "Extend",
      meaning: "The hold goes on until the new last day.", done: "The hold is extended.",
      standard: [
        Reason(code: "more-time", words: "More time is needed"),
        Reason(code: "agreed-with-provider", words: "Agreed with the provider"),
        Reason(code: "agreed-with-counsel", words: "Agreed with counsel"),
      ]),
    DecisionForm(
      event: .voided, verb: "Void",
      meaning: "The hold should never have been: it is struck out. The case is as it was before.",
      done: "The hold is void.",
      standard: [
        Reason(code: "opened-in-error", words: "Opened in error"),
        Reason(code: "duplicate", words: "A second hold on the same incident"),
        Reason(code: "wrong-incident", words: "Wrong incident"),
      ]),
    DecisionForm(
      event: .filed, verb: "File charges",
      meaning: "The hold ends and the case is filed. Nobody is told why but by this code.",
      done: "Filed. The hold has ended.",
      standard: [
        Reason(code: "charging-decision", words: "Charging decision on the evidence"),
        Reason(code: "new-evidence", words: "New evidence of this incident"),
        Reason(code: "complainant-request", words: "The complainant asked for it"),
      ]),
  ]

  init?(event: String) {
    guard let form = Self.all.first(where: { $0.event.rawValue == event }) else { return nil }
    self = form
  }

  private init(
    event: Decision.Event, verb: String, meaning: String, done: String, standard: [Reason]
  ) {
    self.event = event
    self.verb = verb
    self.meaning = meaning
    self.done = done
    self.standard = standard
  }

  /// The site's own reasons, or the ones above.
  func reasons(_ settings: ProsecutorSettings) -> [Reason] {
    guard let own = settings.reasons[event], !own.isEmpty else { return standard }
    return own.map { Reason(code: $0, words: $0.replacing("-", with: " ").capitalizedFirst) }
  }

  /// A hold that runs is not opened again.
  func fits(_ line: HoldLine) -> Bool {
    event != .opened || line.phase == "requested"
  }
}
