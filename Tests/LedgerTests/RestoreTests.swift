import Foundation
import GRDB
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore
import Testing

/// Backups of real files, put back beside the key store as it is by then.
@Suite("A restored ledger begins a new life in which nothing that was stopped goes on")
struct RestoreTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let ben = ParticipantID.numbered(2)
  let key = KeyFingerprint("k-1")!

  init() throws { folder = try LedgerFolder() }

  private func release(_ id: String, _ state: RoiState = .active) throws -> RoiRecord {
    var record = Sample.release(try #require(RoiID(id)), state)
    record.missing = []
    record.revokedToward = []
    return record
  }

  /// Two people with releases, a delivery under way, one that waits.
  private func fill(_ ledger: Ledger) throws {
    try ledger.openLog(at: .start)
    try ledger.commit([
      .participant(ann), .participant(ben),
      .alias(AliasKey(.provider, ParticipantAlias("ann")!), ann, isPreferred: true),
      .release(ann, release("f-ann")), .release(ann, release("g-ann")),
      .release(ben, release("f-ben")),
      .accepted(Sample.message(1, of: ann)), .accepted(Sample.message(2, of: ann)),
      .accepted(Sample.message(3, of: ben)),
      .part(Sample.part(1, .released, of: ann, number: 1)),
      .part(Sample.part(2, .released, of: ann, number: 2)),
      .acknowledged(.provider, through: 1),
      .part(Sample.part(3, of: ben, queued: 1)),
      .submitted(Sample.source, .data, through: 3),
      .audit(Sample.audit(.released, 1)), .audit(Sample.audit(.released, 2)),
    ])
  }

  private func backUp(as name: String = "backup") throws -> String {
    let path = folder.url.appendingPathComponent(name).path
    _ = try folder.reader().backUp(to: path, at: .after(1))
    return path
  }

  private func verified(_ folder: LedgerFolder) throws -> AuditSummary {
    let reader = try folder.reader()
    let head = try reader.auditHead(of: Sample.program)
    var verifier = AuditVerifier(trusting: LedgerFolder.signer.publicKey)
    let page = try reader.auditPage(from: 0, size: head.size)
    for line in (head.text + page.text).split(separator: "\n") { try verifier.take(line) }
    return try verifier.finish()
  }

  @Test("A backup is whole while the ledger goes on, and says what it holds")
  func backup() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = folder.url.appendingPathComponent("backup").path
    let backup = try folder.reader().backUp(to: path, at: .after(1))
    #expect(backup.entries == 3)
    #expect(backup.sources == [Sample.source: SourceCursor(data: 3)])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(throws: (any Error).self) { try folder.reader().backUp(to: path, at: .after(1)) }
    try ledger.commit([.backedUp(backup)])
    #expect(try ledger.recover().backups == [backup])
    for number in 2...4 {
      var next = backup
      next.entries = UInt64(number) * 100
      try ledger.commit([.backedUp(next)])
    }
    #expect(try ledger.recover().backups.map(\.entries) == [300, 400])
    #expect(try ledger.recover().backups.map(\.sources) == [backup.sources, backup.sources])
  }

  @Test("Every release waits for its agency; what was under way is decided and numbered anew")
  func suspended() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let old = try ledger.recover().incarnation
    let path = try backUp()
    ledger.close()
    let (report, kept) = try folder.restore(from: path)
    #expect(report.unconfirmed == ["sheriff": 3])
    #expect(report.requeued == 1 && report.revoked == 0 && report.cutOff == 0)
    #expect(kept.map(FileManager.default.fileExists(atPath:)) == true)

    let restored = try folder.open()
    let recovered = try restored.recover()
    #expect(recovered.incarnation != old && recovered.incarnation.text == report.incarnation)
    // Numbers go on behind every one that was given.
    #expect(recovered.lanes[.provider]?.next == 3)
    #expect(recovered.lanes[.provider]?.acknowledged == 2)
    #expect(recovered.lanes[.provider]?.window == [])
    let facts = try restored.facts {
      $0.queues = [.provider: 10]
      $0.releases = [RoiID("f-ann")!, RoiID("f-ben")!]
    }
    #expect(facts.queues[.provider]?.parts.map(\.key.message) == [.numbered(2), .numbered(3)])
    #expect(facts.queues[.provider]?.parts.allSatisfy { $0.number == nil } == true)
    let marks = try #require(facts.participants[ann]?.consents.marks)
    #expect(marks.unconfirmed == [RoiID("f-ann")!, RoiID("g-ann")!])
    #expect(facts.participants[ann]?.consents.position == 2)
    #expect(try folder.reader().unconfirmedReleases() == [.sheriff: 3])
    try restored.commit([.mark(ann, .confirmed(RoiID("f-ann")!), position: 3)])
    #expect(try folder.reader().unconfirmedReleases() == [.sheriff: 2])
    restored.close()
    // The fork is in the log for everyone to see, signed.
    let summary = try verified(folder)
    #expect(summary.incarnations == 2 && summary.uncovered == 0)
    #expect(try folder.reader().lastRestore()?.size == report.entries)
  }

  @Test("A ledger that was put back knows the backup: spools keep what that one lacks")
  func knowsItself() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = folder.url.appendingPathComponent("backup").path
    let backup = try folder.reader().backUp(to: path, at: .after(1))
    ledger.close()
    // And again, as the first time: it may be all that there is.
    for _ in 0..<2 {
      _ = try folder.restore(from: path)
      let restored = try folder.open()
      let known = try restored.recover().backups
      #expect(known.map(\.entries) == [backup.entries])
      #expect(known.map(\.sources) == [backup.sources])
      restored.close()
    }
  }

  /// What a process that ends in a transaction, or a disk that fails in it, leaves of a database
  /// that is not yet in write-ahead mode.
  private func leaveJournal(beside path: String) throws {
    let other = folder.url.appendingPathComponent("other").path
    let queue = try DatabaseQueue(path: other)
    try queue.writeWithoutTransaction { database in
      // More than the cache holds: some of it is in the file before the transaction ends.
      try database.execute(
        sql: """
          PRAGMA cache_size = 5; CREATE TABLE IF NOT EXISTS x (y);
          INSERT INTO x VALUES (zeroblob(1000000)); BEGIN; UPDATE x SET y = randomblob(1000000);
          """)
      try FileManager.default.copyItem(atPath: other + "-journal", toPath: path + "-journal")
      try database.execute(sql: "ROLLBACK")
    }
  }

  @Test("A restore that was cut short is done again, whatever journal it left")
  func cutShort() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    ledger.close()
    try leaveJournal(beside: folder.path + ".restoring")
    try leaveJournal(beside: folder.path)
    #expect(try folder.restore(from: path).report.entries == 3)
    #expect(try verified(folder).incarnations == 2)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!left.contains { $0.contains("restoring") }, "\(left)")
  }

  @Test("What was stopped since the backup stays stopped, though the backup knows nothing of it")
  func stops() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    var narrowed = try release("g-ann")
    narrowed.revokedToward = [.agency(.prosecutor)]
    narrowed.position = 2
    try ledger.commit([
      .release(ann, release("f-ann", .revoked)), .release(ann, narrowed),
      .cutOff(key, at: .after(2)),
      // Signed and revoked by the operator, all after the backup.
      .release(ben, release("late-ben")), .release(ben, release("late-ben", .revoked)),
    ])
    ledger.close()
    let report = try folder.restore(from: path).report
    #expect(report.revoked == 2 && report.suspended == 1 && report.cutOff == 1)
    let restored = try folder.open()
    let facts = try restored.facts { $0.releases = [RoiID("f-ann")!, RoiID("late-ben")!] }
    let records = try #require(facts.participants[ann]?.consents.records)
    #expect(records.map(\.state) == [.active, .revoked])
    #expect(facts.participants[ann]?.consents.marks.suspended == [RoiID("g-ann")!])
    // Whoever brings it again out of a spool is not the one whose it was.
    #expect(facts.releases[RoiID("late-ben")!]?.participant == ben)
    #expect(facts.participants[ben]?.consents.tombstones == [RoiID("late-ben")!])
    #expect(try restored.recover().cutOff == [key])
    // Once is enough: an older backup still finds them, a newer one needs them no more.
    let newer = try backUp(as: "newer")
    restored.close()
    #expect(try folder.restore(from: newer).report.revoked == 0)
    #expect(try folder.restore(from: path).report.revoked == 2)
    #expect(try verified(folder).incarnations == 2)
  }

  @Test("A release that was narrowed and that the backup lacks stays dead if it comes again")
  func narrowedUnseen() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    var narrowed = try release("late-ann")
    narrowed.revokedToward = [.agency(.prosecutor)]
    try ledger.commit([.release(ann, release("late-ann")), .release(ann, narrowed)])
    ledger.close()
    #expect(try folder.restore(from: path).report.revoked == 1)
    let facts = try folder.open().facts { $0.releases = [RoiID("late-ann")!] }
    #expect(facts.participants[ann]?.consents.tombstones == [RoiID("late-ann")!])
  }

  @Test("What ended releases since the backup has come, and what took back everything still does")
  func eventsAndBlankets() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    let blanket = BlanketRevocation(recipients: [.agency(.prosecutor)], at: .after(7))
    try ledger.commit([
      .mark(ann, .occurred("discharge", at: .after(6)), position: 4),
      .blanket(ann, blanket, position: 5),
      // Of somebody whom the backup does not know.
      .blanket(.numbered(9), blanket, position: 1),
    ])
    ledger.close()
    for _ in 0..<2 {
      _ = try folder.restore(from: path)
      let restored = try folder.open()
      let facts = try restored.facts { $0.releases = [RoiID("f-ann")!] }
      let consents = try #require(facts.participants[ann]?.consents)
      #expect(consents.marks.occurred == ["discharge": .after(6)])
      #expect(consents.blankets == [blanket])
      restored.close()
    }
    #expect(try verified(folder).incarnations == 2)
  }

  @Test("Nobody who was expunged comes back, nor does what was said of them")
  func shredded() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    try ledger.commit([
      .accepted(Sample.message(4, of: ann)), .audit(Sample.audit(.accepted, 4)),
      .expunged(ann, at: .after(5)),
    ])
    ledger.close()
    _ = try folder.restore(from: path)
    let restored = try folder.open()
    let facts = try restored.facts {
      $0.aliases = [AliasKey(.provider, ParticipantAlias("ann")!)]
      $0.named = [.numbered(1)]
      // Sent again by a spool: the first was never in the backup, the second is new.
      $0.messages = [.numbered(4), .numbered(5)]
    }
    #expect(facts.aliases.isEmpty)
    #expect(facts.messages[.numbered(1)]?.message.segments == [])
    #expect(facts.known == [.numbered(4)])
    #expect(facts.participants[ann]?.consents.records ?? [] == [])
  }

  @Test("A ledger that somebody puts back by hand is refused, and so is one without its key store")
  func byHand() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    try ledger.commit([.audit(Sample.audit())])
    try ledger.writeCheckpoint(
      of: Sample.program, by: LedgerFolder.signer, at: .after(3), isScheduled: true)
    ledger.close()
    let files = FileManager.default
    try files.removeItem(atPath: folder.path)
    try files.copyItem(atPath: path, toPath: folder.path)
    #expect(kind { try folder.open() } == .putBack)
    try files.removeItem(atPath: folder.path)
    #expect(kind { try folder.open() } == .putBack)
    // The backup is whole, and of these keys: a restore takes it.
    _ = try folder.restore(from: path)
    try folder.open().close()
    let stranger = try LedgerFolder()
    try stranger.open().close()
    #expect(kind { try stranger.restore(from: path) } == .otherKeys)
  }

  @Test("A damaged or foreign file is refused, and the ledger stays as it was")
  func damaged() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    #expect(kind { try folder.restore(from: path) } == .inUse)
    let size = ledger.logSize
    ledger.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for offset in stride(from: bytes.count / 3, to: bytes.count, by: 1_000) {
      bytes[offset] ^= 0x55
    }
    let broken = folder.url.appendingPathComponent("broken").path
    try bytes.write(to: URL(fileURLWithPath: broken))
    #expect(kind { try folder.restore(from: broken) } == .damaged)
    try Data("a list of names".utf8).write(to: URL(fileURLWithPath: broken))
    #expect(kind { try folder.restore(from: broken) } == .foreign)
    #expect(kind { try folder.restore(from: broken + "-not-there") } == .storage)
    let again = try folder.open()
    #expect(again.logSize == size)
    #expect(try again.recover().incarnation.text == folder.reader().heading().incarnation)
  }

  @Test("A look before changes nothing")
  func preview() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let path = try backUp()
    ledger.close()
    let generation = try folder.keys().generation
    let report = try LedgerRestore(folder.path, from: path, keys: folder.keys)
      .preview(LedgerFolder.order)
    #expect(report.unconfirmed == ["sheriff": 3] && report.entries == 3)
    #expect(try folder.keys().generation == generation)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy {
      !$0.contains("restoring")
    })
  }
}
