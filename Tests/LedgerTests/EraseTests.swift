import GRDB
import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Erasing a message destroys its content and nothing else")
struct EraseTests {
  let folder: LedgerFolder
  let marker = "content-that-must-go"

  init() throws { folder = try LedgerFolder() }

  /// Small and large content between neighbours, so that pages are shared and overflow.
  private func fill(_ ledger: Ledger) throws {
    for number in 1...40 {
      let size = number % 2 == 0 ? 1 : 300
      let text = number == 20 || number == 21 ? marker : "kept-\(number)-"
      try ledger.commit([
        .accepted(
          Sample.message(number, of: .numbered(1), text: String(repeating: text, count: size))),
        .part(Sample.part(number, .held, of: .numbered(1))),
      ])
    }
  }

  private let erasure: [JournalEntry] = [
    .erase(.numbered(20)), .erase(.numbered(21)), .part(Sample.part(20, .expired)),
    .part(Sample.part(21, .expired)),
  ]

  private func expectErased(_ ledger: Ledger) throws {
    let facts = try ledger.facts { $0.named = [.numbered(19), .numbered(20)] }
    var bare = Sample.message(20, of: .numbered(1))
    for index in bare.message.segments.indices { bare.message.segments[index].fields = [] }
    #expect(facts.messages[.numbered(20)] == bare)
    #expect(facts.parts[.numbered(20)]?.map(\.fate) == [.expired])
    #expect(
      facts.messages[.numbered(19)]?.message.segments[0].first("last-name")
        == .text(String(repeating: "kept-19-", count: 300)))
  }

  @Test("while it still stands in the write-ahead log")
  func fromLog() throws {
    let ledger = try folder.open()
    try fill(ledger)
    #expect(try folder.holds(marker))
    try ledger.commit(erasure)
    #expect(try !folder.holds(marker))
    try expectErased(ledger)
  }

  @Test("after it went into the database file")
  func fromDatabase() throws {
    try fill(folder.open())
    let ledger = try folder.open()
    #expect(try folder.holds(marker))
    try ledger.commit(erasure)
    #expect(try !folder.holds(marker))
    try expectErased(ledger)
  }

  @Test("at the next turn or start, where a reader's snapshot still needed it")
  func behindReader() throws {
    let ledger = try folder.open()
    try fill(ledger)
    var configuration = Configuration()
    configuration.readonly = true
    let reader = try DatabaseQueue(path: folder.path, configuration: configuration)
    try reader.read { database in
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM payload")
      try ledger.commit(erasure)
      #expect(try folder.holds(marker))
      let killed = try folder.asKilled()
      #expect(try killed.holds(marker))
      let revived = try killed.open()
      #expect(try !killed.holds(marker))
      try expectErased(revived)
    }
    try ledger.commit([.submitted(Sample.source, .data, through: 1)])
    #expect(try !folder.holds(marker))
  }
}
