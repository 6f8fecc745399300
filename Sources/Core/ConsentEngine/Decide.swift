public import HubModel

/// Decides what of a message a recipient may have at `now`.
///
/// Three layers, each able to say no: the law, the program agreement, the participant's own
/// releases. Anything the layers do not clearly allow is denied. Pure: the same arguments give
/// the same answer, so that every decision can be replayed.
///
/// - Parameters:
///   - consents: all that the participant has said, at one position of their log; `nil` where
///     the message is about nobody.
///   - now: judges starts and expiries; never order.
public func decide(
  _ request: ReleaseRequest, under agreement: ProgramAgreement,
  consents: ParticipantConsents?, at now: WallTime
) -> Decision {
  let said = consents ?? ParticipantConsents()
  var gathering = Gathering()
  for index in request.segments {
    guard index < request.message.segments.count else { continue }
    let question = Question(segment: index, of: request, at: now)
    gathering.add(
      judge(question, under: agreement, consents: said, isAboutSomebody: consents != nil),
      segment: index)
  }
  return gathering.decision(of: request, said)
}

/// The verdict on one segment.
enum Verdict {
  /// By the records of these indices, where releases permit.
  case permit(Authority, [Int], Reason, needsStatement: Bool)
  case hold(WordList<Reason>)
  case withhold(Reason, [Int])
}

/// - Parameter isAboutSomebody: whether the hub knows whom the message is about.
private func judge(
  _ question: Question, under agreement: ProgramAgreement, consents: ParticipantConsents,
  isAboutSomebody: Bool
) -> Verdict {
  let request = question.request
  switch request.footing {
  case .ownView: return judgeOwnView(request)
  case .outcome: return judgeOutcome(request, under: agreement)
  case .identityQuestion:
    return judgeIdentityQuestion(
      question, consents: consents, isAboutSomebody: isAboutSomebody, under: agreement.switches)
  case .submitted: break
  }
  let audience = request.message.audience
  if !audience.isEmpty && !audience.contains(request.recipient.id) {
    return .withhold(.notAddressed, [])
  }
  if let forbidden = law(question, under: agreement.switches) { return .withhold(forbidden, []) }
  let isPart2 = question.labels.contains(.part2)
  let mayOpenWithoutRelease = !agreement.isAnswered(request.message)
  if mayOpenWithoutRelease, consents.isEmergency(question) {
    // Overrides the agreement and what was signed, never the law's gates.
    return .permit(.emergency, [], .emergency, needsStatement: isPart2)
  }
  let path = ProgramAgreement.Path(
    request.message.topic, from: request.discloser.role, to: request.recipient.role)
  let exceptions = agreement.exceptions.filter { $0.path == path }
  if let exception = exceptions.first(where: { exception in
    !exception.whileInCustody
      || mayOpenWithoutRelease && consents.marks.isInCustody(of: request.recipient.id)
  }) {
    // 42 CFR 2.13(a) leaves no room for an agreement between agencies, and 290dd-2(c) none for
    // what is used against the person.
    if isPart2 { return .withhold(.part2Exception, []) }
    if let apart = question.needsItsOwn { return .withhold(apart, []) }
    if let bound = boundByOrigin(question) { return bound }
    return .permit(
      .agreementException(legalBasis: exception.legalBasis), [], .agreementException,
      needsStatement: false)
  }
  guard agreement.paths.contains(path) else {
    return .withhold(exceptions.isEmpty ? .noPath : .notInCustody, [])
  }
  if Catalogue.disclosure(of: request.message.topic) == .operational {
    guard request.message.participant == nil, request.message.tokens.isEmpty,
      question.category == .operational, question.hasNoLabels
    else { return .withhold(.personInOperational, []) }
    return .permit(.operational, [], .operational, needsStatement: false)
  }
  guard isAboutSomebody else { return .withhold(.noParticipant, []) }
  if mayOpenWithoutRelease, consents.isOrdered(question) {
    return .permit(.courtOrder, [], .courtOrder, needsStatement: isPart2)
  }
  let verdict = judgeByReleases(question, consents: consents, under: agreement)
  if case .permit = verdict { return boundByOrigin(question) ?? verdict }
  // What only a consent or an order of its own could open does not wait for another one.
  if case .hold = verdict, let apart = question.needsItsOwn { return .withhold(apart, []) }
  return verdict
}

extension Question {
  /// Why nothing but a consent or an order of its own could open the segment; `nil` where others
  /// may.
  fileprivate var needsItsOwn: Reason? {
    if request.message.purpose.isAdverse { return .adversePurpose }
    return category.isOfNotes ? .separateConsent : nil
  }
}

