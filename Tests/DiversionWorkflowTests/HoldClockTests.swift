import DiversionWorkflow
import HubModel
import Testing

@Suite struct HoldClockTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let what: String
    let referred: WallTime
    let days: Int
    let due: String
    var rolls = false
    var testDescription: String { what }
  }

  static let examples = [
    Example(what: "plain", referred: noon("2026-05-04"), days: 14, due: "2026-05-18"),
    Example(
      what: "across the spring change", referred: noon("2026-03-01"), days: 14,
      due: "2026-03-15"),
    Example(
      what: "across the autumn change", referred: noon("2026-10-25"), days: 14,
      due: "2026-11-08"),
    Example(
      what: "late at night, when it is tomorrow in UTC", referred: utc(2026, 5, 5, 6, 59),
      days: 7, due: "2026-05-11"),
    Example(what: "month's end", referred: noon("2026-01-31"), days: 30, due: "2026-03-02"),
    Example(what: "leap year", referred: noon("2028-02-15"), days: 14, due: "2028-02-29"),
    Example(what: "year's end", referred: noon("2026-12-20"), days: 14, due: "2027-01-03"),
    Example(
      what: "a Sunday rolls to Monday", referred: noon("2026-05-03"), days: 14,
      due: "2026-05-18", rolls: true),
    Example(
      what: "a Saturday rolls over Sunday and a holiday", referred: noon("2026-05-09"),
      days: 14, due: "2026-05-26", rolls: true),
    Example(
      what: "a holiday Friday rolls over the weekend", referred: noon("2026-06-19"),
      days: 14, due: "2026-07-06", rolls: true),
    Example(
      what: "a business day stays", referred: noon("2026-05-04"), days: 14,
      due: "2026-05-18", rolls: true),
  ]

  @Test("A window ends with the last of its days in the county", arguments: examples)
  func window(example: Example) {
    let agreement = County.agreement(
      window: .days(example.days), endsOnBusinessDay: example.rolls)
    let due = HoldClock.due(referredAt: example.referred, under: agreement)
    let calendar = County.pacific
    #expect(calendar.date(of: due).description == example.due)
    let next = WallTime(milliseconds: due.milliseconds + 1)
    #expect(next == calendar.time(on: calendar.date(of: due).adding(days: 1)))
  }

  @Test("A window across the spring change is an hour short of its days, and ends no earlier")
  func shortDay() {
    let agreement = County.agreement()
    let referred = County.pacific.time(on: CivilDate("2026-03-01")!)
    let due = HoldClock.due(referredAt: referred, under: agreement)
    #expect((due - referred).milliseconds == (15 * 24 - 1) * 3_600_000 - 1)
  }

  @Test("Reminders go out at the agreed minute of the day, on the agreed days")
  func reminders() {
    let agreement = County.agreement()
    let due = HoldClock.due(referredAt: noon("2026-03-01"), under: agreement)
    let expected = ["2026-03-08", "2026-03-12", "2026-03-14", "2026-03-15"].map {
      County.pacific.time(on: CivilDate($0)!, minute: 480)
    }
    #expect(HoldClock.reminders(before: due, under: agreement) == expected)
  }

  @Test("A shortened window counts seconds, and has no reminder at its very end")
  func shortened() {
    let agreement = County.agreement(window: .shortened(.seconds(20)))
    let referred = noon("2026-05-04")
    let due = HoldClock.due(referredAt: referred, under: agreement)
    #expect(due == referred + .seconds(20))
    #expect(
      HoldClock.reminders(before: due, under: agreement)
        == [13, 17, 19].map { referred + .seconds($0) })
  }

  @Test("Days left are days of the calendar, and never less than none")
  func daysLeft() {
    let due = County.pacific.end(of: CivilDate("2026-03-15")!)
    let left = { HoldClock.daysLeft(until: due, at: $0, in: County.pacific) }
    #expect(left(noon("2026-03-01")) == 14)
    #expect(left(County.pacific.end(of: CivilDate("2026-03-14")!)) == 1)
    #expect(left(County.pacific.time(on: CivilDate("2026-03-15")!)) == 0)
    #expect(left(noon("2026-04-01")) == 0)
  }
}
