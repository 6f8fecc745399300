public import Foundation
import HubModel

/// A FHIR date, dateTime or instant: the whole stretch that its precision names. `2022-06` is a
/// month, not its first midnight.
public struct FHIRTime: Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z, both included.
  public let first: Int64
  public let last: Int64

  public init(first: Int64, last: Int64) {
    self.first = first
    self.last = last
  }

  /// - Parameter zone: where a date without a time of day begins and ends; FHIR gives it none.
  public init?(_ text: String, zone: TimeZone) {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count <= 2, let days = Self.days(halves[0]) else { return nil }
    if halves.count == 1 {
      first = Self.midnight(days.first, zone)
      last = Self.midnight(days.last.adding(days: 1), zone) - 1
      return
    }
    guard halves[0].utf8.count == 10, let clock = Self.clock(halves[1]) else { return nil }
    first = Int64(days.first.day) * 86_400_000 + clock.start
    last = first + clock.length - 1
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func days(_ text: Substring) -> (first: CivilDate, last: CivilDate)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), let year = number(parts[0], digits: 4) else { return nil }
    guard parts.count > 1 else {
      guard let first = CivilDate(year: year, month: 1, day: 1),
        let last = CivilDate(year: year, month: 12, day: 31)
      else { return nil }
      return (first, last)
    }
    guard let month = number(parts[1], digits: 2) else { return nil }
    guard parts.count > 2 else {
      guard let first = CivilDate(year: year, month: month, day: 1),
        let last = (28...31).reversed().lazy.compactMap({
          CivilDate(year: year, month: month, day: $0)
        }).first
      else { return nil }
      return (first, last)
    }
    guard let day = number(parts[2], digits: 2),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return (date, date)
  }

  /// `hh:mm:ss`, with a fraction or without, and the zone that FHIR demands after a time of day.
  private static func clock(_ text: Substring) -> (start: Int64, length: Int64)? {
    guard let zoneStart = text.lastIndex(where: { "Z+-".contains($0) }) else { return nil }
    let parts = text[..<zoneStart].split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = number(parts[0], digits: 2),
      let minute = number(parts[1], digits: 2), (0...23).contains(hour), (0...59).contains(minute),
      let offset = offsetMinutes(text[zoneStart...])
    else { return nil }
    let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
    guard seconds.count <= 2, let second = number(seconds[0], digits: 2), (0...60).contains(second)
    else { return nil }
    var fraction: Int64 = 0
    if seconds.count == 2 {
      let digits = seconds[1]
      guard number(digits, digits: digits.utf8.count) != nil, (1...18).contains(digits.utf8.count)
      else { return nil }
      fraction = Int64((digits + "00").prefix(3)) ?? 0
    }
    let whole = Int64(((hour * 60) + minute - offset) * 60 + min(second, 59)) * 1_000
    return (whole + fraction, seconds.count == 2 ? 1 : 1_000)
  }

  private static func offsetMinutes(_ text: Substring) -> Int? {
    if text == "Z" { return 0 }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let hours = number(parts[0], digits: 2),
      let minutes = number(parts[1], digits: 2), hours <= 14, minutes <= 59
    else { return nil }
    return (text.first == "-" ? -1 : 1) * (hours * 60 + minutes)
  }

  private static func midnight(_ date: CivilDate, _ zone: TimeZone) -> Int64 {
    let seconds = Int64(date.day) * 86_400
    let guess = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    let offset = zone.secondsFromGMT(
      for: Date(timeIntervalSince1970: Double(seconds - Int64(guess))))
    return (seconds - Int64(offset)) * 1_000
  }
}

/// A FHIR Period; an end that is left out stays open.
public struct FHIRPeriod: Hashable, Sendable {
  public let start: FHIRTime?
  public let end: FHIRTime?
  /// As the consent wrote them, for what is said about it.
  let words: [String: String]

  var first: Int64 { start?.first ?? .min }
  var last: Int64 { end?.last ?? .max }

  func contains(_ instant: Int64) -> Bool { first <= instant && instant <= last }
  func contains(_ time: FHIRTime) -> Bool { first <= time.first && time.last <= last }
  func overlaps(_ time: FHIRTime) -> Bool { first <= time.last && time.first <= last }
}
