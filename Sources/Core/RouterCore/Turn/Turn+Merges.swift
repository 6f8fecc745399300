import ConsentEngine
import HubModel

/// Two participants who turn out to be one person.
///
/// Nothing moves: releases, aliases, tokens and messages stay with the participant under whom
/// they came, so that a merge that was wrong can be undone whole. What is shared is the deciding:
/// whatever one of them signed counts for all of them, and whatever one of them refused, revoked
/// or suspended counts for all of them too. No agency is told (design §10.8).
extension Turn {
  /// Everything that the person has said about consent, under whichever name.
  func consents(of participant: ParticipantID) -> ParticipantConsents {
    guard let record = facts.participants[participant] else { return .init() }
    var all = record.consents
    for other in record.others.sorted() {
      guard let more = facts.participants[other]?.consents else { continue }
      all.position = max(all.position, more.position)
      all.records += more.records
      all.tombstones.formUnion(more.tombstones)
      for blanket in more.blankets { all.add(blanket) }
      all.marks.formUnion(more.marks)
      all.orders += more.orders
      all.emergencies += more.emergencies
    }
    if !record.others.isEmpty { all.applyBlankets() }
    return all
  }

  /// Of nobody there is nothing to be known. Not written as `map(consents(of:))`: a method that is
  /// taken as a value takes a copy of the whole turn along.
  func knownConsents(of participant: ParticipantID?) -> ParticipantConsents? {
    guard let participant else { return nil }
    return consents(of: participant)
  }

  /// The participant and whoever is the same person, in order.
  func everyone(with participant: ParticipantID) -> [ParticipantID] {
    ([participant] + (facts.participants[participant]?.others ?? [])).sorted()
  }

  /// An identifier that identifies by itself now points to several participants.
  mutating func mergeHolders(
    of token: IdentityToken, with participant: ParticipantID, by agency: AgencyID
  ) {
    for match in facts.tokens[token] ?? []
    where match.isConfirmed && match.participant != participant {
      merge(participant, match.participant, by: agency, because: "shared \(token.kind.rawValue)")
    }
  }

  mutating func merge(
    _ one: ParticipantID, _ other: ParticipantID, by agency: AgencyID, because reason: String
  ) {
    let first = everyone(with: one)
    let second = everyone(with: other)
    guard first != second else { return }
    regroup((first + second).sorted())
    logIdentity("merged: \(reason)", of: one, by: agency)
  }

  /// Undoes what merged the participant with others.
  mutating func separate(_ participant: ParticipantID, because reason: String) {
    let all = everyone(with: participant)
    guard all.count > 1 else { return }
    regroup(all.filter { $0 != participant })
    regroup([participant])
    logIdentity("separated: \(reason)", of: participant, by: .hub)
  }

  /// From now on exactly these are one person. What waits about any of them is decided again,
  /// and counts as a change of consent: positions go on beyond all of theirs.
  private mutating func regroup(_ members: [ParticipantID]) {
    let before = members.flatMap(everyone(with:))
    let position = 1 + (before.compactMap { facts.participants[$0]?.consents.position }.max() ?? 0)
    for member in members {
      facts.participants[member, default: ParticipantRecord()].others =
        Set(members).subtracting([member])
      facts.participants[member]?.consents.position = position
      write(.group(member, head: members.count > 1 ? members[0] : nil, position: position))
      setTimer(.redecide(member), due: now)
      redeciding[member] = 0
    }
  }

  private mutating func logIdentity(
    _ detail: String, of participant: ParticipantID, by agency: AgencyID
  ) {
    write(
      .audit(
        AuditEntry(
          .identityLinked, at: now, actor: agency, participant: participant,
          consentPosition: facts.participants[participant]?.consents.position ?? 0,
          agreementVersion: state.agreement.version, detail: detail)))
  }
}
