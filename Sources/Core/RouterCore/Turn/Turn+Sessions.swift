import HubModel

extension Turn {
  mutating func take(
    _ submission: Submission, from session: Session, of agency: Registry.Agency,
    with key: Registry.Key
  ) {
    if case .hello(let hello) = submission {
      greet(hello, from: session, of: agency, with: key)
      return
    }
    guard state.sessions[session] != nil else {
      send(.reply(session, .rejection(Refusal(.helloRequired))))
      return
    }
    let heard = tick
    state.sessions[session]?.lastHeard = heard
    switch submission {
    case .hello: break
    case .publish(let publish): accept(publish, from: session, of: agency)
    case .acknowledge(let frame):
      guard isConsumer(session, of: agency.id, in: frame.ledger) else { return }
      acknowledge(agency.id, through: frame.through, quarantined: Set(frame.quarantined))
    case .resume(let frame):
      guard isConsumer(session, of: agency.id, in: frame.ledger) else { return }
      resume(agency.id, from: frame.next, session: session)
    case .ping(let echo, let chain): pong(echo, chain: chain, to: session, of: agency.id)
    }
  }

  private mutating func greet(
    _ hello: Submission.Hello, from session: Session, of agency: Registry.Agency,
    with key: Registry.Key
  ) {
    guard let version = state.versions.agreed(with: hello.version) else {
      send(.reply(session, .rejection(Refusal(.unsupportedVersion))))
      return
    }
    // It listens on the release lane, and has nothing to say.
    guard key.use != .listener else {
      send(.reply(session, .rejection(Refusal(.unknownKey))))
      return
    }
    guard !hello.isConsumer || key.isConsumer else {
      send(.reply(session, .rejection(Refusal(.notConsumer))))
      return
    }
    let others = state.sessions.count { $0.value.agency == agency.id && $0.key != session }
    guard others < Limits.sessionsPerAgency else {
      send(.reply(session, .rejection(Refusal(.tooManySessions))))
      return
    }
    let source = SourceKey(agency.id, hello.source)
    if state.sources[source] == nil {
      state.sources[source] = facts.sources[source] ?? SourceCursor()
    }
    let before = state.sessions.updateValue(
      RouterState.SessionRecord(
        agency: agency.id, source: source, isConsumer: hello.isConsumer, lastHeard: tick),
      forKey: session)
    if let before { forgetSource(before.source) }
    if state.lanes[agency.id]?.consumer == session { state.lanes[agency.id]?.close() }
    if hello.isConsumer {
      state.lanes[agency.id, default: Lane()].close()
      state.lanes[agency.id]?.consumer = session
    }
    let cursor = state.sources[source] ?? SourceCursor()
    send(
      .reply(
        session,
        .welcome(
          Reply.Welcome(
            version: version, agency: agency.id, role: agency.role,
            program: state.agreement.program, ledger: state.incarnation,
            releasePort: agency.releasePort, window: state.window, dataThrough: cursor.data,
            controlThrough: cursor.control,
            acknowledgedThrough: state.lanes[agency.id]?.acknowledged ?? 0,
            senders: senders()))))
    tellRefusals(of: source, through: cursor, to: session)
  }

  /// Whoever comes back takes the welcome's numbers for settled: it must not miss which of them
  /// were refused.
  private mutating func tellRefusals(
    of source: SourceKey, through cursor: SourceCursor, to session: Session
  ) {
    let known = facts.refusals[source] ?? []
    guard !known.isEmpty else { return }
    for sequence in SubmitSequence.allCases {
      let refused = known.filter { $0.sequence == sequence }
      guard !refused.isEmpty else { continue }
      send(
        .reply(
          session,
          .receipt(
            Reply.Receipt(
              sequence: sequence, through: cursor[sequence],
              refused: refused.map { .init(number: $0.number, refusal: $0.refusal) }))))
    }
  }

