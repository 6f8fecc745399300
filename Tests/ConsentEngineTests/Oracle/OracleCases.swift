import ConsentEngine
import HubModel

/// Made-up cases, leaning toward those that nearly or just permit: what is wholly unrelated is
/// denied by anything.
enum OracleCases {
  static let categories: [InformationCategory] = [
    .engagement, .contact, .hold, .participation, .participationNegative, .courtCase,
    .sudCounsellingNotes, .psychotherapyNotes, .operational,
  ]
  static let purposes: [Purpose] = [
    .careCoordination, .diversion, .legalDefence, .treatment, .charging, .warrant, .investigation,
  ]
  static let topics: [Topic] = [
    .participantStatus, .contactLogged, .holdOpened, .caseEvent, .intakeNotCompleted,
    .handoffRequested,
  ]
  static let ids: [RoiID] = ["r-1", "r-2", "r-3"].compactMap { RoiID($0) }
  static let agencies = [cedar, defender, prosecutor, harbor, sheriff]

  // MARK: What was said

  static func sayings(
    _ choices: inout Choices, under law: SiteSwitches = SiteSwitches()
  ) -> [OracleSaying] {
    var sayings: [OracleSaying] = []
    let count = 1 + choices.pick(4)
    for _ in 0..<count {
      let statement: ConsentStatement
      switch choices.pick(24) {
      case 0...15: statement = .release(release(&choices, under: law))
      case 16...19: statement = .event(event(&choices))
      case 20:
        statement = .refusal(
          RoiRefusal(id: id(&choices), reason: choices.one(of: [.refused, .incapacity])))
      default:
        let isAll = choices.chance(5)
        let id = id(&choices)
        statement = .revocation(
          RoiRevocation(
            id: isAll ? nil : id,
            recipients: choices.chance(50) ? [party(&choices)] : []))
      }
      sayings.append(
        OracleSaying(
          statement: statement, by: choices.chance(4) ? harbor.id : cedar.id,
          at: choices.chance(25) ? choices.one(of: times) : now))
    }
    return sayings
  }

  static func id(_ choices: inout Choices) -> RoiID { choices.one(of: ids) }

  static func party(_ choices: inout Choices) -> Party {
    let agency = choices.one(of: agencies)
    return choices.one(of: [
      .agency(agency.id), .role(agency.role), .person(agency.id, reference: "7"),
    ])
  }

  static func release(
    _ choices: inout Choices, under law: SiteSwitches = SiteSwitches()
  ) -> ReleaseOfInformation {
    let id = id(&choices)
    let kind: ReleaseOfInformation.Kind =
      choices.chance(20) ? choices.one(of: ReleaseOfInformation.Kind.allCases) : .multiParty
    var form = ReleaseOfInformation(
      id: id, version: UInt32(1 + (choices.chance(20) ? choices.pick(3) : 0)), kind: kind,
      disclosers: choices.chance(40)
        ? [party(&choices), party(&choices)] : agencies.map { .agency($0.id) },
      recipients: [party(&choices), party(&choices), party(&choices)],
      information: (0...(choices.chance(20) ? 1 : 0)).map { _ in scope(&choices) },
      purposes: WordSet(
        [choices.one(of: Array(purposes.prefix(4)))]
          + choices.some(of: Array(purposes.prefix(3)), each: 60)),
      signedAt: now - 1_000, expiry: .at(now + .days(1)),
      formImageHash: Array(repeating: 1, count: 32),
      statements: FormStatement.codes)
    if !choices.chance(4) { fit(&form) }
    furnish(&form, &choices, under: law)
    spoil(&form, &choices)
    if choices.chance(15) {
      let older = Self.id(&choices)
      if older < form.id, older == ids[0] { form.supersedes = older }
    }
    if choices.chance(12) {
      form.refusals = [
        .init(
          recipients: [party(&choices)] + (choices.chance(30) ? [party(&choices)] : []),
          information: scope(&choices, isRefusal: true))
      ]
    }
    return form
  }

