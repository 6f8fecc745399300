import HubModel

/// What the county's agencies say, at every awkward moment: drawn at random, valid one by one.
struct Traffic {
  private var random: SeededGenerator
  private var serial: UInt64 = 0
  private var cases = 0
  private let people: [String]
  static let people = (0..<4).map { "p\($0)" }

  init(seed: UInt64, people: [String]) {
    random = SeededGenerator(seed: seed, stream: "traffic")
    self.people = people
  }

  /// One thing said by one agency, at its own clock's time.
  mutating func next(by agency: AgencyID, _ role: Role, at now: WallTime) -> Message {
    let person = random.pick(people)
    switch role {
    case .sheriff: return sheriff(agency, person, now)
    case .prosecutor: return prosecutor(agency, person, now)
    case .publicDefender:
      return message(
        .defenceAssigned, agency, person, now,
        [Segment(.defence, fields: [Field("attorney", .text("A. Law"))])])
    default: return provider(agency, person, now)
    }
  }

  // MARK: By role

  private mutating func sheriff(
    _ agency: AgencyID, _ person: String, _ now: WallTime
  ) -> Message {
    let release = fieldRelease(of: person)
    let caseID = CaseID("c-\(person)")
    switch random.below(10) {
    case 0, 1:
      cases += 1
      return message(
        .handoffRequested, agency, nil, now,
        [
          Segment(
            .operational,
            fields: [
              Field("requested-at", .time(now)), Field("meeting-place", .text("5th and Main")),
              Field("callback", .code("555-0199")),
            ])
        ], case: CaseID("c-h\(cases)"))
    case 2, 3:
      return message(
        .handoffDetails, agency, person, now,
        [
          Segment(
            .handoffDetails,
            fields: [
              Field("last-name", .text("Doe \(person)")), Field("first-name", .text("Jo")),
            ])
        ], case: caseID, release: release)
    case 4, 5, 6:
      return message(
        .holdRequested, agency, person, now,
        [
          Segment(
            .hold,
            fields: [
              Field("incident", .code("inc-\(person)")), Field("referred-at", .time(now)),
            ])
        ], case: caseID, release: release)
    case 7:
      return message(
        .bookingCreated, agency, nil, now,
        [
          Segment(
            .booking, fields: [Field("booking", .code("b-\(serial)")), Field("at", .time(now))])
        ], tokens: [Self.stateID(person)])
    default: return consent(agency, person, now, id: release, isField: true)
    }
  }

  private mutating func prosecutor(
    _ agency: AgencyID, _ person: String, _ now: WallTime
  ) -> Message {
    if random.chance(1, in: 4) {
      return message(
        .caseEvent, agency, person, now,
        [Segment(.courtCase, fields: [Field("event", .code("hearing-\(serial)"))])])
    }
    let topic = random.pick([Topic.holdOpened, .holdExtended, .holdReleased])
    return message(
      topic, agency, person, now,
      [
        Segment(
          .hold,
          fields: [
            Field("hold", .code("hold-\(person)")), Field("incident", .code("inc-\(person)")),
          ])
      ], case: CaseID("c-\(person)"), release: fieldRelease(of: person))
  }

  private mutating func provider(
    _ agency: AgencyID, _ person: String, _ now: WallTime
  ) -> Message {
    if random.chance(1, in: 25) { return emergency(agency, person, now) }
    switch random.below(8) {
    case 0, 1: return status(agency, person, now)
    case 2, 3:
      return message(
        .intakeCompleted, agency, person, now,
        [
          Segment(
            .participation,
            fields: [Field("completed-on", .date(SiteCalendar.utc.date(of: now)))])
        ], case: CaseID("c-\(person)"))
    default:
      return consent(agency, person, now, id: fullRelease(of: person, by: agency), isField: false)
    }
  }

