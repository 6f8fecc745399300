import Foundation
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

  /// The stored bytes of the content, and, inside them, what only the message's own key opens.
  private func stored(_ number: Int) throws -> [UInt8] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: folder.path, configuration: configuration).read { database in
      let body = try Data.fetchOne(
        database,
        sql: "SELECT body FROM payload WHERE id = (SELECT payload FROM message WHERE id = ?)",
        arguments: [Data(MessageID.numbered(number).bytes)])
      return [UInt8](try #require(body).suffix(32))
    }
  }

  private let erasure: [JournalEntry] = [
    .erase(.numbered(20)), .erase(.numbered(21)), .part(Sample.part(20, .expired)),
    .part(Sample.part(21, .expired)),
  ]

  private func expectErased(_ ledger: Ledger) throws {
    let facts = try ledger.facts { $0.named = [.numbered(19), .numbered(20)] }
    var bare = Sample.message(20, of: .numbered(1))
    bare.message.segments = []
    bare.message.participant = nil
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
    let stored = try (20...21).map(stored)
    #expect(try stored.allSatisfy { try folder.holds($0) })
    try ledger.commit(erasure)
    #expect(try stored.allSatisfy { try !folder.holds($0) })
    try expectErased(ledger)
  }

  @Test("after it went into the database file")
  func fromDatabase() throws {
    try fill(folder.open())
    let ledger = try folder.open()
    let stored = try (20...21).map(stored)
    #expect(try stored.allSatisfy { try folder.holds($0) })
    try ledger.commit(erasure)
    #expect(try stored.allSatisfy { try !folder.holds($0) })
    try expectErased(ledger)
  }

  @Test("at the next turn or start, where a reader's snapshot still needed it")
  func behindReader() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let stored = try stored(20)
    var configuration = Configuration()
    configuration.readonly = true
    let reader = try DatabaseQueue(path: folder.path, configuration: configuration)
    try reader.read { database in
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM payload")
      try ledger.commit(erasure)
      #expect(try folder.holds(stored))
      let killed = try folder.asKilled()
      #expect(try killed.holds(stored))
      let revived = try killed.open()
      #expect(try !killed.holds(stored))
      try expectErased(revived)
    }
    try ledger.commit([.submitted(Sample.source, .data, through: 1)])
    #expect(try !folder.holds(stored))
  }
}
