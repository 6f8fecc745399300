import DiversionWorkflow
import Foundation
import HubModel
import Testing

@Suite struct CaseViewTests {
  let agreement = County.agreement()
  let learnt = noon("2026-05-05")

  func referral(
    _ number: UInt64 = 1, door: String = "arrest-diversion", offences: [String] = ["theft-3"]
  ) -> Message {
    var made = message(
      .referralSubmitted, from: County.sheriff, number: number, Field("door", .code(door)),
      Field("referred-at", .time(noon("2026-05-04"))), Field("incident", .code("26-100")))
    made.segments[0].fields += offences.map { Field("offence", .code($0)) }
    return made
  }

  func intake(_ number: UInt64 = 5) -> Message {
    message(
      .intakeCompleted, from: County.provider, number: number,
      Field("completed-on", .date(CivilDate("2026-05-08")!)))
  }

  /// A case as the prosecutor might see it, in order.
  var story: [Message] {
    [
      referral(), holdRequested(2),
      holdDecided(.holdOpened, 3, Field("due-on", .date(CivilDate("2026-05-18")!))),
      handoffRequested(4, at: noon("2026-05-04")),
      handoffAnswer(.handoffDeclined, 6, at: noon("2026-05-04") + .minutes(1)),
      handoffAnswer(.handoffAcknowledged, 7, at: noon("2026-05-04") + .minutes(2), eta: 15),
      intake(), holdDecided(.holdReleased, 8, Field("disposition", .code("declined"))),
    ]
  }

  @Test("Learning a message twice changes nothing and says nothing", arguments: Role.allCases)
  func idempotent(role: Role) {
    var view = County.view(role)
    for message in story {
      _ = view.learn(message, at: learnt, under: agreement)
      let once = view
      for earlier in story.prefix(while: { $0.id != message.id }) + [message] {
        let again = view.study(earlier, at: learnt + .hours(1), under: agreement)
        #expect(again.notices.isEmpty)
        #expect(again.ignored.allSatisfy { $0.reason == .duplicate })
      }
      #expect(view == once)
    }
  }

  @Test("Any order of any messages is survived", arguments: UInt64(1)...40)
  func anyOrder(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var view = County.view(Role.allCases[Int(seed % 6)])
    var time = learnt
    for message in (story + story).shuffled(using: &generator) {
      _ = view.learn(message, at: time, under: agreement)
      time = time + .hours(Int64(generator.next() % 100))
      _ = view.tick(at: time, under: agreement)
      if let next = view.nextDeadline { #expect(next > time) }
    }
    #expect(view.hold?.phase.isEnded == true)
  }

  @Test("A view is the same after storage", arguments: Role.allCases)
  func codable(role: Role) throws {
    var view = County.view(role)
    for message in story {
      _ = view.learn(message, at: learnt, under: agreement)
      let stored = try JSONEncoder().encode(view)
      #expect(try JSONDecoder().decode(CaseView.self, from: stored) == view)
    }
  }

  @Test("A message that one agency was not given leaves that agency's view as it was")
  func independence() {
    var informed = County.view(.prosecutor)
    var uninformed = County.view(.prosecutor)
    for message in story.prefix(3) {
      _ = informed.learn(message, at: learnt, under: agreement)
      _ = uninformed.learn(message, at: learnt, under: agreement)
    }
    var provider = County.view(.behavioralHealth)
    _ = provider.learn(intake(), at: learnt, under: agreement)
    #expect(informed == uninformed)
    _ = informed.learn(intake(), at: learnt, under: agreement)
    #expect(informed.allConditionsMet)
    #expect(!uninformed.allConditionsMet)
  }

  @Test("Reminders say the same whatever the viewer has been told of the intake")
  func sameReminders() {
    var informed = County.view(.prosecutor)
    var uninformed = County.view(.prosecutor)
    for message in story.prefix(3) {
      _ = informed.learn(message, at: learnt, under: agreement)
      _ = uninformed.learn(message, at: learnt, under: agreement)
    }
    _ = informed.learn(intake(), at: learnt, under: agreement)
    while let next = uninformed.nextDeadline {
      #expect(informed.nextDeadline == next)
      #expect(
        informed.tick(at: next, under: agreement) == uninformed.tick(at: next, under: agreement))
    }
  }

  @Test("\"Not completed\" moves nothing, for anyone", arguments: Role.allCases)
  func notCompleted(role: Role) {
    var view = County.view(role)
    for message in story.prefix(3) { _ = view.learn(message, at: learnt, under: agreement) }
    let before = view
    let silent = message(.intakeNotCompleted, from: County.provider, number: 9)
    #expect(view.study(silent, at: learnt, under: agreement) == Lesson())
    #expect(view == before)
  }