  /// Every other one in two segments, the second of which most releases do not cover: it is
  /// withheld or waits while the first goes, and goes after it.
  private mutating func status(
    _ agency: AgencyID, _ person: String, _ now: WallTime
  ) -> Message {
    var segments = [Segment(.engagement, fields: [Field("status", .code("engaged"))])]
    if serial.isMultiple(of: 2) {
      segments.append(
        Segment(
          .engagement, labels: [.mentalHealth],
          fields: [Field("as-of", .date(SiteCalendar.utc.date(of: now)))]))
    }
    return message(.participantStatus, agency, person, now, segments)
  }

  /// Medical personnel who cannot ask the person.
  private mutating func emergency(
    _ agency: AgencyID, _ person: String, _ now: WallTime
  ) -> Message {
    message(
      .emergencyDeclared, agency, person, now,
      [
        Segment(
          .release,
          fields: ["recipient-name", "affiliation", "declared-by", "nature"].map {
            Field($0, .text("stated"))
          })
      ])
  }

  // MARK: Consent

  /// What stops a release, calls it false, or may end it.
  private mutating func event(
    _ agency: AgencyID, _ person: String, _ now: WallTime, _ id: RoiID
  ) -> Message {
    let (topic, kind) = random.pick([
      (Topic.roiSuspended, RoiEvent.Kind.suspended), (.roiSuspended, .suspended),
      (.roiResumed, .resumed), (.roiVoided, .voided), (.roiEvent, .occurred),
    ])
    let event =
      kind == .occurred
      ? RoiEvent(.occurred, event: ReleaseForms.lastEvent) : RoiEvent(kind, id: id)
    return message(topic, agency, person, now, [], consent: .event(event))
  }

  private mutating func consent(
    _ agency: AgencyID, _ person: String, _ now: WallTime, id: RoiID?, isField: Bool
  ) -> Message {
    guard let id else { preconditionFailure("ids of the traffic are valid") }
    let toward = Party.role(random.pick([Role.prosecutor, .behavioralHealth, .publicDefender]))
    switch random.below(28) {
    case 24, 25, 26: return event(agency, person, now, id)
    case 20:
      return message(
        .roiRevoked, agency, person, now, [], consent: .revocation(RoiRevocation(id: nil)))
    case 21:
      return message(
        .roiRevoked, agency, person, now, [],
        consent: .revocation(RoiRevocation(id: nil, recipients: [toward])))
    case 0, 1:
      return message(
        .roiRefused, agency, person, now, [],
        consent: .refusal(
          RoiRefusal(id: id, reason: random.chance(1, in: 2) ? .refused : .incapacity)))
    case 2, 3, 4:
      return message(
        .roiRevoked, agency, person, now, [], consent: .revocation(RoiRevocation(id: id)))
    case 5, 6:
      return message(
        .roiRevoked, agency, person, now, [],
        consent: .revocation(RoiRevocation(id: id, recipients: [toward])))
    default:
      let roi = ReleaseForms.release(id, by: agency, isField: isField, at: now, &random)
      return message(.roiSigned, agency, person, now, [], consent: .release(roi))
    }
  }

  /// Few ids for many signings, so that versions, revocations and tombstones meet.
  private mutating func fieldRelease(of person: String) -> RoiID? {
    RoiID("field-\(person)-\(random.below(3))")
  }
  private mutating func fullRelease(of person: String, by agency: AgencyID) -> RoiID? {
    RoiID("full-\(agency)-\(person)-\(random.below(3))")
  }

  // MARK: The envelope

  private mutating func message(
    _ topic: Topic, _ agency: AgencyID, _ person: String?, _ now: WallTime,
    _ segments: [Segment], case caseID: CaseID? = nil, release: RoiID? = nil,
    tokens: [IdentityToken] = [], consent: ConsentStatement? = nil
  ) -> Message {
    serial += 1
    guard let program = ProgramID("simulated") else {
      preconditionFailure("the program's name is valid")
    }
    return Message(
      id: MessageID(at: now, random: (serial, random.next())), topic: topic, source: agency,
      program: program, sentAt: now,
      purpose: Catalogue.spec(of: topic)?.purpose ?? .careCoordination,
      participant: person.flatMap { Self.alias(of: $0, at: agency) },
      tokens: person.map { [Self.stateID($0)] } ?? tokens, caseID: caseID, release: release,
      segments: segments, consent: consent)
  }

