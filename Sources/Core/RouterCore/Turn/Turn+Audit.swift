import ConsentEngine
import HubModel

/// Every decision and every act leaves exactly one entry.
extension Turn {
  mutating func audit(_ kind: AuditEntry.Kind, actor: AgencyID, about stored: StoredMessage) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: actor, message: stored.message.id, topic: stored.message.topic,
          participant: stored.participant, agreementVersion: state.agreement.version)))
  }

  mutating func audit(
    refused refusal: Refusal, from agency: AgencyID, item: Submission.Publish.Item
  ) {
    var entry = AuditEntry(.refused, at: now, actor: agency, reasons: [refusal.code.rawValue])
    if case .message(let message) = item {
      entry.message = message.id
      entry.topic = message.topic
    }
    write(.audit(entry))
  }

  mutating func audit(
    _ kind: AuditEntry.Kind, actor: AgencyID, part: PartRecord, _ decision: Decision? = nil,
    _ stored: StoredMessage? = nil
  ) {
    var entry = AuditEntry(
      kind, at: now, actor: actor, message: part.key.message, recipient: part.key.recipient,
      part: part.key.part, number: part.number, segments: part.segments,
      topic: stored?.message.topic, participant: part.participant,
      agreementVersion: state.agreement.version)
    if let decision {
      entry.consentPosition = decision.consentPosition
      entry.releases = decision.deciding
      entry.reasons = decision.reasons.map(\.rawValue)
    }
    write(.audit(entry))
  }
}
