import ConsentEngine
import HubModel

/// What a sender learns of a message's fate. Outcomes are a disclosure too: only where the
/// agreement says `full`, and only of a release that the sender captured itself.
extension Turn {
  func mayTellSender(of stored: StoredMessage) -> Bool {
    guard stored.basis == .submitted, state.agreement.outcome(of: stored.message.topic) == .full
    else { return false }
    guard let release = stored.message.release else {
      return Catalogue.disclosure(of: stored.message.topic) == .operational
    }
    guard let owner = facts.releases[release] ?? owner(of: release, in: stored) else {
      // A release that nobody has registered yet is the sender's own to bring, if it can be.
      let role = state.registry.agencies[stored.message.source]?.role
      return role.map { Catalogue.spec(of: .roiSigned)?.publishers.contains($0) ?? false } ?? false
    }
    return owner.capturedBy == stored.message.source
  }

  private func owner(of release: RoiID, in stored: StoredMessage) -> ReleaseOwner? {
    guard let participant = stored.participant,
      let record = consents(of: participant).records.first(where: { $0.roi.id == release })
    else { return nil }
    return ReleaseOwner(participant: participant, capturedBy: record.capturedBy)
  }

  mutating func tellSender(
    of stored: StoredMessage, part: PartRecord, reason: Reason? = nil, reminder: Int? = nil
  ) {
    guard mayTellSender(of: stored) else { return }
    let message = stored.message
    var fields = [
      Field("message", .code(message.id.description)),
      Field("topic", .code(message.topic.rawValue)),
      Field("recipient", .code(part.key.recipient.text)),
      Field("fate", .code(part.fate.rawValue)),
    ]
    if let reminder { fields.append(Field("reminder", .integer(Int64(reminder)))) }
    if let reason { fields.append(Field("reason", .code(reason.rawValue))) }
    let outcome = Message(
      id: freshMessageID(for: message.source), topic: .outcome, source: .hub,
      program: state.agreement.program, sentAt: now, purpose: .careCoordination,
      caseID: message.caseID, inReplyTo: message.id, audience: [message.source],
      segments: [Segment(.operational, fields: fields)])
    store(
      StoredMessage(
        message: outcome, participant: nil, basis: .outcome, acceptedAt: now, about: message.id))
  }

  /// Somebody at the sender has seen that a message is held; the reminders stop.
  mutating func acceptConfirmation(_ message: Message) {
    guard let id = message.code("message").flatMap({ MessageID($0) }),
      facts.messages[id]?.message.source == message.source
    else { return }
    cancelTimer(.heldReminder(id))
    write(.audit(AuditEntry(.outcomeConfirmed, at: now, actor: message.source, message: id)))
  }
}
