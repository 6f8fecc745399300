public import HubModel

extension CaseView {
  /// As ``learn(_:at:under:)``, and says what was passed over, for the log.
  public mutating func study(
    _ message: Message, at time: WallTime, under agreement: ProgramAgreement
  ) -> Lesson {
    var lesson = Lesson()
    func passOver(_ reasons: [Ignored.Reason]) {
      lesson.ignored += reasons.map { Ignored(message.topic, $0) }
    }
    let reading = Reading(message)
    guard !reading.isEmpty else { return lesson }
    guard message.caseID == caseID else {
      passOver([.otherCase])
      return lesson
    }
    guard remember(message) else {
      passOver([.duplicate])
      return lesson
    }
    if let problem = reading.problem { passOver([problem]) }
    if let event = reading.referral {
      passOver(learnReferral(event, message))
      if let notice = decideReferral(under: agreement) { lesson.notices.append(notice) }
    }
    if message.topic == .intakeCompleted { learnIntake(message) }
    if let event = reading.hold {
      passOver(learnHold(event, message, at: time, under: agreement))
    }
    if let event = reading.handoff {
      let (notices, problems) = learnHandoff(event, message, at: time, under: agreement)
      lesson.notices += notices
      passOver(problems)
    }
    return lesson
  }

  /// `false` where the view has learnt this very part of the message before.
  private mutating func remember(_ message: Message) -> Bool {
    let entry = Seen(id: MessageKey(message.id), fields: message.fieldDigest)
    guard !seen.contains(entry) else { return false }
    seen.append(entry)
    if seen.count > Self.mostSeen { seen.removeFirst(seen.count - Self.mostSeen) }
    return true
  }

  private mutating func learnReferral(
    _ event: ReferralState.Event, _ message: Message
  ) -> [Ignored.Reason] {
    var state = referral ?? ReferralState(event.target)
    switch ReferralState.step(referral?.phase, event) {
    case .ignore(let reason): return [reason]
    case .stay: break
    case .move(let next):
      state.phase = next
      if event == .submitted { state.isDecidedBySite = false }
    }
    let problems = event == .submitted ? state.learnSubmission(message, viewer: viewer) : []
    if event == .assigned { state.assignedTo = message.code("assigned-to") ?? state.assignedTo }
    referral = state
    return problems
  }

  /// A completed intake that was *released* to the viewer came with the scope of the release that
  /// allowed it: so that release is signed. Its sender learns nothing of a release from it.
  private mutating func learnIntake(_ message: Message) {
    var codes = ["intake-completed"]
    if message.source != viewer { codes.append("roi-signed") }
    met = Set(met).union(codes).sorted()
  }

  private mutating func learnHold(
    _ event: HoldState.Event, _ message: Message, at time: WallTime,
    under agreement: ProgramAgreement
  ) -> [Ignored.Reason] {
    let facts = HoldFacts(message)
    let known = hold.flatMap { $0.concerns(facts) ? $0 : nil }
    if let current = hold, known == nil {
      guard current.phase.isEnded, event.begins else { return [.otherIncident] }
    }
    if event == .windowEnded {
      guard var known else { return [.impossible] }
      let problems = known.learnWindowEnded(facts)
      hold = known
      return problems
    }
    guard var state = known ?? event.target.map(HoldState.init) else { return [.impossible] }
    if hold == nil { state.referredAt = referral?.referredAt }
    let problems = state.learn(
      event, facts, at: time, as: role, isNew: known == nil, under: agreement)
    hold = state
    return problems
  }

  private mutating func learnHandoff(
    _ event: Reading.Handoff, _ message: Message, at time: WallTime,
    under agreement: ProgramAgreement
  ) -> (notices: [CaseNotice], problems: [Ignored.Reason]) {
    var state = handoff ?? HandoffState()
    let rule = agreement.handoff
    var result: (notices: [CaseNotice], problems: [Ignored.Reason]) = ([], [])
    switch event {
    case .request: result.problems = state.learnRequest(message, at: time, under: rule)
    case .answer(let answer):
      result = state.learnAnswer(answer, message, at: time, under: rule)
    case .unanswered(let attempt):
      guard handoff != nil else { return ([], [.impossible]) }
      state.learnUnanswered(attempt, under: rule)
    }
    handoff = state
    return result
  }
}

extension ReferralState {
  mutating func learnSubmission(_ message: Message, viewer: AgencyID) -> [Ignored.Reason] {
    var problems: [Ignored.Reason] = []
    if let code = message.code("door") {
      if let named = Door(rawValue: code) { door = named } else { problems.append(.unknownCode) }
    }
    if let time = message.time("referred-at") {
      if time.isPlausible { referredAt = time } else { problems.append(.implausibleTime) }
    }
    incident = message.code("incident") ?? incident
    let named = message.codes("offence")
    if !named.isEmpty { offences = named }
    isOwn = message.source == viewer
    return problems
  }
}

extension Message {
  /// FNV-1a over the fields' names: the same for the same part, on every run and machine.
  var fieldDigest: UInt64 {
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for field in segments.flatMap(\.fields) {
      for byte in field.name.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
      digest = (digest ^ 0x2c) &* 0x100_0000_01b3
    }
    return digest
  }
}
