/// The places of the bits that are set, from the lowest upwards: how a set that is kept in bits is
/// gone through.
@frozen
public struct SetBits: Sequence, IteratorProtocol, Sendable {
  @usableFromInline var rest: UInt64

  @inlinable init(_ bits: UInt64) { rest = bits }

  @inlinable public mutating func next() -> Int? {
    guard rest != 0 else { return nil }
    defer { rest &= rest - 1 }
    return rest.trailingZeroBitCount
  }
}
