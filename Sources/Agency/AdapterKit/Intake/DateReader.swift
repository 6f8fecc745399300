import Foundation
public import HubModel
import Operations

/// Reads dates and times as records systems write them, in the agency's own civil calendar.
public struct DateReader: Sendable {
  public let calendar: SiteCalendar

  public init(calendar: SiteCalendar) { self.calendar = calendar }

  /// `2026-03-01` or `03/01/2026`.
  public func date(_ field: String, of record: IntakeRecord) throws(IntakeError) -> CivilDate? {
    guard let text = record.optional(field) else { return nil }
    guard let date = date(text) else {
      throw record.wrong(field, "is not a date", "Write YYYY-MM-DD or MM/DD/YYYY.")
    }
    return date
  }

  /// `2026-03-01T14:05:00-08:00`, or `2026-03-01 14:05[:00]` and `03/01/2026 14:05` as local time;
  /// an offset may follow.
  public func time(_ field: String, of record: IntakeRecord) throws(IntakeError) -> WallTime? {
    guard let text = record.optional(field) else { return nil }
    guard let time = time(text) else {
      throw record.wrong(
        field, "is not a time", "Write YYYY-MM-DDTHH:MM:SS with an offset such as -08:00.")
    }
    return time
  }

  func date(_ text: some StringProtocol) -> CivilDate? {
    if let date = CivilDate(text) { return date }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let month = Int(parts[0]), let day = Int(parts[1]),
      let year = Int(parts[2]), parts[2].count == 4
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  func time(_ text: String) -> WallTime? {
    if let time = WallTime(iso8601: text) { return time }
    let words = text.split(whereSeparator: { $0 == " " || $0 == "T" })
    guard let first = words.first, let date = date(first) else { return nil }
    guard words.count > 1 else { return calendar.time(on: date) }
    let clock = words[1].split(separator: ":")
    guard clock.count >= 2, let hour = Int(clock[0]), let minute = Int(clock[1].prefix(2)),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    if words.count > 2 {
      let seconds = clock.count > 2 ? String(clock[2]) : "00"
      return WallTime(
        iso8601: "\(date)T\(clock[0]):\(clock[1].prefix(2)):\(seconds)\(words[2])")
    }
    let seconds = clock.count > 2 ? Int64(clock[2].prefix(2)) ?? 0 : 0
    return calendar.time(on: date, minute: hour * 60 + minute) + .seconds(seconds)
  }
}
