import HubModel

/// What each purpose needs, at most, whatever was signed (42 CFR 2.13(a); applied to authorised
/// disclosures too, where 45 CFR 164.502(b)(2) would exempt them). What is operational is about
/// nobody, and not asked here.
enum MinimumNecessary {
  static func needs(
    _ category: InformationCategory, for purpose: Purpose, by recipient: Role
  ) -> Bool {
    let table = recipient.isJustice ? toJustice : toOthers
    return table[Int(purpose.ordinal)].contains(category)
  }

  /// What is needed, by the purpose's place in its declaration; a purpose without a row, nothing.
  private static func table(
    _ rows: [Purpose: WordSet<InformationCategory>]
  ) -> [WordSet<InformationCategory>] {
    Purpose.allCases.map { rows[$0] ?? [] }
  }

  private static let everything = WordSet<InformationCategory>.all

  /// What is for the person at the scene or for care, a filing does not need.
  private static let toJustice = table([
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
  ])

  private static let toOthers = table([
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
  ])
}
