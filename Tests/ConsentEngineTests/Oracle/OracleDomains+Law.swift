import ConsentEngine
import HubModel

/// Small worlds of what is not a plain consent: words that stop it, orders, emergencies, 42 CFR
/// 2.35, the states, and what counsel decides.
extension OracleDomain {
  static let beyondConsent = [
    marks, bound, intermediary, states, statements, orders, emergencies, counselsGates, onward,
    custody, restores,
  ]

  static func event(
    _ kind: RoiEvent.Kind, _ id: String? = "r-1", _ name: String = "",
    by agency: Registry.Agency = cedar, at time: WallTime = now
  ) -> OracleSaying {
    OracleSaying(
      statement: .event(RoiEvent(kind, id: id.flatMap { RoiID($0) }, event: name)),
      by: agency.id, at: time)
  }

  // MARK: What stops, voids and ends

  /// Speaks for its operator.
  static let hub = agency("hub", .programOffice)

  static let markWords: [OracleSaying] = [
    event(.suspended), event(.suspended, by: harbor), event(.suspended, nil), event(.resumed),
    event(.resumed, by: harbor), event(.resumed, by: hub), event(.resumed, nil),
    event(.voided), event(.voided, by: harbor), event(.voided, by: hub), event(.voided, "r-2"),
    event(.occurred, nil, "discharge"), event(.occurred, nil, "discharge", at: now - 2_000),
    event(.occurred, nil, "patient-deceased"), says(revocation("r-1")),
    says(.release(release("r-1", version: 2))),
    says(.release(release("r-2") { $0.supersedes = RoiID("r-1") })), says(revocation(nil)),
  ]

  /// two words before the release comes and two after, what the release is like, what is named
  static let marks = OracleDomain(
    space: SmallDomain(
      name: "what stops, voids or ends a release",
      sizes: Array(repeating: markWords.count + 1, count: 4) + [5, 3], stride: 331)
  ) { answers in
    let words = answers.prefix(4).map { $0 == 0 ? nil : markWords[$0 - 1] }
    var form = release("r-1")
    switch answers[4] {
    case 1: form.expiry = .event("discharge")
    case 2:
      form.signer = .guardian
      form.signerEvidence = "letters 7"
    case 3: form.refusals = [.init(recipients: [.role(.publicDefender)], information: .status)]
    case 4: form.signedAt = now + 1
    default: break
    }
    let sayings = [words[0], words[1], says(.release(form)), words[2], words[3]]
    return asking(
      message(
        .participantStatus, [segment()], release: [nil, "r-1", "r-2"][answers[5]],
        purpose: .careCoordination),
      sayings.compactMap { $0 })
  }

  // MARK: 42 CFR 2.35

  /// track, tracks open then, now, event, recipients, asked by, for, two words after, before
  static let bound = OracleDomain(
    space: SmallDomain(
      name: "a consent that cannot be revoked yet",
      sizes: [3, 3, 2, 2, 4, 3, 3, 8, 8, 3], stride: 17)
  ) { answers in
    let tracks: [Set<String>] = [["arrest-diversion"], [], ["social-contact"]]
    var form = release("r-1", kind: .criminalJustice)
    form.track = ["arrest-diversion", "social-contact", ""][answers[0]]
    form.revocableFrom = ["disposition", ""][answers[3]]
    form.recipients = [
      [.person(prosecutor.id, reference: "7")],
      [.person(prosecutor.id, reference: "7"), .person(sheriff.id, reference: "9")],
      [.role(.prosecutor)], [.person(defender.id, reference: "1"), .agency(prosecutor.id)],
    ][answers[4]]
    form.purposes = [.careCoordination, .diversion, .legalDefence]
    var plain = release("r-1", version: 2) { $0.recipients = [.agency(prosecutor.id)] }
    plain.purposes = form.purposes
    var again = form
    again.version = 3
    again.signedAt = now
    let words: [OracleSaying?] = [
      nil, says(revocation("r-1")), says(revocation("r-1", toward: [.agency(prosecutor.id)])),
      event(.occurred, nil, "disposition"), event(.occurred, nil, "final-disposition"),
      says(revocation(nil)), says(.release(plain)), says(.release(again)),
    ]
    let first = [nil, says(revocation("r-1")), says(revocation(nil))][answers[9]]
    let sayings = [first, says(.release(form)), words[answers[7]], words[answers[8]]]
    var asked = asking(
      message(
        .participantStatus, [segment()],
        purpose: [.careCoordination, .diversion, .legalDefence][answers[6]]),
      sayings.compactMap { $0 }, to: [prosecutor, sheriff, defender][answers[5]])
    asked.lawThen.criminalJusticeTracks = tracks[answers[1]]
    asked.agreement.switches.criminalJusticeTracks = tracks[answers[2]]
    return asked
  }

  // MARK: What counsel decides