  static func stateID(_ person: String) -> IdentityToken {
    var value = Array("state-\(person)".utf8)
    value += [UInt8](repeating: 0x2e, count: 32 - value.count)
    return IdentityToken(.stateID, value)
  }

  /// The name by which an agency knows a person.
  static func alias(of person: String, at agency: AgencyID) -> ParticipantAlias? {
    ParticipantAlias("\(agency)-\(person)")
  }

  /// - Returns: whom an agency means by it; nothing where the router made it up, for an agency that
  ///   had no name for them.
  static func person(alias: ParticipantAlias) -> String? {
    guard !alias.text.hasPrefix("p-") else { return nil }
    return alias.text.split(separator: "-").last.map(String.init)
  }

  /// Somebody at a desk has seen that a message waits.
  static func confirmation(
    of id: MessageID, by agency: AgencyID, at now: WallTime, _ random: inout SeededGenerator
  ) -> Message? {
    guard let program = ProgramID("simulated") else { return nil }
    return Message(
      id: MessageID(at: now, random: (random.next(), random.next())), topic: .outcomeConfirmed,
      source: agency, program: program, sentAt: now, purpose: .careCoordination,
      segments: [Segment(.operational, fields: [Field("message", .code(id.description))])])
  }

  /// Whom a message of this traffic is about.
  static func person(of message: Message) -> String? {
    if let alias = message.participant { return person(alias: alias) }
    guard let token = message.tokens.first(where: { $0.kind == .stateID }) else { return nil }
    let text = String(decoding: token.value, as: UTF8.self)
    return text.split(separator: "-").last.map { String($0.prefix { $0 != "." }) }
  }
}

/// Release forms as they are filled in: mostly whole, sometimes short, soon over, or refusing.
enum ReleaseForms {
  /// With which some of them end.
  static let lastEvent = "discharge"

  static func release(
    _ id: RoiID, by agency: AgencyID, isField: Bool, at now: WallTime,
    _ random: inout SeededGenerator
  ) -> ReleaseOfInformation {
    let roles: [Role] = [.sheriff, .prosecutor, .publicDefender, .behavioralHealth]
    let named = roles.filter { _ in random.chance(2, in: 3) }
    let version = UInt32(random.within(1...3))
    // The last version of a form opens the second segment of a status, too.
    let labels: WordSet<SensitivityLabel> = version == 3 ? [.part2, .mentalHealth] : [.part2]
    var roi = ReleaseOfInformation(
      id: id, version: version, kind: isField ? .field : .multiParty,
      disclosers: isField
        ? [.role(.sheriff), .role(.prosecutor)] : roles.map { Party.role($0) },
      recipients: isField
        ? [.role(.sheriff), .role(.prosecutor), .role(.behavioralHealth)]
        : (named.isEmpty ? roles : named).map { Party.role($0) },
      information: [
        InformationScope(
          categories: isField
            ? [.hold, .handoffDetails, .referral]
            : [.hold, .referral, .participation, .engagement, .booking, .courtCase, .defence],
          labels: isField ? [] : labels)
      ],
      purposes: [.diversion, .careCoordination, .legalDefence], signedAt: now,
      expiry: .at(now + .hours(Int64(random.chance(1, in: 4) ? random.within(1...48) : 2_000))),
      formImageHash: [UInt8](repeating: 1, count: random.chance(1, in: 8) ? 0 : 32),
      statements: FormStatement.codes)
    if random.chance(1, in: 10) { roi.expiry = .event(lastEvent) }
    if random.chance(1, in: 8) {
      roi.refusals = [
        .init(
          recipients: [.role(random.pick(roles))],
          information: InformationScope(categories: [.hold, .booking, .engagement]))
      ]
    }
    if random.chance(1, in: 8), let older = RoiID("\(id.text.dropLast())0"), older != id {
      roi.supersedes = older
    }
    return roi
  }
}
