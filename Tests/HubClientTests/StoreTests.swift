import Foundation
import GRDB
import HubModel
import Testing

@testable import HubClient

@Suite("Adapter store")
struct StoreTests {
  @Test("The files are their owner's alone, and every commit is flushed")
  func privateAndDurable() throws {
    let site = try TestSite()
    let store = try site.store()
    try store.publish(Sample.data(), role: .behavioralHealth)
    for suffix in ["", "-wal", "-shm"] {
      let path = site.storePath + suffix
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600, "\(suffix)")
    }
    #expect(try store.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    #expect(try store.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
  }

  @Test("Numbers are dense in each sequence and go on after a restart; the source stays")
  func numbers() throws {
    let site = try TestSite()
    var store = try site.store()
    let source = try store.snapshot().source
    for _ in 0..<3 { try store.publish(Sample.data(), role: .behavioralHealth) }
    try store.publish(Sample.control(), role: .behavioralHealth)
    store = try site.store()
    try store.publish(Sample.data(), role: .behavioralHealth)
    #expect(try store.snapshot().source == source)
    #expect(try store.lastSpooled() == BySequence(data: 4, control: 1))
    #expect(try store.batch(of: .data, after: 0, limit: 10).messages.count == 4)
    #expect(try store.batch(of: .control, after: 0, limit: 10).messages.count == 1)
    #expect(try store.batch(of: .data, after: 3, limit: 10).messages.count == 1)
  }

  @Test("What is refused here leaves no hole in the numbers")
  func refusedHere() throws {
    let site = try TestSite()
    let store = try site.store()
    var wrong = Sample.data()
    wrong.caseID = nil
    #expect(throws: Refusal(.caseMissing)) { try store.publish(wrong, role: .behavioralHealth) }
    let message = Sample.data()
    try store.write { database in
      try store.spool(message, role: .behavioralHealth, in: database)
      #expect(throws: Refusal(.duplicateMessage, at: "id")) {
        try store.spool(message, role: .behavioralHealth, in: database)
      }
      try store.spool(Sample.data(), role: .behavioralHealth, in: database)
    }
    let batch = try store.batch(of: .data, after: 0, limit: 10)
    #expect(batch.messages.count == 2)
    #expect(!batch.isBroken)
  }

  @Test("A message is spooled with what else its transaction writes, or not at all")
  func oneTransaction() throws {
    struct Unwilling: Error {}
    let site = try TestSite()
    let store = try site.store()
    #expect(throws: Unwilling.self) {
      try store.write { database in
        try database.execute(sql: "INSERT INTO note VALUES (1, x'00')")
        try store.spool(Sample.data(), role: .behavioralHealth, in: database)
        throw Unwilling()
      }
    }
    #expect(try store.notes == [])
    #expect(try store.lastSpooled() == BySequence(0))
  }

  @Test("Another store's transaction is refused")
  func foreign() throws {
    let (site, other) = (try TestSite(), try TestSite())
    let (store, foreign) = (try site.store(), try other.store())
    #expect(throws: StoreError.self) {
      try foreign.write { try store.spool(Sample.data(), role: .behavioralHealth, in: $0) }
    }
  }

  @Test("An adapter's migrations run once, in order")
  func migrations() throws {
    let site = try TestSite()
    let steps = ["one", "two"].map { name in
      AdapterMigration(name) { try $0.execute(sql: "CREATE TABLE \(name) (id INTEGER)") }
    }
    _ = try AdapterStore(path: site.storePath, migrations: [steps[0]])
    let store = try AdapterStore(path: site.storePath, migrations: steps)
    #expect(try store.count("true", in: "one") == 0)
    #expect(try store.count("true", in: "two") == 0)
  }

  @Test("A batch ends before it is half a frame, but is never empty")
  func batchBytes() throws {
    let site = try TestSite()
    let store = try site.store()
    // Sixteen segments full of codes make a message of about 75,000 bytes.
    let codes = (0..<61).map { _ in Field("safety", .code(String(repeating: "x", count: 64))) }
    try store.write { database in
      for _ in 0..<60 {
        var message = Sample.data()
        message.segments += (1..<Limits.segments).map { _ in Segment(.operational, fields: codes) }
        try store.spool(message, role: .behavioralHealth, in: database)
      }
    }
    let first = try store.batch(of: .data, after: 0, limit: 1_000)
    #expect((20..<60).contains(first.messages.count))
    #expect(first.messages.reduce(0) { $0 + $1.count } <= SpoolBounds.batchBytes)
    let rest = try store.batch(of: .data, after: UInt64(first.messages.count), limit: 1_000)
    #expect(!rest.messages.isEmpty)
    #expect(try store.batch(of: .data, after: 60, limit: 10).messages.isEmpty)
    #expect(try !store.batch(of: .data, after: 60, limit: 10).isBroken)
  }

  @Test("A new life of the spool numbers what is kept from 1, in order")
  func renewal() throws {
    let site = try TestSite()
    let store = try site.store()
    let messages = (0..<6).map { _ in Sample.data() }
    for message in messages { try store.publish(message, role: .behavioralHealth) }
    try store.publish(Sample.control(), role: .behavioralHealth)
    let before = try store.batch(of: .data, after: 2, limit: 10).messages
    let source = try store.snapshot().source
    var work = RoundWork()
    work.receipted.data = 2
    work.horizon.data = 2
    store.receipts.withLock { $0.data = 2 }
    #expect(
      try store.apply(work, handler: RecordingHandler(store: store)).pruned.data == 2)
    #expect(try store.batch(of: .data, after: 0, limit: 10).isBroken)

    try store.renewSource()
    #expect(try store.snapshot().source != source)
    #expect(try store.lastSpooled() == BySequence(data: 4, control: 1))
    #expect(try store.batch(of: .data, after: 0, limit: 10).messages == before)
    #expect(try store.submissionState(of: messages[0].id) == .receipted)
    #expect(try store.submissionState(of: messages[5].id) == .spooled)
    #expect(throws: Refusal(.duplicateMessage, at: "id")) {
      try store.publish(messages[0], role: .behavioralHealth)
    }
  }

  @Test("What is confirmed is forgotten in the end, what is not never")
  func forgetting() throws {
    let site = try TestSite()
    let store = try site.store()
    let old = (0..<3).map { MessageID(at: WallTime(milliseconds: 1), random: (0, $0)) }
    for id in old { try store.publish(Sample.data(id: id), role: .behavioralHealth) }
    let new = Sample.data(id: store.freshMessageID(at: store.clock.wall()))
    try store.publish(new, role: .behavioralHealth)
    var work = RoundWork()
    work.receipted.data = 4
    work.horizon.data = 2
    work.forgets = true
    store.receipts.withLock { $0.data = 4 }
    _ = try store.apply(work, handler: RecordingHandler(store: store))
    #expect(try store.submissionState(of: old[1]) == nil)
    #expect(try store.submissionState(of: old[2]) == .receipted)
    work.pruned.data = 2
    work.horizon.data = 4
    _ = try store.apply(work, handler: RecordingHandler(store: store))
    #expect(try store.submissionState(of: old[2]) == nil)
    #expect(try store.submissionState(of: new.id) == .receipted)
  }

  @Test("A store in trouble counts nothing as applied and sets nothing aside")
  func storageTrouble() throws {
    struct Full: DeliveryHandler {
      func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
        try database.execute(sql: "INSERT INTO note VALUES (1, x'00')")
        throw DatabaseError(resultCode: .SQLITE_FULL)
      }
      func afterCommit() {}
    }
    let store = try TestSite().store()
    let ledger = try #require(Incarnation("ledger-one"))
    try store.follow(ledger, applied: 0)
    var work = RoundWork()
    work.ledger = ledger
    let content = try #require(Sample.delivery(1).content)
    work.arrivals = [Arrival(number: 1, kind: .content(content), frame: [])]
    #expect(throws: DatabaseError.self) { try store.apply(work, handler: Full()) }
    #expect(try store.snapshot().applied == 0)
    #expect(try store.quarantined().isEmpty)
    #expect(try store.notes == [])
    _ = try store.apply(work, handler: RecordingHandler(store: store))
    #expect(try store.notes == [1])
  }

  @Test("Fresh ids are ordered by time and differ")
  func freshIDs() throws {
    let store = try TestSite().store()
    let early = store.freshMessageID(at: WallTime(milliseconds: 1_000))
    let late = store.freshMessageID(at: WallTime(milliseconds: 2_000))
    #expect(early < late)
    #expect(early != store.freshMessageID(at: WallTime(milliseconds: 1_000)))
  }

  @Test("Fresh ids rise within a millisecond and when the clock steps back")
  func freshIDsRise() throws {
    let store = try TestSite().store()
    let times = [5_000, 5_000, 5_000, 5_000, 4_000, 4_000, 5_001].map(WallTime.init(milliseconds:))
    let ids = times.map(store.freshMessageID)
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
  }

  @Test("An id's successor carries over from its low half to its high one")
  func successors() {
    let id = MessageID(high: 7, low: .max - 1)
    #expect(id.advanced(by: 1) == MessageID(high: 7, low: .max))
    #expect(id.advanced(by: 3) == MessageID(high: 8, low: 1))
  }
}