  /// Makes the form one that its kind could be.
  static func fit(_ form: inout ReleaseOfInformation) {
    let notes: [InformationCategory] = [.sudCounsellingNotes, .psychotherapyNotes]
    for index in form.information.indices {
      switch form.kind {
      case .sudCounsellingNotes: form.information[index].categories = [.sudCounsellingNotes]
      case .psychotherapyNotes: form.information[index].categories = [.psychotherapyNotes]
      case .field, .multiParty, .treatmentPaymentOperations, .criminalJustice, .proceedings:
        form.information[index].categories.subtract(WordSet(notes))
        if form.information[index].categories.isEmpty {
          form.information[index].categories = [.engagement]
        }
      }
    }
    switch form.kind {
    case .treatmentPaymentOperations:
      form.purposes.formIntersection([.treatment, .payment, .operations, .careCoordination])
      if form.purposes.isEmpty { form.purposes = [.careCoordination] }
      let strangers: [Party] = [.role(.sheriff), .role(.prosecutor), .role(.publicDefender)]
      form.recipients.removeAll { strangers.contains($0) }
      if form.recipients.isEmpty { form.recipients = [.role(.behavioralHealth)] }
    case .proceedings:
      form.purposes.formIntersection(WordSet(oracleAdverse))
      if form.purposes.isEmpty { form.purposes = [.warrant] }
    case .field, .multiParty, .criminalJustice, .sudCounsellingNotes, .psychotherapyNotes: break
    }
  }

  static func scope(_ choices: inout Choices, isRefusal: Bool = false) -> InformationScope {
    var scope = InformationScope(
      categories: [choices.one(of: choices.chance(15) ? categories : Array(categories.prefix(4)))])
    if !isRefusal {
      let more = choices.some(of: Array(categories.prefix(6)), each: 55)
      scope.categories.formUnion(WordSet(more))
    }
    scope.labels = WordSet(choices.some(of: SensitivityLabel.allCases, each: isRefusal ? 10 : 75))
    if choices.chance(10) { scope.authoredFrom = today.adding(days: choices.pick(3) - 1) }
    if choices.chance(10) { scope.authoredThrough = today.adding(days: choices.pick(3) - 1) }
    if choices.chance(8) { scope.authors = [choices.one(of: agencies).id] }
    return scope
  }

  /// Takes an element away, or turns one to its odd value, now and then.
  static func spoil(_ form: inout ReleaseOfInformation, _ choices: inout Choices) {
    if choices.chance(12) {
      switch choices.pick(10) {
      case 0: form.disclosers = []
      case 1: form.recipients = []
      case 2: form.information = []
      case 3: form.information[0].categories = []
      case 4: form.purposes = []
      case 5: form.signedAt = nil
      case 6: form.formImageHash = [1]
      case 7: form.expiry = choices.one(of: [nil, .never, .event(""), .at(now - 1_000)])
      case 8: form.signer = .guardian
      default: form.purposes.formUnion([.warrant])
      }
    }
    if choices.chance(10) {
      form.expiry = choices.one(of: [.event("discharge"), .at(now), .at(now + .days(2)), .never])
    }
    if choices.chance(8) { form.startsAt = choices.one(of: [now, now + .seconds(1), now - 1]) }
    if choices.chance(8) { form.coversEarlier = false }
    if choices.chance(8) {
      form.signer = choices.one(of: [.parent, .decedentRepresentative])
      form.signerEvidence = "file 7"
    }
    if choices.chance(6), form.signedAt != nil {
      form.signedAt = choices.one(of: [now, now - 1, now - 3_000])
    }
  }

  // MARK: What is asked

  static func question(
    _ choices: inout Choices, after history: OracleHistory, _ agreements: OracleAgreements
  ) -> OracleCase {
    let fit = Fit(&choices, history)
    let topic = choices.chance(35) ? choices.one(of: topics) : .participantStatus
    let segments = (0...(choices.chance(30) ? 2 : 0)).map { _ in segment(&choices, fit.scope) }
    var asking = Message(
      id: MessageID(high: 1, low: 2), topic: topic,
      source: fit.discloser.id, program: agreements.open.program,
      sentAt: now, purpose: fit.purpose,
      participant: choices.chance(topic == .handoffRequested ? 80 : 2)
        ? nil : ParticipantAlias("p-1"),
      segments: segments)
    if choices.chance(25) { asking.release = id(&choices) }
    if choices.chance(3) { asking.audience = [choices.one(of: agencies).id] }
    if choices.chance(3) { asking.tokens = [IdentityToken(.stateID, [1])] }
    var agreement =
      choices.chance(5) ? choices.one(of: [agreements.closed, agreements.excepting])
      : agreements.open
    // Counsel may have decided otherwise since.
    agreement.switches = choices.chance(8) ? law(&choices) : history.law
    var received: [InformationCategory: Received] = [:]
    if choices.chance(6), let category = segments.first?.category, category != .operational {
      received[category] = Received(
        labels: WordSet(choices.some(of: [.part2, .mentalHealth], each: 40)),
        standing: choices.one(of: [.stands, .waits, .ended]),
        authors: Set(choices.some(of: [harbor.id, sheriff.id], each: 30)))
    }
    return OracleCase(
      sayings: history.sayings, lawThen: history.law, orders: history.orders,
      emergencies: history.emergencies, isKnown: !choices.chance(2), message: asking,
      discloser: fit.discloser,
      recipient: fit.recipient,
      agreement: agreement, paths: agreement.paths.isEmpty ? [] : agreements.openPaths,
      asked: choices.chance(10) ? [choices.pick(4)] : Array(segments.indices),
      now: choices.chance(20)
        ? choices.one(of: [now + .days(1), now - 1, now + .seconds(1)]) : now,
      received: received)
  }

