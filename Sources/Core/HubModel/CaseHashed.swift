/// A word of the vocabulary that stands for its case alone.
///
/// The standard library hashes a case by its raw value. These have text for one, and stand in the
/// sets and tables that every decision looks into: hashing their text was a tenth of a decision.
public protocol CaseHashed: Hashable, CaseIterable, Sendable {}

extension CaseHashed {
  /// The case's place in its declaration, from 0. An enumeration of 2 to 256 cases without payload
  /// is stored as that number, and as nothing else.
  @inlinable public var ordinal: UInt8 { unsafeBitCast(self, to: UInt8.self) }

  /// The case whose ``ordinal`` that is. Only for numbers that came from a case.
  @inlinable static func of(ordinal: UInt8) -> Self { unsafeBitCast(ordinal, to: Self.self) }
}

extension CaseHashed where Self: RawRepresentable, RawValue: Hashable {
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(ordinal) }
}
