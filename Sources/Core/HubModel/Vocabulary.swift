/// What an agency is to the program. Rights follow the role and the key, never a claim.
public enum Role: String, CaseIterable, CaseHashed, Sendable, Codable {
  case sheriff
  case prosecutor
  case publicDefender = "public-defender"
  case behavioralHealth = "behavioral-health"
  case programOffice = "program-office"
  case privacyOfficer = "privacy-officer"
}

/// What a piece of information is about; the unit in which a release names what it covers.
public enum InformationCategory: String, CaseIterable, CaseHashed, Sendable, Codable {
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
public enum SensitivityLabel: String, CaseIterable, CaseHashed, Sendable, Codable {
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
public enum Purpose: String, CaseIterable, CaseHashed, Sendable, Codable {
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

// Sets of these words are looked into at every decision. The hash that comes with a text for a raw
// value goes over the text; one over the case is several times as fast.
extension InformationCategory {
  public func hash(into hasher: inout Hasher) { hasher.combine(case: self) }
}
extension SensitivityLabel {
  public func hash(into hasher: inout Hasher) { hasher.combine(case: self) }
}
extension Purpose {
  public func hash(into hasher: inout Hasher) { hasher.combine(case: self) }
}
extension Role {
  public func hash(into hasher: inout Hasher) { hasher.combine(case: self) }
}
extension Topic {
  public func hash(into hasher: inout Hasher) { hasher.combine(case: self) }
}

extension Hasher {
  /// An enumeration of fewer than 256 cases without payload is stored as its case's number.
  fileprivate mutating func combine<Word: CaseIterable & RawRepresentable>(case word: Word) {
    combine(unsafeBitCast(word, to: UInt8.self))
  }
}
