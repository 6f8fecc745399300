import HubModel

@testable import HubProtocol

/// Values with every field filled in, so that a codec that forgets one is caught.
enum Samples {
  static let agency = AgencyID("lakewood-sheriff")!
  static let ledger = Incarnation("ledger-7f3a")!

  static func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
  static func salt(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 16) }

  static let scope: InformationScope = {
    var scope = InformationScope(
      categories: [.hold, .handoffDetails], labels: [.part2, .mentalHealth],
      authoredFrom: CivilDate("2024-02-29"), authoredThrough: CivilDate("2025-12-31"))
    scope.authors = [agency]
    return scope
  }()

  static let release: ReleaseOfInformation = {
    var release = ReleaseOfInformation(
      id: RoiID("roi-1")!, version: 3, kind: .multiParty,
      disclosers: [.agency(agency), .role(.behavioralHealth)],
      recipients: [.role(.prosecutor), .person(AgencyID("da")!, reference: "liaison é")],
      information: [scope], purposes: [.diversion, .careCoordination, .treatment],
      signedAt: WallTime(milliseconds: 1_764_000_000_000),
      expiry: .at(WallTime(milliseconds: 1_795_536_000_000)), signer: .guardian,
      formImageHash: hash(9))
    release.refusals = [.init(recipients: [.role(.publicDefender)], information: scope)]
    release.signerEvidence = "court order, folder 12"
    release.startsAt = WallTime(milliseconds: 0)
    release.revocableFrom = "final-disposition"
    release.formTemplate = "multi-party-2025-en"
    release.statements = ["right-to-revoke", "redisclosure", "no-condition"]
    release.jurisdictions = ["us-wa", "us-or"]
    release.witness = "Officer Nuñez"
    release.supersedes = RoiID("roi-0")
    release.coversEarlier = false
    release.identityStewards = [AgencyID("care")!]
    release.stopUseNotice = true
    release.redisclosure = "42 CFR 2.12(d)"
    return release
  }()

  static let segments: [Segment] = [
    Segment(
      .referral, labels: [.criminalHistory, .domesticViolence],
      authored: CivilDate("2025-11-20"),
      fields: [
        Field("door", .code("arrest-diversion")),
        Field("referred-at", .time(WallTime(milliseconds: 1_763_999_000_000))),
        Field("offence", .code("9A.56.050")), Field("offence", .code("69.50.4013")),
      ], salt: salt(1)),
    Segment(
      .handoffDetails,
      fields: [
        Field("last-name", .text("O’Brien-Núñez")), Field("first-name", .text("")),
        Field("date-of-birth", .date(CivilDate("1984-02-29")!)),
        Field("eta-minutes", .integer(-25)), Field("correction", .flag(false)),
        Field("alias", .text(String(repeating: "long ", count: 150))),
      ], attachment: [0, 1, 2, 255], mediaType: "application/pdf", salt: salt(2)),
  ]

  static let seal = Seal(
    scheme: 1, root: hash(1), signature: [UInt8](repeating: 2, count: 64),
    signer: KeyFingerprint("0a0b")!, headerSalt: salt(3),
    header: .init(slot: 0, siblings: hash(4) + hash(5)),
    segments: [.init(slot: 3, siblings: hash(6) + hash(7)), .init(slot: 1, siblings: hash(8))])

  static func message(
    _ topic: Topic = .referralSubmitted, consent: ConsentStatement? = nil
  ) -> Message {
    Message(
      id: MessageID(high: 0x0193_5b2c_aa00_1234, low: 0xfedc_ba98_7654_3210), topic: topic,
      source: agency, program: ProgramID("lakewood-lead")!,
      sentAt: WallTime(milliseconds: 1_764_000_000_123), purpose: .diversion,
      participant: ParticipantAlias("lk-00042"),
      tokens: [
        IdentityToken(.stateID, hash(11)), IdentityToken(.nameAndBirthDate, hash(12)),
      ],
      caseID: CaseID("case-2025-00042"), inReplyTo: MessageID(high: 1, low: 2),
      release: RoiID("roi-1"), audience: [AgencyID("da")!, AgencyID("care")!],
      segments: segments, consent: consent, seal: seal)
  }

  static let minimal = Message(
    id: MessageID(high: 0, low: 0), topic: .outcome, source: agency, program: ProgramID("p")!,
    sentAt: WallTime(milliseconds: 0), purpose: .careCoordination)

  static let messages: [Message] = [
    message(), minimal, message(.roiSigned, consent: .release(release)),
    message(.roiSigned, consent: .release(evented)),
    message(.roiAmended, consent: .release(endless)),
    message(.roiRefused, consent: .refusal(.init(id: RoiID("roi-1")!, reason: .incapacity))),
    message(.roiRevoked, consent: .revocation(.init(id: nil))),
    message(
      .roiRevoked,
      consent: .revocation(.init(id: RoiID("roi-1"), recipients: [.role(.prosecutor)]))),
  ]

  static let evented: ReleaseOfInformation = {
    var release = Samples.release
    release.expiry = .event("case-closed")
    return release
  }()

  /// As little as a release can say.
  static let endless = ReleaseOfInformation(
    id: RoiID("roi-2")!, kind: .treatmentPaymentOperations, disclosers: [], recipients: [],
    information: [], purposes: [], signedAt: nil, expiry: .never)

  static let deliveries: [Delivery] = [
    Delivery(incarnation: ledger, number: 7, content: nil),
    Delivery(incarnation: ledger, number: 1, content: .init(message: message(), part: 0)),
    Delivery(
      incarnation: ledger, number: 1 << 40,
      content: .init(
        message: message(), part: 65_535,
        notice: DisclosureNotice(
          statement: "42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
          scopes: [
            .init(
              release: RoiID("roi-1")!, version: 3, signedAt: WallTime(milliseconds: 0),
              expiresAt: WallTime(milliseconds: 1_795_536_000_000), expiryEvent: "",
              purposes: [.diversion, .treatment], categories: [.hold, .participation]),
            .init(
              release: RoiID("roi-2")!, version: 1, signedAt: nil, expiresAt: nil,
              expiryEvent: "case-closed", purposes: [], categories: []),
          ]))),
  ]

  static let submissions: [Submission] = [
    .hello(.init(version: 1, source: Incarnation("spool-1")!, isConsumer: true, ledger: ledger)),
    .hello(.init(version: 0, source: Incarnation("spool-1")!, isConsumer: false, ledger: nil)),
    .publish(.init(sequence: .data, first: 1, items: messages.map { .message($0) })),
    .publish(.init(sequence: .control, first: 1 << 50, items: [])),
    .acknowledge(.init(ledger: ledger, through: 300, quarantined: [1, 299, 300])),
    .acknowledge(.init(ledger: ledger, through: 0)),
    .resume(.init(ledger: ledger, next: 301)),
    .ping(echo: .max), .ping(echo: 0),
  ]

  static let replies: [Reply] = [
    .welcome(
      .init(
        version: 1, agency: agency, role: .sheriff, program: ProgramID("lakewood-lead")!,
        ledger: ledger, releasePort: 7_440, window: 64, dataThrough: 5, controlThrough: 0,
        acknowledgedThrough: 12)),
    .receipt(.init(sequence: .data, through: 0)),
    .receipt(
      .init(
        sequence: .control, through: 9,
        refused: [
          .init(number: 8, refusal: Refusal(.missingField, at: "door")),
          .init(number: 9, refusal: Refusal(.unknownTopic)),
        ])),
    .pong(
      .init(
        echo: .max, head: 4, time: WallTime(milliseconds: -5), dataHorizon: 1,
        controlHorizon: 0, ledger: ledger)),
    .rejection(Refusal(.helloRequired)), .rejection(Refusal(.malformedFrame, at: "frame")),
    .rejection(Refusal(.rateLimited, at: "data"), after: Span(milliseconds: 750)),
  ]
}

/// A small seeded generator (SplitMix64), so that a failing run can be run again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

extension Accord_V1_Envelope {
  /// The message as the contract's own type has it; empty, and so no test passes, where it is no
  /// envelope.
  init(as message: Message) {
    self = (try? Self(reading: message.encoded())) ?? Self()
  }
}
