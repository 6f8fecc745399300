import Foundation
public import HubModel
import Operations

/// Reads dates and times as records systems write them, in the agency's own civil calendar.
///
/// | date | time of day, after a space or `T` |
/// |---|---|
/// | `2026-03-01`, `20260301` | `14:05`, `14:05:09`, `14:05:09.250`, `1405` |
/// | `03/01/2026`, `3/1/2026`, `3-1-2026`, in the order of ``DateReader/Order`` | `2:05 PM` |
/// | `1-Mar-2026`, `01 MAR 2026`, `Mar 1, 2026` | an offset may follow: `-08:00`, `-0800`, `Z` |
/// | `202603011405`, `20260301140509.25-0800`: both in one, as HL7 version 2 writes them | |
///
/// Years of two digits are refused: nobody can tell which century a birth date means.
public struct DateReader: Sendable {
  /// What comes first in `03/01/2026`: a site's choice, never guessed.
  public enum Order: String, CaseIterable, Sendable {
    case monthFirst = "month-first"
    case dayFirst = "day-first"
  }

  public let calendar: SiteCalendar
  public let order: Order

  public init(calendar: SiteCalendar, order: Order = .monthFirst) {
    self.calendar = calendar
    self.order = order
  }

  /// - Returns: `nil` where the field is empty.
  public func date(_ field: String, of record: IntakeRecord) throws(IntakeError) -> CivilDate? {
    guard let text = record.optional(field) else { return nil }
    // Some systems export each date with a midnight.
    guard let date = split(text)?.date else {
      throw record.wrong(field, "is not a date", "Write YYYY-MM-DD or \(orderInWords).")
    }
    return date
  }

  /// A time without an offset is local; a date alone is its first instant.
  /// - Returns: `nil` where the field is empty.
  public func time(_ field: String, of record: IntakeRecord) throws(IntakeError) -> WallTime? {
    guard let text = record.optional(field) else { return nil }
    guard let time = time(text) else {
      throw record.wrong(
        field, "is not a time", "Write YYYY-MM-DDTHH:MM:SS with an offset such as -08:00.")
    }
    return time
  }

  private var orderInWords: String { order == .monthFirst ? "MM/DD/YYYY" : "DD/MM/YYYY" }

  func time(_ text: String) -> WallTime? {
    if let time = WallTime(iso8601: text) { return time }
    guard let (date, rest) = split(text) else { return nil }
    guard !rest.isEmpty else { return calendar.time(on: date) }
    guard let clock = Clock(rest) else { return nil }
    if let offset = clock.offset {
      return WallTime(iso8601: "\(date)T\(clock.text)\(offset)")
    }
    return calendar.time(on: date, minute: clock.minute) + .seconds(Int64(clock.second))
  }

  /// The date at the start, and what follows it.
  private func split(_ text: String) -> (date: CivilDate, rest: Substring)? {
    let text = text.replacingOccurrences(of: ",", with: " ")
    let spaced = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard let first = spaced.first else { return nil }
    // A `T` parts date and time only after a date: it is a letter of `OCT` too.
    let head = first.prefix { $0 != "T" }
    let digits = head.prefix { $0.isNumber }
    if digits.count == 12 || digits.count == 14, let date = numeric(head.prefix(8)) {
      return (date, text[head.prefix(8).endIndex...])
    }
    if let date = numeric(head) { return (date, rest(of: text, after: head)) }
    if let date = named(first.split(separator: "-")) { return (date, rest(of: text, after: first)) }
    guard spaced.count >= 3, let date = named(spaced.prefix(3).map { $0 }) else { return nil }
    return (date, rest(of: text, after: spaced[2]))
  }

  private func rest(of text: String, after word: Substring) -> Substring {
    text[word.endIndex...].drop { $0 == " " || $0 == "T" || $0 == "\t" }
  }

  private func numeric(_ text: Substring) -> CivilDate? {
    if let date = CivilDate(text) { return date }
    if text.count == 8, let number = Int(text) {
      return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }
    let parts = text.split(whereSeparator: { "/-.".contains($0) })
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3, parts.count == 3 else { return nil }
    if parts[0].count == 4 {
      return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
    }
    guard parts[2].count == 4 else { return nil }
    let (month, day) = order == .monthFirst ? (numbers[0], numbers[1]) : (numbers[1], numbers[0])
    return CivilDate(year: numbers[2], month: month, day: day)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private func named(_ parts: [Substring]) -> CivilDate? {
    guard parts.count == 3, parts[2].count == 4, let year = Int(parts[2]) else { return nil }
    for (name, number) in [(parts[0], parts[1]), (parts[1], parts[0])] {
      let short = String(name.lowercased().prefix(3))
      if name.allSatisfy(\.isLetter), let month = Self.months.firstIndex(of: short),
        let day = Int(number)
      {
        return CivilDate(year: year, month: month + 1, day: day)
      }
    }
    return nil
  }
}

/// A time of day as it is written.
private struct Clock {
  var hour: Int
  var minutes: Int
  var second: Int
  var offset: String?

  var minute: Int { hour * 60 + minutes }
  var text: String {
    [hour, minutes, second].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  init?(_ text: Substring) {
    var rest = text.uppercased().filter { $0 != " " }[...]
    var half: Int?
    for (mark, hours) in [("AM", 0), ("PM", 12)] where rest.hasSuffix(mark) {
      half = hours
      rest = rest.dropLast(2)
    }
    if let start = rest.firstIndex(where: { "+-Z".contains($0) }) {
      offset = String(rest[start...])
      if let written = offset, written.count == 5, written.dropFirst().allSatisfy(\.isNumber) {
        offset = "\(written.prefix(3)):\(written.suffix(2))"
      }
      rest = rest[..<start]
    }
    var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    if parts.count == 1, parts[0].count == 4 {
      parts = [String(parts[0].prefix(2)), String(parts[0].suffix(2))]
    } else if parts.count == 1, parts[0].prefix(while: { $0 != "." }).count == 6 {
      let digits = parts[0]
      parts = [digits.prefix(2), digits.dropFirst(2).prefix(2), digits.dropFirst(4)]
        .map(String.init)
    }
    guard (2...3).contains(parts.count) else { return nil }
    let whole = parts.enumerated().map { $0 == 2 ? $1.prefix(while: { $0 != "." }) : $1[...] }
    guard whole.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }),
      let hour = Int(whole[0]), let minutes = Int(whole[1]), (0..<60).contains(minutes)
    else { return nil }
    let second = whole.count > 2 ? Int(whole[2]) ?? 60 : 0
    guard (0..<60).contains(second), (0..<24).contains(hour) else { return nil }
    if let half {
      guard (1...12).contains(hour) else { return nil }
      self.hour = hour % 12 + half
    } else {
      self.hour = hour
    }
    self.minutes = minutes
    self.second = second
  }
}
