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
  for index in request.segments.indexes {
    guard index < request.message.segments.count else { continue }
    let verdict = judge(
      request.message.segments[index], of: request, under: agreement, consents: consents, at: now)
    gathering.add(verdict, segment: index)
  }
  return gathering.decision(of: request, position: consents?.position ?? 0)
}

/// The verdict on one segment.
enum Verdict {
  case permit(Authority, [RoiRecord], Reason, needsStatement: Bool)
  case hold([Reason])
  case withhold([Reason], [RoiRecord])
}

private func judge(
  _ segment: Segment, of request: ReleaseRequest, under agreement: ProgramAgreement,
  consents: ParticipantConsents?, at now: WallTime
) -> Verdict {
  switch request.footing {
  case .ownView: return judgeOwnView(request)
  case .outcome: return judgeOutcome(request, under: agreement)
  case .identityQuestion: return judgeIdentityQuestion(request, consents: consents, at: now)
  case .submitted: break
  }
  let message = request.message
  if !message.audience.isEmpty && !message.audience.contains(request.recipient.id) {
    return .withhold([.notAddressed], [])
  }
  if let forbidden = law(segment, of: request) { return .withhold([forbidden], []) }
  let path = ProgramAgreement.Path(
    message.topic, from: request.discloser.role, to: request.recipient.role)
  if let exception = agreement.exceptions.first(where: { $0.path == path }) {
    return .permit(
      .agreementException(legalBasis: exception.legalBasis), [], .agreementException,
      needsStatement: false)
  }
  guard agreement.paths.contains(path) else { return .withhold([.noPath], []) }
  if Catalogue.spec(of: message.topic)?.disclosure == .operational {
    guard message.participant == nil, message.tokens.isEmpty, segment.category == .operational,
      segment.labels.isEmpty
    else { return .withhold([.personInOperational], []) }
    return .permit(.operational, [], .operational, needsStatement: false)
  }
  guard let consents else { return .withhold([.noParticipant], []) }
  return judgeByReleases(segment, of: request, consents: consents, at: now)
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
  _ request: ReleaseRequest, consents: ParticipantConsents?, at now: WallTime
) -> Verdict {
  guard request.message.source == .hub, request.message.topic == .identityCandidate,
    request.message.audience == [request.recipient.id]
  else { return .withhold([.notAddressed], []) }
  guard let consents else { return .withhold([.noParticipant], []) }
  let naming = consents.records.filter {
    guard case .inForce = $0.standing(toward: request.recipient, at: now) else { return false }
    return $0.roi.identityStewards.contains(request.recipient.id)
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
  var releases: [RoiRecord] = []
  var refusing: [RoiRecord] = []
  var authority: Authority?
  var needsStatement = false

  mutating func add(_ verdict: Verdict, segment index: Int) {
    switch verdict {
    case .permit(let authority, let records, let reason, let statement):
      permitted.insert(index)
      self.authority = self.authority ?? authority
      for record in records where !releases.contains(where: { $0.roi.id == record.roi.id }) {
        releases.append(record)
      }
      needsStatement = needsStatement || statement
      note([reason])
    case .hold(let reasons):
      held.insert(index)
      note(reasons)
      for reason in reasons where !holding.contains(reason) { holding.append(reason) }
    case .withhold(let reasons, let records):
      withheld.insert(index)
      for record in records where !refusing.contains(where: { $0.roi.id == record.roi.id }) {
        refusing.append(record)
      }
      note(reasons)
      for reason in reasons where !withholding.contains(reason) { withholding.append(reason) }
    }
  }

  private mutating func note(_ found: [Reason]) {
    for reason in found where !reasons.contains(reason) { reasons.append(reason) }
  }

  func decision(of request: ReleaseRequest, position: UInt64) -> Decision {
    let versions = releases.map { AuditEntry.ReleaseVersion($0.roi.id, version: $0.roi.version) }
    var permit: Permit?
    if let authority, !permitted.isEmpty {
      permit = Permit(
        message: request.message.id, recipient: request.recipient.id, segments: permitted,
        authority: releases.isEmpty ? authority : .releases(versions),
        notice: notice(toward: request.recipient.role), consentPosition: position)
    }
    return Decision(
      permit: permit, held: held, withheld: withheld, reasons: reasons,
      holding: holding, withholding: withholding,
      deciding: versions
        + refusing.map { AuditEntry.ReleaseVersion($0.roi.id, version: $0.roi.version) },
      consentPosition: position)
  }

  private func notice(toward role: Role) -> DisclosureNotice? {
    guard !releases.isEmpty else { return nil }
    return DisclosureNotice(
      statement: needsStatement ? RedisclosureStatement.text(toward: role) : "",
      scopes: releases.map { DisclosureNotice.Scope(of: $0.roi) })
  }
}
