import DiversionWorkflow
import HubModel
import Testing

@Suite struct HandoffViewTests {
  let agreement = County.agreement()
  let start = noon("2026-05-04")

  func after(_ minutes: Int64, _ seconds: Int64 = 0) -> WallTime {
    start + .seconds(minutes * 60 + seconds)
  }

  func asked(_ role: Role) -> CaseView {
    var view = County.view(role)
    _ = view.learn(handoffRequested(at: start), at: start, under: agreement)
    return view
  }

  @Test("Unanswered, the next on call is asked after each span, up to the agreed attempts",
    arguments: [Role.sheriff, .behavioralHealth, .programOffice])
  func unanswered(role: Role) {
    var view = asked(role)
    for attempt in 1...3 {
      #expect(view.nextDeadline == after(Int64(attempt) * 5))
      let notices = view.tick(at: after(Int64(attempt) * 5), under: agreement)
      #expect(notices.map(\.attempt) == [Int64(attempt)])
      #expect(notices[0].segment.code("callback") == "555-0100")
      #expect(notices[0].segment.time("requested-at") == start)
      #expect(notices[0].segment.fields.contains { $0.name == "meeting-place" })
      #expect(view.handoff?.phase == .unanswered(attempt: attempt))
    }
    #expect(view.nextDeadline == nil)
  }

  @Test("An early tick does nothing, and a late one asks every attempt once")
  func ticks() {
    var view = asked(.sheriff)
    let before = view
    #expect(view.tick(at: after(4, 59), under: agreement).isEmpty)
    #expect(view == before)
    #expect(view.tick(at: after(300), under: agreement).map(\.attempt) == [1, 2, 3])
    #expect(view.tick(at: after(301), under: agreement).isEmpty)
  }

  @Test("An answer stops the clock",
    arguments: [Topic.handoffAcknowledged, .handoffArrived, .handoffCompleted])
  func stops(topic: Topic) {
    var view = asked(.sheriff)
    _ = view.learn(
      handoffAnswer(topic, 2, at: after(2), eta: 20), at: after(2), under: agreement)
    #expect(view.nextDeadline == nil)
    #expect(view.tick(at: after(60), under: agreement).isEmpty)
    #expect(view.handoff?.attempt == 0)
  }

  @Test("An acknowledgement brings responder and ETA, and a later one corrects them")
  func details() {
    var view = asked(.sheriff)
    _ = view.learn(
      handoffAnswer(.handoffAcknowledged, 2, at: after(2), eta: 20), at: after(2),
      under: agreement)
    #expect(view.handoff?.responder == "cm-1")
    #expect(view.handoff?.eta == after(22))
    _ = view.learn(
      handoffAnswer(.handoffAcknowledged, 3, at: after(4), eta: Int64.max), at: after(4),
      under: agreement)
    #expect(view.handoff?.etaMinutes == nil)
  }

  @Test("A refusal asks the next on call at once, and the span begins anew")
  func declined() {
    var view = asked(.sheriff)
    let notices = view.learn(
      handoffAnswer(.handoffDeclined, 2, at: after(1)), at: after(1), under: agreement)
    #expect(notices.map(\.attempt) == [1])
    #expect(view.handoff?.phase == .declined)
    #expect(view.nextDeadline == after(6))
    #expect(view.tick(at: after(6), under: agreement).map(\.attempt) == [2])
  }

  @Test("Refusals beyond the agreed attempts ask nobody more")
  func allDeclined() {
    var view = asked(.sheriff)
    var attempts: [Int64?] = []
    for number in 2...6 {
      let time = after(Int64(number) - 1)
      attempts += view.learn(
        handoffAnswer(.handoffDeclined, UInt64(number), at: time, by: "cm-\(number)"),
        at: time, under: agreement
      ).map(\.attempt)
    }
    #expect(attempts == [1, 2, 3])
    #expect(view.nextDeadline == nil)
  }

  @Test("Whoever acknowledged may withdraw; another's refusal changes nothing")
  func withdrawal() {
    var view = asked(.sheriff)
    _ = view.learn(
      handoffAnswer(.handoffAcknowledged, 2, at: after(2), by: "cm-1"), at: after(2),
      under: agreement)
    let other = view.study(
      handoffAnswer(.handoffDeclined, 3, at: after(3), by: "cm-2"), at: after(3),
      under: agreement)
    #expect(other.ignored.map(\.reason) == [.otherResponder])
    #expect(view.handoff?.phase == .acknowledged)
    let own = view.study(
      handoffAnswer(.handoffDeclined, 4, at: after(4), by: "cm-1"), at: after(4),
      under: agreement)
    #expect(own.notices.map(\.attempt) == [1])
    #expect(view.handoff?.responder == nil)
    #expect(view.nextDeadline == after(9))
  }

