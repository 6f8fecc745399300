/// A word of the vocabulary that is hashed by its case.
///
/// The standard library hashes a case by its raw value. These have text for one, and stand in the
/// sets and tables that every decision looks into: hashing their text was a tenth of a decision.
public protocol CaseHashed: Hashable {}

extension CaseHashed where Self: RawRepresentable, RawValue: Hashable {
  @inlinable
  public func hash(into hasher: inout Hasher) {
    // A case without a payload is its number, and nothing else.
    withUnsafeBytes(of: self) { hasher.combine(bytes: $0) }
  }
}
