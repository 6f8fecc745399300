import HubModel
import Testing

@testable import RouterService

@Suite("Retention runs at its hour")
struct RetentionHourTests {
  /// Seven hours behind, from the beginning of time.
  private let calendar = SiteCalendar(
    offsets: [.init(from: WallTime(milliseconds: 0), seconds: -25_200)])

  private func time(_ day: Int, _ minute: Int) -> WallTime {
    calendar.time(on: CivilDate(day: day), minute: minute)
  }

  @Test("the hour that counts is the last one by the site's clock, today's or yesterday's")
  func hour() {
    for (minute, expected) in [(179, time(19_999, 180)), (180, time(20_000, 180)),
      (1_439, time(20_000, 180))]
    {
      #expect(RetentionClock.hour(180, before: time(20_000, minute), in: calendar) == expected)
    }
  }
}
