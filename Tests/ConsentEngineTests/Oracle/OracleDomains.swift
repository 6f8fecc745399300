import HubModel

/// Small worlds, gone through completely: every answer to each of a few questions.
struct OracleDomain: Sendable {
  let space: SmallDomain
  let make: @Sendable ([Int]) -> OracleCase

  static let all =
    [coverage, kinds, law, refusals, refused, places, life, elements, footings] + beyondConsent

  static func asking(
    _ message: Message, _ sayings: [OracleSaying], from discloser: Registry.Agency = cedar,
    to recipient: Registry.Agency = defender, at time: WallTime = now
  ) -> OracleCase {
    OracleCase(
      sayings: sayings, message: message, discloser: discloser, recipient: recipient,
      agreement: OracleTests.agreements.open, paths: OracleTests.agreements.openPaths,
      asked: Array(message.segments.indices), now: time)
  }

  static func says(_ statement: ConsentStatement) -> OracleSaying {
    OracleSaying(statement: statement, by: cedar.id)
  }

  // MARK: Does one release cover one question?

  static let labelSets: [WordSet<SensitivityLabel>] = [
    [], [.mentalHealth], [.part2], [.mentalHealth, .part2],
  ]

  /// discloser, recipient, purpose, category, labels asked, labels agreed, date, range, kind,
  /// expiry, start, recipient's agency, topic
  static let coverage = OracleDomain(
    space: SmallDomain(
      name: "one release, one question", sizes: [2, 4, 2, 2, 4, 4, 4, 4, 7, 4, 2, 5, 3],
      stride: 601)
  ) { answers in
    let recipient = OracleCases.agencies[answers[11]]
    var form = release("r-1", kind: ReleaseOfInformation.Kind.allCases[answers[8]])
    form.disclosers = [.agency(answers[0] == 0 ? cedar.id : sheriff.id)]
    form.recipients = [
      [Party.agency(recipient.id)], [.role(recipient.role)],
      [.person(recipient.id, reference: "7")], [.agency(AgencyID("elsewhere") ?? .hub)],
    ][answers[1]]
    form.purposes = answers[2] == 0 ? [.careCoordination, .diversion] : [.legalDefence]
    form.information = [
      InformationScope(
        categories: answers[3] == 0 ? [.engagement, .hold] : [.contact],
        labels: labelSets[answers[5]],
        authoredFrom: answers[7] & 1 == 0 ? nil : today,
        authoredThrough: answers[7] & 2 == 0 ? nil : today)
    ]
    form.expiry = [.at(now + .seconds(1)), .at(now), .event("discharge"), .never][answers[9]]
    form.startsAt = answers[10] == 0 ? nil : now + .seconds(1)
    let topic: Topic = [.participantStatus, .holdOpened, .caseEvent][answers[12]]
    var segment = Segment(topic == .holdOpened ? .hold : .engagement, fields: [])
    segment.labels = labelSets[answers[4]]
    segment.authored = [nil, today, today.adding(days: -1), today.adding(days: 1)][answers[6]]
    return asking(
      message(topic, [segment], purpose: .careCoordination), [says(.release(form))],
      to: recipient)
  }

  // MARK: What does each kind of release serve?

  /// kind, purpose asked and agreed to, recipient, topic, category
  static let kinds = OracleDomain(
    space: SmallDomain(
      name: "what each kind of release serves",
      sizes: [
        ReleaseOfInformation.Kind.allCases.count, Purpose.allCases.count,
        everybodyWithOffices.count, OracleCases.topics.count, 4,
      ], stride: 5)
  ) { answers in
    let purpose = Purpose.allCases[answers[1]]
    var form = everythingSigned
    form.kind = ReleaseOfInformation.Kind.allCases[answers[0]]
    form.purposes = [purpose]
    OracleCases.fit(&form)
    if form.kind == .criminalJustice {
      form.track = "arrest-diversion"
      form.revocableFrom = "disposition"
      form.recipients = everybodyWithOffices.map { .person($0.id, reference: "7") }
    }
    let category =
      form.kind == .psychotherapyNotes || form.kind == .sudCounsellingNotes
      ? form.information[0].categories.first ?? .engagement
      : [.engagement, .participation, .courtCase, .identity][answers[4]]
    var asked = asking(
      message(
        OracleCases.topics[answers[3]], [segment(category, labels: [])], purpose: purpose),
      [says(.release(form))], to: everybodyWithOffices[answers[2]])
    asked.lawThen.criminalJusticeTracks = ["arrest-diversion"]
    asked.agreement.switches = asked.lawThen
    return asked
  }

  // MARK: The law's gates, where everything was signed

  static let everybodyWithOffices = OracleCases.agencies + [
    agency("office", .programOffice), agency("privacy", .privacyOfficer),
  ]
  static let everythingSigned: ReleaseOfInformation = {
    var form = release("r-1")
    form.disclosers = everybodyWithOffices.map { .agency($0.id) }
    form.recipients = form.disclosers
    form.information = [
      InformationScope(
        categories: WordSet<InformationCategory>.all.subtracting([
          .sudCounsellingNotes, .psychotherapyNotes,
        ]), labels: .all)
    ]
    form.purposes = WordSet(Purpose.allCases.filter { !oracleAdverse.contains($0) })
    return form
  }()

