/// A set of words of one vocabulary of at most 64, kept as one bit for each.
///
/// A release says in several sets what it covers, and a decision looks into those of all releases:
/// as bits they cost neither a hash nor a visit to memory of their own. Its words come in the
/// order of their declaration, so whatever is written from it is the same each time.
@frozen
public struct WordSet<Word: CaseHashed>: SetAlgebra, Sequence, Hashable, Sendable {
  @usableFromInline var bits: UInt64

  @inlinable init(bits: UInt64) { self.bits = bits }

  @inlinable public init() { bits = 0 }

  @inlinable public init(_ words: some Sequence<Word>) {
    bits = words.reduce(0) { $0 | Self.bit($1) }
  }

  @inlinable public init(arrayLiteral words: Word...) { self.init(words) }

  public static var all: Self { Self(Word.allCases) }

  @inlinable static func bit(_ word: Word) -> UInt64 { 1 << UInt64(word.ordinal) }

  @inlinable public var isEmpty: Bool { bits == 0 }
  @inlinable public var count: Int { bits.nonzeroBitCount }
  @inlinable public var underestimatedCount: Int { count }

  /// The one that is declared first.
  @inlinable public var first: Word? {
    var words = makeIterator()
    return words.next()
  }

  @inlinable public func contains(_ word: Word) -> Bool { bits & Self.bit(word) != 0 }

  @discardableResult
  @inlinable
  public mutating func insert(_ word: Word) -> (inserted: Bool, memberAfterInsert: Word) {
    let isNew = !contains(word)
    bits |= Self.bit(word)
    return (isNew, word)
  }

  @discardableResult
  @inlinable
  public mutating func update(with word: Word) -> Word? {
    insert(word).inserted ? nil : word
  }

  @discardableResult
  @inlinable
  public mutating func remove(_ word: Word) -> Word? {
    guard contains(word) else { return nil }
    bits &= ~Self.bit(word)
    return word
  }

  @inlinable public func union(_ other: Self) -> Self { Self(bits: bits | other.bits) }
  @inlinable public func intersection(_ other: Self) -> Self { Self(bits: bits & other.bits) }
  @inlinable public func symmetricDifference(_ other: Self) -> Self {
    Self(bits: bits ^ other.bits)
  }
  @inlinable public mutating func formUnion(_ other: Self) { bits |= other.bits }
  @inlinable public mutating func formIntersection(_ other: Self) { bits &= other.bits }
  @inlinable public mutating func formSymmetricDifference(_ other: Self) { bits ^= other.bits }
  @inlinable public func isSubset(of other: Self) -> Bool { bits & ~other.bits == 0 }
  @inlinable public func isDisjoint(with other: Self) -> Bool { bits & other.bits == 0 }

  @inlinable public func makeIterator() -> Iterator { Iterator(places: SetBits(bits)) }

  /// The words in the order of their declaration.
  @frozen
  public struct Iterator: IteratorProtocol, Sendable {
    @usableFromInline var places: SetBits

    @inlinable init(places: SetBits) { self.places = places }

    @inlinable public mutating func next() -> Word? {
      // A bit is set for a word alone, so its place is the number of a case.
      places.next().map { Word.of(ordinal: UInt8(truncatingIfNeeded: $0)) }
    }
  }
}
