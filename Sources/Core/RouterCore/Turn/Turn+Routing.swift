import ConsentEngine
import HubModel

extension Turn {
  /// Decides a new message for each recipient and gives every segment its fate there.
  mutating func route(_ stored: StoredMessage) {
    let recipients = recipients(of: stored)
    var fates: Set<Fate> = []
    for recipient in recipients {
      let segments = SegmentSet.all(of: stored.message.segments.count)
      let decision = decide(stored, toward: recipient, segments: segments)
      var split = PartSplit(stored, recipient.id, nextPart: 0, at: now)
      // Older messages about the person may be waiting for the very release that permits this
      // one: it waits with them for the next turn, which decides them in their order.
      if isBehindRedecision(stored.participant),
        let waiting = split.take(decision.permitted, fate: .held)
      {
        holdBehind(waiting, of: stored, by: decision)
        fates.insert(.held)
      } else if let permitted = split.take(decision.permitted, fate: .pending) {
        ready[recipient.id, default: []].append(
          Ready(part: permitted, message: stored, decision: decision))
        fates.insert(.pending)
      }
      for (segments, fate) in [(decision.held, Fate.held), (decision.withheld, .withheld)] {
        guard let part = split.take(segments, fate: fate) else { continue }
        settle(part, of: stored, by: decision)
        fates.insert(fate)
      }
    }
    // What nobody may ever have is not kept to be leaked.
    let isControl = stored.message.topic.sequence == .control
    if fates.subtracting([.withheld]).isEmpty && !isControl { write(.erase(stored.message.id)) }
  }

  /// Writes down a part that is held or withheld, and what follows from that.
  mutating func settle(_ part: PartRecord, of stored: StoredMessage, by decision: Decision) {
    let reason: Reason?
    if part.fate == .held {
      hold(part, of: stored, by: decision)
      reason = decision.holding.first
      if state.agreement.escrow.timeCritical.contains(stored.message.topic),
        mayTellSender(of: stored)
      {
        setTimer(
          .heldReminder(stored.message.id), due: now + state.agreement.escrow.remindEvery,
          count: 1)
      }
    } else {
      write(part)
      audit(.withheld, actor: .hub, part: part, decision, stored)
      reason = decision.withholding.first
    }
    tellSender(of: stored, part: part, reason: reason)
  }

  mutating func hold(
    _ part: PartRecord, of stored: StoredMessage, by decision: Decision
  ) {
    var part = part
    if part.queued == nil {
      part.queued = state.escrowTail
      state.escrowTail += 1
    }
    write(part)
    audit(.held, actor: .hub, part: part, decision, stored)
    setTimer(
      .lapse(stored.message.id), due: stored.acceptedAt + state.agreement.escrow.deadline)
  }

  func decide(
    _ stored: StoredMessage, toward recipient: Registry.Agency, segments: SegmentSet
  ) -> Decision {
    ConsentEngine.decide(
      request(for: stored, toward: recipient, segments: segments), under: state.agreement,
      consents: knownConsents(of: stored.participant), at: now)
  }

  func request(
    for stored: StoredMessage, toward recipient: Registry.Agency, segments: SegmentSet
  ) -> ReleaseRequest {
    let footing: Footing
    switch stored.basis {
    case .submitted, .candidate: footing = .submitted
    case .ownView: footing = .ownView
    case .outcome: footing = .outcome
    case .identityQuestion: footing = .identityQuestion
    }
    return ReleaseRequest(
      message: stored.message,
      discloser: state.registry.agencies[stored.message.source] ?? recipient,
      recipient: recipient, footing: footing, segments: segments,
      received: received(in: stored, depth: 0))
  }

  /// Agencies that the agreement lets hear the message. A role that no agency holds creates no
  /// delivery, then or later; what only the router reads creates none either.
  private func recipients(of stored: StoredMessage) -> [Registry.Agency] {
    let message = stored.message
    guard stored.basis == .submitted else {
      return message.audience.compactMap { state.registry.agencies[$0] }
    }
    guard let source = state.registry.agencies[message.source],
      let spec = Catalogue.spec(of: message.topic), spec.disclosure != .control
    else { return [] }
    let record = message.caseID.flatMap { facts.cases[$0] }
    if let record, record.openedBy != source.id, record.views[source.id] == nil { return [] }
    var roles = Set(state.agreement.audience(of: message.topic, from: source.role))
    for exception in state.agreement.exceptions
    where exception.path.topic == message.topic && exception.path.from == source.role {
      roles.insert(exception.path.to)
    }
    // Not of what its sender is told about: see `isAnswered`.
    let rescuers =
      state.agreement.isAnswered(message) ? [] : emergencyRecipients(of: stored.participant)
    return Role.allCases.flatMap { state.registry.agencies(in: $0) }
      .filter { roles.contains($0.role) || rescuers.contains($0.id) }
      .filter { agency in
        guard agency.id != source.id,
          message.audience.isEmpty || message.audience.contains(agency.id)
        else { return false }
        // An answer about a case goes to those who know of it, not to everyone in the role.
        if spec.disclosure == .operational, let record, record.openedBy != source.id {
          return agency.id == record.openedBy || record.views[agency.id] != nil
            || agency.role == .programOffice
        }
        return true
      }
  }
}

/// Cuts one message's segments for one recipient into parts of one fate each.
struct PartSplit {
  private let stored: StoredMessage
  private let recipient: AgencyID
  private var nextPart: UInt16
  private let now: WallTime

  init(_ stored: StoredMessage, _ recipient: AgencyID, nextPart: UInt16, at now: WallTime) {
    self.stored = stored
    self.recipient = recipient
    self.nextPart = nextPart
    self.now = now
  }

  mutating func take(_ segments: SegmentSet, fate: Fate) -> PartRecord? {
    guard !segments.isEmpty else { return nil }
    defer { nextPart += 1 }
    return PartRecord(
      key: PartKey(message: stored.message.id, recipient: recipient, part: nextPart),
      segments: segments, fate: fate, participant: stored.participant, changedAt: now)
  }
}
