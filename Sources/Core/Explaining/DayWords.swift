public import HubModel

/// Instants as documents have them. A calendar is handed in: the same log and the same calendar
/// give the same bytes, wherever and whenever they are read.
public struct DayWords: Sendable {
  let calendar: SiteCalendar
  /// What the calendar's time is called: `UTC`, `America/Los_Angeles`.
  public let zone: String

  public init(calendar: SiteCalendar = .utc, zone: String = "UTC") {
    self.calendar = calendar
    self.zone = zone
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// `November 20, 2026`.
  public func day(_ time: WallTime) -> String {
    let (year, month, day) = calendar.date(of: time).components
    return "\(Self.months[month - 1]) \(day), \(year)"
  }

  /// `18:10`.
  public func clock(_ time: WallTime) -> String {
    let local = time.milliseconds + Int64(calendar.offsetSeconds(at: time)) * 1_000
    let minute = ((local / 60_000) % 1_440 + 1_440) % 1_440
    return [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// `2026-11-20 18:10`.
  public func sortable(_ time: WallTime) -> String {
    "\(calendar.date(of: time)) \(clock(time))"
  }

  /// `2026-11-21T02:10:00.250Z`: the instant itself, to the millisecond, in no calendar but UTC.
  public static func exact(_ time: WallTime) -> String {
    let utc = DayWords()
    let within = (time.milliseconds % 60_000 + 60_000) % 60_000
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(SiteCalendar.utc.date(of: time))T\(utc.clock(time)):"
      + "\(padded(within / 1_000, 2)).\(padded(within % 1_000, 3))Z"
  }
}
