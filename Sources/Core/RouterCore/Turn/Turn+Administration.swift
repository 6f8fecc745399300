import ConsentEngine
import HubModel

extension Turn {
  mutating func administer(_ act: AdministrativeAct, ticket: UInt64) {
    switch act {
    case .cutOff(let fingerprint, let reason):
      guard let owner = state.registry.owner(of: fingerprint) else {
        send(.administered(ticket: ticket, Refusal(.unknownKey)))
        return
      }
      // Registry first, then the connections: what comes in between meets a closed door.
      state.registry.cutOff(fingerprint)
      for session in state.sessions.keys where session.fingerprint == fingerprint {
        forget(session)
      }
      write(.cutOff(fingerprint, at: now))
      log(.keyCutOff, detail: "\(owner) \(fingerprint) \(reason)")
      send(.rebind(owner))
    case .replaceRegistry(let registry):
      var next = registry
      for fingerprint in state.registry.cutOff { next.cutOff(fingerprint) }
      let changed = Set(next.agencies.keys).union(state.registry.agencies.keys)
        .filter { next.agencies[$0] != state.registry.agencies[$0] }
      state.registry = next
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
      log(.registryChanged, detail: changed.sorted().map(\.text).joined(separator: " "))
    case .activate(let agreement):
      state.agreement = agreement
      write(.agreement(version: agreement.version, hash: agreement.contentHash, at: now))
      log(.agreementActivated, detail: "version \(agreement.version)")
      setTimer(.redecideAll(after: nil), due: now)
    case .acceptClock(let reason): acceptClock(reason)
    case .merge, .separate, .expunge:
      do {
        try administerPeople(act)
      } catch {
        send(.administered(ticket: ticket, error))
        return
      }
    case .revoke(let release, let reason):
      guard let owner = facts.releases[release] else {
        send(.administered(ticket: ticket, Refusal(.consentMissing, at: release.text)))
        return
      }
      do {
        try applyConsent(
          .revocation(RoiRevocation(id: release)), of: owner.participant, from: .hub,
          detail: "revoked by the operator: \(reason)")
      } catch {
        send(.administered(ticket: ticket, error))
        return
      }
    }
    send(.administered(ticket: ticket, nil))
  }

  /// Acts about people whom an agency's name points to.
  private mutating func administerPeople(_ act: AdministrativeAct) throws(Refusal) {
    func known(_ alias: AliasKey) throws(Refusal) -> ParticipantID {
      guard let participant = facts.aliases[alias] else { throw Refusal(.participantMissing) }
      return participant
    }
    switch act {
    case .merge(let one, let other, let reason):
      let people = (try known(one), try known(other))
      merge(people.0, people.1, by: .hub, because: "operator: \(reason)")
    case .separate(let alias, let reason): separate(try known(alias), because: reason)
    case .expunge(let alias, let reason): expunge(try known(alias), because: reason)
    default: return
    }
  }

  private mutating func log(_ kind: AuditEntry.Kind, detail: String) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: .hub, agreementVersion: state.agreement.version, detail: detail)))
  }
}
