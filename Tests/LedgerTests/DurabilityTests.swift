import Foundation
import GRDB
import HubModel
import Ledger
import RouterCore
import Testing

@Suite("What was committed is kept, and only that")
struct DurabilityTests {
  let folder: LedgerFolder

  init() throws { folder = try LedgerFolder() }

  private func turn(_ number: Int) -> [JournalEntry] {
    [
      .accepted(Sample.message(number, of: .numbered(1))),
      .part(Sample.part(number, .released, of: .numbered(1), number: UInt64(number))),
      .submitted(Sample.source, .data, through: UInt64(number)),
      .timer(.lapse(.numbered(number)), due: .after(Int64(number)), count: number),
      .audit(Sample.audit(.released, number)),
    ]
  }

  private func everything(_ ledger: Ledger) throws -> Facts {
    try ledger.facts(dueBy: .after(100)) {
      $0.named = Set((1...20).map { .numbered($0) })
      $0.sources = [Sample.source]
    }
  }

  @Test("A ledger opened again has the same incarnation, lanes and facts")
  func reopening() throws {
    let first = try folder.open()
    for number in 1...5 { try first.commit(turn(number)) }
    let (recovered, facts) = (try first.recover(), try everything(first))
    #expect(recovered.lanes[.provider]?.window.count == 5)
    #expect(recovered.nextDue == .after(1))
    #expect(recovered.incarnation.text.utf8.count == 32)
    first.close()
    let second = try folder.open()
    #expect(try second.recover() == recovered)
    #expect(try everything(second) == facts)
  }

  @Test("Two ledgers never share an incarnation")
  func incarnations() throws {
    let other = try LedgerFolder()
    #expect(try folder.open().recover().incarnation != other.open().recover().incarnation)
  }

  @Test("After a kill at any turn, all turns committed before it are there, and it alone is not")
  func killed() throws {
    let ledger = try folder.open()
    for number in 1...8 {
      try ledger.commit(turn(number))
      let expected = (try ledger.recover(), try everything(ledger))
      let left = try folder.asKilled()
      let revived = try left.open()
      #expect(try revived.recover() == expected.0)
      #expect(try everything(revived) == expected.1)
      try revived.commit(turn(number + 1))
    }
  }