  /// then, now, the hub named, another recipient, kind, condition, who asks
  static let intermediary = OracleDomain(
    space: SmallDomain(
      name: "a hub that is an intermediary", sizes: [2, 2, 2, 6, 7, 2, 5], stride: 1)
  ) { answers in
    var form = release("r-1", kind: ReleaseOfInformation.Kind.allCases[answers[4]])
    OracleCases.fit(&form)
    form.track = "arrest-diversion"
    form.revocableFrom = "disposition"
    form.recipients = [
      answers[3] == 5
        ? .person(prosecutor.id, reference: "7")
        : [
          Party.agency(prosecutor.id), .role(.prosecutor), .role(.publicDefender),
          .role(.programOffice), .role(.behavioralHealth),
        ][answers[3]]
    ]
    if answers[2] == 0 { form.recipients.append(.agency(.hub)) }
    if answers[5] == 1 { form.conditionedOn = ["treatment"] }
    let category = form.information[0].categories.first ?? .engagement
    var asked = asking(
      message(
        .participantStatus, [segment(category)],
        purpose: form.kind == .proceedings ? .warrant : .careCoordination),
      [says(.release(form))],
      to: [prosecutor, defender, cedar, sheriff, agency("office", .programOffice)][answers[6]])
    let law = SiteSwitches(
      hubIsIntermediary: true, criminalJusticeTracks: ["arrest-diversion"])
    let open = SiteSwitches(criminalJusticeTracks: ["arrest-diversion"])
    asked.lawThen = answers[0] == 0 ? law : open
    asked.agreement.switches = answers[1] == 0 ? law : open
    return asked
  }

  /// states of the site, of the form, template, statement, recipients, labels of the form (two
  /// scopes), of the segment, purpose, who asks
  static let states = OracleDomain(
    space: SmallDomain(
      name: "what a state adds", sizes: [4, 4, 3, 2, 3, 5, 5, 4, 3, 3], stride: 37)
  ) { answers in
    let packs = [[], ["us-wa"], ["us-mi"], ["us-mi", "us-wa"]]
    let labels: [WordSet<SensitivityLabel>] = [
      [], [.domesticViolence], [.domesticViolence, .part2], [.mentalHealth],
      [.mentalHealth, .domesticViolence],
    ]
    var form = release("r-1")
    form.jurisdictions = packs[answers[1]]
    form.formTemplate = ["", "MDHHS-5515 12-18", "county MDHHS-5515"][answers[2]]
    if answers[3] == 1 { form.statements.remove(FormStatement.electronicSharing.rawValue) }
    form.recipients = [
      everybody.map { .agency($0.id) }, everybody.map { .role($0.role) },
      everybody.map { .person($0.id, reference: "7") },
    ][answers[4]]
    form.information = [
      InformationScope(categories: [.engagement], labels: labels[answers[5]]),
      InformationScope(
        categories: [.engagement, .participation], labels: labels[answers[6]]),
    ]
    form.purposes = [.careCoordination, .treatment, .legalDefence, .programEvaluation]
    var asked = asking(
      message(
        .participantStatus, [segment(labels: labels[answers[7]])],
        purpose: [.careCoordination, .treatment, .programEvaluation][answers[8]]),
      [says(.release(form))], to: [harbor, defender, prosecutor][answers[9]])
    asked.agreement.switches.states = Set(packs[answers[0]])
    asked.lawThen = asked.agreement.switches
    return asked
  }

  /// kind, which statements it prints, what it depends on, recipients, purposes
  static let statements = OracleDomain(
    space: SmallDomain(
      name: "what each kind of form prints", sizes: [7, 32, 2, 2, 2], stride: 1)
  ) { answers in
    var form = release("r-1", kind: ReleaseOfInformation.Kind.allCases[answers[0]])
    OracleCases.fit(&form)
    form.track = "arrest-diversion"
    form.revocableFrom = "disposition"
    form.recipients = [.person(prosecutor.id, reference: "7")]
    for (index, statement) in FormStatement.codes.sorted().enumerated()
    where answers[1] >> index & 1 == 1 {
      form.statements.remove(statement)
    }
    if answers[2] == 1 { form.conditionedOn = ["eligibility"] }
    if answers[3] == 1 { form.recipients.append(.person(prosecutor.id, reference: "8")) }
    if answers[4] == 1 {
      form.purposes.insert(form.kind == .proceedings ? .investigation : .treatment)
    }
    let category = form.information[0].categories.first ?? .engagement
    var asked = asking(
      message(
        .participantStatus, [segment(category)],
        purpose: form.kind == .proceedings ? .warrant : .careCoordination),
      [says(.release(form))], to: prosecutor)
    asked.agreement.switches.criminalJusticeTracks = ["arrest-diversion"]
    asked.lawThen = asked.agreement.switches
    return asked
  }

