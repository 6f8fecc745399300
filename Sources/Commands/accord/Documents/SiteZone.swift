import Explaining
import Foundation
import HubModel

/// A place's time: where its days begin, and what its clocks showed.
struct SiteZone {
  let timeZone: TimeZone

  init(_ timeZone: TimeZone) { self.timeZone = timeZone }

  private func offset(at time: WallTime) -> Int {
    let instant = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
    return timeZone.secondsFromGMT(for: instant)
  }

  /// A calendar that is right at each of these instants.
  func days(_ times: [WallTime]) -> DayWords {
    let offsets = times.map { SiteCalendar.Offset(from: $0, seconds: offset(at: $0)) }
    return DayWords(calendar: SiteCalendar(offsets: offsets), zone: timeZone.identifier)
  }

  func date(of time: WallTime) -> CivilDate {
    SiteCalendar(offsets: [.init(from: time, seconds: offset(at: time))]).date(of: time)
  }

  /// When the day begins. Where clocks change at midnight, the offset of that hour counts.
  func midnight(of date: CivilDate) -> WallTime {
    let utc = WallTime(milliseconds: Int64(date.day) * 86_400_000)
    let first = utc + .seconds(-Int64(offset(at: utc)))
    return utc + .seconds(-Int64(offset(at: first)))
  }
}

extension CivilDate {
  /// The same day some years before; of 29 February the last day there is.
  func yearsBefore(_ count: Int) -> CivilDate {
    let (year, month, day) = components
    return CivilDate(year: year - count, month: month, day: day)
      ?? CivilDate(year: year - count, month: month, day: day - 1) ?? self
  }
}
