import ConsentEngine
import HubModel

/// Deciding again what waits, in bounded chunks.
///
/// Two things cause it: a change of one participant's releases, which goes through that person's
/// own held parts, and a change for everybody (agreement, roles), which goes through the whole
/// escrow and then the queues. Both go by places in the escrow, so a participant's parts come out
/// in the order in which they went in; what is new about someone who is not done yet waits
/// behind.
extension Turn {
  // MARK: One participant

  mutating func redecide(_ participant: ParticipantID, _ timer: DueTimer) {
    for part in timer.held { redecide(held: part) }
    guard timer.isComplete else {
      let place = timer.held.last?.queued ?? UInt64(timer.count)
      setTimer(.redecide(participant), due: now, count: Int(place))
      redeciding[participant] = place
      return
    }
    redeciding[participant] = nil
    // A release that is signed and not yet begun is looked at again when it begins.
    if let start = consents(of: participant).nextStart(after: now) {
      setTimer(.redecide(participant), due: start)
    }
  }

  mutating func redecide(held loaded: PartRecord) {
    let part = latest(loaded)
    guard part.fate == .held, let stored = facts.messages[part.key.message],
      let recipient = state.registry.agencies[part.key.recipient]
    else { return }
    guard !stored.lacksContent(of: part) else { return shred(part, of: stored) }
    let decision = decide(stored, toward: recipient, segments: part.segments)
    if decision.held == part.segments { return }
    if let permitted = split(part, of: stored, by: decision) {
      // Written at once, so that another cause of this turn does not find it held.
      write(permitted)
      ready[recipient.id, default: []].append(
        Ready(part: permitted, message: stored, decision: decision))
    } else {
      eraseIfSettled(part.key.message)
    }
  }

  /// A refusal destroys what waited, once nobody else is to have it.
  private mutating func eraseIfSettled(_ message: MessageID) {
    if let parts = facts.parts[message], parts.allSatisfy(\.fate.isFinal) {
      write(.erase(message))
    }
  }

  // MARK: Everybody

  /// Begins from the start: whatever an earlier change had left is covered by this one.
  mutating func beginRedecision() {
    let queues = state.lanes.filter(\.value.mayHavePending).sorted { $0.key < $1.key }
    state.redecision = Redecision(
      held: .init(through: state.escrowTail - 1),
      queues: queues.map { .init($0.key, .init(through: $0.value.queueTail - 1)) })
  }

  /// The chunk that was loaded, unless this turn has begun anew.
  private var chunk: RedecisionChunk? {
    state.redecision == redecisionAtStart ? facts.chunk : nil
  }

  mutating func redecideHeld() {
    guard let chunk, let work = state.redecision, !work.held.isDone else { return }
    for part in chunk.parts {
      // Whoever's own releases have changed is being gone through; this one will be come to.
      if let cursor = part.participant.flatMap({ redeciding[$0] }), part.queued ?? 0 > cursor {
        continue
      }
      redecide(held: part)
    }
    facts.chunk = nil
    state.redecision?.held.after =
      chunk.isComplete ? work.held.through : chunk.parts.last?.queued ?? work.held.after
  }

  /// What waits in a queue is decided when it is sent; this tells its sender sooner, and destroys
  /// what nobody may have, where a recipient is away for long. After the lanes have sent: what
  /// they have just decided is not decided again.
  mutating func redecidePending() {
    guard let chunk, let work = state.redecision, work.held.isDone,
      let queue = work.queues.first
    else { return }
    facts.chunk = nil
    for part in chunk.parts where !isWritten(part.key) {
      guard let stored = facts.messages[part.key.message],
        let recipient = state.registry.agencies[part.key.recipient]
      else { continue }
      if stored.lacksContent(of: part) {
        shred(part, of: stored)
        continue
      }
      let decision = decide(stored, toward: recipient, segments: part.segments)
      if decision.permitted == part.segments { continue }
      if let kept = split(part, of: stored, by: decision) {
        write(kept)
        audit(.permitted, actor: .hub, part: kept, decision, stored)
      } else {
        eraseIfSettled(part.key.message)
      }
    }
    if chunk.isComplete {
      state.redecision?.queues.removeFirst()
    } else if let place = chunk.parts.last?.queued {
      state.redecision?.queues[0].places.after = max(place, queue.places.after)
    }
  }

  /// Where it stands at the end of the turn is committed with what it did.
  mutating func noteRedecision() {
    if state.redecision?.isDone == true { state.redecision = nil }
    if state.redecision != redecisionAtStart { write(.redecision(state.redecision)) }
    if state.redecision != nil { hasMoreWork = true }
  }

  // MARK: What is new meanwhile

  /// Whether older parts about the person wait to be decided by what permits this one.
  func isBehindRedecision(_ participant: ParticipantID?) -> Bool {
    guard let participant else { return false }
    if redeciding[participant] != nil { return true }
    guard let work = state.redecision, !work.held.isDone else { return false }
    return facts.unreached.contains(participant)
  }

  /// Holds what is permitted until its turn comes, behind the participant's older parts.
  mutating func holdBehind(
    _ part: PartRecord, of stored: StoredMessage, by decision: Decision
  ) {
    let place = state.escrowTail
    hold(part, of: stored, by: decision)
    // A participant's own redecision has no end but the escrow's.
    if let participant = part.participant, redeciding[participant] == nil {
      state.redecision?.held.through = place
    }
  }
}

extension Registry {
  /// Whether some decision could turn out otherwise than under `other`: roles and the Part 2
  /// setting (42 CFR 2.11) decide, names, ports and keys do not.
  func decides(otherwiseThan other: Registry) -> Bool {
    func weight(_ agency: Agency) -> [String] { [agency.role.rawValue, "\(agency.isPart2Program)"] }
    return agencies.mapValues(weight) != other.agencies.mapValues(weight)
  }
}
