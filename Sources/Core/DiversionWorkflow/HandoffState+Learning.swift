import HubModel

extension HandoffState {
  /// A request was learnt. Another request than the last begins anew: somebody waits again.
  mutating func learnRequest(
    _ message: Message, at time: WallTime, under rule: ProgramAgreement.Handoff
  ) -> [Ignored.Reason] {
    let key = MessageKey(message.id)
    guard request?.id != key else { return [] }
    var problems: [Ignored.Reason] = []
    var requestedAt = message.time("requested-at") ?? time
    if !requestedAt.isPlausible {
      problems.append(.implausibleTime)
      requestedAt = time
    }
    let isFirst = request == nil
    let early = answers.filter { $0.to == key || ($0.to == nil && isFirst) }
    self = HandoffState()
    answers = early
    request = Request(
      id: key, requestedAt: requestedAt, asked: min(requestedAt, time),
      callback: message.code("callback"), meetingPlace: message.text("meeting-place"))
    _ = fold(under: rule)
    return problems
  }

  /// An answer was learnt, perhaps before its request. Returns what a refusal sets off at once.
  mutating func learnAnswer(
    _ event: Event, _ message: Message, at time: WallTime, under rule: ProgramAgreement.Handoff
  ) -> (notices: [CaseNotice], problems: [Ignored.Reason]) {
    let key = message.inReplyTo.map(MessageKey.init)
    if let key, let request, key != request.id { return ([], [.otherRequest]) }
    let eta = message.integer("eta-minutes").flatMap(Int.init(exactly:))
    let sentAt = message.sentAt.isPlausible ? min(message.sentAt, time) : time
    answers.append(
      Answer(
        event: event, to: key, at: sentAt, responder: message.code("responder"),
        etaMinutes: eta.flatMap { Self.etaMinutes.contains($0) ? $0 : nil },
        outcome: message.code("outcome")))
    if answers.count > Self.mostAnswers {
      answers.removeFirst(answers.count - Self.mostAnswers)
    }
    let problem = fold(under: rule)
    return (unannounced(), problem.map { [$0] } ?? [])
  }

  /// The hub's own notice, learnt by an adapter that keeps no clock of its own.
  mutating func learnUnanswered(_ attempt: Int, under rule: ProgramAgreement.Handoff) {
    guard request != nil, attempt > told, attempt <= rule.attempts else { return }
    told = attempt
    guard phase.isWaiting, attempt > self.attempt else { return }
    self.attempt = attempt
    phase = .unanswered(attempt: attempt)
  }

  var nextDeadline: WallTime? { nextAttempt }

  mutating func tick(
    at time: WallTime, under rule: ProgramAgreement.Handoff
  ) -> [CaseNotice] {
    guard let nextAttempt, nextAttempt <= time else { return [] }
    clockedTo = max(clockedTo ?? time, time)
    _ = fold(under: rule)
    return unannounced()
  }

  /// Attempts that the viewer has not heard of. Each asks another person on call, so none is
  /// skipped after an outage; the agreement bounds them.
  private mutating func unannounced() -> [CaseNotice] {
    guard let request, attempt > told else { return [] }
    let notices = (told + 1...attempt).map { CaseNotice.unanswered($0, of: request) }
    told = attempt
    return notices
  }

  /// Works the state out anew. Returns why the last answer was passed over, if it was.
  private mutating func fold(under rule: ProgramAgreement.Handoff) -> Ignored.Reason? {
    phase = .requested
    (attempt, responder, etaMinutes, eta, outcome) = (0, nil, nil, nil, nil)
    var asked = request?.asked
    var problem: Ignored.Reason?
    for answer in answers {
      let at = max(answer.at, asked ?? answer.at)
      // An answer at the very instant of an attempt forestalls it.
      asked = advance(from: asked, through: WallTime(milliseconds: at.milliseconds - 1), rule)
      problem = apply(answer, at: at, asked: &asked, rule)
    }
    if let clockedTo { asked = advance(from: asked, through: clockedTo, rule) }
    let mayAskAgain = phase.isWaiting && attempt < rule.attempts
    nextAttempt = mayAskAgain ? asked.map { $0 + rule.acknowledgeWithin } : nil
    return problem
  }

  private mutating func apply(
    _ answer: Answer, at time: WallTime, asked: inout WallTime?,
    _ rule: ProgramAgreement.Handoff
  ) -> Ignored.Reason? {
    let isOther = responder != nil && answer.responder != nil && responder != answer.responder
    switch Self.step(phase, answer.event, isOther: isOther) {
    case .ignore(let reason): return reason
    case .stay: break
    case .move(let next): phase = next
    }
    switch answer.event {
    case .acknowledged:
      responder = answer.responder
      etaMinutes = answer.etaMinutes
      eta = answer.etaMinutes.map { time + .minutes(Int64($0)) }
    case .declined:
      (responder, etaMinutes, eta) = (nil, nil, nil)
      if asked != nil { asked = time }
      if attempt < rule.attempts { attempt += 1 }
    case .arrived: responder = answer.responder ?? responder
    case .completed: outcome = answer.outcome ?? outcome
    }
    return nil
  }

  /// Lets the clock go off up to `limit`; returns when the present person on call was asked.
  private mutating func advance(
    from asked: WallTime?, through limit: WallTime, _ rule: ProgramAgreement.Handoff
  ) -> WallTime? {
    guard var asked else { return nil }
    while phase.isWaiting, attempt < rule.attempts, asked + rule.acknowledgeWithin <= limit {
      attempt += 1
      asked = asked + rule.acknowledgeWithin
      phase = .unanswered(attempt: attempt)
    }
    return asked
  }
}

extension Message {
  func text(_ name: String) -> String? {
    if case .text(let value)? = value(name) { value } else { nil }
  }
}
