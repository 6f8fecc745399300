import ConsentEngine
import HubModel

extension Turn {
  mutating func fire(_ timer: DueTimer) {
    write(.cancel(timer.key))
    switch timer.key {
    case .lapse(let message): lapse(message)
    case .heldReminder(let message): remind(of: message, count: timer.count)
    case .redecide(let participant, _):
      redecide(timer) { .redecide(participant, after: $0) }
      // A release that is signed and not yet begun is looked at again when it begins.
      if timer.isComplete,
        let start = consents(of: participant).nextStart(after: now)
      {
        setTimer(.redecide(participant, after: nil), due: start)
      }
    case .redecideAll:
      redecide(timer) { .redecideAll(after: $0) }
    case .view(let caseID, let agency): tick(caseID, of: agency)
    case .releaseExpiring(let participant, let release):
      announceExpiry(of: release, of: participant)
    }
  }

  /// The escrow's deadline: what still waits is destroyed, and the sender told where its setting
  /// allows.
  private mutating func lapse(_ id: MessageID) {
    guard let stored = facts.messages[id] else { return }
    if stored.basis == .candidate {
      leaveNoMatch(stored.message)
      write(.erase(id))
      return
    }
    let parts = facts.parts[id] ?? []
    for var part in parts where part.fate == .held {
      part.fate = mayTellSender(of: stored) ? .returned : .expired
      part.changedAt = now
      write(part)
      audit(.lapsed, actor: .hub, part: part, nil, stored)
      tellSender(of: stored, part: part)
    }
    cancelTimer(.heldReminder(id))
    if parts.allSatisfy({ $0.fate == .held || $0.fate.isFinal }) { write(.erase(id)) }
  }

  private mutating func remind(of id: MessageID, count: Int) {
    guard let stored = facts.messages[id] else { return }
    let held = (facts.parts[id] ?? []).filter { $0.fate == .held }
    guard !held.isEmpty else { return }
    for part in held { tellSender(of: stored, part: part, reminder: count) }
    setTimer(
      .heldReminder(id), due: now + state.agreement.escrow.remindEvery, count: count + 1)
  }

  /// Decides a chunk of held parts again, in the order of their messages, and goes on after it.
  private mutating func redecide(
    _ timer: DueTimer, next: (MessageID?) -> TimerKey
  ) {
    for loaded in timer.held {
      let part = latest(loaded)
      guard part.fate == .held, let stored = facts.messages[part.key.message],
        let recipient = state.registry.agencies[part.key.recipient]
      else { continue }
      if stored.lacksContent(of: part) {
        shred(part, of: stored)
        continue
      }
      let decision = decide(stored, toward: recipient, segments: part.segments)
      if decision.held == part.segments { continue }
      var pending = part
      pending.fate = .pending
      if let permitted = split(pending, of: stored, by: decision) {
        // Written at once, so that another timer of this turn does not find it held.
        write(permitted)
        ready[recipient.id, default: []].append(
          Ready(part: permitted, message: stored, decision: decision))
        continue
      }
      // A refusal destroys what waited, once nobody else is to have it.
      if let parts = facts.parts[part.key.message], parts.allSatisfy(\.fate.isFinal) {
        write(.erase(part.key.message))
      }
    }
    guard !timer.isComplete else { return }
    // A turn that had no room for this timer left it as it was.
    setTimer(timer.held.last.map { next($0.key.message) } ?? timer.key, due: now)
  }

  private mutating func announceExpiry(of release: RoiID, of participant: ParticipantID) {
    guard
      let record = facts.participants[participant]?.consents.records.first(where: {
        $0.roi.id == release
      }), record.state == .active, case .at(let end)? = record.roi.expiry
    else { return }
    let fields = [Field("release", .code(release.text)), Field("expires-at", .time(end))]
    say(
      .roiExpiring, to: record.capturedBy, caseID: nil, participant: participant,
      segment: Segment(.release, fields: fields))
  }
}
