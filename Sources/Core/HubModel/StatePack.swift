/// What a state's law asks beyond federal law, as data. A pack only ever takes away: a release
/// that federal law lets pass may fail by it, never the other way.
public struct StatePack: Hashable, Sendable {
  /// What holds for releases signed on one form.
  public struct FormRule: Hashable, Sendable {
    /// How the form's template name begins.
    public var template: String
    /// Roles that the form can never reach.
    public var excludedRoles: WordSet<Role>
    /// Purposes that the form serves.
    public var purposes: WordSet<Purpose>
    public var requiredStatements: WordSet<FormStatement>
    /// Labels that the form can never open.
    public var excludedLabels: WordSet<SensitivityLabel>
  }

  /// As in ISO 3166-2, in lower case: `us-wa`.
  public var code: String
  public var name: String
  /// The law that it follows, as cited.
  public var sources: [String]
  /// The day on which somebody last compared it with the law in force.
  public var reviewedOn: CivilDate
  /// A recipient is named with its institution, not by role alone.
  public var needsRecipientInstitution: Bool
  /// Labels that need a release about nothing else.
  public var labelsApart: WordSet<SensitivityLabel>
  public var forms: [FormRule]

  /// Every pack there is. A state is added by a value here and its cases in the tests.
  public static let all: [StatePack] = [washington, michigan]

  public static func named(_ code: String) -> StatePack? { all.first { $0.code == code } }

  /// Days after which a pack that nobody has compared with the law again is called stale.
  public static let reviewDays = 365

  public func isStale(on day: CivilDate) -> Bool {
    reviewedOn.adding(days: Self.reviewDays) < day
  }
}

extension StatePack {
  /// Mental-health records: RCW 70.02.030 asks for the recipient's name and institution. There is
  /// no term in days; an end by date or event is asked for federally already.
  static let washington = StatePack(
    code: "us-wa", name: "Washington",
    sources: ["RCW 70.02.030(3)", "RCW 70.02.230"],
    reviewedOn: CivilDate(year: 2026, month: 11, day: 1)!,
    needsRecipientInstitution: true, labelsApart: [], forms: [])

  /// The standard form MDHHS-5515 serves coordination of care alone, reaches nobody of the
  /// justice side, is sent electronically only with its part 2b, and does not open records of
  /// domestic-violence services, which need a release of their own.
  static let michigan = StatePack(
    code: "us-mi", name: "Michigan",
    sources: ["MCL 330.1748", "MCL 330.1141a", "MCL 330.1262", "MCL 330.1263"],
    reviewedOn: CivilDate(year: 2026, month: 11, day: 1)!,
    needsRecipientInstitution: false, labelsApart: [.domesticViolence],
    forms: [
      FormRule(
        template: "MDHHS-5515", excludedRoles: [.sheriff, .prosecutor, .publicDefender],
        purposes: [.careCoordination, .treatment, .payment, .operations],
        requiredStatements: [.electronicSharing],
        excludedLabels: [.domesticViolence])
    ])
}
