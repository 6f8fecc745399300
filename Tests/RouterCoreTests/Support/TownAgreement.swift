import HubModel

/// The agencies of a small town, its registry and its agreement.
enum Town {
  static let program = ProgramID("lead-town")!
  static let sheriff = AgencyID("sheriff")!
  static let prosecutor = AgencyID("prosecutor")!
  static let defender = AgencyID("defender")!
  static let harbor = AgencyID("harbor")!
  static let cedar = AgencyID("cedar")!
  static let agencies = [sheriff, prosecutor, defender, harbor, cedar]
  static let start = WallTime(milliseconds: 1_772_000_000_000)

  static func fingerprint(_ agency: AgencyID, _ suffix: String = "desk") -> KeyFingerprint {
    KeyFingerprint("key-\(agency.text)-\(suffix)")!
  }

  static func role(of agency: AgencyID) -> Role {
    switch agency {
    case sheriff: .sheriff
    case prosecutor: .prosecutor
    case defender: .publicDefender
    default: .behavioralHealth
    }
  }

  static func agency(_ id: AgencyID, role: Role? = nil, port: UInt16 = 7_440) -> Registry.Agency {
    let role = role ?? self.role(of: id)
    return Registry.Agency(
      id: id, name: id.text, role: role, isPart2Program: role == .behavioralHealth,
      releasePort: port,
      keys: ["desk", "pager"].map {
        Registry.Key(
          fingerprint: fingerprint(id, $0), curve: [], signing: [], isConsumer: $0 == "desk")
      }, maySendUnsealed: true)
  }

  static let registry = Registry(agencies: agencies.map { agency($0) })

  static let agreement: ProgramAgreement = {
    var paths: Set<ProgramAgreement.Path> = []
    func open(_ topics: [Topic], _ from: Role, to: [Role]) {
      for topic in topics { for role in to { paths.insert(.init(topic, from: from, to: role)) } }
    }
    let answers: [Topic] = [.handoffAcknowledged, .handoffDeclined, .handoffArrived]
    let holds: [Topic] = [
      .holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided,
    ]
    open([.referralSubmitted], .sheriff, to: [.programOffice])
    open([.handoffRequested, .handoffDetails], .sheriff, to: [.behavioralHealth])
    open([.handoffRequested], .behavioralHealth, to: [.behavioralHealth])
    open(answers, .behavioralHealth, to: [.sheriff, .programOffice])
    open([.handoffCompleted], .behavioralHealth, to: [.sheriff])
    open([.holdRequested], .sheriff, to: [.prosecutor])
    open(holds, .prosecutor, to: [.sheriff, .behavioralHealth, .publicDefender])
    open([.intakeCompleted], .behavioralHealth, to: [.prosecutor, .programOffice])
    open([.intakeNotCompleted], .behavioralHealth, to: [.prosecutor, .publicDefender])
    open([.participantStatus], .behavioralHealth, to: [.prosecutor, .publicDefender])
    open([.bookingCreated, .bookingReleased], .sheriff, to: [.behavioralHealth, .publicDefender])
    open([.caseEvent], .prosecutor, to: [.behavioralHealth, .publicDefender])
    open([.defenceAssigned], .publicDefender, to: [.behavioralHealth, .prosecutor])
    return ProgramAgreement(
      program: program, version: 1, contentHash: Array(repeating: 7, count: 32), paths: paths,
      outcomes: [.holdRequested: .full, .handoffDetails: .full, .handoffRequested: .full],
      hold: .init(
        window: .days(14), rule: "14 days from referral",
        conditions: ["intake-completed", "roi-signed"], reminders: [3, 1]),
      handoff: .init(acknowledgeWithin: .minutes(5), attempts: 2),
      escrow: .init(
        deadline: .days(2), timeCritical: [.holdRequested, .handoffDetails],
        remindEvery: .minutes(15), candidateDeadline: .days(1)),
      referral: .init(divertibleOffences: [], rule: "any offence"),
      calendar: .utc, dutyLine: "555 0100")
  }()

  // MARK: Releases

  static func release(
    _ id: String, _ kind: ReleaseOfInformation.Kind, from: [Party], to recipients: [Party],
    _ categories: WordSet<InformationCategory>, labels: WordSet<SensitivityLabel> = [],
    purposes: WordSet<Purpose> = [.diversion, .careCoordination], signedAt: WallTime? = start,
    expiresAt: WallTime = start + .days(60), version: UInt32 = 1
  ) -> ReleaseOfInformation {
    ReleaseOfInformation(
      id: RoiID(id)!, version: version, kind: kind, disclosers: from, recipients: recipients,
      information: [InformationScope(categories: categories, labels: labels)],
      purposes: purposes, signedAt: signedAt, expiry: .at(expiresAt),
      formImageHash: Array(repeating: 1, count: 32),
      statements: FormStatement.codes)
  }

  /// What is printed on the form that an officer carries (design §10.2).
  static func fieldRelease(_ id: String, signedAt: WallTime = start) -> ReleaseOfInformation {
    release(
      id, .field, from: [.agency(sheriff), .agency(prosecutor)],
      to: [.agency(sheriff), .agency(prosecutor), .agency(harbor)],
      [.hold, .handoffDetails, .referral], signedAt: signedAt)
  }

  static func fullRelease(
    _ id: String, to recipients: [AgencyID] = [sheriff, prosecutor, defender, harbor]
  ) -> ReleaseOfInformation {
    var roi = release(
      id, .multiParty, from: agencies.map(Party.agency), to: recipients.map(Party.agency),
      [.hold, .referral, .participation, .engagement, .booking, .courtCase, .defence],
      labels: [.part2])
    roi.purposes.insert(.legalDefence)
    roi.identityStewards = [harbor]
    return roi
  }
}
