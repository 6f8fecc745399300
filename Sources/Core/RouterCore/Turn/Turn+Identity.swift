import ConsentEngine
import HubModel

/// Matching of people by keyed tokens. A miss leaves (source, number, no-match) and nothing more;
/// the sender sees the same receipt in every case.
extension Turn {
  func confirmedParticipant(by tokens: [IdentityToken]) -> ParticipantID? {
    var found: Set<ParticipantID> = []
    for token in tokens {
      for match in facts.tokens[token] ?? [] where match.isConfirmed {
        found.insert(match.participant)
      }
    }
    guard let first = found.min() else { return nil }
    // Several that are one person are as good as one.
    let others = facts.participants[first]?.others ?? []
    return found.subtracting(others) == [first] ? first : nil
  }

  mutating func register(_ tokens: [IdentityToken], of participant: ParticipantID) {
    for token in tokens {
      let isConfirmed = token.kind == .stateID
      let known = facts.tokens[token] ?? []
      guard !known.contains(where: { $0.participant == participant }) else { continue }
      facts.tokens[token] =
        known + [TokenMatch(participant: participant, isConfirmed: isConfirmed)]
      write(.token(token, participant, isConfirmed: isConfirmed))
      if isConfirmed { mergeHolders(of: token, with: participant, by: .hub) }
    }
  }

  mutating func match(booking message: Message) {
    if let participant = confirmedParticipant(by: message.tokens) {
      store(
        StoredMessage(
          message: message, participant: participant, basis: .submitted, acceptedAt: now))
      return
    }
    let questions = candidates(of: message)
    guard !questions.isEmpty else {
      leaveNoMatch(message)
      return
    }
    let stored = StoredMessage(
      message: message, participant: nil, basis: .candidate, acceptedAt: now)
    write(.accepted(stored))
    audit(.candidate, actor: message.source, about: stored)
    setTimer(.lapse(message.id), due: now + state.agreement.escrow.candidateDeadline)
    for (participant, steward) in questions { ask(steward, whether: message, is: participant) }
  }

  /// Who has whom in custody, by the jail's own word and time; what it corrects ends custody, and
  /// begins none. It bears on nothing but exceptions of the agreement that say so.
  mutating func noteCustody(_ stored: StoredMessage) {
    guard let person = stored.participant else { return }
    let message = stored.message
    guard case .time(let time)? = message.value("at") else { return }
    let mark: ConsentMark
    switch message.topic {
    case .bookingCreated where message.value("correction") != .flag(true):
      mark = .booked(message.source, at: time)
    case .bookingCreated, .bookingReleased: mark = .freed(message.source, at: time)
    default: return
    }
    facts.participants[person, default: ParticipantRecord()].consents.marks.take(mark)
    let position = facts.participants[person]?.consents.position ?? 0
    write(.mark(person, mark, position: position))
  }

  mutating func leaveNoMatch(_ message: Message) {
    write(.noMatch(message.source, booking: message.code("booking") ?? "", at: now))
    write(.audit(AuditEntry(.noMatch, at: now, actor: message.source, topic: message.topic)))
  }

  /// People whom the booking may be, each with the steward whom their release names. A name and
  /// birth date that fit too many people fit nobody.
  private func candidates(of message: Message) -> [(ParticipantID, AgencyID)] {
    var possible: Set<ParticipantID> = []
    for token in message.tokens {
      for match in facts.tokens[token] ?? [] { possible.insert(match.participant) }
    }
    guard possible.count <= Limits.identityCandidates else { return [] }
    return possible.sorted().flatMap { participant in
      consents(of: participant).identityStewards(
        in: state.registry, under: state.agreement.switches, at: now)
        .map { (participant, $0) }
    }
  }

  private mutating func ask(
    _ steward: AgencyID, whether booking: Message, is participant: ParticipantID
  ) {
    let question = Message(
      id: freshMessageID(for: steward), topic: .identityCandidate, source: .hub,
      program: state.agreement.program, sentAt: now, purpose: .identityResolution,
      audience: [steward],
      segments: [
        Segment(
          .identity,
          fields: [
            Field("candidate", .code(booking.id.description)),
            Field("from", .code(booking.source.text)),
            Field("matched-on", .code(IdentityToken.Kind.nameAndBirthDate.rawValue)),
          ])
      ])
    store(
      StoredMessage(
        message: question, participant: participant, basis: .identityQuestion, acceptedAt: now,
        about: booking.id))
  }

  /// A steward's answer. Nothing that the sender could see depends on whether it took effect.
  mutating func acceptAnswer(_ message: Message) throws(Refusal) {
    guard let alias = message.participant,
      let participant = facts.aliases[AliasKey(message.source, alias)],
      consents(of: participant).identityStewards(
        in: state.registry, under: state.agreement.switches, at: now)
        .contains(message.source),
      let id = message.code("candidate").flatMap({ MessageID($0) }),
      var booking = facts.messages[id], booking.basis == .candidate,
      // Without content it was rejected or lapsed before; only its metadata is left.
      !booking.message.segments.isEmpty
    else { return }
    if message.topic == .identityRejected {
      leaveNoMatch(booking.message)
      write(.erase(id))
      cancelTimer(.lapse(id))
      facts.messages[id]?.message.segments = []
      return
    }
    for token in booking.message.tokens where token.kind != .nameAndBirthDate {
      let known = (facts.tokens[token] ?? []).filter { $0.participant != participant }
      facts.tokens[token] = known + [TokenMatch(participant: participant, isConfirmed: true)]
      write(.token(token, participant, isConfirmed: true))
      mergeHolders(of: token, with: participant, by: message.source)
    }
    booking.participant = participant
    booking.basis = .submitted
    facts.messages[id] = booking
    write(.identified(id, participant))
    cancelTimer(.lapse(id))
    audit(.identityLinked, actor: message.source, about: booking)
    noteCustody(booking)
    unrouted.append(booking)
  }
}
