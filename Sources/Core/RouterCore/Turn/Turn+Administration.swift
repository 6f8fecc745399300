import ConsentEngine
import HubModel

extension Turn {
  mutating func administer(_ act: AdministrativeAct, ticket: UInt64) {
    if case .preview(let request) = act, let preview = preview(request) {
      send(.previewed(ticket: ticket, preview))
    } else {
      send(.administered(ticket: ticket, refusal(of: act)))
    }
  }

  /// Does what an operator asks for.
  /// - Returns: why it is not done; `nil` where it is.
  private mutating func refusal(of act: AdministrativeAct) -> Refusal? {
    switch act {
    case .cutOff(let fingerprint, let reason): return cutOff(fingerprint, because: reason)
    case .replaceRegistry(let registry): replace(registry)
    case .activate(let agreement, let text, let effective):
      return record(agreement, text: text, effective: effective)
    case .acceptClock(let reason): acceptClock(reason)
    case .merge(let one, let other, let reason):
      guard let first = facts.aliases[one], let second = facts.aliases[other] else {
        return Refusal(.participantMissing)
      }
      merge(first, second, by: .hub, because: "operator: \(reason)")
    case .separate(let alias, let reason):
      guard let participant = facts.aliases[alias] else { return Refusal(.participantMissing) }
      separate(participant, because: reason)
    case .expunge(let alias, let reason):
      guard let participant = facts.aliases[alias] else { return Refusal(.participantMissing) }
      return expunge(participant, because: reason)
    case .retire(let participant, let position): return retire(participant, at: position)
    case .archived(let before, let detail):
      write(.archived(before: before))
      log(.archived, detail: detail)
    case .legalHold(let alias, let isOn, let reason):
      guard let participant = facts.aliases[alias] else { return Refusal(.participantMissing) }
      holdRecords(of: participant, isOn, because: reason)
    case .reviewEmergency(let id, let finding): reviewEmergency(id, finding)
    case .recordOrder(let order, let alias, let reason):
      guard let participant = facts.aliases[alias] else { return Refusal(.participantMissing) }
      record(order, for: participant, because: reason)
    case .backup(let stage): note(stage)
    case .replay(let id, let recipient, let reason):
      return replay(id, to: recipient, because: reason)
    case .giveBack(let id, let recipient, let reason):
      return giveBack(id, to: recipient, because: reason)
    case .drain(let isOn, let reason): drain(isOn, because: reason)
    case .account(let alias, let detail):
      guard let participant = facts.aliases[alias] else { return Refusal(.participantMissing) }
      logReading(.accounted, of: participant, detail: detail)
    case .listing(let kind, let agency, let detail):
      logReading(kind, of: nil, recipient: agency, detail: detail)
    // It was not answered: there is no such recipient.
    case .preview: return Refusal(.unknownField, at: "recipient")
    case .revoke(let release, let reason):
      guard let owner = facts.releases[release] else {
        return Refusal(.consentMissing, at: release.text)
      }
      do {
        try applyConsent(
          .revocation(RoiRevocation(id: release)), of: owner.participant, from: .hub,
          detail: "revoked by the operator: \(reason)")
      } catch {
        return error
      }
    }
    return nil
  }

  private mutating func cutOff(_ fingerprint: KeyFingerprint, because reason: String) -> Refusal? {
    guard let owner = state.registry.owner(of: fingerprint) else { return Refusal(.unknownKey) }
    // Registry first, then the connections: what comes in between meets a closed door.
    state.registry.cutOff(fingerprint)
    for session in state.sessions.keys where session.fingerprint == fingerprint {
      forget(session)
    }
    write(.cutOff(fingerprint, at: now))
    log(.keyCutOff, detail: "\(owner) \(fingerprint) \(reason)")
    send(.rebind(owner))
    return nil
  }

  private mutating func replace(_ registry: Registry) {
    var next = registry
    for fingerprint in state.registry.cutOff { next.cutOff(fingerprint) }
    let changed = Set(next.agencies.keys).union(state.registry.agencies.keys)
      .filter { next.agencies[$0] != state.registry.agencies[$0] }
    let decidesOtherwise = next.decides(otherwiseThan: state.registry)
    let before = state.registry
    state.registry = next
    endKeys()
    for (session, record) in state.sessions {
      // What a connection was let in as must still be true of its key.
      guard let holder = next.holder(of: session.fingerprint),
        holder.agency.id == record.agency, holder.key.isConsumer || !record.isConsumer
      else {
        forget(session)
        continue
      }
    }
    for agency in changed.sorted() {
      if next.agencies[agency] != nil, state.lanes[agency] == nil {
        state.lanes[agency] = Lane()
      }
      send(.rebind(agency))
    }
    for agency in changed.sorted() { logKeys(of: agency, from: before.agencies[agency]) }
    log(.registryChanged, detail: changed.sorted().map(\.text).joined(separator: " "))
    if decidesOtherwise { beginRedecision() }
  }

  /// Who looks into what is known of a person leaves a trace, whatever was found.
  mutating func logReading(
    _ kind: AuditEntry.Kind, of participant: ParticipantID?, recipient: AgencyID? = nil,
    topic: Topic? = nil, detail: String
  ) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: .hub, recipient: recipient, topic: topic,
          participant: participant,
          consentPosition: participant.map { consents(of: $0).position } ?? 0,
          agreementVersion: state.agreement.version, detail: detail)))
  }

  mutating func log(_ kind: AuditEntry.Kind, detail: String) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: .hub, agreementVersion: state.agreement.version, detail: detail)))
  }
}
