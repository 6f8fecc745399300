import ConsentEngine
import HubModel

extension Turn {
  /// Sends what one lane may send: first what must go again, then the queue, then what this turn
  /// has just permitted. What does not fit waits in the queue.
  mutating func sendOut(_ agency: AgencyID) {
    guard let recipient = state.registry.agencies[agency] else { return }
    if state.lanes[agency]?.isOpen == true, !state.clock.isHeld { resend(to: recipient) }
    if !state.clock.isHeld, state.lanes[agency]?.resendFrom == nil,
      let page = facts.queues.removeValue(forKey: agency)
    {
      sendQueue(page, to: recipient)
    }
    let fresh = ready.removeValue(forKey: agency) ?? []
    for item in fresh {
      if canTakeMore(agency) {
        release(item.part, of: item.message, to: recipient, by: item.decision)
      } else {
        enqueue(item, for: agency)
      }
    }
  }

  private func canTakeMore(_ agency: AgencyID) -> Bool {
    guard let lane = state.lanes[agency] else { return false }
    return lane.resendFrom == nil && !lane.mayHavePending && hasRoom(agency)
  }

  private func hasRoom(_ agency: AgencyID) -> Bool {
    guard let lane = state.lanes[agency] else { return false }
    return lane.isOpen && lane.window.count < state.window && !state.clock.isHeld
  }

  private mutating func enqueue(_ item: Ready, for agency: AgencyID) {
    var part = item.part
    part.queued = state.lanes[agency, default: Lane()].queueTail
    state.lanes[agency]?.queueTail += 1
    state.lanes[agency]?.mayHavePending = true
    // A page that was loaded before does not have it.
    facts.queues[agency]?.isComplete = false
    write(part)
    audit(.permitted, actor: .hub, part: part, item.decision, item.message)
  }

  private mutating func sendQueue(_ page: QueuePage, to recipient: Registry.Agency) {
    var rest = page.parts[...]
    while let part = rest.first, hasRoom(recipient.id) {
      rest = rest.dropFirst()
      // Decided again in this turn already, and no longer pending.
      guard !isWritten(part.key), let stored = facts.messages[part.key.message] else { continue }
      if stored.lacksContent(of: part) {
        shred(part, of: stored)
        continue
      }
      decideAgain(part, of: stored, to: recipient)
    }
    let isDrained = rest.isEmpty && page.isComplete
    state.lanes[recipient.id]?.mayHavePending = !isDrained
    if !isDrained && hasRoom(recipient.id) { hasMoreWork = true }
  }

  /// A part that was permitted when it was queued is decided anew, and may meanwhile have become
  /// two: what may still go, and what may not.
  private mutating func decideAgain(
    _ part: PartRecord, of stored: StoredMessage, to recipient: Registry.Agency
  ) {
    let decision = decide(stored, toward: recipient, segments: part.segments)
    let remaining = split(part, of: stored, by: decision)
    if let remaining { release(remaining, of: stored, to: recipient, by: decision) }
  }

  /// Gives the segments that `decision` no longer permits a part and a fate of their own.
  /// - Returns: the part with what is permitted, or `nil` where nothing is.
  mutating func split(
    _ part: PartRecord, of stored: StoredMessage, by decision: Decision
  ) -> PartRecord? {
    var groups = [(decision.permitted, Fate.pending), (decision.held, .held),
      (decision.withheld, .withheld)].filter { !$0.0.isEmpty }
    guard !groups.isEmpty else { return nil }
    let first = groups.removeFirst()
    // What stays held keeps its place; what was pending has none in the escrow yet.
    let escrowPlace = part.fate == .held ? part.queued : nil
    var kept = part
    kept.segments = first.0
    kept.changedAt = now
    kept.fate = first.1
    if first.1 == .pending {
      kept.queued = part.fate == .pending ? part.queued : nil
    } else {
      kept.queued = first.1 == .held ? escrowPlace : nil
      settle(kept, of: stored, by: decision)
    }
    for (segments, fate) in groups {
      var other = kept
      other.key = PartKey(
        message: part.key.message, recipient: part.key.recipient,
        part: partNumber(after: part.key, first: segments))
      other.segments = segments
      other.fate = fate
      other.queued = fate == .held ? escrowPlace : nil
      settle(other, of: stored, by: decision)
    }
    return first.1 == .pending ? kept : nil
  }

