public import HubModel

extension ReleaseOfInformation {
  /// Codes of the elements that its kind requires and it lacks; a release with any missing never
  /// becomes active. General elements: 42 CFR 2.31(a) and 45 CFR 164.508(c).
  public func missingElements(under law: SiteSwitches) -> [String] {
    var missing = missingGenerally
    for statement in requiredStatements.subtracting(printed) {
      missing.append("statement:\(statement.rawValue)")
    }
    missing += missingOfKind(law)
    if law.hubIsIntermediary { missing += missingForIntermediary }
    // 45 CFR 164.508(b)(3)(iii): what something is conditioned on stands alone. Counselling notes
    // may not be a condition at all (42 CFR 2.31(b)).
    if !conditionedOn.isEmpty && (hasSeveralRecipients || purposes.count > 1 || kind.isOfNotes) {
      missing.append("stands-alone")
    }
    for pack in StatePack.inForce(for: self, under: law) { missing += pack.missing(in: self) }
    return missing
  }

  /// The hub, where the law has it named, is no second recipient.
  private var hasSeveralRecipients: Bool {
    recipients.count { $0 != .agency(.hub) } > 1
  }

  private var missingGenerally: [String] {
    var missing: [String] = []
    if disclosers.isEmpty { missing.append("discloser") }
    if recipients.isEmpty { missing.append("recipient") }
    if information.isEmpty || information.contains(where: { $0.categories.isEmpty }) {
      missing.append("information")
    }
    if purposes.isEmpty { missing.append("purpose") }
    if signedAt == nil { missing.append("signature-date") }
    if formImageHash.count != 32 { missing.append("signed-form") }
    switch expiry {
    case nil: missing.append("expiry")
    // Lawful for treatment, payment and operations alone (42 CFR 2.31(a)(7)).
    case .never? where kind != .treatmentPaymentOperations: missing.append("expiry")
    case .at(let end)?:
      if let signedAt, end <= signedAt { missing.append("expiry") }
    case .event(let name)? where name.isEmpty: missing.append("expiry")
    case .never?, .event?: break
    }
    if signer != .patient && signerEvidence.isEmpty { missing.append("signer-evidence") }
    return missing
  }

  /// Statements that a form of this kind prints.
  private var requiredStatements: WordSet<FormStatement> {
    switch kind {
    case .field, .criminalJustice, .proceedings: [.rightToRevoke]
    case .sudCounsellingNotes: [.rightToRevoke, .noConditionOfTreatment]
    case .multiParty, .psychotherapyNotes:
      [.rightToRevoke, .redisclosure, .noConditionOfTreatment]
    case .treatmentPaymentOperations: [.rightToRevoke, .redisclosure, .refusalConsequence]
    }
  }

  private func missingOfKind(_ law: SiteSwitches) -> [String] {
    var missing: [String] = []
    // 42 CFR 2.31(d): use in proceedings cannot be combined with anything else.
    let stands =
      kind == .proceedings
      ? purposes.isSubset(of: Purpose.adverse) : purposes.isDisjoint(with: Purpose.adverse)
    if !stands { missing.append("separate-consent-for-proceedings") }
    // 42 CFR 2.31(b), 45 CFR 164.508(b)(3)(ii): notes combine with notes of their kind alone.
    let isMixed = information.contains { scope in
      if let notes = kind.notes { return !scope.categories.isSubset(of: [notes]) }
      return !scope.categories.isDisjoint(with: InformationCategory.notes)
    }
    if isMixed { missing.append("separate-consent-for-notes") }
    switch kind {
    case .treatmentPaymentOperations:
      if !purposes.isSubset(of: Self.treatmentPurposes) { missing.append("tpo-purpose") }
      if recipients.contains(where: \.isOfJusticeOrDefence) { missing.append("tpo-recipient") }
    case .criminalJustice: missing += missingForCriminalJustice(law)
    case .field, .multiParty, .proceedings, .sudCounsellingNotes, .psychotherapyNotes: break
    }
    return missing
  }

  /// Coordinating care is part of treatment and operations; diversion and defence are not.
  static let treatmentPurposes: WordSet<Purpose> = [
    .treatment, .payment, .operations, .careCoordination,
  ]

  /// 42 CFR 2.35(a)–(c): a charge to dispose of, named persons with a duty to monitor, and the
  /// event from which on it may be revoked.
  private func missingForCriminalJustice(_ law: SiteSwitches) -> [String] {
    var missing: [String] = []
    let isOpen =
      law.criminalJusticeTracks.contains(track) && SiteSwitches.tracksWithACharge.contains(track)
    if !isOpen { missing.append("track") }
    if revocableFrom.isEmpty { missing.append("revocable-from") }
    let isNamed = recipients.allSatisfy { party in
      if case .person = party { true } else { law.hubIsIntermediary && party == .agency(.hub) }
    }
    if !isNamed { missing.append("named-monitor") }
    return missing
  }

  /// 42 CFR 2.31(a)(4)(ii): the intermediary is named, and a general designation reaches
  /// treating providers alone.
  private var missingForIntermediary: [String] {
    var missing: [String] = []
    if !recipients.contains(.agency(.hub)) { missing.append("intermediary") }
    if recipients.contains(where: { $0.isRole && $0 != .role(.behavioralHealth) }) {
      missing.append("recipient-by-name")
    }
    return missing
  }
}

extension ReleaseOfInformation.Kind {
  /// The notes that a release of this kind is about, and nothing else.
  var notes: InformationCategory? {
    switch self {
    case .sudCounsellingNotes: .sudCounsellingNotes
    case .psychotherapyNotes: .psychotherapyNotes
    case .field, .multiParty, .treatmentPaymentOperations, .criminalJustice, .proceedings: nil
    }
  }

  var isOfNotes: Bool { notes != nil }
}

extension InformationCategory {
  var isOfNotes: Bool { self == .sudCounsellingNotes || self == .psychotherapyNotes }

  static let notes = WordSet(allCases.filter(\.isOfNotes))
}

extension Party {
  var isRole: Bool { if case .role = self { true } else { false } }

  /// A role that is never a recipient for treatment, payment or operations. (An agency's role is
  /// the registry's to say, and is asked at each decision.)
  var isOfJusticeOrDefence: Bool {
    guard case .role(let role) = self else { return false }
    return role.isJustice || role == .publicDefender
  }
}
