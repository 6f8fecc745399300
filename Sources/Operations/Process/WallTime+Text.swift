public import HubModel

extension WallTime {
  /// The time in UTC, as `2026-11-21T02:10:00Z`, with milliseconds only where there are any.
  public var iso8601: String {
    let milliseconds = ((self.milliseconds % 1_000) + 1_000) % 1_000
    let seconds = (self.milliseconds - milliseconds) / 1_000
    let second = Int(((seconds % 86_400) + 86_400) % 86_400)
    let date = CivilDate(day: Int((seconds - Int64(second)) / 86_400))
    let clock = [second / 3_600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }
      .joined(separator: ":")
    let fraction = milliseconds == 0 ? "" : "." + Self.padded(Int(milliseconds), 3)
    return "\(date)T\(clock)\(fraction)Z"
  }

  /// Reads `2026-11-21T02:10:00Z` or `2026-11-20T18:10:00.250-08:00`; seconds may be left out.
  ///
  /// Returns `nil` for anything else, above all for a time without an offset: nobody can tell
  /// which instant it means.
  public init?(iso8601 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard (17...35).contains(bytes.count), bytes[10] == UInt8(ascii: "T"),
      let date = CivilDate(String(decoding: bytes[..<10], as: UTF8.self))
    else { return nil }
    var reader = DigitReader(bytes: bytes[11...])
    guard let hour = reader.two(through: 23), reader.skip(":"), let minute = reader.two(through: 59)
    else { return nil }
    var second = 0
    var fraction = 0
    if reader.skip(":") {
      guard let read = reader.two(through: 59) else { return nil }
      second = read
      if reader.skip(".") {
        guard let read = reader.milliseconds() else { return nil }
        fraction = read
      }
    }
    guard let offset = reader.offsetMinutes(), reader.isAtEnd else { return nil }
    let minutes = Int64(date.day) * 1_440 + Int64(hour * 60 + minute - offset)
    self.init(milliseconds: (minutes * 60 + Int64(second)) * 1_000 + Int64(fraction))
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

private struct DigitReader {
  var bytes: ArraySlice<UInt8>
  var isAtEnd: Bool { bytes.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = bytes.first, first == UInt8(ascii: character) else { return false }
    bytes.removeFirst()
    return true
  }

  mutating func digit() -> Int? {
    guard let first = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
      return nil
    }
    bytes.removeFirst()
    return Int(first - UInt8(ascii: "0"))
  }

  mutating func two(through largest: Int) -> Int? {
    guard let tens = digit(), let ones = digit(), tens * 10 + ones <= largest else { return nil }
    return tens * 10 + ones
  }

  /// One to nine digits of a second; what is finer than a millisecond is cut off.
  mutating func milliseconds() -> Int? {
    var value = 0
    var count = 0
    while let digit = digit() {
      if count < 3 { value = value * 10 + digit }
      count += 1
    }
    guard (1...9).contains(count) else { return nil }
    for _ in 0..<max(0, 3 - count) { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  mutating func offsetMinutes() -> Int? {
    if skip("Z") { return 0 }
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = two(through: 18) else { return nil }
    _ = skip(":")
    guard let minutes = two(through: 59) else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

extension Span {
  /// The span in its largest whole unit: `14 days`, `72 h`, `5 min`, `90 s`.
  public var words: String {
    let units: [(Int64, String)] = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min")]
    for (size, name) in units where milliseconds != 0 && milliseconds % size == 0 {
      let count = milliseconds / size
      return name == "days" && count == 1 ? "1 day" : "\(count) \(name)"
    }
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
  }

  /// Reads what ``words`` writes; `nil` without a unit, because a bare number could mean any.
  public init?(words text: some StringProtocol) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let count = Int64(parts[0]), (0...10_000_000).contains(count) else {
      return nil
    }
    switch parts[1] {
    case "ms": self = Span(milliseconds: count)
    case "s": self = .seconds(count)
    case "min": self = .minutes(count)
    case "h": self = .hours(count)
    case "day", "days": self = .days(count)
    default: return nil
    }
  }
}
