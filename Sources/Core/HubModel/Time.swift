/// Wall time: milliseconds since 1970-01-01T00:00:00Z. It judges consent and deadlines.
public struct WallTime: Hashable, Comparable, Sendable, Codable {
  public let milliseconds: Int64
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }
  public static func + (time: WallTime, span: Span) -> WallTime {
    WallTime(milliseconds: time.milliseconds + span.milliseconds)
  }
  public static func - (left: WallTime, right: WallTime) -> Span {
    Span(milliseconds: left.milliseconds - right.milliseconds)
  }
  /// The years 1 to 9999, in which decoders keep every time: adding a span of the hub's own to
  /// one of these cannot overflow.
  public static let civil = Int64(-62_135_596_800_000)...253_402_300_799_999
  public static let distantFuture = WallTime(milliseconds: Int64.max / 4)
}

/// Monotonic time: milliseconds since the process's own start. It judges silence and retries, and
/// cannot be compared with wall time: mixing them does not compile.
public struct Tick: Hashable, Comparable, Sendable {
  public let milliseconds: Int64
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }
  public static func + (tick: Tick, span: Span) -> Tick {
    Tick(milliseconds: tick.milliseconds + span.milliseconds)
  }
  public static func - (left: Tick, right: Tick) -> Span {
    Span(milliseconds: left.milliseconds - right.milliseconds)
  }
}

/// A length of time in milliseconds.
public struct Span: Hashable, Comparable, Sendable, Codable {
  public let milliseconds: Int64
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public static func seconds(_ count: Int64) -> Span { Span(milliseconds: count * 1_000) }
  public static func minutes(_ count: Int64) -> Span { seconds(count * 60) }
  public static func hours(_ count: Int64) -> Span { minutes(count * 60) }
  public static func days(_ count: Int64) -> Span { hours(count * 24) }
  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01 (day 0).
public struct CivilDate: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let day: Int

  /// - Parameter day: bounded to what the calendar's arithmetic can take; see ``days``.
  public init(day: Int) { self.day = min(max(day, -Self.farthest), Self.farthest) }

  /// Far outside every year that can be written, and far inside what 64 bits hold.
  private static let farthest = 1_000_000_000

  /// A damaged store may hold any number.
  public init(from decoder: any Decoder) throws {
    self.init(day: try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .day))
  }

  /// Returns `nil` where there is no such day (31 April), or the year is outside 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return nil
    }
    // Counted in years that begin in March, so that the leap day comes last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.day = era * 146_097 + dayOfEra - 719_468
    guard components == (year, month, day) else { return nil }
  }

  /// Reads exactly `YYYY-MM-DD`, in ASCII digits and nothing else: `+5` is no month.
  public init?(_ text: some StringProtocol) {
    var numbers = [0, 0, 0]
    var offset = 0
    for byte in text.utf8 {
      switch (offset, byte) {
      case (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")): break
      case (0...3, UInt8(ascii: "0")...UInt8(ascii: "9")),
        (5...6, UInt8(ascii: "0")...UInt8(ascii: "9")),
        (8...9, UInt8(ascii: "0")...UInt8(ascii: "9")):
        let place = offset < 4 ? 0 : offset < 7 ? 1 : 2
        numbers[place] = numbers[place] * 10 + Int(byte - UInt8(ascii: "0"))
      default: return nil
      }
      offset += 1
    }
    guard offset == 10 else { return nil }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  /// 1 January of year 1 to 31 December of 9999: those that can be written.
  public static let days = -719_162...2_932_896

  public var components: (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    return (year, civilMonth, dayOfYear - (153 * month + 2) / 5 + 1)
  }

  /// 0 is Sunday, 6 is Saturday.
  public var weekday: Int { ((day % 7) + 11) % 7 }

  public func adding(days: Int) -> CivilDate {
    let (sum, isOver) = day.addingReportingOverflow(days)
    return CivilDate(day: isOver ? (days < 0 ? .min : .max) : sum)
  }

  public static func < (left: Self, right: Self) -> Bool { left.day < right.day }

  public var description: String {
    let (year, month, day) = components
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// A site's civil calendar, as data: the core reads no time zone database.
///
/// Times outside the years 1 to 9999 count as the nearest within them; none traps.
public struct SiteCalendar: Hashable, Sendable {
  /// From `from` on, local time is UTC plus `seconds`.
  public struct Offset: Hashable, Sendable {
    public let from: WallTime
    public let seconds: Int
    public init(from: WallTime, seconds: Int) {
      self.from = from
      self.seconds = seconds
    }
  }

  /// Ascending by `from`. Before the first, its offset applies too.
  public let offsets: [Offset]
  public let holidays: Set<CivilDate>

  public init(offsets: [Offset], holidays: Set<CivilDate> = []) {
    // No place on earth is more than 18 hours from Greenwich.
    let offsets = offsets.map { offset in
      Offset(from: offset.from, seconds: min(max(offset.seconds, -64_800), 64_800))
    }
    self.offsets = offsets.sorted { $0.from < $1.from }
    self.holidays = holidays
  }

  public static let utc = SiteCalendar(offsets: [])

  public func offsetSeconds(at time: WallTime) -> Int {
    (offsets.last { $0.from <= time } ?? offsets.first)?.seconds ?? 0
  }

  public func date(of time: WallTime) -> CivilDate {
    let bounded = min(max(time.milliseconds, WallTime.civil.lowerBound), WallTime.civil.upperBound)
    let local = bounded + Int64(offsetSeconds(at: time)) * 1_000
    let day = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
    return CivilDate(day: Int(day))
  }

  /// The instant at which the clock on the wall shows `minute` minutes after midnight on `date`.
  public func time(on date: CivilDate, minute: Int = 0) -> WallTime {
    let day = min(max(date.day, CivilDate.days.lowerBound), CivilDate.days.upperBound + 1)
    let minute = min(max(minute, -Self.dayMinutes), 2 * Self.dayMinutes)
    let naive = Int64(day) * 86_400_000 + Int64(minute) * 60_000
    // The offset in force is that of the answer, so try the offsets around it.
    for candidate in Set([offsetSeconds(at: WallTime(milliseconds: naive - 86_400_000)),
      offsetSeconds(at: WallTime(milliseconds: naive + 86_400_000))]).sorted() {
      let time = WallTime(milliseconds: naive - Int64(candidate) * 1_000)
      if offsetSeconds(at: time) == candidate { return time }
    }
    return WallTime(
      milliseconds: naive - Int64(offsetSeconds(at: WallTime(milliseconds: naive))) * 1_000)
  }

  /// The last instant of `date`: a deadline "on the 4th" has not passed before it.
  public func end(of date: CivilDate) -> WallTime {
    WallTime(milliseconds: time(on: date.adding(days: 1)).milliseconds - 1)
  }

  private static let dayMinutes = 24 * 60

  public func isBusinessDay(_ date: CivilDate) -> Bool {
    date.weekday != 0 && date.weekday != 6 && !holidays.contains(date)
  }

  public func nextBusinessDay(from date: CivilDate) -> CivilDate {
    var day = date
    // A calendar whose every day were a holiday would have none.
    for _ in 0..<366 where !isBusinessDay(day) { day = day.adding(days: 1) }
    return day
  }
}
