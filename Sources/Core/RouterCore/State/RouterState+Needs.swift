import HubModel

extension RouterState {
  /// What must be loaded before `batch` can be applied. Pure, and cheap: one pass.
  public func needs(_ batch: Batch) -> Needs {
    var needs = Needs(dueBy: batch.now)
    needs.mayStartRedecision = scheduled.contains { $0.effective <= batch.now }
    if clock.isHeld { needs.timerLimit = 0 }
    if let nextDue, nextDue <= batch.now {} else { needs.timerLimit = 0 }
    var acknowledging: [AgencyID: UInt64] = [:]
    var resuming: [AgencyID: UInt64] = [:]
    // A link of which this very turn hears is told of by it.
    var chained = chain.number
    for event in batch.events {
      switch event {
      case .submission(let session, let submission):
        guard let holder = registry.holder(of: session.fingerprint) else { continue }
        let agency = holder.agency.id
        switch submission {
        case .hello(let hello):
          needs.sources.insert(SourceKey(agency, hello.source))
          needs.refusals.insert(SourceKey(agency, hello.source))
        case .publish(let publish):
          if let source = sessions[session]?.source,
            publish.first <= sources[source]?[publish.sequence] ?? 0
          {
            needs.refusals.insert(source)
          }
          for case .message(let message) in publish.items { needs.add(message, from: agency) }
        case .acknowledge(let frame):
          acknowledging[agency] = max(acknowledging[agency] ?? 0, frame.through)
        case .resume(let frame):
          resuming[agency] = frame.next
          acknowledging[agency] = max(acknowledging[agency] ?? 0, max(frame.next, 1) - 1)
        case .ping(_, let chain):
          if let chain, chain < chained { needs.links.insert(chain) }
        }
      case .administration(.revoke(let release, _), _): needs.releases.insert(release)
      case .administration(.activate, _), .administration(.replaceRegistry, _),
        .administration(.acceptClock, _):
        needs.mayStartRedecision = true
      case .administration(.merge(let one, let other, _), _): needs.aliases.formUnion([one, other])
      case .administration(.separate(let alias, _), _), .administration(.account(let alias, _), _),
        .administration(.recordOrder(_, let alias, _), _),
        .administration(.legalHold(let alias, _, _), _):
        needs.aliases.insert(alias)
      case .administration(.retire(let person, _), _): needs.people.insert(person)
      case .administration(.expunge(let alias, _), _):
        needs.aliases.insert(alias)
        needs.expunging.insert(alias)
      case .administration(.replay(let id, _, _), _), .administration(.giveBack(let id, _, _), _):
        needs.named.insert(id)
      case .administration(.preview(let request), _): needs.aliases.insert(request.name)
      case .chained(let point): chained = max(chained, point.number)
      case .administration, .malformed, .space: break
      }
    }
    if !needs.mayStartRedecision { needs.redecision = redecision }
    for (agency, lane) in lanes {
      addWindow(of: lane, agency, acknowledging[agency] ?? 0, resuming[agency], to: &needs)
    }
    return needs
  }

  /// What a lane may send in this turn, and whose senders may be told of what is acknowledged.
  private func addWindow(
    of lane: Lane, _ agency: AgencyID, _ through: UInt64, _ resuming: UInt64?,
    to needs: inout Needs
  ) {
    let leaving = lane.acknowledging(through)
    for entry in leaving where entry.topic.map({ agreement.outcome(of: $0) == .full }) ?? true {
      needs.named.insert(entry.part.key.message)
    }
    let staying = lane.window.dropFirst(leaving.count)
    let resendFrom = resuming ?? lane.resendFrom
    if let resendFrom, lane.isOpen || resuming != nil {
      let again = staying.filter { ($0.part.number ?? 0) >= resendFrom }
      needs.resends += again.prefix(Limits.turnResends).map(\.part.key)
    }
    let room = window - staying.count
    if room > 0, lane.mayHavePending, lane.isOpen || resuming != nil {
      needs.queues[agency] = room
    }
  }
}

extension Needs {
  fileprivate mutating func add(_ message: Message, from agency: AgencyID) {
    messages.insert(message.id)
    if let alias = message.participant { aliases.insert(AliasKey(agency, alias)) }
    for token in message.tokens { tokens.insert(token) }
    if let caseID = message.caseID { cases.insert(caseID) }
    if let release = message.release { releases.insert(release) }
    if let parent = message.inReplyTo { named.insert(parent) }
    switch message.consent {
    case .release(let roi)?:
      releases.insert(roi.id)
      if let older = roi.supersedes { releases.insert(older) }
    case .refusal(let refusal)?: releases.insert(refusal.id)
    case .revocation(let revocation)?:
      if let id = revocation.id { releases.insert(id) }
    case .event(let event)?:
      if let id = event.id { releases.insert(id) }
    case nil: break
    }
    for name in ["candidate", "message"] where message.topic.sequence == .control {
      if let id = message.code(name).flatMap({ MessageID($0) }) { named.insert(id) }
    }
  }
}