  /// Only the agency's one present consumer moves its window, and only of this ledger's life.
  private mutating func isConsumer(
    _ session: Session, of agency: AgencyID, in ledger: Incarnation
  ) -> Bool {
    guard state.lanes[agency]?.consumer == session else {
      send(.reply(session, .rejection(Refusal(.notConsumer))))
      return false
    }
    guard ledger == state.incarnation else {
      send(.reply(session, .rejection(Refusal(.wrongIncarnation))))
      return false
    }
    return true
  }

  /// Who is of the program is known to all of it; keys that were cut off still seal what came
  /// before.
  private func senders() -> [Reply.Sender] {
    state.registry.agencies.values.sorted { $0.id < $1.id }.map { agency in
      Reply.Sender(
        agency.id, maySendUnsealed: agency.maySendUnsealed,
        // A key without both its halves can seal nothing.
        keys: agency.keys.filter { $0.curve.count == 32 && $0.signing.count == 32 }
          .map { Reply.Sender.Key(curve: $0.curve, signing: $0.signing) })
    }
  }

  /// The links that follow the asker's last one; where it has them all, or more than there are,
  /// where the chain stands.
  private func chain(after last: UInt64) -> ChainExtension {
    let links = facts.links[last] ?? []
    guard let through = links.last else {
      return ChainExtension(through: state.chain.number, value: state.chain.value)
    }
    return ChainExtension(
      through: through.number, value: through.value, commitments: links.map(\.commitment))
  }

  private mutating func pong(
    _ echo: UInt64, chain last: UInt64?, to session: Session, of agency: AgencyID
  ) {
    let horizon =
      state.sessions[session].map { state.horizon(of: $0.source) } ?? SourceCursor()
    send(
      .reply(
        session,
        .pong(
          Reply.Pong(
            echo: echo, head: (state.lanes[agency]?.next ?? 1) - 1, time: now,
            dataHorizon: horizon.data, controlHorizon: horizon.control,
            ledger: state.incarnation, chain: last.map { chain(after: $0) },
            keyExpiresAt: state.registry.holder(of: session.fingerprint)?.key.expiresAt))))
  }

  private mutating func resume(_ agency: AgencyID, from next: UInt64, session: Session) {
    guard let lane = state.lanes[agency], next >= 1, next <= lane.next else {
      send(.reply(session, .rejection(Refusal(.wrongIncarnation, at: "next"))))
      return
    }
    if next - 1 > lane.acknowledged { acknowledge(agency, through: next - 1, quarantined: []) }
    state.lanes[agency]?.isOpen = true
    state.lanes[agency]?.resendFrom = next
  }

  mutating func acknowledge(_ agency: AgencyID, through: UInt64, quarantined: Set<UInt64>) {
    guard let lane = state.lanes[agency] else { return }
    let leaving = Array(lane.acknowledging(min(through, lane.next - 1)))
    guard let last = leaving.last?.part.number else { return }
    for entry in leaving {
      var part = entry.part
      // A number that was last sent void was withheld, and stays so.
      guard part.fate == .released else { continue }
      let wasSetAside = part.number.map(quarantined.contains) ?? false
      part.fate = wasSetAside ? .quarantined : .delivered
      part.changedAt = now
      write(part)
      if wasSetAside {
        audit(.quarantined, actor: agency, part: part)
      }
      if let stored = facts.messages[part.key.message] {
        tellSender(of: stored, part: part)
      }
    }
    state.lanes[agency]?.drop(leaving.count, through: last)
    write(.acknowledged(agency, through: last))
    write(
      .audit(AuditEntry(.acknowledged, at: now, actor: agency, recipient: agency, number: last)))
  }

  mutating func forgetSilentSessions() {
    for (session, record) in state.sessions where tick - record.lastHeard > state.silence {
      forget(session)
    }
  }

  mutating func forget(_ session: Session) {
    guard let record = state.sessions.removeValue(forKey: session) else { return }
    if state.lanes[record.agency]?.consumer == session { state.lanes[record.agency]?.close() }
    forgetSource(record.source)
  }

  private mutating func forgetSource(_ source: SourceKey) {
    if !state.sessions.values.contains(where: { $0.source == source }) {
      state.sources[source] = nil
    }
  }
}
