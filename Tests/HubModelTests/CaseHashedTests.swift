import HubModel
import Testing

@Suite("Words are hashed by their case")
struct CaseHashedTests {
  private func isTold<Word: CaseHashed & CaseIterable & RawRepresentable>(_ type: Word.Type) -> Bool
  where Word.RawValue == String {
    let all = Array(Word.allCases)
    let set = Set(all)
    let read = all.compactMap { Word(rawValue: $0.rawValue) }
    return set.count == all.count && read.count == all.count && read.allSatisfy(set.contains)
      && read.map(\.hashValue) == all.map(\.hashValue) && Set(all.map(\.hashValue)).count > 1
  }

  @Test("Each word is found in a set again, and no other is taken for it")
  func everyVocabulary() {
    #expect(isTold(Topic.self))
    #expect(isTold(Role.self))
    #expect(isTold(Purpose.self))
    #expect(isTold(InformationCategory.self))
    #expect(isTold(SensitivityLabel.self))
    #expect(isTold(Fate.self))
  }
}
