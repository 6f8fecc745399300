import HubModel
import Testing

@testable import AdapterKit

@Suite("Whom to call, and when")
struct AlarmPlanTests {
  static func person(_ name: String, quiet: AlarmPlan.Hours? = nil) -> AlarmPlan.Person {
    .init(name: name, addresses: [.init(channel: "sms", to: name)], quiet: quiet)
  }

  /// Saturday 21 November 2026, 00:00 UTC, which is the calendar's own time here.
  static let midnight = WallTime(milliseconds: 1_795_219_200_000)
  static let night = AlarmPlan.Hours(from: 22 * 60, to: 6 * 60)

  var plan: AlarmPlan {
    var plan = AlarmPlan()
    for name in ["ada", "ben"] { plan.people[name] = Self.person(name) }
    plan.people["cleo"] = Self.person("cleo", quiet: Self.night)
    plan.shifts["nights"] = [
      .init(days: [5], hours: .init(from: 20 * 60, to: 8 * 60), people: ["ada"]),
      .init(days: [6], hours: .init(from: 20 * 60, to: 8 * 60), people: ["ben"]),
    ]
    return plan
  }

  /// Who is called at which minute, over the first minutes.
  func calls(
    _ rule: AlarmPlan.Rule, from start: WallTime = midnight, minutes: Int = 30
  ) -> [String] {
    var progress = AlarmPlan.Progress(next: start)
    var said: [String] = []
    for minute in 0..<minutes {
      let now = start + .minutes(Int64(minute))
      let step = plan.step(progress, rule, at: now, .utc)
      said += step.call.map { "\(minute) \($0.name)" }
      progress = step.progress
    }
    return said
  }

  @Test("Calls repeat, then go to the next rung, and stay on the last until somebody confirms")
  func escalates() {
    let rule = AlarmPlan.Rule(ladder: [["ada"], ["ben"]], interval: .minutes(5), times: 2)
    #expect(calls(rule) == ["0 ada", "5 ada", "10 ben", "15 ben", "20 ben", "25 ben"])
  }

  @Test("Without an interval there is one call")
  func once() {
    #expect(calls(AlarmPlan.Rule(ladder: [["ada", "ben", "ada"]])) == ["0 ada", "0 ben"])
  }

  @Test("A shift that began the evening before still counts after midnight, and the next follows")
  func shifts() {
    let rule = AlarmPlan.Rule(ladder: [["nights"]], interval: .minutes(10))
    #expect(calls(rule, minutes: 15) == ["0 ada", "10 ada"])
    let evening = Self.midnight + .hours(20)
    #expect(calls(rule, from: evening, minutes: 5) == ["0 ben"])
    #expect(calls(rule, from: Self.midnight + .hours(12), minutes: 30) == [])
    #expect(calls(rule, from: Self.midnight + .minutes(7 * 60 + 55), minutes: 10) == ["0 ada"])
  }

  @Test("Quiet hours pass a person over, unless it is urgent")
  func quiet() {
    var rule = AlarmPlan.Rule(ladder: [["cleo"], ["ben"]], interval: .minutes(5), times: 1)
    #expect(calls(rule, minutes: 6) == ["0 ben", "5 ben"])
    rule.evenWhenQuiet = true
    #expect(calls(rule, minutes: 6) == ["0 cleo", "5 ben"])
  }

  @Test("Where nobody may be called, it is tried again until somebody may")
  func waits() {
    let rule = AlarmPlan.Rule(ladder: [["cleo"]], interval: .hours(1))
    let start = Self.midnight + .minutes(5 * 60 + 40)
    #expect(calls(rule, from: start, minutes: 30) == ["20 cleo"])
  }

  @Test("A call that was late does not bring its successors forward")
  func late() {
    let rule = AlarmPlan.Rule(ladder: [["ada"]], interval: .minutes(5))
    let start = AlarmPlan.Progress(next: Self.midnight)
    let step = plan.step(start, rule, at: Self.midnight + .hours(3), .utc)
    #expect(step.call.map(\.name) == ["ada"])
    #expect(step.progress.next == Self.midnight + .hours(3) + .minutes(5))
  }
}
