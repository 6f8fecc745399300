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
  var gathering = Gathering()
  for index in request.segments {
    guard index < request.message.segments.count else { continue }
    let verdict = judge(
      request.message.segments[index], of: request, under: agreement, consents: consents, at: now)
    gathering.add(verdict, segment: index)
  }
  return gathering.decision(of: request, consents)
}

/// The verdict on one segment.
enum Verdict {
  /// By the records of these indices, where releases permit.
  case permit(Authority, [Int], Reason, needsStatement: Bool)
  case hold([Reason])
  case withhold([Reason], [Int])
}

private func judge(
  _ segment: Segment, of request: ReleaseRequest, under agreement: ProgramAgreement,
  consents: ParticipantConsents?, at now: WallTime
) -> Verdict {
  switch request.footing {
  case .ownView: return judgeOwnView(request)
  case .outcome: return judgeOutcome(request, under: agreement)
  case .identityQuestion:
    return judgeIdentityQuestion(request, consents: consents, under: agreement.switches, at: now)
  case .submitted: break
  }
  let audience = request.message.audience
  if !audience.isEmpty && !audience.contains(request.recipient.id) {
    return .withhold([.notAddressed], [])
  }
  let labels = request.labels(of: segment)
  if let forbidden = law(segment, labels: labels, of: request, under: agreement.switches) {
    return .withhold([forbidden], [])
  }
  if let consents, consents.isEmergency(segment, of: request, at: now) {
    // Overrides the agreement and what was signed, never the law's gates.
    return .permit(.emergency, [], .emergency, needsStatement: labels.contains(.part2))
  }
  let path = ProgramAgreement.Path(
    request.message.topic, from: request.discloser.role, to: request.recipient.role)
  let exceptions = agreement.exceptions.filter { $0.path == path }
  if let exception = exceptions.first(where: { exception in
    !exception.whileInCustody || consents?.marks.isInCustody(of: request.recipient.id) ?? false
  }) {
    // 42 CFR 2.13(a) leaves no room for an agreement between agencies, and 290dd-2(c) none for
    // what is used against the person.
    if labels.contains(.part2) { return .withhold([.part2Exception], []) }
    if request.message.purpose.isAdverse { return .withhold([.adversePurpose], []) }
    if segment.category.isOfNotes { return .withhold([.separateConsent], []) }
    if let bound = boundByOrigin(segment, of: request) { return bound }
    return .permit(
      .agreementException(legalBasis: exception.legalBasis), [], .agreementException,
      needsStatement: false)
  }
  guard agreement.paths.contains(path) else {
    return .withhold([exceptions.isEmpty ? .noPath : .notInCustody], [])
  }
  if Catalogue.spec(of: request.message.topic)?.disclosure == .operational {
    guard request.message.participant == nil, request.message.tokens.isEmpty,
      segment.category == .operational, segment.labels.isEmpty
    else { return .withhold([.personInOperational], []) }
    return .permit(.operational, [], .operational, needsStatement: false)
  }
  guard let consents else { return .withhold([.noParticipant], []) }
  if consents.isOrdered(segment, labels: labels, of: request, at: now) {
    return .permit(.courtOrder, [], .courtOrder, needsStatement: labels.contains(.part2))
  }
  let verdict = judgeByReleases(
    segment, labels: labels, of: request, consents: consents, under: agreement, at: now)
  if case .permit = verdict { return boundByOrigin(segment, of: request) ?? verdict }
  guard case .hold = verdict else { return verdict }
  // What only a consent or an order of its own could open does not wait for another one.
  if request.message.purpose.isAdverse { return .withhold([.adversePurpose], []) }
  if segment.category.isOfNotes { return .withhold([.separateConsent], []) }
  return verdict
}

/// What a sender was told itself it may tell on only while it could still be told it.
private func boundByOrigin(_ segment: Segment, of request: ReleaseRequest) -> Verdict? {
  switch request.received[segment.category]?.standing {
  case nil, .stands: nil
  case .waits: .hold([.onwardWaits])
  case .ended: .withhold([.onwardEnded], [])
  }
}

/// What the router says to an agency from that agency's own view has the agency as its only
/// reader and discloses nothing that it does not hold already.
private func judgeOwnView(_ request: ReleaseRequest) -> Verdict {
  guard request.message.source == .hub, request.message.audience == [request.recipient.id] else {
    return .withhold([.notAddressed], [])
  }
  return .permit(.ownView, [], .ownView, needsStatement: false)
}

private func judgeOutcome(
  _ request: ReleaseRequest, under agreement: ProgramAgreement
) -> Verdict {
  guard request.message.source == .hub, request.message.topic == .outcome,
    request.message.audience == [request.recipient.id]
  else { return .withhold([.notAddressed], []) }
  guard let topic = request.message.code("topic").flatMap(Topic.init(rawValue:)),
    agreement.outcome(of: topic) == .full
  else { return .withhold([.outcomeNotSet], []) }
  return .permit(.ownMessage, [], .ownMessage, needsStatement: false)
}

/// Only a steward whom a release in force names is asked, and only about that participant.
private func judgeIdentityQuestion(
  _ request: ReleaseRequest, consents: ParticipantConsents?, under law: SiteSwitches,
  at now: WallTime
) -> Verdict {
  guard request.message.source == .hub, request.message.topic == .identityCandidate,
    request.message.audience == [request.recipient.id]
  else { return .withhold([.notAddressed], []) }
  guard let consents else { return .withhold([.noParticipant], []) }
  let naming = consents.records.indices.filter { index in
    consents.records[index].names(
      steward: request.recipient, consents.marks, under: law, at: now)
  }
  guard !naming.isEmpty else { return .withhold([.recipientNotNamed], []) }
  return .permit(.releases([]), naming, .releaseCovers, needsStatement: false)
}

/// Collects the verdicts of a message's segments into one decision.
private struct Gathering {
  var permitted = SegmentSet(bits: 0)
  var held = SegmentSet(bits: 0)
  var withheld = SegmentSet(bits: 0)
  var reasons: [Reason] = []
  var holding: [Reason] = []
  var withholding: [Reason] = []
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
      for record in records where !releases.contains(record) { releases.append(record) }
      needsStatement = needsStatement || statement
      note(reason)
    case .hold(let reasons):
      held.insert(index)
      note(reasons)
      for reason in reasons where !holding.contains(reason) { holding.append(reason) }
    case .withhold(let reasons, let records):
      withheld.insert(index)
      for record in records where !refusing.contains(record) { refusing.append(record) }
      note(reasons)
      for reason in reasons where !withholding.contains(reason) { withholding.append(reason) }
    }
  }

  private mutating func note(_ reason: Reason) {
    if !reasons.contains(reason) { reasons.append(reason) }
  }

  private mutating func note(_ found: [Reason]) {
    for reason in found { note(reason) }
  }

  func decision(of request: ReleaseRequest, _ consents: ParticipantConsents?) -> Decision {
    let records = consents?.records ?? []
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
        consentPosition: consents?.position ?? 0)
    }
    return Decision(
      permit: permit, held: held, withheld: withheld, reasons: reasons,
      holding: holding, withholding: withholding,
      deciding: refusing.isEmpty
        ? versions : versions + refusing.filter { !releases.contains($0) }.map(version),
      consentPosition: consents?.position ?? 0)
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
