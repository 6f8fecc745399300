/// Where one part of one message stands for one recipient.
public enum Fate: String, CaseHashed {
  /// Permitted when last decided; waits for the recipient.
  case pending
  /// Waits in escrow for a release that covers it.
  case held
  /// Handed to the transport, not yet acknowledged: already a disclosure.
  case released
  // Final fates:
  case delivered
  /// Delivered, and set aside by the adapter that could not apply it.
  case quarantined
  case withheld
  /// The escrow's deadline passed and the sender was told.
  case returned
  /// The escrow's deadline passed; what waited was destroyed.
  case expired
  case shredded

  public var isFinal: Bool {
    switch self {
    case .pending, .held, .released: false
    case .delivered, .quarantined, .withheld, .returned, .expired, .shredded: true
    }
  }
}

/// Names one part of one message for one recipient. A part is the set of segments that are
/// released together; parts of a message are numbered from 0 for each recipient.
public struct PartKey: Hashable, Comparable, Sendable {
  public let message: MessageID
  public let recipient: AgencyID
  public let part: UInt16
  public init(message: MessageID, recipient: AgencyID, part: UInt16) {
    self.message = message
    self.recipient = recipient
    self.part = part
  }
  public static func < (left: Self, right: Self) -> Bool {
    if left.message != right.message { return left.message < right.message }
    if left.recipient != right.recipient { return left.recipient < right.recipient }
    return left.part < right.part
  }
}

/// A set of a message's segments, by index.
@frozen
public struct SegmentSet: Sequence, Hashable, Sendable {
  public private(set) var bits: UInt32
  public init(bits: UInt32) { self.bits = bits }
  public init(_ indexes: some Sequence<Int>) {
    bits = 0
    for index in indexes { bits |= 1 << UInt32(index) }
  }
  public var isEmpty: Bool { bits == 0 }
  /// The lowest.
  public var first: Int? { isEmpty ? nil : bits.trailingZeroBitCount }

  /// From the lowest upwards.
  @inlinable public func makeIterator() -> SetBits { SetBits(UInt64(bits)) }

  public func contains(_ index: Int) -> Bool { bits & (1 << UInt32(index)) != 0 }
  public func isDisjoint(with other: SegmentSet) -> Bool { bits & other.bits == 0 }
  public mutating func insert(_ index: Int) { bits |= 1 << UInt32(index) }
  public mutating func formUnion(_ other: SegmentSet) { bits |= other.bits }
  public static func all(of count: Int) -> SegmentSet { SegmentSet(0..<count) }
}
