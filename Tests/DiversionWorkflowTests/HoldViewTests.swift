import DiversionWorkflow
import HubModel
import Testing

@Suite struct HoldViewTests {
  let agreement = County.agreement()
  let learnt = noon("2026-05-05")

  /// Lets the clock run from deadline to deadline through `end`.
  func run(_ view: inout CaseView, through end: WallTime) -> [CaseNotice] {
    var notices: [CaseNotice] = []
    while let next = view.nextDeadline, next <= end {
      notices += view.tick(at: next, under: agreement)
    }
    return notices
  }

  @Test("A hold request alone lets the prosecutor's clock run, from the referral")
  func prosecutorClock() throws {
    var view = County.view(.prosecutor)
    #expect(view.learn(holdRequested(), at: learnt, under: agreement).isEmpty)
    let hold = try #require(view.hold)
    #expect(hold.phase == .requested)
    #expect(hold.dueOn == CivilDate("2026-05-18"))
    let notices = run(&view, through: noon("2026-06-30"))
    #expect(notices.map(\.topic) == Array(repeating: .holdDueSoon, count: 4) + [.holdReviewDue])
    #expect(notices.map(\.daysLeft) == [7, 3, 1, 0, 0])
    #expect(view.hold?.phase == .underReview)
    #expect(view.nextDeadline == nil)
  }

  @Test("A reminder holds coded fields and dates of the catalogue, and nothing else")
  func neutral() throws {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    for notice in run(&view, through: noon("2026-06-30")) {
      let spec = try #require(Catalogue.spec(of: notice.topic))
      #expect(notice.segment.category == .hold)
      for field in notice.segment.fields {
        #expect(spec.field(field.name)?.type == field.value.type)
        #expect(field.value.type != .text)
        if case .code(let code) = field.value { #expect(FieldValue.isCode(code)) }
      }
      #expect(notice.segment.code("rule") == "14-days-from-referral")
      #expect(notice.segment.code("incident") == "26-100")
    }
  }

  @Test("Before the hold is opened, nobody but the prosecutor has its clock",
    arguments: [Role.sheriff, .behavioralHealth, .publicDefender, .programOffice])
  func requestedElsewhere(role: Role) {
    var view = County.view(role)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    #expect(view.nextDeadline == nil)
    #expect(view.hold?.due == nil)
  }

  @Test("An opened hold reminds prosecutor, provider and program office, and never police",
    arguments: Role.allCases)
  func audience(role: Role) {
    var view = County.view(role)
    let opened = holdDecided(.holdOpened, 2, Field("due-on", .date(CivilDate("2026-05-18")!)))
    _ = view.learn(opened, at: learnt, under: agreement)
    let notices = run(&view, through: noon("2026-06-30"))
    let hears: WordSet<Role> = [.prosecutor, .behavioralHealth, .programOffice]
    #expect(notices.count == (hears.contains(role) ? 5 : 0))
    #expect(view.hold?.phase == .underReview)
  }

  @Test("The prosecutor's own date wins over the counted one, and brings its own rule")
  func dateWins() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    let opened = holdDecided(
      .holdOpened, 2, Field("due-on", .date(CivilDate("2026-05-22")!)),
      Field("rule", .code("pc-1001-87")))
    _ = view.learn(opened, at: learnt, under: agreement)
    #expect(view.hold?.due == County.pacific.end(of: CivilDate("2026-05-22")!))
    #expect(view.hold?.rule == "pc-1001-87")
    #expect(view.hold?.incident == "26-100")
    let extended = holdDecided(.holdExtended, 3, Field("due-at", .time(noon("2026-06-01"))))
    _ = view.learn(extended, at: learnt, under: agreement)
    #expect(view.hold?.due == noon("2026-06-01"))
    #expect(view.hold?.dueOn == CivilDate("2026-06-01"))
    #expect(view.hold?.rule == nil)
  }

  @Test("A decision stops the clock",
    arguments: [Topic.holdReleased, .holdFiled, .holdWithdrawn, .holdVoided])
  func stops(topic: Topic) {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    _ = view.learn(holdDecided(topic, 2), at: learnt, under: agreement)
    #expect(view.hold?.phase.isEnded == true)
    #expect(view.nextDeadline == nil)
    #expect(view.tick(at: noon("2026-12-01"), under: agreement).isEmpty)
  }