  @Test("Views that know the same answers come to the same attempt, whenever they learnt them",
    arguments: [Int64](0...12))
  func agreementOfViews(delaySeconds: Int64) {
    var sheriff = asked(.sheriff)
    var provider = asked(.behavioralHealth)
    let answers = [
      handoffAnswer(.handoffDeclined, 2, at: after(4, 55)),
      handoffAnswer(.handoffDeclined, 3, at: after(9, 50), by: "cm-2"),
      handoffAnswer(.handoffAcknowledged, 4, at: after(12), by: "cm-3", eta: 10),
    ]
    var toldSheriff: [CaseNotice] = []
    var toldProvider: [CaseNotice] = []
    for answer in answers {
      let late = answer.sentAt + .seconds(delaySeconds)
      toldProvider += provider.tick(at: answer.sentAt, under: agreement)
      toldProvider += provider.learn(answer, at: answer.sentAt, under: agreement)
      toldSheriff += sheriff.tick(at: late, under: agreement)
      toldSheriff += sheriff.learn(answer, at: late, under: agreement)
    }
    #expect(sheriff.handoff?.attempt == 2)
    #expect(provider.handoff?.attempt == 2)
    #expect(toldProvider.map(\.attempt) == [1, 2])
    #expect(toldSheriff.map(\.attempt) == [1, 2])
    #expect(sheriff.nextDeadline == nil)
  }

  @Test("An answer seen before its request stops the clock of that request")
  func answerFirst() {
    var view = County.view(.programOffice)
    _ = view.learn(
      handoffAnswer(.handoffAcknowledged, 2, at: after(2), to: 1), at: after(2),
      under: agreement)
    #expect(view.handoff?.phase == .acknowledged)
    _ = view.learn(handoffRequested(at: start), at: after(3), under: agreement)
    #expect(view.handoff?.phase == .acknowledged)
    #expect(view.nextDeadline == nil)
  }

  @Test("A new request begins anew, and an answer to the old one is passed over")
  func newRequest() {
    var view = asked(.sheriff)
    _ = view.learn(
      handoffAnswer(.handoffAcknowledged, 2, at: after(2), to: 1), at: after(2),
      under: agreement)
    _ = view.learn(handoffRequested(7, at: after(60)), at: after(60), under: agreement)
    #expect(view.handoff?.phase == .requested)
    #expect(view.nextDeadline == after(65))
    let old = view.study(
      handoffAnswer(.handoffArrived, 8, at: after(61), to: 1), at: after(61), under: agreement)
    #expect(old.ignored.map(\.reason) == [.otherRequest])
    #expect(view.handoff?.phase == .requested)
  }

  @Test("A clock that runs fast in the car cannot put off the next alert")
  func fastClock() {
    var view = County.view(.behavioralHealth)
    _ = view.learn(handoffRequested(at: after(90)), at: start, under: agreement)
    #expect(view.nextDeadline == after(5))
  }

  @Test("Times out of any calendar neither crash nor stop the alert",
    arguments: [Int64.min, Int64.max])
  func absurdTimes(milliseconds: Int64) {
    let absurd = WallTime(milliseconds: milliseconds)
    var view = County.view(.behavioralHealth)
    _ = view.learn(handoffRequested(at: absurd), at: start, under: agreement)
    #expect(view.nextDeadline == after(5))
    _ = view.learn(
      handoffAnswer(.handoffDeclined, 2, at: absurd), at: after(1), under: agreement)
    #expect(view.handoff?.attempt == 1)
  }

  @Test("More answers than a request can have do not make a view grow")
  func bounded() {
    var view = asked(.sheriff)
    for number in UInt64(2)...200 {
      _ = view.learn(
        handoffAnswer(.handoffAcknowledged, number, at: after(1)), at: after(1),
        under: agreement)
    }
    #expect(view.handoff?.phase == .acknowledged)
    #expect("\(view)".utf8.count < 40_000)
  }
}
