import HubModel

/// What an operator does about what waits or went wrong. Nothing here lets anything out: whoever is
/// to get something is decided about anew, by what stands now.
extension Turn {
  /// Has what is held of a message, or was set aside by its recipient, decided and sent again.
  ///
  /// Held parts go through the redecision of their participant, so that the person's order stays;
  /// what was set aside takes a place at the end of its recipient's queue and a number of its own.
  mutating func replay(
    _ id: MessageID, to recipient: AgencyID?, because reason: String
  ) -> Refusal? {
    guard let stored = facts.messages[id] else { return Refusal(.unknownField, at: "message") }
    let parts = (facts.parts[id] ?? []).filter { part in
      (recipient.map { $0 == part.key.recipient } ?? true)
        && (part.fate == .held || part.fate == .quarantined)
        && state.registry.agencies[part.key.recipient] != nil
    }
    // Waits for a person's answer, and not for a release.
    guard stored.basis != .candidate, !parts.isEmpty,
      !parts.contains(where: { stored.lacksContent(of: $0) })
    else { return Refusal(.nothingToRepair) }
    for part in parts {
      audit(replayed: part, of: stored, because: reason)
      if part.fate == .quarantined {
        queueAgain(part)
      } else if let participant = part.participant {
        setTimer(.redecide(participant), due: now)
        redeciding[participant] = 0
      } else {
        redecide(held: part)
      }
    }
    hasMoreWork = true
    return nil
  }

  /// Ends the wait of what is held of a message, as its deadline would.
  mutating func giveBack(
    _ id: MessageID, to recipient: AgencyID?, because reason: String
  ) -> Refusal? {
    guard let stored = facts.messages[id] else { return Refusal(.unknownField, at: "message") }
    let isMeant = { (part: PartRecord) in
      part.fate == .held && (recipient.map { $0 == part.key.recipient } ?? true)
    }
    let known = facts.parts[id] ?? []
    guard stored.basis != .candidate, known.contains(where: isMeant) else {
      return Refusal(.nothingToRepair)
    }
    for part in known where isMeant(part) {
      audit(replayed: part, of: stored, because: "given back: \(reason)")
      endWait(of: part, stored)
    }
    if !(facts.parts[id] ?? []).contains(where: { $0.fate == .held }) { cancelTimer(.lapse(id)) }
    settleWaits(of: id)
    return nil
  }

  /// A part's place at the end of its recipient's queue; decided when it is sent.
  private mutating func queueAgain(_ part: PartRecord) {
    let agency = part.key.recipient
    var again = part
    again.fate = .pending
    again.number = nil
    again.changedAt = now
    again.queued = state.lanes[agency, default: Lane()].queueTail
    state.lanes[agency]?.queueTail += 1
    state.lanes[agency]?.mayHavePending = true
    // A page that was loaded before does not have it.
    facts.queues[agency]?.isComplete = false
    write(again)
  }

  private mutating func audit(
    replayed part: PartRecord, of stored: StoredMessage, because reason: String
  ) {
    write(
      .audit(
        AuditEntry(
          .replayed, at: now, actor: .hub, message: part.key.message,
          recipient: part.key.recipient, part: part.key.part, number: part.number,
          segments: part.segments, topic: stored.message.topic, participant: part.participant,
          agreementVersion: state.agreement.version, detail: reason)))
  }

  /// Maintenance: nothing new is taken but releases, revocations and what else goes by control;
  /// what is here goes on to whom it is for. Ends with the process.
  mutating func drain(_ isOn: Bool, because reason: String) {
    guard state.isDraining != isOn else { return }
    state.isDraining = isOn
    log(isOn ? .drainBegun : .drainEnded, detail: reason)
  }
}
