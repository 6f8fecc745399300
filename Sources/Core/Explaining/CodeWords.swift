import HubModel

/// Words of the hub's code lists, for documents and for people. A code that this version does not
/// know is shown as it stands in the log.
public struct CodeWords: Sendable {
  /// For a document that counsel reads.
  public let brief: String
  /// For the person, in words of a sixth grade; fits behind "What: ", "Why: " or "who: ".
  public let plain: String

  init(_ brief: String, _ plain: String) {
    self.brief = brief
    self.plain = plain
  }

  public static func category(_ code: String) -> CodeWords {
    InformationCategory(rawValue: code).flatMap { categories[$0] }
      ?? CodeWords(code, "something about you")
  }

  public static func purpose(_ code: String) -> CodeWords {
    Purpose(rawValue: code).flatMap { purposes[$0] }
      ?? CodeWords(code, "for the program")
  }

  public static func label(_ code: String) -> String {
    SensitivityLabel(rawValue: code).flatMap { labels[$0] } ?? code
  }

  public static func role(_ code: String) -> String {
    Role(rawValue: code).flatMap { roles[$0] } ?? (code.isEmpty ? "no longer in the program" : code)
  }

  /// By what right, as a document cites it; where segments differ in that, the rights of all.
  public static func authority(_ code: String) -> String {
    code.split(separator: "+").map { authorities[String($0)] ?? String($0) }
      .joined(separator: "; ")
  }

  public static func releaseKind(_ code: String) -> String {
    ReleaseOfInformation.Kind(rawValue: code).flatMap { kinds[$0] } ?? code
  }

  static let categories: [InformationCategory: CodeWords] = [
    .operational: CodeWords("operational, names nobody", "where and when to meet"),
    .referral: CodeWords("referral", "that you were sent to the program"),
    .handoffDetails: CodeWords(
      "hand-off details (name, birth date, needs)",
      "your name, your birth date and what you need"),
    .hold: CodeWords("hold on filing", "the hold on your charges"),
    .participation: CodeWords(
      "participation (intake, assignment, enrolment)", "that you are in the program"),
    .participationNegative: CodeWords(
      "participation not completed", "that you have not finished a step"),
    .engagement: CodeWords("engagement", "if you take part in the program"),
    .contact: CodeWords("contacts", "when you and your case worker met"),
    .booking: CodeWords("jail booking", "that you were booked or let go"),
    .courtCase: CodeWords("court cases, warrants, hearings", "your court dates and cases"),
    .defence: CodeWords("defence counsel", "who your lawyer is"),
    .identity: CodeWords("identity", "a check if a record is about you"),
    .release: CodeWords("release of information", "the form that you signed"),
    .sudCounsellingNotes: CodeWords(
      "SUD counselling notes", "notes from your drug or alcohol care"),
    .psychotherapyNotes: CodeWords("psychotherapy notes", "notes from your talks in therapy"),
  ]

  static let purposes: [Purpose: CodeWords] = [
    .careCoordination: CodeWords("care coordination", "to plan your care with you"),
    .diversion: CodeWords("diversion", "to keep your case out of court"),
    .legalDefence: CodeWords("legal defence", "to help your lawyer help you"),
    .identityResolution: CodeWords("identity resolution", "to be sure that it is you"),
    .treatment: CodeWords("treatment", "to treat you"),
    .payment: CodeWords("payment", "to pay for your care"),
    .operations: CodeWords("health care operations", "to run the clinic"),
    .programEvaluation: CodeWords("program evaluation", "to see how well the program works"),
    .emergencyTreatment: CodeWords("emergency treatment", "to help you in an emergency"),
    .charging: CodeWords("charging", "to charge you with a crime"),
    .investigation: CodeWords("investigation", "to look into a crime"),
    .warrant: CodeWords("warrant", "to get a warrant"),
    .revocationHearing: CodeWords("revocation hearing", "for a hearing on your release"),
  ]

  static let labels: [SensitivityLabel: String] = [
    .part2: "42 CFR Part 2", .mentalHealth: "mental health",
    .criminalHistory: "criminal history", .privileged: "privileged",
    .domesticViolence: "domestic violence",
  ]

  static let roles: [Role: String] = [
    .sheriff: "sheriff", .prosecutor: "prosecutor", .publicDefender: "public defender",
    .behavioralHealth: "behavioral-health provider", .programOffice: "program office",
    .privacyOfficer: "privacy officer",
  ]

  static let authorities = [
    "release": "written consent (42 CFR 2.31, 2.33; 45 CFR 164.508)",
    "operational": "names no person",
    "own-view": "no new disclosure: the recipient had been told already",
    "own-message": "no new disclosure: the recipient's own message",
    "agreement-exception": "exception of the program agreement",
    "court-order": "court order (42 CFR 2.61 to 2.67)",
    "emergency": "medical emergency (42 CFR 2.51)",
  ]

  static let kinds: [ReleaseOfInformation.Kind: String] = [
    .field: "field release", .multiParty: "multi-party release",
    .treatmentPaymentOperations: "treatment, payment and operations (42 CFR 2.31(a)(4)(i))",
    .criminalJustice: "criminal-justice consent (42 CFR 2.35)",
    .proceedings: "consent for proceedings (42 CFR 2.31(d))",
    .sudCounsellingNotes: "SUD counselling notes (42 CFR 2.31(b))",
    .psychotherapyNotes: "psychotherapy notes (45 CFR 164.508(b)(3)(ii))",
  ]
}
