/// Words of one vocabulary of at most 64 in the order in which they were found, each once.
///
/// Kept within itself: a decision collects its reasons in several of these, and an array would ask
/// for memory for each.
public struct WordList<Word: CaseHashed>: Sendable {
  /// The numbers of the words; what is behind the last counts for nothing.
  @usableFromInline var ordinals = InlineArray<64, UInt8>(repeating: 0)
  @usableFromInline var known = WordSet<Word>()

  @inlinable public init() {}

  @inlinable public init(_ words: some Sequence<Word>) { append(contentsOf: words) }

  /// Puts the word at the end, where it is not there already.
  @inlinable
  public mutating func append(_ word: Word) {
    let end = known.count
    guard known.insert(word).inserted else { return }
    ordinals[end] = word.ordinal
  }

  @inlinable
  public mutating func append(contentsOf words: some Sequence<Word>) {
    for word in words { append(word) }
  }

  @inlinable public func contains(_ word: Word) -> Bool { known.contains(word) }

  /// These, and behind them those of the other that are not among them.
  @inlinable
  public static func + (one: Self, other: Self) -> Self {
    var both = one
    both.append(contentsOf: other)
    return both
  }
}

extension WordList: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { known.count }

  @inlinable
  public subscript(place: Int) -> Word {
    precondition(place >= 0 && place < known.count, "no word at that place")
    return Word.of(ordinal: ordinals[place])
  }
}

extension WordList: Equatable {
  @inlinable public static func == (one: Self, other: Self) -> Bool { one.elementsEqual(other) }
}

extension WordList: ExpressibleByArrayLiteral {
  @inlinable public init(arrayLiteral words: Word...) { self.init(words) }
}

extension WordList: CustomStringConvertible {
  public var description: String { "\(Array(self))" }
}
