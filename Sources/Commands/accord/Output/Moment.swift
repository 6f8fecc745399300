import Foundation
import HubModel

/// Instants as people read them.
struct Moment {
  let now: WallTime
  let zone: TimeZone

  init(now: WallTime, zone: TimeZone = .current) {
    self.now = now
    self.zone = zone
  }

  /// `Fri 20 Nov 18:10 (4 min ago)`, in local time; the year only where it is another.
  func text(_ milliseconds: Int64) -> String {
    let time = WallTime(milliseconds: milliseconds)
    return "\(local(time)) (\(age(of: time)))"
  }

  func text(_ milliseconds: Int64?, or none: String) -> String {
    milliseconds.map(text) ?? none
  }

  /// `4 min ago`, `in 3 days`.
  func age(of time: WallTime) -> String {
    let seconds = (now - time).milliseconds / 1_000
    if abs(seconds) < 1 { return "now" }
    let size = abs(seconds)
    let words =
      switch size {
      case ..<60: "\(size) s"
      case ..<3_600: "\(size / 60) min"
      case ..<(2 * 86_400): "\(size / 3_600) h"
      default: "\(size / 86_400) days"
      }
    return seconds > 0 ? "\(words) ago" : "in \(words)"
  }

  private func local(_ time: WallTime) -> String {
    let (date, minute) = civil(time)
    let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.weekday]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let (year, month, day) = date.components
    let showsYear = year != civil(now).date.components.year
    let clock = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      .joined(separator: ":")
    return "\(weekday) \(day) \(months[month - 1])\(showsYear ? " \(year)" : "") \(clock)"
  }

  private func civil(_ time: WallTime) -> (date: CivilDate, minute: Int) {
    let instant = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
    let offset = zone.secondsFromGMT(for: instant)
    let calendar = SiteCalendar(offsets: [.init(from: time, seconds: offset)])
    let date = calendar.date(of: time)
    let midnight = Int64(date.day) * 86_400_000 - Int64(offset) * 1_000
    return (date, Int((time.milliseconds - midnight) / 60_000))
  }
}
