/// What a county's counsel decides where the law leaves room. Every default is the side that
/// tells less; the article *Switches for counsel* lists them.
public struct SiteSwitches: Hashable, Sendable {
  /// The hub is an intermediary (42 CFR 2.11): a release must name it, and nobody of the justice
  /// side may be named by role alone (42 CFR 2.31(a)(4)(ii)).
  public var hubIsIntermediary: Bool
  /// Doors through which a person may come under a consent of 42 CFR 2.35. Never the social
  /// contact, where there is no charge to dispose of (42 CFR 2.35(a)(1)).
  public var criminalJusticeTracks: Set<String>
  /// Codes of the state packs in force, such as `us-wa`.
  public var states: Set<String>
  /// "Not completed" may go to whoever decides on filing, under a release that names it. Closed
  /// by default: silence must not become a charge (42 USC 290dd-2(c)).
  public var negativeStatusToJustice: Bool
  /// How long access in a medical emergency stays open (42 CFR 2.51), 1 to 24 hours.
  public var emergencyAccess: Span

  public init(
    hubIsIntermediary: Bool = false, criminalJusticeTracks: Set<String> = [],
    states: Set<String> = [], negativeStatusToJustice: Bool = false,
    emergencyAccess: Span = .hours(4)
  ) {
    self.hubIsIntermediary = hubIsIntermediary
    self.criminalJusticeTracks = criminalJusticeTracks
    self.states = states
    self.negativeStatusToJustice = negativeStatusToJustice
    self.emergencyAccess = emergencyAccess
  }

  /// Doors that counsel may open to consents of 42 CFR 2.35.
  public static let tracksWithACharge: Set<String> = ["arrest-diversion"]
}

/// What a form prints for its signer, by code.
public enum FormStatement: String, CaseHashed {
  /// The right to revoke and how (42 CFR 2.31(a)(6); 45 CFR 164.508(c)(2)(i)).
  case rightToRevoke = "right-to-revoke"
  /// What was told may be told on (42 CFR 2.31(a)(4)(iii); 45 CFR 164.508(c)(2)(iii)).
  case redisclosure
  /// Treatment does not depend on signing (45 CFR 164.508(c)(2)(ii)).
  case noConditionOfTreatment = "no-condition-of-treatment"
  /// What follows from not signing (42 CFR 2.31(a)(4)(iii), for treatment, payment, operations).
  case refusalConsequence = "refusal-consequence"
  /// Part 2b of MDHHS-5515: the person agreed to sharing through an electronic exchange.
  case electronicSharing = "electronic-sharing"

  /// The codes of all of them.
  public static let codes = Set(allCases.map(\.rawValue))
}