  /// switch, category, recipient, purpose, attachment, label
  static let counselsGates = OracleDomain(
    space: SmallDomain(
      name: "what counsel may open to justice",
      sizes: [
        2, InformationCategory.allCases.count, everybodyWithOffices.count,
        Purpose.allCases.count, 2, 3,
      ], stride: 1)
  ) { answers in
    var said = segment(InformationCategory.allCases[answers[1]], labels: [])
    if answers[4] == 1 { said.attachment = [1] }
    said.labels = [[], [.privileged], [.criminalHistory]][answers[5]]
    var asked = asking(
      message(.participantStatus, [said], purpose: Purpose.allCases[answers[3]]),
      [says(.release(everythingSigned))], to: everybodyWithOffices[answers[2]])
    asked.agreement.switches.negativeStatusToJustice = answers[0] == 0
    return asked
  }

  // MARK: What needs no consent

  /// section, purpose, recipient, category and what was confided, labels, flaw, refused, path
  static let orders = OracleDomain(
    space: SmallDomain(
      name: "what a court orders", sizes: [4, 13, 3, 5, 3, 9, 3, 3], stride: 17)
  ) { answers in
    let category = [
      InformationCategory.engagement, .sudCounsellingNotes, .psychotherapyNotes,
      .participationNegative, .contact,
    ][answers[3]]
    var order = CourtOrder(
      id: RoiID("order-1") ?? OracleCases.ids[0], kind: CourtOrder.Kind.allCases[answers[0]],
      issuedAt: now, expiresAt: now + 1, disclosers: [.agency(cedar.id)],
      recipients: [.role(.prosecutor), .agency(defender.id)],
      information: [
        InformationScope(
          categories: WordSet<InformationCategory>.all.subtracting([.contact]),
          labels: [.mentalHealth, .part2])
      ], hasFindings: true, hasNotice: true, coversCommunications: true)
    switch answers[5] {
    case 1: order.hasFindings = false
    case 2: order.hasNotice = false
    case 3: order.coversCommunications = false
    case 4: order.expiresAt = now
    case 5: order.issuedAt = now + 1
    case 6: order.disclosers = [.agency(harbor.id)]
    case 7: order.information[0].authoredThrough = today.adding(days: -1)
    case 8: order.information[0].authors = [harbor.id]
    default: break
    }
    var refusing = release("r-1")
    refusing.refusals = [
      .init(
        recipients: [.role(.prosecutor), .role(.publicDefender)],
        information: InformationScope(categories: [category]))
    ]
    let sayings = [[], [says(.release(refusing))], [says(.release(release("r-1")))]][answers[6]]
    var asked = asking(
      message(
        .participantStatus,
        [segment(category, labels: [[], [.mentalHealth, .part2], [.privileged]][answers[4]])],
        purpose: Purpose.allCases[answers[1]]),
      sayings, to: [prosecutor, defender, sheriff][answers[2]])
    asked.orders = [order]
    if answers[7] == 1 {
      asked.agreement = OracleTests.agreements.closed
      asked.paths = []
    }
    if answers[7] == 2 { asked.isKnown = false }
    return asked
  }

  /// who it is opened for, who asks, flaw, time, category, label, purpose, agreement, refused
  static let emergencies = OracleDomain(
    space: SmallDomain(
      name: "a medical emergency",
      sizes: [2, 3, 6, 4, InformationCategory.allCases.count, 4, 5, 3, 4], stride: 61)
  ) { answers in
    var access = EmergencyAccess(
      id: RoiID("emergency-1") ?? OracleCases.ids[0],
      recipient: [harbor.id, defender.id][answers[0]], recipientName: "Dr. Field",
      affiliation: "Harbor", discloser: "shift lead", nature: "overdose", openedAt: now,
      closesAt: now + .hours(1))
    switch answers[2] {
    case 1: access.recipientName = ""
    case 2: access.affiliation = ""
    case 3: access.discloser = ""
    case 4: access.nature = ""
    case 5: access.closesAt = now
    default: break
    }
    var refusing = release("r-1")
    refusing.refusals = [.init(recipients: [.agency(harbor.id)], information: .status)]
    var asked = asking(
      message(
        .participantStatus,
        [
          segment(
            InformationCategory.allCases[answers[4]],
            labels: [[], [.part2], [.privileged], [.criminalHistory]][answers[5]])
        ],
        purpose: [.careCoordination, .treatment, .diversion, .warrant, .legalDefence][answers[6]],
        audience: answers[8] == 2 ? [defender.id] : []),
      answers[8] == 1 ? [says(.release(refusing))] : [],
      to: [harbor, defender, cedar][answers[1]],
      at: [now, now - 1, now + .hours(1), now + .hours(1) - 1][answers[3]])
    asked.emergencies = [access]
    if answers[7] > 0 {
      asked.agreement =
        answers[7] == 1 ? OracleTests.agreements.closed : OracleTests.agreements.excepting
      asked.paths = []
    }
    asked.isKnown = answers[8] != 3
    return asked
  }
}

extension InformationScope {
  /// What the plainest question is about.
  static let status = InformationScope(categories: [.engagement])
}