  @Test("A released intake carries its release; the sender's own does not")
  func conditions() {
    var prosecutor = County.view(.prosecutor)
    _ = prosecutor.learn(intake(), at: learnt, under: agreement)
    #expect(prosecutor.conditionsMet == ["intake-completed", "roi-signed"])
    #expect(!prosecutor.allConditionsMet)
    _ = prosecutor.learn(holdRequested(), at: learnt, under: agreement)
    #expect(prosecutor.allConditionsMet)
    var provider = County.view(.behavioralHealth)
    _ = provider.learn(intake(), at: learnt, under: agreement)
    #expect(provider.conditionsMet == ["intake-completed"])
  }

  @Test("A hold's own conditions count, and those that are met alone are shown")
  func ownConditions() {
    var view = County.view(.prosecutor)
    let opened = holdDecided(
      .holdOpened, 3, Field("due-on", .date(CivilDate("2026-05-18")!)),
      Field("condition", .code("intake-completed")), Field("condition", .code("restitution")))
    _ = view.learn(opened, at: learnt, under: agreement)
    _ = view.learn(intake(), at: learnt, under: agreement)
    #expect(view.conditionsMet == ["intake-completed"])
    #expect(!view.allConditionsMet)
  }

  @Test("A message of another case changes nothing")
  func otherCase() {
    var view = County.view(.prosecutor)
    let other = message(
      .holdRequested, from: County.sheriff, number: 1, caseID: CaseID("case-2")!,
      Field("incident", .code("26-900")))
    let lesson = view.study(other, at: learnt, under: agreement)
    #expect(lesson.ignored.map(\.reason) == [.otherCase])
    #expect(view == County.view(.prosecutor))
  }

  struct Rule: Sendable {
    let door: String
    let offences: [String]
    let decision: String?
  }

  @Test("The site's rule decides a referral for whoever sent it, once",
    arguments: [
      Rule(door: "arrest-diversion", offences: ["theft-3"], decision: "approved"),
      Rule(door: "arrest-diversion", offences: ["theft-3", "robbery"], decision: "ineligible"),
      Rule(door: "arrest-diversion", offences: [], decision: nil),
      Rule(door: "social-contact", offences: [], decision: "approved"),
      Rule(door: "community", offences: [], decision: "approved"),
    ])
  func siteRule(rule: Rule) {
    let agreement = County.agreement(divertible: ["theft-3", "possession"])
    let sent = referral(door: rule.door, offences: rule.offences)
    var sheriff = County.view(.sheriff)
    let notices = sheriff.learn(sent, at: learnt, under: agreement)
    #expect(notices.map { $0.segment.code("decision") } == (rule.decision.map { [$0] } ?? []))
    #expect(notices.allSatisfy { $0.topic == .referralDecided })
    #expect(notices.allSatisfy { $0.segment.code("rule") == "listed-offences" })
    #expect(sheriff.decideReferral(under: agreement) == nil)
    #expect(sheriff.referral?.phase == .received)
    var office = County.view(.programOffice)
    #expect(office.learn(sent, at: learnt, under: agreement).isEmpty)
  }

  @Test("The decision moves the referral when it is learnt, and a new referral reopens it")
  func decision() {
    var view = County.view(.sheriff)
    _ = view.learn(referral(), at: learnt, under: agreement)
    #expect(view.referral?.door == .arrestDiversion)
    let decided = message(
      .referralDecided, from: .hub, number: 2, Field("decision", .code("ineligible")))
    _ = view.learn(decided, at: learnt, under: agreement)
    #expect(view.referral?.phase == .ineligible)
    #expect(view.learn(referral(3), at: learnt, under: agreement).count == 1)
    #expect(view.referral?.phase == .received)
  }

  @Test("A code that no list has is reported, and changes nothing")
  func unknownCodes() {
    var view = County.view(.sheriff)
    _ = view.learn(referral(), at: learnt, under: agreement)
    let strange = message(
      .referralDecided, from: .hub, number: 2, Field("decision", .code("perhaps")))
    let lesson = view.study(strange, at: learnt, under: agreement)
    #expect(lesson.ignored.map(\.description) == ["referral.decided passed over: unknown-code"])
    #expect(view.referral?.phase == .received)
  }

  @Test("Another part of a message adds what it brings")
  func parts() {
    var view = County.view(.programOffice)
    var first = referral()
    first.segments[0].fields.removeAll { $0.name == "incident" }
    _ = view.learn(first, at: learnt, under: agreement)
    #expect(view.referral?.incident == nil)
    let second = message(
      .referralSubmitted, from: County.sheriff, number: 1, Field("incident", .code("26-100")))
    _ = view.learn(second, at: learnt, under: agreement)
    #expect(view.referral?.incident == "26-100")
    #expect(view.referral?.door == .arrestDiversion)
  }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