  /// discloser, recipient, category, labels, purpose, attachment
  static let law = OracleDomain(
    space: SmallDomain(
      name: "the law's gates",
      sizes: [
        everybodyWithOffices.count, everybodyWithOffices.count,
        InformationCategory.allCases.count, 32, Purpose.allCases.count, 2,
      ], stride: 71)
  ) { answers in
    var segment = Segment(InformationCategory.allCases[answers[2]], fields: [])
    for (index, label) in SensitivityLabel.allCases.prefix(5).enumerated()
    where answers[3] >> index & 1 == 1 {
      segment.labels.insert(label)
    }
    if answers[5] == 1 { segment.attachment = [1] }
    return asking(
      message(.participantStatus, [segment], purpose: Purpose.allCases[answers[4]]),
      [says(.release(everythingSigned))], from: everybodyWithOffices[answers[0]],
      to: everybodyWithOffices[answers[1]])
  }

  // MARK: Lives of two releases

  static let lifeWords: [ConsentStatement] = {
    func form(_ id: String, _ version: UInt32 = 1, _ heirOf: String? = nil) -> ConsentStatement {
      .release(
        release(id, version: version) { $0.supersedes = heirOf.flatMap { RoiID($0) } })
    }
    return [
      form("r-1"), form("r-1", 2), .release(release("r-1") { $0.signedAt = nil }), form("r-2"),
      form("r-2", 1, "r-1"), revocation("r-1"), revocation("r-1", toward: [.agency(defender.id)]),
      revocation("r-1", toward: [.role(.prosecutor)]), revocation("r-2"), revocation(nil),
      revocation(nil, toward: [.agency(defender.id)]),
    ]
  }()

  /// four statements, named release, time
  static let life = OracleDomain(
    space: SmallDomain(
      name: "what becomes of two releases",
      sizes: Array(repeating: lifeWords.count, count: 4) + [3, 2], stride: 13)
  ) { answers in
    let spoken = answers.prefix(4).map { says(lifeWords[$0]) }
    return asking(
      message(
        .participantStatus, [segment()], release: [nil, "r-1", "r-2"][answers[4]],
        purpose: .careCoordination),
      spoken, at: answers[5] == 0 ? now : now + .days(1))
  }

  // MARK: Elements of the form

  /// kind, then each element there or missing, then the expiry's form
  static let elements = OracleDomain(
    space: SmallDomain(
      name: "each element of each kind of form", sizes: [7, 2, 2, 3, 2, 2, 2, 2, 2, 5], stride: 1)
  ) { answers in
    var form = release("r-1", kind: ReleaseOfInformation.Kind.allCases[answers[0]])
    if answers[1] == 1 { form.disclosers = [] }
    if answers[2] == 1 { form.recipients = [] }
    if answers[3] == 1 { form.information = [] }
    if answers[3] == 2 { form.information.append(InformationScope(categories: [])) }
    if answers[4] == 1 { form.purposes = [] }
    if answers[5] == 1 { form.signedAt = nil }
    if answers[6] == 1 { form.formImageHash = [1] }
    if answers[7] == 1 { form.signer = .guardian }
    if answers[8] == 1 { form.purposes.insert(.warrant) }
    form.expiry = [.at(now + .days(1)), .event("discharge"), .never, nil, .at(now - 1_000)][
      answers[9]]
    return asking(
      message(.participantStatus, [segment()], purpose: .careCoordination),
      [says(.release(form))])
  }

  // MARK: What the hub says of its own

  /// footing, source, audience, topic, what an outcome is of, releases
  static let footings = OracleDomain(
    space: SmallDomain(
      name: "what the hub says of its own", sizes: [3, 2, 4, 4, 3, 6], stride: 1)
  ) { answers in
    var said = Segment(.operational, fields: [])
    if answers[4] > 0 {
      said.fields = [Field("topic", .code(["", "hold.requested", "booking.created"][answers[4]]))]
    }
    var notice = message(
      [Topic.holdDueSoon, .outcome, .identityCandidate, .participantStatus][answers[3]], [said],
      source: answers[1] == 0 ? hub : sheriff)
    notice.participant = nil
    notice.audience = [[], [defender.id], [defender.id, harbor.id], [harbor.id]][answers[2]]
    var naming = release("r-1")
    naming.identityStewards = [answers[5] == 2 ? harbor.id : defender.id]
    if answers[5] == 3 { naming.expiry = .at(now) }
    var sayings = answers[5] == 0 ? [] : [says(.release(naming))]
    if answers[5] == 4 {
      sayings.append(says(revocation("r-1", toward: [.agency(defender.id)])))
    }
    var asked = asking(notice, sayings)
    asked.isKnown = answers[5] != 5
    asked.footing = [.ownView, .outcome, .identityQuestion][answers[0]]
    return asked
  }
}
