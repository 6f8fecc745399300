import HubModel
import Testing

@Suite struct TimeTests {
  @Test("Spans add up")
  func spans() {
    #expect(Span.days(1) == .hours(24))
    #expect(Span.hours(1) == .minutes(60))
    #expect(Span.minutes(1) == .seconds(60))
    #expect(Span.seconds(1).milliseconds == 1_000)
    let time = WallTime(milliseconds: 5)
    #expect((time + .seconds(2)) - time == .seconds(2))
    #expect(Tick(milliseconds: 1) + .seconds(1) == Tick(milliseconds: 1_001))
  }

  @Test("The distant future lies beyond all dates, and can still be added to")
  func distantFuture() {
    #expect(WallTime.distantFuture > SiteCalendar.utc.time(on: CivilDate("9999-12-31")!))
    #expect(WallTime.distantFuture + .days(36_500) > .distantFuture)
  }
}

@Suite struct CivilDateTests {
  @Test("Known days have known numbers and weekdays",
    arguments: [
      ("1970-01-01", 0, 4), ("1969-12-31", -1, 3), ("2000-02-29", 11_016, 2),
      ("2026-05-04", 20_577, 1), ("0001-01-01", -719_162, 1), ("9999-12-31", 2_932_896, 5),
    ])
  func known(text: String, day: Int, weekday: Int) throws {
    let date = try #require(CivilDate(text))
    #expect(date.day == day)
    #expect(date.weekday == weekday)
    #expect(date.description == text)
  }

  @Test("Days follow each other without a gap, through every kind of year")
  func consecutive() throws {
    for year in [1900, 1999, 2000, 2024, 2026, 2100] {
      var expected = try #require(CivilDate(year: year, month: 1, day: 1))
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (index, length) in lengths.enumerated() {
        for day in 1...length {
          let date = try #require(CivilDate(year: year, month: index + 1, day: day))
          #expect(date == expected)
          #expect(date.components == (year, index + 1, day))
          expected = expected.adding(days: 1)
        }
        #expect(CivilDate(year: year, month: index + 1, day: length + 1) == nil)
      }
    }
  }

  @Test("What is no date is not read as one",
    arguments: [
      "", "2026", "2026-02-29", "2026-00-10", "2026-13-01", "2026-01-00", "2026-04-31",
      "2026-1-05", "26-01-05", "2026-01-5", "2026-01-05 ", "2026/01/05", "2026-01-05T00:00",
      "0000-01-01", "2026--1-05", "２０２６-01-05", "2026-01-05-", "-026-01-05",
    ])
  func hostile(text: String) {
    #expect(CivilDate(text) == nil)
  }
}

@Suite struct SiteCalendarTests {
  /// Pacific time in 2026.
  static let pacific = SiteCalendar(
    offsets: [
      .init(from: utc(2026, 11, 1, 9), seconds: -28_800),
      .init(from: utc(2025, 11, 2, 9), seconds: -28_800),
      .init(from: utc(2026, 3, 8, 10), seconds: -25_200),
    ],
    holidays: [CivilDate("2026-12-25")!])

