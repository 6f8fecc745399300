import HubModel

/// What each purpose needs, at most, whatever was signed (42 CFR 2.13(a); applied to authorised
/// disclosures too, where 45 CFR 164.502(b)(2) would exempt them). What is operational is about
/// nobody, and not asked here.
enum MinimumNecessary {
  static func needs(
    _ category: InformationCategory, for purpose: Purpose, by recipient: Role
  ) -> Bool {
    let table = recipient.isJustice ? toJustice : toOthers
    return table[purpose]?.contains(category) ?? false
  }

  private static let everything: Set<InformationCategory> = Set(InformationCategory.allCases)

  /// What is for the person at the scene or for care, a filing does not need.
  private static let toJustice: [Purpose: Set<InformationCategory>] = [
    .diversion: [.referral, .hold, .participation, .participationNegative],
    .careCoordination: [
      .referral, .hold, .participation, .participationNegative, .engagement, .booking, .courtCase,
      .defence,
    ],
    .legalDefence: [.courtCase, .defence],
    .identityResolution: [.identity],
    .programEvaluation: [.referral, .participation],
    // What may be used against the person is for the order or the consent to list.
    .charging: everything, .investigation: everything, .warrant: everything,
    .revocationHearing: everything,
  ]

  private static let toOthers: [Purpose: Set<InformationCategory>] = [
    .diversion: [.referral, .handoffDetails, .hold, .participation, .participationNegative],
    .careCoordination: everything.subtracting([.identity]),
    .legalDefence: [
      .referral, .hold, .participation, .engagement, .booking, .courtCase, .defence,
    ],
    .identityResolution: [.identity],
    .treatment: [
      .handoffDetails, .participation, .participationNegative, .engagement, .contact, .booking,
      .sudCounsellingNotes, .psychotherapyNotes,
    ],
    .payment: [.participation, .engagement],
    .operations: [.participation, .participationNegative, .engagement, .contact],
    .programEvaluation: [.referral, .participation, .engagement],
    .emergencyTreatment: [.handoffDetails, .participation, .engagement, .contact],
    .charging: everything, .investigation: everything, .warrant: everything,
    .revocationHearing: everything,
  ]
}
