import ConsentEngine
import HubModel

/// What opens a person's information without a release: a medical emergency and an order of a
/// court. Each is written down with all that the law asks for, ends by itself, and is looked at by
/// the privacy officer.
extension Turn {
  // MARK: Medical emergencies (42 CFR 2.51)

  /// Medical personnel of `message.source` cannot get consent and need the information at once.
  mutating func openEmergency(_ message: Message, for participant: ParticipantID) throws(Refusal) {
    func text(_ name: String) -> String {
      if case .text(let text)? = message.value(name) { text } else { "" }
    }
    guard let id = RoiID("e-\(message.id)") else { return }
    let opened = state.clock.bounds(now, tick).lowerBound
    let access = EmergencyAccess(
      id: id, recipient: message.source, recipientName: text("recipient-name"),
      affiliation: text("affiliation"), discloser: text("declared-by"), nature: text("nature"),
      openedAt: opened, closesAt: opened + state.agreement.switches.emergencyAccess)
    guard access.missing.isEmpty else { throw Refusal(.missingField, at: access.missing[0]) }
    let position = nextPosition(of: participant)
    facts.participants[participant, default: ParticipantRecord()].consents.emergencies
      .append(access)
    write(.emergency(participant, access, position: position))
    noteAuthority(
      .emergencyOpened, of: participant, at: position, by: message.source,
      detail: "\(id) until \(access.closesAt.milliseconds)")
    tellPrivacyOfficers(of: access)
  }

  /// At once, and without the person: who it was stands in the review queue.
  private mutating func tellPrivacyOfficers(of access: EmergencyAccess) {
    for officer in state.registry.agencies(in: .privacyOfficer) {
      say(
        .emergencyOpened, to: officer.id, caseID: nil, participant: nil,
        segment: Segment(
          .operational,
          fields: [
            Field("emergency", .code(access.id.text)),
            Field("agency", .code(access.recipient.text)),
            Field("opened-at", .time(access.openedAt)),
            Field("closes-at", .time(access.closesAt)),
          ]))
    }
  }

  /// Agencies whose medical personnel have access to the person now.
  func emergencyRecipients(of participant: ParticipantID?) -> Set<AgencyID> {
    guard let participant else { return [] }
    let open = consents(of: participant).emergencies.filter { $0.closesAt > now }
    return Set(open.map(\.recipient))
  }

  /// Looked at after the fact by the privacy officer.
  mutating func reviewEmergency(_ id: RoiID, _ finding: String) {
    write(.emergencyReviewed(id, finding: finding, at: now))
    log(.emergencyReviewed, detail: "\(id): \(finding)")
  }

  // MARK: Orders of a court (42 CFR 2.61–2.67)

  mutating func record(_ order: CourtOrder, for participant: ParticipantID, because why: String) {
    let position = nextPosition(of: participant)
    facts.participants[participant]?.consents.orders.removeAll { $0.id == order.id }
    facts.participants[participant]?.consents.orders.append(order)
    write(.order(participant, order, position: position))
    noteAuthority(
      .orderRecorded, of: participant, at: position, by: .hub,
      detail: "\(order.id), 42 CFR \(order.kind.rawValue): \(why)")
  }

  // MARK: Both

  private mutating func nextPosition(of participant: ParticipantID) -> UInt64 {
    let known = everyone(with: participant)
      .compactMap { facts.participants[$0]?.consents.position }
    let position = 1 + (known.max() ?? 0)
    facts.participants[participant, default: ParticipantRecord()].consents.position = position
    return position
  }

  /// In the log, and what waits about the person is decided again.
  private mutating func noteAuthority(
    _ kind: AuditEntry.Kind, of participant: ParticipantID, at position: UInt64,
    by agency: AgencyID, detail: String
  ) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: agency, participant: participant, consentPosition: position,
          agreementVersion: state.agreement.version, detail: detail)))
    for member in everyone(with: participant) {
      setTimer(.redecide(member), due: now)
      redeciding[member] = 0
    }
  }
}
