/// W3C trace context: the header `traceparent`, by which the logs of several systems are joined.
///
/// The trace of a message is the message's own: its trace id is the message's id, which is made at
/// random and derived from nobody. So nothing needs to be carried beside the id, and nobody outside
/// can put a word into it. What a caller's own `traceparent` said stays at the agency that was
/// called, beside the ids of the messages that came of it.
public struct TraceContext: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64
  /// The operation that this one belongs to; never 0.
  public let parent: UInt64
  public let isSampled: Bool

  private init?(_ high: UInt64, _ low: UInt64, parent: UInt64, isSampled: Bool) {
    // All zeros are no id (W3C Trace Context, 3.2.2.3 and 3.2.2.4).
    guard high != 0 || low != 0, parent != 0 else { return nil }
    (self.high, self.low, self.parent, self.isSampled) = (high, low, parent, isSampled)
  }

  /// The trace of a message.
  /// - Parameter parent: the operation; without it the making of the message itself, whose id is
  ///   the random half of the message's.
  /// - Returns: `nil` for an id of zeros, which no message has.
  public init?(of id: MessageID, parent: UInt64? = nil) {
    self.init(id.high, id.low, parent: parent ?? id.low, isSampled: true)
  }

  /// A trace of its own, of random numbers.
  public init?(random: (UInt64, UInt64), parent: UInt64) {
    self.init(random.0, random.1, parent: parent, isSampled: true)
  }

  /// Reads the header as the standard says: lower-case hexadecimal digits, version `00` exactly, of
  /// a later version what `00` has. Of the flags the one is read that `00` defines.
  /// - Returns: `nil` where the header is not valid: then it counts as not there.
  public init?(header: some StringProtocol) {
    let bytes = Array(header.utf8.prefix(Self.length + 1))
    guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash,
      bytes[52] == Self.dash,
      let version = Self.number(bytes[0..<2]), version != 0xff,
      bytes.count == Self.length || (version > 0 && bytes[Self.length] == Self.dash),
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
      let parent = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55])
    else { return nil }
    self.init(high, low, parent: parent, isSampled: flags & 1 == 1)
  }

  /// Of a header of version `00`, in bytes.
  private static let length = 55
  private static let dash = UInt8(ascii: "-")

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: number = number << 4 | UInt64(digit - 0x30)
      case 0x61...0x66: number = number << 4 | UInt64(digit - 0x57)
      default: return nil
      }
    }
    return number
  }

  /// 32 hexadecimal digits.
  public var traceID: String { MessageID(high: high, low: low).description }

  /// The header, of version `00`.
  public var description: String {
    let parent = withUnsafeBytes(of: parent.bigEndian) { Hex.encode($0) }
    return "00-" + traceID + "-" + parent + (isSampled ? "-01" : "-00")
  }
}
