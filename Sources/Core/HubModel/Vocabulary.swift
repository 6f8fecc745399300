/// What an agency is to the program. Rights follow the role and the key, never a claim.
public enum Role: String, CaseHashed, Codable {
  case sheriff
  case prosecutor
  case publicDefender = "public-defender"
  case behavioralHealth = "behavioral-health"
  case programOffice = "program-office"
  case privacyOfficer = "privacy-officer"
}

/// What a piece of information is about; the unit in which a release names what it covers.
public enum InformationCategory: String, CaseHashed, Codable {
  /// Names no person: a meeting place, a callback number, safety codes, a clock.
  case operational
  /// The referral itself: who, by which door, for which offence codes.
  case referral
  /// What the case manager at the scene needs: name, birth date, language, needs codes.
  case handoffDetails = "handoff-details"
  /// The hold on filing: incident, offences, dates, disposition.
  case hold
  /// That a person has begun or completed intake, was assigned, is enrolled.
  case participation
  /// That a person has *not* completed intake; closed to prosecutors (42 USC 290dd-2(c)).
  case participationNegative = "participation-negative"
  /// Engaged, not engaged, closed.
  case engagement
  case contact
  case booking
  /// Court cases, warrants, hearings.
  case courtCase = "case"
  /// Who represents the person.
  case defence
  /// A possible match of identities, for the steward whom a release names.
  case identity
  /// A release of information itself; addressed to the router.
  case release
  case sudCounsellingNotes = "sud-counselling-notes"
  case psychotherapyNotes = "psychotherapy-notes"
}

/// A reason for care that sticks to information wherever it goes.
public enum SensitivityLabel: String, CaseHashed, Codable {
  /// Obtained by a federally assisted SUD program (42 CFR 2.12).
  case part2 = "part-2"
  case mentalHealth = "mental-health"
  /// Criminal history record information (28 CFR Part 20).
  case criminalHistory = "criminal-history"
  /// Attorney-client privilege; never leaves the defender's adapter.
  case privileged
  case domesticViolence = "domestic-violence"
}

/// Why information is wanted.
public enum Purpose: String, CaseHashed, Codable {
  case careCoordination = "care-coordination"
  /// Deciding whether to hold, extend or decline a filing: the diversion itself.
  case diversion
  case legalDefence = "legal-defence"
  case identityResolution = "identity-resolution"
  case treatment, payment, operations
  case programEvaluation = "program-evaluation"
  case emergencyTreatment = "emergency-treatment"
  // Against the person: closed to everything learned through coordination.
  case charging, investigation, warrant
  case revocationHearing = "revocation-hearing"

  /// Whether the purpose is to act against the person (42 USC 290dd-2(c); LEAD's golden rule).
  public var isAdverse: Bool {
    switch self {
    case .charging, .investigation, .warrant, .revocationHearing: true
    case .careCoordination, .diversion, .legalDefence, .identityResolution, .treatment, .payment,
      .operations, .programEvaluation, .emergencyTreatment:
      false
    }
  }

  /// All that are.
  public static let adverse = WordSet(allCases.filter(\.isAdverse))
}

/// The least authority that a topic's messages need (the catalogue's class).
public enum DisclosureClass: String, Hashable, Sendable {
  /// O: names no person, needs no release.
  case operational
  /// J, P: at least a field release.
  case fieldRelease = "field-release"
  /// R: a full release.
  case fullRelease = "full-release"
  /// R2: a full release; carries the notice of 42 CFR 2.32.
  case fullReleasePart2 = "full-release-part-2"
  /// Addressed to the router itself.
  case control
}
