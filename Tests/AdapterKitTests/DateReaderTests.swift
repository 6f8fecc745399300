import Foundation
import HubModel
import Operations
import Testing

@testable import AdapterKit

@Suite("Dates and times of records systems")
struct DateReaderTests {
  static let pacific = SiteCalendar(
    timeZone: TimeZone(identifier: "America/Los_Angeles") ?? .gmt,
    around: WallTime(milliseconds: 1_790_000_000_000))
  let dates = DateReader(calendar: Self.pacific)

  static func record(_ text: String) -> IntakeRecord {
    IntakeRecord(line: 3, values: ["at": text])
  }

  @Test(
    "The usual ways to write a day",
    arguments: [
      "2026-03-01", "20260301", "03/01/2026", "3/1/2026", "3-1-2026", "1-Mar-2026",
      "01 MAR 2026", "Mar 1, 2026", "2026/3/1", "2026-03-01 00:00:00", "03/01/2026 12:00 AM",
    ])
  func days(text: String) throws {
    #expect(try dates.date("at", of: Self.record(text)) == CivilDate("2026-03-01"))
  }

  @Test("Which of day and month comes first is the site's choice")
  func order() throws {
    let day = DateReader(calendar: Self.pacific, order: .dayFirst)
    #expect(try day.date("at", of: Self.record("01/03/2026")) == CivilDate("2026-03-01"))
    #expect(throws: IntakeError.self) { try dates.date("at", of: Self.record("13/01/2026")) }
  }

  @Test(
    "Local times, with and without an offset",
    arguments: [
      "2026-10-03 14:05", "10/03/2026 14:05:00", "10/3/2026 2:05 PM", "2026-10-03T14:05:00-07:00",
      "2026-10-03 14:05 -07:00", "2026-10-03T21:05:00Z", "3 OCT 2026 1405", "3-OCT-2026 2:05pm",
      "202610031405", "20261003140500", "20261003140500.0000-0700", "202610032105Z",
      "20261003 140500", "2026-10-03 14:05 -0700",
    ])
  func times(text: String) throws {
    #expect(
      try dates.time("at", of: Self.record(text)) == WallTime(iso8601: "2026-10-03T21:05:00Z"))
  }

  @Test("The clock's change is the calendar's to know")
  func summerTime() throws {
    let winter = try dates.time("at", of: Self.record("2026-01-03 14:05"))
    #expect(winter == WallTime(iso8601: "2026-01-03T22:05:00Z"))
  }

  @Test(
    "What nobody can be sure of is refused, and named without its value",
    arguments: [
      "3/1/26", "2026-02-30", "yesterday", "2026-03-01 25:00", "2026-03-01 14:05 PST", "13:00 PM",
      "2026-03-01 14:5x", "2026-03-01 13:05 PM",
    ])
  func refused(text: String) throws {
    let error = try #require(throws: IntakeError.self) {
      try dates.time("at", of: Self.record(text))
    }
    #expect(error.line == 3)
    #expect(error.field == "at")
    #expect(!error.description.contains(text))
  }
}
