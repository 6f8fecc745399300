extension ReferralYear {
  /// The field ROI as the form has it.
  func release(
    for referral: Referral, _ person: Person, _ random: inout SeededGenerator
  ) -> FieldROI {
    var roi = FieldROI(outcome: outcome(for: referral, &random))
    let minutes = random.within(4...25)
    let hash = random.hex(64)
    let defender = random.chance(1, in: 4)
    let ninety = random.chance(1, in: 3)
    let guardian = random.chance(1, in: 20)
    guard roi.outcome == .signed else { return roi }
    roi.signedAt = referral.at.adding(minutes: minutes)
    roi.signer = "\(person.first) \(person.last)"
    roi.capacity = "patient"
    roi.witness = referral.badge
    roi.imageHash = hash
    roi.purposes = ["coordination"]
    roi.expires = referral.at.date.adding(days: ninety ? 90 : 60)
    roi.information = ["handoff-details"]
    roi.recipients = [referral.provider]
    if referral.door == .arrestDiversion {
      roi.information.append("hold")
      roi.recipients.insert(CountyAgency.prosecutor, at: 0)
      if defender { roi.recipients.append(CountyAgency.defender) }
    }
    if referral.story == .prosecutorNotNamed {
      roi.recipients = [referral.provider]
    }
    if referral.story == .noExpiry { roi.expires = nil }
    if referral.story == .guardianWithoutEvidence || (guardian && referral.story == nil) {
      roi.signer = "Morgan \(person.last)"
      roi.capacity = "guardian"
      if referral.story == nil { roi.evidence = "Letters GDN-\(2000 + minutes)" }
    }
    return roi
  }

  private func outcome(
    for referral: Referral, _ random: inout SeededGenerator
  ) -> FieldROI.Outcome {
    let draw = random.below(100)
    switch referral.story {
    case .refused: return .refused
    case .incapacity: return .incapacity
    case .releaseFollows: return .toFollow
    case .some: return .signed
    case nil: break
    }
    if referral.course == .declined { return .refused }
    if draw < 5 { return .refused }
    if draw < 9 { return .incapacity }
    return draw < 22 && referral.door == .arrestDiversion ? .toFollow : .signed
  }

  /// The release that a form left open, signed a while later; nil where there is none to follow.
  func following(_ referral: Referral, _ person: Person, seed: UInt64) -> FieldROI? {
    guard referral.roi.outcome == .toFollow else { return nil }
    var random = SeededGenerator(seed: seed, stream: "following \(referral.id)")
    let signed = referral.at.adding(minutes: random.within(95...320))
    return FieldROI(
      outcome: .signed, signedAt: signed, signer: "\(person.first) \(person.last)",
      capacity: "patient", witness: referral.badge,
      recipients: [CountyAgency.prosecutor, referral.provider],
      information: ["handoff-details", "hold"], purposes: ["coordination"],
      expires: referral.at.date.adding(days: 60), imageHash: random.hex(64))
  }
}