/// What a sender was told itself it may tell on only while it could still be told it.
private func boundByOrigin(_ question: Question) -> Verdict? {
  switch question.request.received[question.category]?.standing {
  case nil, .stands: nil
  case .waits: .hold([.onwardWaits])
  case .ended: .withhold(.onwardEnded, [])
  }
}

/// What the router says to an agency from that agency's own view has the agency as its only
/// reader and discloses nothing that it does not hold already.
private func judgeOwnView(_ request: ReleaseRequest) -> Verdict {
  guard request.message.source == .hub, request.message.audience == [request.recipient.id] else {
    return .withhold(.notAddressed, [])
  }
  return .permit(.ownView, [], .ownView, needsStatement: false)
}

private func judgeOutcome(
  _ request: ReleaseRequest, under agreement: ProgramAgreement
) -> Verdict {
  guard request.message.source == .hub, request.message.topic == .outcome,
    request.message.audience == [request.recipient.id]
  else { return .withhold(.notAddressed, []) }
  guard let topic = request.message.code("topic").flatMap(Topic.init(rawValue:)),
    agreement.outcome(of: topic) == .full
  else { return .withhold(.outcomeNotSet, []) }
  return .permit(.ownMessage, [], .ownMessage, needsStatement: false)
}

/// Only a steward whom a release in force names is asked, and only about that participant.
private func judgeIdentityQuestion(
  _ question: Question, consents: ParticipantConsents, isAboutSomebody: Bool,
  under law: SiteSwitches
) -> Verdict {
  let request = question.request
  guard request.message.source == .hub, request.message.topic == .identityCandidate,
    request.message.audience == [request.recipient.id]
  else { return .withhold(.notAddressed, []) }
  guard isAboutSomebody else { return .withhold(.noParticipant, []) }
  let naming = consents.records.indices.filter { index in
    consents.records[index].names(
      steward: request.recipient, consents.marks, under: law, at: question.now)
  }
  guard !naming.isEmpty else { return .withhold(.recipientNotNamed, []) }
  return .permit(.releases([]), naming, .releaseCovers, needsStatement: false)
}

/// Collects the verdicts of a message's segments into one decision.
private struct Gathering {
  var permitted = SegmentSet(bits: 0)
  var held = SegmentSet(bits: 0)
  var withheld = SegmentSet(bits: 0)
  var reasons = WordList<Reason>()
  var holding = WordList<Reason>()
  var withholding = WordList<Reason>()
  /// Indices of the records that permit, and of those that end the waiting.
  var releases: [Int] = []
  var refusing: [Int] = []
  var authority: Authority?
  var needsStatement = false

  mutating func add(_ verdict: Verdict, segment index: Int) {
    switch verdict {
    case .permit(let authority, let records, let reason, let statement):
      permitted.insert(index)
      self.authority = self.authority ?? authority
      Self.add(records, to: &releases)
      needsStatement = needsStatement || statement
      reasons.append(reason)
    case .hold(let found):
      held.insert(index)
      holding.append(contentsOf: found)
      reasons.append(contentsOf: found)
    case .withhold(let reason, let records):
      withheld.insert(index)
      Self.add(records, to: &refusing)
      withholding.append(reason)
      reasons.append(reason)
    }
  }

  private static func add(_ records: [Int], to known: inout [Int]) {
    // Mostly there is one segment: its list is taken as it is.
    if known.isEmpty {
      known = records
    } else {
      for record in records where !known.contains(record) { known.append(record) }
    }
  }

  func decision(of request: ReleaseRequest, _ consents: ParticipantConsents) -> Decision {
    let records = consents.records
    func version(_ index: Int) -> AuditEntry.ReleaseVersion {
      .init(records[index].roi.id, version: records[index].roi.version)
    }
    let versions = releases.map(version)
    var permit: Permit?
    if let authority {
      permit = Permit(
        message: request.message.id, recipient: request.recipient.id, segments: permitted,
        authority: releases.isEmpty ? authority : .releases(versions),
        noticeBasis: noticeBasis(toward: request.recipient.role, records),
        consentPosition: consents.position)
    }
    return Decision(
      permit: permit, held: held, withheld: withheld, reasons: reasons,
      holding: holding, withholding: withholding,
      deciding: refusing.isEmpty
        ? versions : versions + refusing.filter { !releases.contains($0) }.map(version),
      consentPosition: consents.position)
  }

  /// Each consented disclosure carries its scope, and of Part 2 content the statement too; what
  /// an order or an emergency opens carries the statement alone (42 CFR 2.32).
  private func noticeBasis(toward role: Role, _ records: [RoiRecord]) -> Permit.NoticeBasis? {
    guard !releases.isEmpty || needsStatement else { return nil }
    return Permit.NoticeBasis(
      statement: needsStatement ? RedisclosureStatement.text(toward: role) : "",
      records: records, permitting: releases)
  }
}