  @Test("After a long outage the latest reminder and the review go out, once")
  func outage() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    let late = noon("2026-07-01")
    let notices = view.tick(at: late, under: agreement)
    #expect(notices.map(\.topic) == [.holdDueSoon, .holdReviewDue])
    #expect(view.tick(at: late, under: agreement).isEmpty)
    #expect(view.tick(at: noon("2027-07-01"), under: agreement).isEmpty)
  }

  @Test("An outage within the window costs its reminders but the latest, with the true days left")
  func shortOutage() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    let notices = view.tick(at: noon("2026-05-16"), under: agreement)
    #expect(notices.map(\.topic) == [.holdDueSoon])
    #expect(notices.map(\.daysLeft) == [2])
    #expect(view.hold?.phase == .requested)
  }

  @Test("Reminders from before the date was learnt are not sent after it")
  func learntLate() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: noon("2026-05-16"), under: agreement)
    #expect(run(&view, through: noon("2026-06-30")).map(\.daysLeft) == [1, 0, 0])
  }

  @Test("A hold request that comes after its window asks for a look at once")
  func learntTooLate() {
    var view = County.view(.prosecutor)
    let late = noon("2026-06-10")
    _ = view.learn(holdRequested(), at: late, under: agreement)
    #expect(view.tick(at: late, under: agreement).map(\.topic) == [.holdReviewDue])
  }

  @Test("An extension to a new date starts the clock again; one without a date does not")
  func extensionAfterReview() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    _ = view.tick(at: noon("2026-05-20"), under: agreement)
    let bare = view.study(holdDecided(.holdExtended, 2), at: noon("2026-05-20"), under: agreement)
    #expect(bare.ignored.map(\.reason) == [.noDueDate])
    #expect(view.hold?.phase == .underReview)
    let dated = holdDecided(.holdExtended, 3, Field("due-on", .date(CivilDate("2026-06-03")!)))
    _ = view.learn(dated, at: noon("2026-05-20"), under: agreement)
    #expect(view.hold?.phase == .extended)
    #expect(run(&view, through: noon("2026-07-01")).map(\.daysLeft) == [7, 3, 1, 0, 0])
  }

  @Test("A late opening for the date that passed leaves the hold under review")
  func openedUnderReview() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    _ = view.tick(at: noon("2026-05-20"), under: agreement)
    _ = view.learn(holdDecided(.holdOpened, 2), at: noon("2026-05-20"), under: agreement)
    #expect(view.hold?.phase == .underReview)
    #expect(view.hold?.id == "h-1")
    #expect(view.nextDeadline == nil)
  }

  @Test("An opening seen before its request keeps its date and takes the incident from it")
  func openedFirst() {
    var view = County.view(.prosecutor)
    let opened = holdDecided(.holdOpened, 2, Field("due-on", .date(CivilDate("2026-05-22")!)))
    _ = view.learn(opened, at: learnt, under: agreement)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    #expect(view.hold?.phase == .open)
    #expect(view.hold?.incident == "26-100")
    #expect(view.hold?.dueOn == CivilDate("2026-05-22"))
  }

  @Test("An opening without any date says so, and counts once the referral is known")
  func openedWithoutDate() {
    var view = County.view(.behavioralHealth)
    let lesson = view.study(holdDecided(.holdOpened, 2), at: learnt, under: agreement)
    #expect(lesson.ignored.map(\.reason) == [.noDueDate])
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    #expect(view.hold?.dueOn == CivilDate("2026-05-18"))
    #expect(view.nextDeadline != nil)
  }

  @Test("A new incident never ends an old hold silently")
  func otherIncident() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    let before = view.hold
    let other = view.study(
      holdRequested(2, incident: "26-200"), at: learnt, under: agreement)
    #expect(other.ignored.map(\.reason) == [.otherIncident])
    let filed = holdDecided(.holdFiled, 3, hold: "h-9", Field("incident", .code("26-200")))
    #expect(
      view.study(filed, at: learnt, under: agreement).ignored.map(\.reason) == [.otherIncident])
    #expect(view.hold == before)
  }

  @Test("An ended hold makes room for another incident's, and not for its own opening")
  func afterTheEnd() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    _ = view.learn(holdDecided(.holdReleased, 2), at: learnt, under: agreement)
    let again = view.study(holdDecided(.holdOpened, 3), at: learnt, under: agreement)
    #expect(again.ignored.map(\.reason) == [.ended])
    _ = view.learn(holdRequested(4, incident: "26-200"), at: learnt, under: agreement)
    #expect(view.hold?.phase == .requested)
    #expect(view.hold?.incident == "26-200")
    #expect(view.hold?.id == nil)
  }

  @Test("Of two endings the one learnt last stands")
  func contradiction() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdDecided(.holdReleased, 2), at: learnt, under: agreement)
    _ = view.learn(
      holdDecided(.holdFiled, 3, Field("disposition", .code("filed-other"))), at: learnt,
      under: agreement)
    #expect(view.hold?.phase == .filed)
    #expect(view.hold?.disposition == "filed-other")
  }

  @Test("A date that no calendar has stops nothing and is reported",
    arguments: [Int64.min, -1, Int64.max])
  func absurdTimes(milliseconds: Int64) {
    var view = County.view(.prosecutor)
    let absurd = WallTime(milliseconds: milliseconds)
    let lesson = view.study(holdRequested(referredAt: absurd), at: learnt, under: agreement)
    #expect(lesson.ignored.map(\.reason) == [.implausibleTime])
    let opened = holdDecided(
      .holdOpened, 2, Field("due-at", .time(absurd)),
      Field("due-on", .date(CivilDate(day: Int(milliseconds)))))
    _ = view.learn(opened, at: learnt, under: agreement)
    #expect(view.hold?.due == nil)
  }

  @Test("The hub's own notice of the end is learnt for the date it names")
  func reviewNotice() {
    var view = County.view(.prosecutor)
    _ = view.learn(holdRequested(), at: learnt, under: agreement)
    func notice(_ number: UInt64, due: WallTime) -> Message {
      message(.holdReviewDue, from: .hub, number: number, Field("due-at", .time(due)))
    }
    _ = view.learn(notice(8, due: noon("2026-05-11")), at: learnt, under: agreement)
    #expect(view.hold?.phase == .requested)
    _ = view.learn(
      notice(9, due: County.pacific.end(of: CivilDate("2026-05-18")!)), at: learnt,
      under: agreement)
    #expect(view.hold?.phase == .underReview)
    #expect(view.nextDeadline == nil)
  }
}
