import HubModel
@testable import RouterCore
import Testing

@Suite("The diversion, from offer to decision")
struct DiversionStoryTests {
  /// The roadside: alert, details and hold request under a field ROI named "field-1".
  func roadside(_ town: TownHarness) -> (alert: MessageID, details: MessageID, hold: MessageID) {
    let ids = town.publish(
      .handoff(case: "c-1"), .details(of: "ann", case: "c-1", release: "field-1"),
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    return (ids[0], ids[1], ids[2])
  }

  @Test("A bare alert goes to every provider at once and names nobody")
  func bareAlert() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    _ = roadside(town)
    #expect(town.topics(to: Town.harbor) == [.handoffRequested])
    #expect(town.topics(to: Town.cedar) == [.handoffRequested])
    #expect(town.deliveries(to: Town.harbor)[0].participant == nil)
    #expect(town.topics(to: Town.prosecutor) == [])
  }

  @Test("A hold request waits in escrow and leaves when the release is registered, in order")
  func escrow() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let ids = roadside(town)
    #expect(town.fate(of: ids.hold, for: Town.prosecutor) == .held)
    #expect(town.outcomes(to: Town.sheriff) == ["held", "held", "held"])  // two providers
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
    #expect(town.topics(to: Town.harbor) == [.handoffRequested, .handoffDetails])
    #expect(town.topics(to: Town.cedar) == [.handoffRequested], "the form does not print cedar")
    let notice = town.seen[Town.prosecutor]?.compactMap { $0.delivery?.content?.notice }.first
    #expect(notice?.scopes.map(\.release) == [RoiID("field-1")!])
    // The prosecutor knows the person by an alias of its own.
    let alias = town.deliveries(to: Town.prosecutor)[0].participant
    #expect(alias != nil && alias != ParticipantAlias("sheriff-ann"))
    #expect(alias != town.deliveries(to: Town.harbor)[1].participant)
  }

  @Test("hold.opened reaches provider and sheriff, not the defender whom the form does not name")
  func holdOpened() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    _ = roadside(town)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    let opened = town.publish(
      .hold(of: "ann", case: "c-1", release: "field-1"), from: Town.prosecutor)[0]
    #expect(town.topics(to: Town.harbor).last == .holdOpened)
    #expect(town.topics(to: Town.sheriff).last == .holdOpened)
    #expect(town.topics(to: Town.defender) == [])
    #expect(town.fate(of: opened, for: Town.defender) == .held)
    #expect(!town.topics(to: Town.prosecutor).contains(.outcome), "holds set no outcomes")
  }

  @Test("Intake completed reaches the prosecutor with the scope of its release, labelled Part 2")
  func intake() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    _ = roadside(town)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.publish(.signed(Town.fullRelease("full-1"), of: "ann"), from: Town.harbor)
    town.publish(.intake(of: "ann", case: "c-1"), from: Town.harbor)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested, .intakeCompleted])
    let delivery = try #require(town.seen[Town.prosecutor]?.last { $0.delivery != nil }?.delivery)
    let notice = try #require(delivery.content?.notice)
    #expect(notice.scopes.map(\.release) == [RoiID("full-1")!])
    #expect(notice.statement.hasPrefix("This record which has been disclosed to you"))
    #expect(!town.topics(to: Town.prosecutor).contains { $0.rawValue.hasPrefix("roi.") })
    let view = town.journal.cases[CaseID("c-1")!]?.views[Town.prosecutor]
    #expect(view?.conditionsMet.contains("intake-completed") == true)
  }

  @Test("A release and what stands on it in one batch keep the participant's order")
  func order() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    town.skip(.seconds(1))
    town.publish(
      .signed(Town.fieldRelease("field-1"), of: "ann"),
      .holdRequest(of: "ann", case: "c-2", release: "field-1"), from: Town.sheriff)
    #expect(
      town.deliveries(to: Town.prosecutor).map { $0.caseID } == [CaseID("c-1")!, CaseID("c-2")!])
  }

  @Test("A refusal withholds at once, destroys what waited, and a lack of capacity waits on")
  func refusal() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let ids = roadside(town)
    town.publish(.refused("field-1", .incapacity, of: "ann"), from: Town.sheriff)
    #expect(town.fates(of: ids.hold) == [.held])
    town.publish(.refused("field-1", of: "ann"), from: Town.sheriff)
    #expect(town.fates(of: ids.hold) == [.withheld])
    #expect(town.journal.erased.isSuperset(of: [ids.hold, ids.details]))
    #expect(town.outcomes(to: Town.sheriff).suffix(3) == ["withheld", "withheld", "withheld"])
    #expect(town.topics(to: Town.prosecutor) == [])
  }

  @Test("A held reminder comes again until somebody confirms")
  func reminders() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.pass(.minutes(46))
    let reminders = town.deliveries(to: Town.sheriff).compactMap { $0.integer("reminder") }
    #expect(reminders == [1, 2, 3])
    town.publish(.confirm(outcomeOf: id), from: Town.sheriff)
    town.pass(.minutes(60))
    #expect(town.outcomes(to: Town.sheriff).count == 4)
  }

  @Test("Reminders do not pile up for a sender that is away; they go on when it is back")
  func remindersWhileAway() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    town.publish(.holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    town.disconnect(Town.sheriff)
    let before = town.journal.messages.count
    town.pass(.hours(12))
    #expect(town.journal.messages.count == before)
    town.connect(Town.sheriff)
    town.pass(.minutes(31))
    let reminders = town.deliveries(to: Town.sheriff).compactMap { $0.integer("reminder") }
    #expect(reminders == [1, 2])
  }

  @Test("A confirmation in the very turn of a reminder stops it")
  func confirmationRacesReminder() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.skip(.minutes(15))
    town.publish(.confirm(outcomeOf: id), from: Town.sheriff)
    #expect(town.outcomes(to: Town.sheriff) == ["held"])
    town.skip(.minutes(15))
    town.run()
    #expect(town.outcomes(to: Town.sheriff) == ["held"])
  }

  @Test("At its deadline what waits is destroyed, and a sender with full outcomes is told")
  func lapse() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let ids = roadside(town)
    town.pass(.days(2), step: .hours(1))
    #expect(town.fates(of: ids.hold) == [.returned])
    #expect(town.journal.erased.contains(ids.hold))
    #expect(town.outcomes(to: Town.sheriff).contains("returned"))
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.connect(Town.prosecutor)
    #expect(town.topics(to: Town.prosecutor) == [], "a lapse is final")
  }

  @Test("A release registered in the turn of the deadline leaves one fate, and no content behind")
  func releaseRacesLapse() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.skip(.days(2))
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    let decided = town.journal.audit.filter { $0.message == id }.map(\.kind)
    #expect(decided.count { $0 == .lapsed || $0 == .released } == 1)
    #expect(town.journal.erased.contains(id) == (town.fates(of: id) == [.returned]))
  }

  @Test("A long backlog is decided again to its end, in order, person by person")
  func backlog() throws {
    let town = TownHarness(window: 1_024)
    town.connect(Town.sheriff, Town.prosecutor)
    let people = ["ann", "bob", "cy"]
    let messages = people.flatMap { person in
      (0..<50).map { index in
        town.message(
          .holdRequest(of: person, case: "c-\(person)-\(index)", release: "f-\(person)"),
          from: Town.sheriff)
      }
    }
    town.run(town.publication(messages, from: Town.sheriff))
    let forms = people.map {
      town.message(.signed(Town.fieldRelease("f-\($0)"), of: $0), from: Town.sheriff)
    }
    town.run(town.publication(forms, from: Town.sheriff))
    for person in people {
      let alias = { (message: Message) in message.caseID?.text.contains("-\(person)-") ?? false }
      #expect(
        town.deliveries(to: Town.prosecutor).filter(alias).map(\.id)
          == messages.filter(alias).map(\.id))
    }
  }

  @Test("Two reasons to decide again in one turn release once")
  func decidedTwice() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    town.publish(.holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    let signed = town.message(
      .signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.run(
      [town.activate(Town.agreement)]
        + town.publication([signed], from: Town.sheriff))
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
    #expect(town.state.lanes[Town.prosecutor]?.next == 2)
  }

  @Test("Where deadline and release fall due in one turn, the first of them decides alone")
  func lapseRacesDecision() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.skip(Span(milliseconds: Span.days(2).milliseconds - 1))
    town.turnTakes = Span(milliseconds: 1)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
    #expect(town.fates(of: id) == [.released])
    #expect(!town.journal.erased.contains(id))
    #expect(!town.journal.audit.contains { $0.kind == .lapsed && $0.message == id })
  }

  @Test("An unanswered hand-off tells both sides, each from its own view")
  func unanswered() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    town.publish(.handoff(case: "c-1", at: town.now), from: Town.sheriff)
    town.pass(.minutes(5))
    #expect(town.topics(to: Town.harbor) == [.handoffRequested, .handoffUnanswered])
    #expect(town.topics(to: Town.sheriff).contains(.handoffUnanswered))
    town.pass(.hours(2))
    #expect(town.topics(to: Town.harbor).count { $0 == .handoffUnanswered } == 2, "two attempts")
  }

  @Test("An acknowledged hand-off is not asked again; the answer goes to whoever asked")
  func acknowledged() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let id = town.publish(.handoff(case: "c-1", at: town.now), from: Town.sheriff)[0]
    town.publish(.answer(.handoffAcknowledged, case: "c-1", to: id), from: Town.harbor)
    #expect(town.topics(to: Town.sheriff) == [.handoffAcknowledged])
    town.pass(.hours(1))
    #expect(!town.topics(to: Town.harbor).contains(.handoffUnanswered))
    #expect(!town.topics(to: Town.sheriff).contains(.handoffUnanswered))
  }

  @Test("The end of a window asks the prosecutor to look, in the same words whatever happened")
  func reviewDue() throws {
    func words(withIntake: Bool) -> [Message] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      _ = roadside(town)
      town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
      town.publish(.hold(of: "ann", case: "c-1", release: "field-1"), from: Town.prosecutor)
      if withIntake { town.publish(.intake(of: "ann", case: "c-1"), from: Town.harbor) }
      town.pass(.days(16), step: .hours(1))
      return town.deliveries(to: Town.prosecutor)
        .filter { $0.topic == .holdReviewDue || $0.topic == .holdDueSoon }
    }
    let plain = words(withIntake: false)
    #expect(plain.map(\.topic) == [.holdDueSoon, .holdDueSoon, .holdReviewDue])
    #expect(words(withIntake: true) == plain)
  }

  @Test("A role that nobody holds creates no delivery, then or later, and keeps no content")
  func emptyRole() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let draft = Draft(
      .referralSubmitted, of: "ann", case: "c-1",
      [
        Segment(
          .referral,
          fields: [
            Field("door", .code("social-contact")), Field("referred-at", .time(Town.start)),
          ])
      ])
    let id = town.publish(draft, from: Town.sheriff)[0]
    #expect(town.journal.parts[id] == nil)
    #expect(town.journal.erased.contains(id))
    let office = AgencyID("office")!
    let registry = Registry(
      agencies: Town.agencies.map { Town.agency($0) } + [Town.agency(office, role: .programOffice)])
    town.registry = registry
    town.run([.administration(.replaceRegistry(registry), ticket: 1)])
    #expect(town.journal.parts[id] == nil)
  }

  @Test("A release that is about to expire tells whoever captured it, once")
  func expiring() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.pass(.days(47), step: .hours(6))
    #expect(town.topics(to: Town.sheriff) == [.roiExpiring])
    #expect(town.topics(to: Town.prosecutor) == [])
  }
}