  @Test("A torn end of the write-ahead log costs no earlier turn")
  func tornTail() throws {
    let ledger = try folder.open()
    for number in 1...4 { try ledger.commit(turn(number)) }
    let expected = try everything(ledger)
    let left = try folder.asKilled()
    try ledger.commit(turn(5))
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path + "-wal"))
    let before = try Data(contentsOf: URL(fileURLWithPath: left.path + "-wal")).count
    try #require(whole.count > before + 1)
    // All of the fifth turn's frames but the last byte: its commit never finished.
    try whole.dropLast().write(to: URL(fileURLWithPath: left.path + "-wal"))
    #expect(try everything(left.open()) == expected)
  }

  @Test("A frame that changed after its flush stops the start; nothing committed is left out")
  func changedFrame() throws {
    let ledger = try folder.open()
    for number in 1...4 { try ledger.commit(turn(number)) }
    let left = try folder.asKilled()
    let log = URL(fileURLWithPath: left.path + "-wal")
    let whole = try [UInt8](Data(contentsOf: log))
    let frame = 8_192 + 24
    let frames = (whole.count - 32) / frame
    try #require(frames > 8)
    // In the header, in a frame's page, its checksum, its salts, its length of a commit.
    for place in [17, 32 + 500, 32 + 20, 32 + 10, 32 + 5, 32 + frame * 3 + 24 + 8_000] {
      var bytes = whole
      bytes[place] ^= 4
      try Data(bytes).write(to: log)
      #expect(kind { try left.open() } == .damaged, "byte \(place)")
    }
    try Data(whole).write(to: log)
    #expect(try everything(left.open()) == everything(ledger))
  }

  @Test("Every commit is flushed: the log is written ahead and synchronised in full")
  func settings() throws {
    let ledger = try folder.open()
    #expect(try ledger.settings() == Ledger.Settings(journal: "wal", synchronous: 2))
  }

  @Test("A failed commit leaves nothing of its turn, and stops the ledger")
  func failedCommit() throws {
    var ledger = try folder.open()
    try ledger.commit(turn(1))
    let expected = (try ledger.recover(), try everything(ledger))
    ledger.close()
    try sabotage(
      "CREATE TRIGGER sabotage BEFORE INSERT ON timer BEGIN SELECT RAISE(ABORT, 'no'); END")
    ledger = try folder.open()
    #expect(kind { try ledger.commit(turn(2)) } == .storage)
    #expect(kind { try ledger.commit([.acknowledged(.provider, through: 1)]) } == .stopped)
    #expect(kind { try ledger.facts() } == .stopped)
    #expect(kind { try ledger.recover() } == .stopped)
    ledger.close()
    try sabotage("DROP TRIGGER sabotage")
    ledger = try folder.open()
    #expect(try ledger.recover() == expected.0)
    #expect(try everything(ledger) == expected.1)
    // The log goes on without a gap.
    try ledger.commit(turn(2))
  }

  @Test("A message id that is taken is refused, never overwritten")
  func duplicates() throws {
    let ledger = try folder.open()
    try ledger.commit([.accepted(Sample.message(1, text: "first"))])
    #expect(kind { try ledger.commit([.accepted(Sample.message(1, text: "second"))]) } == .storage)
  }

  @Test("An error names what was done and SQLite's code, and nothing that was written")
  func redaction() throws {
    let ledger = try folder.open()
    let entry = JournalEntry.accepted(Sample.message(1, of: .numbered(1), text: "Roe"))
    try ledger.commit([entry])
    let error = #expect(throws: LedgerError.self) { try ledger.commit([entry]) }
    #expect(error?.operation == "write message")
    #expect(error?.code == 1_555)
    let text = error.map { "\($0)" } ?? ""
    #expect(!text.contains("Roe") && !text.contains(MessageID.numbered(1).description))
  }

  private func sabotage(_ sql: String) throws {
    try DatabaseQueue(path: folder.path).write { try $0.execute(sql: sql) }
  }
}

@Suite("Opening a ledger")
struct OpeningTests {
  let folder: LedgerFolder

  init() throws { folder = try LedgerFolder() }

  private func alter(_ sql: String) throws {
    try DatabaseQueue(path: folder.path).write { try $0.execute(sql: sql) }
  }

  @Test("A second opener is refused while the first has it, and not after")
  func secondOpener() throws {
    let first = try folder.open()
    #expect(kind { try folder.open() } == .inUse)
    try first.commit([.submitted(Sample.source, .data, through: 1)])
    first.close()
    #expect(kind { try first.recover() } == .stopped)
    let second = try folder.open()
    #expect(try second.facts { $0.sources = [Sample.source] }.sources.count == 1)
  }

  @Test("A ledger of a newer program is refused and left as it is")
  func newer() throws {
    try folder.open().close()
    try alter("INSERT INTO grdb_migrations VALUES ('9999')")
    #expect(kind { try folder.open() } == .newer)
    #expect(kind { try LedgerReader(at: folder.path) } == .newer)
  }

  @Test("A file that is no ledger is refused and left as it is")
  func foreign() throws {
    try alter("CREATE TABLE other (x)")
    #expect(kind { try folder.open() } == .foreign)
    let text = try LedgerFolder()
    try Data(String(repeating: "not a database ", count: 500).utf8)
      .write(to: URL(fileURLWithPath: text.path))
    #expect(kind { try text.open() } == .foreign)
  }

  @Test("A folder that is not there is said to be the storage's fault")
  func noFolder() throws {
    let keys = try folder.keys()
    #expect(kind { try Ledger(at: folder.path + "/missing/ledger.sqlite", keys: keys) } == .storage)
  }

  @Test("Its files are readable by their owner alone, whatever they were before")
  func permissions() throws {
    try folder.open().close()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: folder.path)
    let ledger = try folder.open()
    try ledger.commit([.submitted(Sample.source, .data, through: 1)])
    for suffix in ["", "-wal", "-shm", ".lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + suffix)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
    #expect(try ledger.freeBytes() > 0)
  }
}
