import Testing

@testable import Simulator

@Suite("Seeded numbers and the county's calendar")
struct SeededGeneratorTests {
  @Test("A seed and a stream name always give the same numbers")
  func pinned() {
    var one = SeededGenerator(seed: 1, stream: "a")
    var again = SeededGenerator(seed: 1, stream: "a")
    var other = SeededGenerator(seed: 1, stream: "b")
    let first = (0..<50).map { _ in one.next() }
    #expect(first == (0..<50).map { _ in again.next() })
    #expect(first != (0..<50).map { _ in other.next() })
    #expect(first.prefix(2) == SeededGeneratorTests.knownStart[...])
  }

  /// Seed 1, stream "a": from the first version on.
  static let knownStart: [UInt64] = [
    8_991_403_669_241_793_310, 9_334_172_401_723_065_679,
  ]

  @Test("Draws stay within their bounds and reach both ends")
  func bounds() {
    var random = SeededGenerator(seed: 7)
    let draws = (0..<2_000).map { _ in random.within(-3...3) }
    #expect(Set(draws) == Set(-3...3))
    #expect(random.shuffled(Array(0..<100)).sorted() == Array(0..<100))
    #expect((0..<300).allSatisfy { _ in random.weighted([0, 5, 0, 1]) % 2 == 1 })
    #expect(random.hex(64).utf8.count == 64)
  }

  @Test("Every day from 1900 to 2100 survives the way to year, month and day and back")
  func days() {
    var date = CivilDate(1900, 1, 1)
    while date.year <= 2100 {
      #expect(CivilDate(date.year, date.month, date.day) == date)
      #expect((1...12).contains(date.month) && (1...31).contains(date.day))
      date = date.adding(days: 1)
    }
    #expect(CivilDate(1970, 1, 1).dayNumber == 0)
    #expect(CivilDate(2000, 2, 29).adding(days: 1).iso == "2000-03-01")
    #expect(CivilDate(2026, 6, 17).weekday == 3)
  }

  @Test("Clocks change on the second Sunday of March and the first of November")
  func clocks() {
    let spring = Moment(CivilDate(2026, 3, 8), hour: 1, minute: 59)
    #expect(spring.isoWithOffset == "2026-03-08T01:59:00-08:00")
    #expect(spring.adding(minutes: 1).isoWithOffset == "2026-03-08T03:00:00-07:00")
    let autumn = Moment(CivilDate(2026, 11, 1), hour: 1, minute: 59)
    #expect(autumn.isoWithOffset == "2026-11-01T01:59:00-07:00")
    #expect(autumn.adding(minutes: 1).isoWithOffset == "2026-11-01T01:00:00-08:00")
    #expect(autumn.americanWithOffset == "11/01/2026 01:59 -07:00")
  }

  @Test("Weekends and federal holidays are no business days")
  func businessDays() {
    for day in [CivilDate(2026, 1, 19), CivilDate(2026, 5, 25), CivilDate(2026, 11, 26)] {
      #expect(!day.isBusinessDay)
    }
    #expect(CivilDate(2026, 7, 2).nextBusinessDay == CivilDate(2026, 7, 3))
    #expect(CivilDate(2026, 12, 24).nextBusinessDay == CivilDate(2026, 12, 28))
  }
}
