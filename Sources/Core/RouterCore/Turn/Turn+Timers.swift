import ConsentEngine
import HubModel

extension Turn {
  mutating func fire(_ timer: DueTimer) {
    if case .redecide = timer.key, timer.held.isEmpty, !timer.isComplete {
      // The turn had no room for it: it stays as it is.
      state.nextDue = min(state.nextDue ?? timer.due, timer.due)
      hasMoreWork = true
      return
    }
    write(.cancel(timer.key))
    switch timer.key {
    case .lapse(let message): lapse(message)
    case .heldReminder(let message): remind(of: message, count: timer.count)
    case .redecide(let participant): redecide(participant, timer)
    case .agreement(let version): takeEffect(version)
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
    for part in parts where part.fate == .held { endWait(of: part, stored) }
    settleWaits(of: id)
  }

  mutating func endWait(of held: PartRecord, _ stored: StoredMessage) {
    var part = held
    part.fate = mayTellSender(of: stored) ? .returned : .expired
    part.changedAt = now
    write(part)
    audit(.lapsed, actor: .hub, part: part, nil, stored)
    tellSender(of: stored, part: part)
  }

  /// After the wait of some parts was ended: what nobody waits for any more is not kept.
  mutating func settleWaits(of id: MessageID) {
    let parts = facts.parts[id] ?? []
    guard !parts.contains(where: { $0.fate == .held }) else { return }
    cancelTimer(.heldReminder(id))
    if parts.allSatisfy(\.fate.isFinal) { write(.erase(id)) }
  }

  private mutating func remind(of id: MessageID, count: Int) {
    guard let stored = facts.messages[id] else { return }
    let held = (facts.parts[id] ?? []).filter { $0.fate == .held }
    guard !held.isEmpty else { return }
    // To a sender that is away they would pile up, thousands for each message, and all come at
    // once; it is reminded when it is back.
    let isThere = state.isConnected(stored.message.source)
    if isThere { for part in held { tellSender(of: stored, part: part, reminder: count) } }
    setTimer(
      .heldReminder(id), due: now + state.agreement.escrow.remindEvery,
      count: isThere ? count + 1 : count)
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
