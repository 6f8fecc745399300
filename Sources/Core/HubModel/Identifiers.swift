/// A name that travels between agencies: 1 to 63 bytes of `a-z`, `0-9` and `-`.
///
/// Being ASCII by construction, two identifiers are equal exactly when their bytes are; Swift's
/// canonical equivalence of strings never comes into it. The tag keeps kinds apart.
public struct Identifier<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// Returns `nil` where the text is not an identifier.
  @inlinable
  public init?(_ text: some StringProtocol) {
    guard Limits.identifierBytes.contains(text.utf8.count) else { return nil }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        continue
      default: return nil
      }
    }
    self.text = String(text)
  }

  public var description: String { text }

  public static func < (left: Self, right: Self) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

public enum AgencyTag {}
public enum ProgramTag {}
public enum AliasTag {}
public enum RoiTag {}
public enum CaseTag {}
public enum IncarnationTag {}
public enum FingerprintTag {}

/// An agency of the program, as the registry names it.
public typealias AgencyID = Identifier<AgencyTag>
/// A LEAD program; a router may serve several.
public typealias ProgramID = Identifier<ProgramTag>
/// A participant as *one* agency knows them. The router alone can tell whose aliases belong
/// together, so two agencies cannot join their records by it.
public typealias ParticipantAlias = Identifier<AliasTag>
/// A release of information, named by the agency that captured it.
public typealias RoiID = Identifier<RoiTag>
/// One referral and all that follows from it (hold, hand-off); named by the referring agency.
public typealias CaseID = Identifier<CaseTag>
/// One life of a store: a ledger or an adapter's spool. A restore opens a new one, so that numbers
/// from before and after can never be mistaken for each other.
public typealias Incarnation = Identifier<IncarnationTag>
/// The fingerprint that covers an agency key's CURVE and signing halves together.
public typealias KeyFingerprint = Identifier<FingerprintTag>

extension Identifier where Tag == AgencyTag {
  /// The hub itself, as the source of what its own clocks and outcomes say.
  public static var hub: AgencyID { AgencyID("hub")! }
}

/// A message's id: 128 bits, the first 48 of them Unix milliseconds, so ids sort by time.
public struct MessageID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A time-ordered id: 48 bits of `time`, then 80 bits of `random`.
  public init(at time: WallTime, random: (UInt64, UInt64)) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xffff_ffff_ffff
    self.init(high: milliseconds << 16 | (random.0 & 0xffff), low: random.1)
  }

  /// An id that is larger by `step`, so that ids made within one millisecond keep their order too.
  public func advanced(by step: UInt32) -> MessageID {
    let (sum, carries) = low.addingReportingOverflow(UInt64(step))
    return MessageID(high: carries ? high &+ 1 : high, low: sum)
  }

  /// Reads 16 bytes, most significant first.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if index < 8 { words.0 = words.0 << 8 | UInt64(byte) }
      else { words.1 = words.1 << 8 | UInt64(byte) }
    }
    self.init(high: words.0, low: words.1)
  }

  /// Reads 32 lower-case hexadecimal digits.
  public init?(_ text: some StringProtocol) {
    guard let bytes = Hex.decode(text) else { return nil }
    self.init(bytes: bytes)
  }

  public var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { [UInt8]($0) }
  }

  public var description: String { Hex.encode(bytes) }

  public static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

/// A participant inside the router: random, never sent to anyone.
public struct ParticipantID: Hashable, Comparable, Sendable {
  public let value: MessageID
  public init(_ value: MessageID) { self.value = value }
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Lower-case hexadecimal text.
public enum Hex {
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func digit(_ half: UInt8) -> UInt8 {
    half + (half < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }

  /// Returns `nil` for an odd length or anything but `0-9a-f`.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var half: UInt8?
    for character in text.utf8 {
      let nibble: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = half {
        bytes.append(first << 4 | nibble)
        half = nil
      } else {
        half = nibble
      }
    }
    return half == nil ? bytes : nil
  }
}

extension Identifier: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let identifier = Identifier(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an identifier"))
    }
    self = identifier
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
