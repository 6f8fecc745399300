import HubModel

/// Times as RFC 3339 writes them: `2025-11-20T16:00:00.123Z` on the way out, any offset on the way
/// in. Milliseconds are kept; a finer fraction is cut.
enum RFC3339 {
  static func text(of time: WallTime) -> String {
    let day = floorDivision(time.milliseconds, 86_400_000)
    let rest = time.milliseconds - day * 86_400_000
    let seconds = rest / 1_000
    let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    let fraction = rest % 1_000 == 0 ? "" : "." + padded(rest % 1_000, 3)
    return "\(CivilDate(day: Int(day)))T\(clock.joined(separator: ":"))\(fraction)Z"
  }

  /// `nil` where the text is no such time, or outside the years 1 to 9999.
  static func time(of text: String) -> WallTime? {
    var rest = Array(text.utf8)[...]
    guard rest.count >= 20, let date = CivilDate(digits: rest.prefix(10)) else { return nil }
    rest = rest.dropFirst(10)
    guard let separator = rest.popFirst(), separator | 0x20 == UInt8(ascii: "t"),
      let hour = number(&rest, through: 23), take(&rest, ":"),
      let minute = number(&rest, through: 59), take(&rest, ":"),
      let second = number(&rest, through: 59),
      let fraction = milliseconds(&rest), let offset = offsetMinutes(&rest), rest.isEmpty
    else { return nil }
    let minutes = Int64(date.day) * 1_440 + hour * 60 + minute - offset
    let time = (minutes * 60 + second) * 1_000 + fraction
    return WireBounds.milliseconds.contains(time) ? WallTime(milliseconds: time) : nil
  }

  private static func take(_ rest: inout ArraySlice<UInt8>, _ byte: Unicode.Scalar) -> Bool {
    rest.popFirst() == UInt8(ascii: byte)
  }

  private static func digit(_ byte: UInt8?) -> Int64? {
    guard let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    return Int64(byte - UInt8(ascii: "0"))
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, through limit: Int64) -> Int64? {
    guard let tens = digit(rest.popFirst()), let ones = digit(rest.popFirst()),
      tens * 10 + ones <= limit
    else { return nil }
    return tens * 10 + ones
  }

  private static func milliseconds(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    rest.removeFirst()
    guard digit(rest.first) != nil else { return nil }
    var value: Int64 = 0
    var weight: Int64 = 100
    while let next = digit(rest.first) {
      value += next * weight
      weight /= 10
      rest.removeFirst()
    }
    return value
  }

  private static func offsetMinutes(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard let sign = rest.popFirst() else { return nil }
    if sign | 0x20 == UInt8(ascii: "z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let hours = number(&rest, through: 23), take(&rest, ":"),
      let minutes = number(&rest, through: 59)
    else { return nil }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value - divisor + 1) / divisor
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
