import ConsentEngine
import HubModel

/// A person who is to be forgotten.
///
/// One turn: what they signed is revoked, what waits about them ends, their keys are destroyed once
/// it is durable. From then on they are a stranger to the router: a late message about them is
/// about a person whom it does not know, and a late copy of a release that they had signed is
/// refused, because its id is another's.
extension Turn {
  /// - Returns: why it is not done; `nil` where it is.
  mutating func expunge(_ participant: ParticipantID, because reason: String) -> Refusal? {
    let all = Set(everyone(with: participant))
    guard !isOnLegalHold(all) else { return Refusal(.legalHold) }
    for member in all.sorted() {
      // A revocation that names nothing meets no refusal; keys go whatever came of it.
      try? applyConsent(
        .revocation(RoiRevocation(id: nil)), of: member, from: .hub, detail: "expunged")
      write(.expunged(member, at: now))
      write(
        .audit(
          AuditEntry(
            .expunged, at: now, actor: .hub, participant: member,
            consentPosition: facts.participants[member]?.consents.position ?? 0,
            agreementVersion: state.agreement.version, detail: reason)))
    }
    endWhatWaits(about: all)
    voidWhatIsOut(about: all)
    forget(all)
    return nil
  }

  /// The retention of everything about a person is over. Whoever came to be spoken of since the
  /// ledger was asked is left for another day.
  mutating func retire(_ participant: ParticipantID, at position: UInt64) -> Refusal? {
    let all = Set(everyone(with: participant))
    guard facts.participants[participant]?.consents.position == position,
      !unrouted.contains(where: { $0.participant.map(all.contains) ?? false })
    else { return Refusal(.participantMissing) }
    return expunge(participant, because: "retention")
  }

  private func isOnLegalHold(_ people: Set<ParticipantID>) -> Bool {
    people.contains { facts.participants[$0]?.isOnLegalHold ?? false }
  }

  /// Under all names that count as the person's, so that a separation frees nobody.
  mutating func holdRecords(
    of participant: ParticipantID, _ isOn: Bool, because reason: String
  ) {
    for member in everyone(with: participant)
    where facts.participants[member]?.isOnLegalHold != isOn {
      facts.participants[member, default: ParticipantRecord()].isOnLegalHold = isOn
      write(.legalHold(member, since: isOn ? now : nil))
      logReading(isOn ? .legalHoldPlaced : .legalHoldLifted, of: member, detail: reason)
    }
  }

  /// To a sender who may know it looks like a lapse.
  private mutating func endWhatWaits(about people: Set<ParticipantID>) {
    for loaded in facts.waiting where loaded.participant.map(people.contains) ?? false {
      var part = latest(loaded)
      guard part.fate == .pending || part.fate == .held else { continue }
      let stored = facts.messages[part.key.message]
      let isTold = stored.map(mayTellSender) ?? false
      part.fate = isTold ? .returned : .shredded
      part.queued = nil
      part.changedAt = now
      write(part)
      audit(.lapsed, actor: .hub, part: part, nil, stored)
      if let stored { tellSender(of: stored, part: part) }
      cancelTimer(.heldReminder(part.key.message))
      cancelTimer(.lapse(part.key.message))
    }
    facts.waiting = []
  }

  /// A number that is out stays a disclosure; if it is asked for again, it goes void.
  private mutating func voidWhatIsOut(about people: Set<ParticipantID>) {
    for agency in state.lanes.keys.sorted() {
      for index in state.lanes[agency]?.window.indices ?? 0..<0 {
        guard var part = state.lanes[agency]?.window[index].part, part.fate == .released,
          part.participant.map(people.contains) ?? false
        else { continue }
        part.fate = .withheld
        part.changedAt = now
        state.lanes[agency]?.window[index].part = part
        write(part)
        audit(.voided, actor: .hub, part: part)
      }
    }
  }

  /// What this turn still takes in meets strangers.
  private mutating func forget(_ people: Set<ParticipantID>) {
    facts.aliases = facts.aliases.filter { !people.contains($0.value) }
    facts.tokens = facts.tokens.mapValues { $0.filter { !people.contains($0.participant) } }
    for id in facts.cases.keys where facts.cases[id]?.participant.map(people.contains) ?? false {
      facts.cases[id]?.participant = nil
      facts.cases[id]?.views = [:]
    }
    for person in people {
      facts.participants[person]?.aliases = [:]
      facts.participants[person]?.consents.records = []
      redeciding[person] = nil
    }
    for stored in unrouted where stored.participant.map(people.contains) ?? false {
      write(.erase(stored.message.id))
    }
    unrouted.removeAll { $0.participant.map(people.contains) ?? false }
  }

  /// What has no content any more goes to nobody: the person was expunged after it was queued.
  mutating func shred(_ loaded: PartRecord, of stored: StoredMessage) {
    var part = loaded
    part.fate = .shredded
    part.queued = nil
    part.changedAt = now
    write(part)
    audit(.lapsed, actor: .hub, part: part, nil, stored)
  }
}

extension StoredMessage {
  /// Nothing is left of what it said.
  func lacksContent(of part: PartRecord) -> Bool {
    message.segments.isEmpty && !part.segments.isEmpty
  }
}
