import ConsentEngine
import HubModel

let now = WallTime(milliseconds: 1_772_000_000_000)
let today = SiteCalendar.utc.date(of: now)

func agency(_ name: String, _ role: Role, isPart2Program: Bool = false) -> Registry.Agency {
  Registry.Agency(
    id: AgencyID(name)!, name: name, role: role, isPart2Program: isPart2Program,
    releasePort: 7_440, keys: [])
}

let sheriff = agency("sheriff", .sheriff)
let prosecutor = agency("prosecutor", .prosecutor)
let defender = agency("defender", .publicDefender)
let harbor = agency("harbor", .behavioralHealth, isPart2Program: true)
let cedar = agency("cedar", .behavioralHealth)
let everybody = [sheriff, prosecutor, defender, harbor, cedar]

/// Every role may tell every other every topic: what is denied, is denied by another layer.
let openAgreement: ProgramAgreement = {
  var paths: Set<ProgramAgreement.Path> = []
  for topic in Topic.allCases {
    for from in Role.allCases {
      for to in Role.allCases { paths.insert(.init(topic, from: from, to: to)) }
    }
  }
  return agreement(paths)
}()

func agreement(
  _ paths: Set<ProgramAgreement.Path>, exceptions: [ProgramAgreement.Exception] = []
) -> ProgramAgreement {
  ProgramAgreement(
    program: ProgramID("lead")!, version: 1, contentHash: [], paths: paths,
    exceptions: exceptions, outcomes: [.holdRequested: .full],
    hold: .init(window: .days(14), rule: "14 days", conditions: []),
    handoff: .init(acknowledgeWithin: .minutes(5), attempts: 2),
    escrow: .init(
      deadline: .days(2), timeCritical: [], remindEvery: .minutes(15),
      candidateDeadline: .days(1)),
    referral: .init(divertibleOffences: [], rule: "any"), calendar: .utc, dutyLine: "")
}

func message(
  _ topic: Topic = .participantStatus, _ segments: [Segment], release: String? = nil,
  purpose: Purpose? = nil, source: Registry.Agency = cedar, audience: [AgencyID] = []
) -> Message {
  Message(
    id: MessageID(high: 1, low: 2), topic: topic, source: source.id,
    program: ProgramID("lead")!, sentAt: now,
    purpose: purpose ?? Catalogue.spec(of: topic)?.purpose ?? .careCoordination,
    participant: ParticipantAlias("p-1"), release: release.map { RoiID($0)! },
    audience: audience, segments: segments)
}

/// A release that covers engagement from cedar to the defender, in every element.
func release(
  _ id: String = "r-1", version: UInt32 = 1, kind: ReleaseOfInformation.Kind = .multiParty,
  expiresAt: WallTime = now + .days(1),
  _ change: (inout ReleaseOfInformation) -> Void = { _ in }
) -> ReleaseOfInformation {
  var roi = ReleaseOfInformation(
    id: RoiID(id)!, version: version, kind: kind, disclosers: [.agency(cedar.id)],
    recipients: [.agency(defender.id)],
    information: [
      InformationScope(
        categories: [.engagement], labels: [.mentalHealth],
        authoredFrom: today.adding(days: -10), authoredThrough: today.adding(days: 10),
        authors: [cedar.id])
    ],
    purposes: [.careCoordination], signedAt: WallTime(milliseconds: now.milliseconds - 1_000),
    expiry: .at(expiresAt), formImageHash: Array(repeating: 1, count: 32))
  roi.statements = FormStatement.codes
  change(&roi)
  return roi
}

func segment(
  _ category: InformationCategory = .engagement,
  labels: WordSet<SensitivityLabel> = [.mentalHealth],
  authored: CivilDate? = today
) -> Segment {
  Segment(category, labels: labels, authored: authored, fields: [])
}

/// What a participant has said, statement by statement; all of it captured by cedar.
func said(
  _ statements: ConsentStatement..., under law: SiteSwitches = SiteSwitches()
) -> ParticipantConsents {
  var consents = ParticipantConsents()
  for statement in statements {
    _ = try? consents.apply(statement, from: cedar.id, under: law, at: now)
  }
  return consents
}

extension ProgramAgreement {
  func with(_ law: SiteSwitches) -> ProgramAgreement {
    var agreement = self
    agreement.switches = law
    return agreement
  }
}

extension ParticipantConsents {
  mutating func apply(
    _ statement: ConsentStatement, from agency: AgencyID
  ) throws(Refusal) -> ConsentChange {
    try apply(statement, from: agency, under: SiteSwitches(), at: now)
  }
}

func revocation(_ id: String?, toward: [Party] = []) -> ConsentStatement {
  .revocation(RoiRevocation(id: id.map { RoiID($0)! }, recipients: toward))
}
func refusal(_ id: String, _ reason: RoiRefusal.Reason = .refused) -> ConsentStatement {
  .refusal(RoiRefusal(id: RoiID(id)!, reason: reason))
}

func ask(
  _ message: Message, from discloser: Registry.Agency = cedar,
  to recipient: Registry.Agency = defender, footing: Footing = .submitted,
  segments: SegmentSet? = nil, under agreement: ProgramAgreement = openAgreement,
  _ consents: ParticipantConsents?, at time: WallTime = now
) -> Decision {
  decide(
    ReleaseRequest(
      message: message, discloser: discloser, recipient: recipient, footing: footing,
      segments: segments ?? .all(of: message.segments.count)),
    under: agreement, consents: consents, at: time)
}

enum Verdict: Equatable { case permitted, held, withheld }

extension Decision {
  /// The verdict on the first segment.
  var verdict: Verdict? {
    let found: [Verdict] = [
      permitted.contains(0) ? .permitted : nil, held.contains(0) ? .held : nil,
      withheld.contains(0) ? .withheld : nil,
    ].compactMap { $0 }
    return found.count == 1 ? found[0] : nil
  }
}
