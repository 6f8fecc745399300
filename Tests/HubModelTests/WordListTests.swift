import HubModel
import Testing

@Suite("Lists of words keep the order in which each was found first")
struct WordListTests {
  @Test("Whatever is put in, in whatever order, stands once and where it came first")
  func order() {
    // Every list of up to five categories, some of them twice.
    let words: [InformationCategory] = [.referral, .hold, .contact, .operational]
    for number in 0..<1_024 {
      let drawn = (0..<5).map { words[number >> (2 * $0) & 3] }.prefix(number % 6)
      var once: [InformationCategory] = []
      for word in drawn where !once.contains(word) { once.append(word) }
      let list = WordList(drawn)
      #expect(Array(list) == once && list.count == once.count && list.first == once.first)
      #expect(words.allSatisfy { list.contains($0) == once.contains($0) })
      #expect(list == WordList(once) && (list == WordList(once.reversed())) == (once.count < 2))
      #expect(list + WordList(words) == WordList(once + words))
    }
  }

  @Test("A list holds every word of its vocabulary")
  func full() {
    #expect(Array(WordList(Topic.allCases.reversed())) == Topic.allCases.reversed())
  }
}

@Suite("What a form prints")
struct FormStatementTests {
  @Test("The statements that rules ask for follow the codes, and a code that none knows is kept")
  func printed() {
    var form = ReleaseOfInformation(
      id: RoiID("r-1")!, kind: .field, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil, statements: ["redisclosure", "of-the-county"])
    #expect(form.printed == [.redisclosure] && form.statements.contains("of-the-county"))
    form.statements.insert(FormStatement.rightToRevoke.rawValue)
    #expect(form.printed == [.rightToRevoke, .redisclosure] && form.statements.count == 3)
    form.statements.remove("redisclosure")
    #expect(form.printed == [.rightToRevoke])
    form.statements = FormStatement.codes
    #expect(form.printed == .all)
  }
}
