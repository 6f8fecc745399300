import DiversionWorkflow
import HubModel

/// A fictional county on the Pacific coast, and its agencies.
enum County {
  static let sheriff = AgencyID("lakewood-sheriff")!
  static let prosecutor = AgencyID("lakewood-prosecutor")!
  static let provider = AgencyID("harbor-health")!
  static let defender = AgencyID("lakewood-defender")!
  static let office = AgencyID("lead-office")!
  static let caseID = CaseID("case-1")!

  /// Pacific time in 2026 to 2028: 8 hours behind UTC, 7 in summer.
  static let pacific = SiteCalendar(
    offsets: [
      .init(from: utc(2025, 11, 2, 9), seconds: -28_800),
      .init(from: utc(2026, 3, 8, 10), seconds: -25_200),
      .init(from: utc(2026, 11, 1, 9), seconds: -28_800),
      .init(from: utc(2027, 3, 14, 10), seconds: -25_200),
      .init(from: utc(2027, 11, 7, 9), seconds: -28_800),
      .init(from: utc(2028, 3, 12, 10), seconds: -25_200),
    ],
    holidays: [CivilDate("2026-05-25")!, CivilDate("2026-07-03")!])

  static func agreement(
    window: ProgramAgreement.Window = .days(14), endsOnBusinessDay: Bool = false,
    reminders: [Int] = [7, 3, 1, 0], attempts: Int = 3, divertible: Set<String> = []
  ) -> ProgramAgreement {
    ProgramAgreement(
      program: ProgramID("lakewood-lead")!, version: 1, contentHash: [], paths: [],
      outcomes: [:],
      hold: .init(
        window: window, rule: "14 days from referral",
        conditions: ["intake-completed", "roi-signed"], endsOnBusinessDay: endsOnBusinessDay,
        reminders: reminders),
      handoff: .init(acknowledgeWithin: .minutes(5), attempts: attempts),
      escrow: .init(
        deadline: .days(7), timeCritical: [], remindEvery: .minutes(10),
        candidateDeadline: .days(2)),
      referral: .init(divertibleOffences: divertible, rule: "listed-offences"),
      calendar: pacific, dutyLine: "555-0142")
  }

  static func view(_ role: Role) -> CaseView {
    CaseView(viewer: agency(role), role: role, caseID: caseID)
  }

  static func agency(_ role: Role) -> AgencyID {
    switch role {
    case .sheriff: sheriff
    case .prosecutor: prosecutor
    case .behavioralHealth: provider
    case .publicDefender: defender
    case .programOffice, .privacyOfficer: office
    }
  }
}

func utc(
  _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0
) -> WallTime {
  let days = Int64(CivilDate(year: year, month: month, day: day)!.day)
  return WallTime(
    milliseconds: ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60_000
      + Int64(second) * 1_000)
}

/// Midday in the county, far from any change of the clock by date.
func noon(_ date: String) -> WallTime { County.pacific.time(on: CivilDate(date)!, minute: 720) }

func message(
  _ topic: Topic, from source: AgencyID, number: UInt64, sentAt: WallTime = noon("2026-05-04"),
  inReplyTo: MessageID? = nil, caseID: CaseID? = County.caseID, _ fields: Field...
) -> Message {
  let spec = Catalogue.spec(of: topic)!
  // One segment for each category, in the catalogue's order.
  var segments: [Segment] = []
  for field in fields {
    let category = spec.field(field.name)?.category ?? spec.fields[0].category
    if let index = segments.firstIndex(where: { $0.category == category }) {
      segments[index].fields.append(field)
    } else {
      segments.append(Segment(category, fields: [field]))
    }
  }
  return Message(
    id: MessageID(high: 1, low: number), topic: topic, source: source,
    program: ProgramID("lakewood-lead")!, sentAt: sentAt, purpose: spec.purpose, caseID: caseID,
    inReplyTo: inReplyTo, segments: segments)
}

/// `hold.requested` of a referral made at noon of 4 May 2026: due at the end of the 18th.
func holdRequested(
  _ number: UInt64 = 1, referredAt: WallTime = noon("2026-05-04"), incident: String = "26-100"
) -> Message {
  message(
    .holdRequested, from: County.sheriff, number: number, Field("incident", .code(incident)),
    Field("referred-at", .time(referredAt)))
}

func holdDecided(
  _ topic: Topic, _ number: UInt64, hold: String = "h-1", _ extra: Field...
) -> Message {
  var made = message(
    topic, from: County.prosecutor, number: number, Field("hold", .code(hold)))
  made.segments[0].fields += extra
  return made
}

func handoffRequested(_ number: UInt64 = 1, at time: WallTime) -> Message {
  message(
    .handoffRequested, from: County.sheriff, number: number, sentAt: time,
    Field("requested-at", .time(time)), Field("meeting-place", .text("bus station, north door")),
    Field("callback", .code("555-0100")))
}

func handoffAnswer(
  _ topic: Topic, _ number: UInt64, at time: WallTime, to request: UInt64? = nil,
  by responder: String? = "cm-1", eta: Int64? = nil
) -> Message {
  var made = message(
    topic, from: County.provider, number: number, sentAt: time,
    inReplyTo: request.map { MessageID(high: 1, low: $0) }, Field("acknowledged-at", .time(time)))
  if let responder { made.segments[0].fields.append(Field("responder", .code(responder))) }
  if let eta { made.segments[0].fields.append(Field("eta-minutes", .integer(eta))) }
  return made
}

extension CaseNotice {
  var daysLeft: Int64? { segment.integer("days-left") }
  var attempt: Int64? { segment.integer("attempt") }
}

/// `a -> b`, `=` or `x`, as the tables of the articles write it.
func shown<Phase>(_ step: Step<Phase>) -> String {
  switch step {
  case .move(let phase): "\(phase)"
  case .stay: "="
  case .ignore: "x"
  }
}
