import Testing

@testable import HubModel

/// A set of words is held to what the standard library's set of the same words says.
@Suite("Sets of words are sets")
struct WordSetTests {
  @Test("Each case's place in its declaration is its number, and at most 64 fit")
  func ordinals() {
    func areTold<Word: CaseHashed>(_ type: Word.Type) -> Bool {
      Word.allCases.enumerated().allSatisfy { $0.element.ordinal == $0.offset }
    }
    #expect(areTold(SensitivityLabel.self))
    #expect(areTold(InformationCategory.self))
    #expect(areTold(Purpose.self))
    #expect(areTold(Role.self))
    #expect(areTold(Topic.self))
    #expect(areTold(Fate.self))
    #expect(SensitivityLabel.allCases.count <= 64 && InformationCategory.allCases.count <= 64)
    #expect(Purpose.allCases.count <= 64 && Role.allCases.count <= 64)
    #expect(Topic.allCases.count <= 64)
  }

  @Test("Every two sets of labels are compared and combined as sets are")
  func everyTwo() {
    let all = Self.everySet(of: SensitivityLabel.self)
    #expect(all.count == 32)
    for one in all {
      for other in all {
        let (bits, others) = (WordSet(one), WordSet(other))
        #expect(Set(bits.union(others)) == one.union(other))
        #expect(Set(bits.intersection(others)) == one.intersection(other))
        #expect(Set(bits.subtracting(others)) == one.subtracting(other))
        #expect(Set(bits.symmetricDifference(others)) == one.symmetricDifference(other))
        #expect(bits.isSubset(of: others) == one.isSubset(of: other))
        #expect(bits.isSuperset(of: others) == one.isSuperset(of: other))
        #expect(bits.isDisjoint(with: others) == one.isDisjoint(with: other))
        #expect((bits == others) == (one == other))
        var changed = (bits, bits, bits)
        changed.0.formUnion(others)
        changed.1.formIntersection(others)
        changed.2.formSymmetricDifference(others)
        #expect(changed.0 == bits.union(others) && changed.1 == bits.intersection(others))
        #expect(changed.2 == bits.symmetricDifference(others))
      }
    }
  }

  @Test("Words go in and out one by one")
  func members() {
    for start in Self.everySet(of: SensitivityLabel.self) {
      for word in SensitivityLabel.allCases {
        var (bits, set) = (WordSet(start), start)
        #expect(bits.contains(word) == set.contains(word))
        #expect(bits.insert(word).inserted == set.insert(word).inserted)
        #expect(bits.contains(word) && Set(bits) == set && bits.count == set.count)
        #expect(bits.update(with: word) == word)
        #expect(bits.remove(word) == set.remove(word) && bits.remove(word) == nil)
        #expect(Set(bits) == set && bits.count == set.count && bits.isEmpty == set.isEmpty)
      }
    }
  }

  @Test("The words come in the order of their declaration, whatever the order they were put in")
  func order() {
    let topics: WordSet<Topic> = [.void, .outcome, .referralSubmitted, .roiSigned]
    #expect(Array(topics) == [.referralSubmitted, .roiSigned, .outcome, .void])
    #expect(Array(WordSet<Purpose>.all) == Purpose.allCases)
  }

  private static func everySet<Word: CaseHashed>(of type: Word.Type) -> [Set<Word>] {
    Word.allCases.reduce(into: [[]]) { sets, word in sets += sets.map { $0.union([word]) } }
  }
}
