public import Foundation
public import HubModel

extension SiteCalendar {
  /// The calendar of a time zone, from two years before `now` to ten years after it.
  ///
  /// The core reads no time zone database, so what the database says is handed to it as data; a
  /// daemon that runs for years makes a new one when it starts.
  public init(timeZone: TimeZone, around now: WallTime, holidays: Set<CivilDate> = []) {
    let first = now + .days(-2 * 366)
    let last = now + .days(10 * 366)
    var offsets = [Offset(from: first, seconds: timeZone.secondsFromGMT(for: first.date))]
    var next = timeZone.nextDaylightSavingTimeTransition(after: first.date)
    // Two changes a year are the rule; the bound only guards against a damaged database.
    while let change = next, offsets.count < 200 {
      let time = WallTime(milliseconds: Int64((change.timeIntervalSince1970 * 1_000).rounded()))
      guard time < last, offsets[offsets.count - 1].from < time else { break }
      offsets.append(Offset(from: time, seconds: timeZone.secondsFromGMT(for: change)))
      next = timeZone.nextDaylightSavingTimeTransition(after: change)
    }
    self.init(offsets: offsets, holidays: holidays)
  }
}

extension WallTime {
  fileprivate var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }
}

extension YAMLValue where Value == TimeZone {
  /// A name of the time zone database.
  public static var timeZone: YAMLValue {
    scalar("a time zone such as America/Los_Angeles") { text in
      // "PST" and "GMT+8" are read by the library too, but they know no summer time.
      text == "UTC" || text.contains("/") ? TimeZone(identifier: text) : nil
    }
  }
}
