/// A day of the civil (Gregorian) calendar.
public struct CivilDate: Hashable, Comparable, Sendable {
  /// Days since 1 January 1970; negative before it.
  public let dayNumber: Int

  public init(dayNumber: Int) { self.dayNumber = dayNumber }

  /// The day must exist; a date such as 30 February runs over into the next month.
  public init(_ year: Int, _ month: Int, _ day: Int) {
    dayNumber = Self.firstDay(of: year) + Self.daysBefore(month: month, in: year) + day - 1
  }

  public var year: Int {
    var year = 1970 + dayNumber / 366
    while dayNumber < Self.firstDay(of: year) { year -= 1 }
    while dayNumber >= Self.firstDay(of: year + 1) { year += 1 }
    return year
  }

  public var month: Int {
    let year = self.year
    let dayOfYear = dayNumber - Self.firstDay(of: year)
    var month = 12
    while Self.daysBefore(month: month, in: year) > dayOfYear { month -= 1 }
    return month
  }

  public var day: Int {
    let year = self.year
    return dayNumber - Self.firstDay(of: year) - Self.daysBefore(month: month, in: year) + 1
  }

  /// 0 is Sunday.
  public var weekday: Int { ((dayNumber + 4) % 7 + 7) % 7 }

  public func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

  public static func < (left: CivilDate, right: CivilDate) -> Bool {
    left.dayNumber < right.dayNumber
  }

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func firstDay(of year: Int) -> Int {
    let past = year - 1
    return past * 365 + past / 4 - past / 100 + past / 400 - 719_162
  }

  private static func daysBefore(month: Int, in year: Int) -> Int {
    let plain = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
    return month > 2 && isLeap(year) ? plain + 1 : plain
  }

  /// The `ordinal`-th (from 1) given weekday of a month.
  static func nth(_ ordinal: Int, weekday: Int, _ year: Int, _ month: Int) -> CivilDate {
    let first = CivilDate(year, month, 1)
    return first.adding(days: (weekday - first.weekday + 7) % 7 + (ordinal - 1) * 7)
  }

  /// No weekend, and no federal holiday on its own day.
  public var isBusinessDay: Bool {
    if weekday == 0 || weekday == 6 { return false }
    let year = self.year
    let lastOfMay = CivilDate(year, 5, 31)
    let holidays = [
      CivilDate(year, 1, 1), .nth(3, weekday: 1, year, 1), .nth(3, weekday: 1, year, 2),
      lastOfMay.adding(days: -((lastOfMay.weekday + 6) % 7)), CivilDate(year, 6, 19),
      CivilDate(year, 7, 4), .nth(1, weekday: 1, year, 9), .nth(2, weekday: 1, year, 10),
      CivilDate(year, 11, 11), .nth(4, weekday: 4, year, 11), CivilDate(year, 12, 25),
    ]
    return !holidays.contains(self)
  }

  /// The first business day after this day.
  public var nextBusinessDay: CivilDate {
    var date = adding(days: 1)
    while !date.isBusinessDay { date = date.adding(days: 1) }
    return date
  }

  /// `2026-06-14`
  public var iso: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

  /// `06/14/2026`
  public var american: String { "\(padded(month, 2))/\(padded(day, 2))/\(padded(year, 4))" }
}

/// A minute, and how the clocks of the county show it (Pacific time with daylight saving).
public struct Moment: Hashable, Comparable, Sendable {
  /// Minutes since 1 January 1970, UTC.
  public let minute: Int

  public init(minute: Int) { self.minute = minute }

  /// The minute that county clocks show so. In the hour that is skipped in March this is the same
  /// minute on winter time; in the hour that comes twice in November, the first.
  public init(_ date: CivilDate, hour: Int, minute: Int) {
    let shown = date.dayNumber * 1440 + hour * 60 + minute
    let summer = Moment(minute: shown + 420)
    self.minute = summer.offset == -420 ? summer.minute : shown + 480
  }

  /// Minutes east of UTC: -480 in winter, -420 in summer.
  public var offset: Int {
    let year = CivilDate(dayNumber: Self.days(minute - 480)).year
    let start = CivilDate.nth(2, weekday: 0, year, 3).dayNumber * 1440 + 600
    let end = CivilDate.nth(1, weekday: 0, year, 11).dayNumber * 1440 + 540
    return minute >= start && minute < end ? -420 : -480
  }

  private static func days(_ minutes: Int) -> Int {
    minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440
  }

  /// The day on county clocks.
  public var date: CivilDate { CivilDate(dayNumber: Self.days(minute + offset)) }

  /// 0 ..< 1440 on county clocks.
  public var minuteOfDay: Int { minute + offset - date.dayNumber * 1440 }

  public func adding(minutes: Int) -> Moment { Moment(minute: minute + minutes) }

  public static func < (left: Moment, right: Moment) -> Bool { left.minute < right.minute }

  var clock: String { "\(padded(minuteOfDay / 60, 2)):\(padded(minuteOfDay % 60, 2))" }

  private var zone: String {
    let east = offset
    return "\(east < 0 ? "-" : "+")\(padded(abs(east) / 60, 2)):\(padded(abs(east) % 60, 2))"
  }

  /// `2026-06-14T13:22:00-07:00`
  public var isoWithOffset: String { "\(date.iso)T\(clock):00\(zone)" }

  /// `06/14/2026 13:22 -07:00`
  public var americanWithOffset: String { "\(date.american) \(clock) \(zone)" }

  /// `2026-06-14 13:22`, as jail systems print it: the zone is understood.
  public var iso: String { "\(date.iso) \(clock)" }

  /// `06/14/2026 13:22`
  public var american: String { "\(date.american) \(clock)" }
}

/// Decimal digits with leading zeros.
func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
