import HubModel

/// What one `hold.*` message says.
struct HoldFacts {
  let id: String?
  let incident: String?
  let referredAt: WallTime?
  let dueAt: WallTime?
  let dueOn: CivilDate?
  let rule: String?
  let conditions: [String]
  let disposition: String?
  let decidedOn: CivilDate?
  /// A date of the message was left out.
  let hasImplausibleTime: Bool

  init(_ message: Message) {
    id = message.code("hold")
    incident = message.code("incident")
    rule = message.code("rule")
    conditions = message.codes("condition")
    disposition = message.code("disposition")
    let times = (message.time("referred-at"), message.time("due-at"))
    let dates = (message.date("due-on"), message.date("decided-on"))
    referredAt = times.0.flatMap { $0.isPlausible ? $0 : nil }
    dueAt = times.1.flatMap { $0.isPlausible ? $0 : nil }
    dueOn = dates.0.flatMap { $0.isPlausible ? $0 : nil }
    decidedOn = dates.1.flatMap { $0.isPlausible ? $0 : nil }
    hasImplausibleTime =
      (times.0, times.1) != (referredAt, dueAt) || (dates.0, dates.1) != (dueOn, decidedOn)
  }
}

extension Message {
  /// Every value of a repeating code field, in order.
  func codes(_ name: String) -> [String] {
    segments.flatMap(\.fields).compactMap { field in
      if field.name == name, case .code(let value) = field.value { value } else { nil }
    }
  }
}

extension HoldState {
  /// Whether the message is about this hold. One incident has one hold, so the incident decides
  /// where both sides know it; after the end, another id means another hold.
  func concerns(_ facts: HoldFacts) -> Bool {
    let differentID = id != nil && facts.id != nil && id != facts.id
    if let incident, let other = facts.incident {
      return incident == other && !(phase.isEnded && differentID)
    }
    return !differentID
  }

  /// Applies a message of the hold. The view's agreement gives the date where the message does
  /// not.
  mutating func learn(
    _ event: Event, _ facts: HoldFacts, at time: WallTime, as role: Role,
    isNew: Bool, under agreement: ProgramAgreement
  ) -> [Ignored.Reason] {
    let before: Phase? = isNew ? nil : phase
    var problems: [Ignored.Reason] = facts.hasImplausibleTime ? [.implausibleTime] : []
    switch Self.step(before, event) {
    case .ignore(let reason): return problems + [reason]
    case .stay: break
    case .move(let next): phase = next
    }
    take(facts, overriding: event.overrides(before))
    if conditions.isEmpty { conditions = agreement.hold.conditions }
    settleDue(event, facts, at: time, as: role, before: before, under: agreement)
    if before == .underReview, !phase.isEnded, reviewAsked { phase = .underReview }
    let lacksDate = phase == .open || phase == .extended || event == .extended
    if !phase.isEnded, lacksDate, due == nil || (event == .extended && reviewAsked) {
      problems.append(.noDueDate)
    }
    if phase.isEnded { reminders = [] }
    return problems
  }

  private mutating func take(_ facts: HoldFacts, overriding: Bool) {
    func merge<Value>(_ known: inout Value?, _ new: Value?) {
      known = overriding ? new ?? known : known ?? new
    }
    merge(&id, facts.id)
    merge(&incident, facts.incident)
    merge(&referredAt, facts.referredAt)
    merge(&disposition, facts.disposition)
    merge(&decidedOn, facts.decidedOn)
    if !facts.conditions.isEmpty, overriding || conditions.isEmpty {
      conditions = facts.conditions
    }
  }

  /// The prosecutor's date wins; without one, the window counts from the referral. Only the
  /// prosecutor's own clock runs before the hold is opened.
  private mutating func settleDue(
    _ event: Event, _ facts: HoldFacts, at time: WallTime, as role: Role, before: Phase?,
    under agreement: ProgramAgreement
  ) {
    guard !phase.isEnded, phase != .requested || role == .prosecutor else { return }
    let calendar = agreement.calendar
    let named = facts.dueAt ?? facts.dueOn.map(calendar.end(of:))
    let counted = referredAt.map { HoldClock.due(referredAt: $0, under: agreement) }
    let mayName = event.overrides(before) || due == nil
    guard let next = (mayName ? named : nil) ?? due ?? counted else { return }
    if next != due {
      due = next
      dueOn = facts.dueAt == nil && named == next ? facts.dueOn : calendar.date(of: next)
      reviewAsked = false
      // A reminder that fell due before the viewer learnt the date says nothing that the message
      // itself did not.
      reminders =
        role.hearsHoldClock
        ? HoldClock.reminders(before: next, under: agreement).filter { $0 >= time } : []
      rule = nil
    }
    if let named = facts.rule, mayName { rule = named }
    if rule == nil, next == counted { rule = RuleCode.code(agreement.hold.rule) }
  }

  /// When the clock next has something to do.
  var nextDeadline: WallTime? {
    guard let due, !reviewAsked, runs else { return nil }
    return min(reminders.first ?? due, due)
  }

  private var runs: Bool {
    switch phase {
    case .requested, .open, .extended: true
    case .underReview, .released, .filed, .withdrawn, .voided: false
    }
  }

  /// Everything that is due at `time`: of several reminders that passed in an outage only the
  /// latest, then the end of the window, each once.
  mutating func tick(
    at time: WallTime, as role: Role, under agreement: ProgramAgreement
  ) -> [CaseNotice] {
    guard let due, let next = nextDeadline, next <= time else { return [] }
    var notices: [CaseNotice] = []
    let daysLeft = HoldClock.daysLeft(until: due, at: time, in: agreement.calendar)
    let passed = reminders.prefix { $0 <= time }.count
    if passed > 0 {
      reminders.removeFirst(passed)
      notices.append(.hold(.holdDueSoon, self, daysLeft: daysLeft))
    }
    if due <= time, case .move(let next) = Self.step(phase, .windowEnded) {
      phase = next
      reviewAsked = true
      if role.hearsHoldClock { notices.append(.hold(.holdReviewDue, self, daysLeft: daysLeft)) }
    }
    return notices
  }

  /// An adapter that keeps no clock learns from the hub's own notice that the window ended.
  mutating func learnWindowEnded(_ facts: HoldFacts) -> [Ignored.Reason] {
    if let named = facts.dueAt, named != due { return [.late] }
    switch Self.step(phase, .windowEnded) {
    case .ignore(let reason): return [reason]
    case .stay: return []
    case .move(let next):
      phase = next
      reviewAsked = true
      reminders = []
      return []
    }
  }
}