  /// A number that no part of the message has for this recipient: parts born by a split are
  /// numbered from 256 on by their first segment, and a segment leaves its part only once.
  private func partNumber(after key: PartKey, first segments: SegmentSet) -> UInt16 {
    let base = (key.part / 256 + 1) * 256
    return base + UInt16(segments.first ?? 0)
  }

  /// Puts a part under the lane's next number.
  private mutating func release(
    _ part: PartRecord, of stored: StoredMessage, to recipient: Registry.Agency,
    by decision: Decision
  ) {
    guard let permit = decision.permit, let number = state.lanes[recipient.id]?.next else { return }
    let alias = stored.participant.flatMap { self.alias(of: $0, for: recipient.id) }
    guard
      let delivery = PermittedDelivery(
        permit, of: stored.message, part: part.key.part, alias: alias, number: number,
        incarnation: state.incarnation)
    else { return }
    var released = part
    released.fate = .released
    released.queued = nil
    released.number = number
    released.wasDisclosed = true
    released.changedAt = now
    state.lanes[recipient.id]?.next += 1
    state.lanes[recipient.id]?.window.append(
      Lane.InFlight(part: released, topic: stored.message.topic))
    write(released)
    audit(.released, actor: .hub, part: released, decision, stored)
    send(.deliver(delivery))
    if let content = delivery.delivery.content {
      learn(content.message, by: recipient)
    }
  }

  /// Sends the window again from where the adapter asks, each delivery decided anew.
  private mutating func resend(to recipient: Registry.Agency) {
    guard var lane = state.lanes[recipient.id], let from = lane.resendFrom else { return }
    var sent = 0
    for index in lane.window.indices where (lane.window[index].part.number ?? 0) >= from {
      let part = lane.window[index].part
      guard sent < Limits.turnResends, let number = part.number else { break }
      // Not loaded for this turn (it entered the window meanwhile): the next turn goes on here.
      guard part.fate == .withheld || facts.messages[part.key.message] != nil else {
        lane.resendFrom = number
        state.lanes[recipient.id] = lane
        hasMoreWork = true
        return
      }
      lane.window[index].part = sendAgain(part, number: number, to: recipient)
      sent += 1
      lane.resendFrom = number + 1
    }
    if lane.window.last?.part.number.map({ $0 < (lane.resendFrom ?? 0) }) ?? true {
      lane.resendFrom = nil
    } else {
      hasMoreWork = true
    }
    state.lanes[recipient.id] = lane
  }

  /// - Returns: the part as it now stands under that number.
  private mutating func sendAgain(
    _ part: PartRecord, number: UInt64, to recipient: Registry.Agency
  ) -> PartRecord {
    guard part.fate == .released, let stored = facts.messages[part.key.message] else {
      sendVoid(number, to: recipient)
      return part
    }
    // Destroyed since it went out, as what the hub says of a case is with the case's person.
    guard !stored.lacksContent(of: part) else {
      let voided = void(part, of: stored)
      sendVoid(number, to: recipient)
      return voided
    }
    let decision = decide(stored, toward: recipient, segments: part.segments)
    let alias = stored.participant.flatMap { self.alias(of: $0, for: recipient.id) }
    // All or nothing: a part that lost a segment goes void as a whole, so that a number never
    // carries one thing the first time and another the second.
    guard let permit = decision.permit, permit.segments == part.segments,
      let delivery = PermittedDelivery(
        permit, of: stored.message, part: part.key.part, alias: alias, number: number,
        incarnation: state.incarnation)
    else {
      let voided = void(part, of: stored, by: decision)
      tellSender(
        of: stored, part: voided, reason: (decision.withholding + decision.holding).first)
      sendVoid(number, to: recipient)
      return voided
    }
    audit(.resent, actor: .hub, part: part, decision, stored)
    send(.deliver(delivery))
    return part
  }

  private mutating func void(
    _ part: PartRecord, of stored: StoredMessage, by decision: Decision? = nil
  ) -> PartRecord {
    var voided = part
    voided.fate = .withheld
    voided.changedAt = now
    write(voided)
    audit(.voided, actor: .hub, part: voided, decision, stored)
    return voided
  }

  private mutating func sendVoid(_ number: UInt64, to recipient: Registry.Agency) {
    send(
      .void(
        recipient.id, Delivery(incarnation: state.incarnation, number: number, content: nil)))
  }
}