  static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0)
    -> WallTime
  {
    let days = Int64(CivilDate(year: year, month: month, day: day)!.day)
    return WallTime(milliseconds: (days * 1_440 + Int64(hour * 60 + minute)) * 60_000)
  }

  @Test("Offsets apply from their instant on, in whatever order they are given")
  func offsets() {
    let change = Self.utc(2026, 3, 8, 10)
    let before = WallTime(milliseconds: change.milliseconds - 1)
    #expect(Self.pacific.offsetSeconds(at: before) == -28_800)
    #expect(Self.pacific.offsetSeconds(at: change) == -25_200)
    #expect(Self.pacific.offsetSeconds(at: Self.utc(2020, 7, 1, 0)) == -28_800)
    #expect(SiteCalendar.utc.offsetSeconds(at: change) == 0)
  }

  @Test("A day is the county's, not that of UTC")
  func dates() {
    #expect(Self.pacific.date(of: Self.utc(2026, 1, 1, 7, 59)) == CivilDate("2025-12-31"))
    #expect(Self.pacific.date(of: Self.utc(2026, 1, 1, 8)) == CivilDate("2026-01-01"))
    #expect(SiteCalendar.utc.date(of: WallTime(milliseconds: -1)) == CivilDate("1969-12-31"))
    #expect(SiteCalendar.utc.date(of: WallTime(milliseconds: -86_400_000)).day == -1)
    #expect(SiteCalendar.utc.date(of: WallTime(milliseconds: -86_400_001)).day == -2)
  }

  @Test("Every day of the year begins at its midnight and ends where the next begins")
  func wholeYear() throws {
    var date = try #require(CivilDate("2026-01-01"))
    var lengths: [Int64: Int] = [:]
    while date.components.year == 2026 {
      let start = Self.pacific.time(on: date)
      let end = Self.pacific.end(of: date)
      #expect(Self.pacific.date(of: start) == date)
      #expect(Self.pacific.date(of: end) == date)
      let next = WallTime(milliseconds: end.milliseconds + 1)
      #expect(next == Self.pacific.time(on: date.adding(days: 1)))
      lengths[(next - start).milliseconds / 3_600_000, default: 0] += 1
      date = date.adding(days: 1)
    }
    #expect(lengths == [23: 1, 24: 363, 25: 1])
  }

  @Test("A time of day that comes twice is the later one; one that is skipped comes an hour later")
  func changes() {
    let autumn = Self.pacific.time(on: CivilDate("2026-11-01")!, minute: 90)
    #expect(autumn == Self.utc(2026, 11, 1, 9, 30))
    let spring = Self.pacific.time(on: CivilDate("2026-03-08")!, minute: 150)
    #expect(spring == Self.utc(2026, 3, 8, 10, 30))
    #expect(
      Self.pacific.time(on: CivilDate("2026-03-08")!, minute: 480) == Self.utc(2026, 3, 8, 15))
  }

  @Test("Weekends and holidays are no business days")
  func businessDays() {
    func next(_ text: String) -> String? {
      CivilDate(text).map { Self.pacific.nextBusinessDay(from: $0).description }
    }
    #expect(next("2026-12-24") == "2026-12-24")
    #expect(next("2026-12-25") == "2026-12-28")
    #expect(next("2026-12-26") == "2026-12-28")
    #expect(next("2026-05-03") == "2026-05-04")
  }

  @Test(
    "A date is ten ASCII characters and nothing else",
    arguments: [
      "2026-+5-01", "+026-05-01", "2026-05-+1", "2026-5-1", "-026-05-01", " 2026-05-1",
      "2026-05-011", "２０２６-05-01", "2026/05/01", "2026-05-0\u{661}", "",
    ])
  func notDates(_ text: String) {
    #expect(CivilDate(text) == nil)
  }

  @Test(
    "A calendar takes any time and any date, however far, and traps on none",
    arguments: [Int64.min, -Int64.max / 2, 0, Int64.max / 4, Int64.max])
  func farTimes(_ milliseconds: Int64) {
    let calendars = [
      SiteCalendar.utc,
      SiteCalendar(offsets: [
        .init(from: WallTime(milliseconds: milliseconds), seconds: .min),
        .init(from: WallTime(milliseconds: 0), seconds: .max),
      ]),
    ]
    for calendar in calendars {
      let date = calendar.date(of: WallTime(milliseconds: milliseconds))
      #expect((0...10_000).contains(date.components.year))
      let far = CivilDate(day: Int(truncatingIfNeeded: milliseconds))
      for minute in [Int.min, 0, Int.max] {
        let time = calendar.time(on: far, minute: minute)
        #expect(abs(time.milliseconds) < 400_000_000_000_000)
      }
      _ = (calendar.end(of: far), calendar.nextBusinessDay(from: far), far.description)
      _ = (far.weekday, far.adding(days: .max).adding(days: .min).components)
    }
  }
}