  /// Who asks whom, and why: mostly as one of the forms would have it.
  struct Fit {
    var discloser: Registry.Agency
    var recipient: Registry.Agency
    var purpose: Purpose
    var scope: InformationScope?

    init(_ choices: inout Choices, _ history: OracleHistory) {
      var forms: [ReleaseOfInformation] = []
      for saying in history.sayings {
        if case .release(let form) = saying.statement { forms.append(form) }
      }
      let order = history.orders.first.flatMap { choices.chance(50) ? $0 : nil }
      let form = forms.isEmpty || choices.chance(8) ? nil : choices.one(of: forms)
      func meant(_ parties: [Party]?) -> [Registry.Agency] {
        let named = agencies.filter { agency in
          parties?.contains { $0.includes(agency.id, role: agency.role) } ?? false
        }
        return named.isEmpty ? agencies : named
      }
      discloser = choices.one(of: meant(order?.disclosers ?? form?.disclosers))
      recipient = choices.one(of: meant(order?.recipients ?? form?.recipients))
      let wanted =
        order.map { $0.kind == .prosecution ? oracleAdverse : [.revocationHearing] + purposes }
        ?? purposes.filter { form?.purposes.contains($0) ?? false }
      purpose = choices.one(of: wanted.isEmpty || choices.chance(6) ? purposes : wanted)
      scope = (order?.information ?? form?.information)?.first
      if let access = history.emergencies.first, choices.chance(60) {
        recipient = agencies.first { $0.id == access.recipient } ?? recipient
      }
    }
  }

  static func segment(_ choices: inout Choices, _ scope: InformationScope?) -> Segment {
    let fitting = categories.filter { scope?.categories.contains($0) ?? false }
    var segment = Segment(
      choices.one(of: fitting.isEmpty || choices.chance(6) ? categories : fitting))
    let agreed = [SensitivityLabel.mentalHealth, .part2, .domesticViolence].filter {
      scope?.labels.contains($0) ?? false
    }
    segment.labels = WordSet(choices.some(of: agreed, each: 30))
    segment.labels.formUnion(
      WordSet(choices.some(of: [.mentalHealth, .part2, .domesticViolence], each: 4)))
    if choices.chance(4) {
      segment.labels.insert(choices.one(of: [.criminalHistory, .privileged]))
    }
    if choices.chance(70) { segment.authored = today.adding(days: choices.pick(3) - 1) }
    if choices.chance(4) { segment.attachment = [1] }
    return segment
  }
}

/// Made once: an agreement holds hundreds of paths.
struct OracleAgreements: Sendable {
  let open: ProgramAgreement
  let openPaths: [ProgramAgreement.Path]
  let closed: ProgramAgreement
  let excepting: ProgramAgreement

  init() {
    var paths: Set<ProgramAgreement.Path> = []
    for topic in OracleCases.topics {
      for from in Role.allCases {
        for to in Role.allCases { paths.insert(.init(topic, from: from, to: to)) }
      }
    }
    // The site is far to the east: its day is the next one already.
    let calendar = SiteCalendar(offsets: [.init(from: now - 1_000_000, seconds: 64_800)])
    var open = agreement(paths)
    open.calendar = calendar
    self.open = open
    openPaths = Array(paths)
    closed = agreement([])
    excepting = agreement(
      [],
      exceptions: [
        .init(
          path: .init(.participantStatus, from: .behavioralHealth, to: .publicDefender),
          legalBasis: "order 12")
      ])
  }
}
