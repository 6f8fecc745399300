import Foundation
import GRDB
import HubModel
import HubProtocol
import Ledger
import RouterCore
import Testing

@Suite("Retention removes what is old and over, and nothing else")
struct RetentionTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let ben = ParticipantID.numbered(2)
  /// Long after everything that these tests write.
  static let late = WallTime.start + .days(4_000)

  init() throws { folder = try LedgerFolder() }

  private func pass(
    isDry: Bool = false, content: WallTime = .after(1_000), bookings: WallTime = .after(1_000),
    people: WallTime = .start
  ) -> RetentionPass {
    RetentionPass(
      began: Self.late, isDry: isDry, by: "timer",
      cutoffs: .init(content: content, bookings: bookings, people: people))
  }

  /// Runs a pass to its end; whoever it names is expunged between two chunks, as turns do.
  @discardableResult
  private func run(
    _ pass: RetentionPass, on ledger: Ledger, chunks: Int = 10_000
  ) throws -> RetentionPass {
    var pass = pass
    var asked: [DueParticipant] = []
    for _ in 0..<chunks where !pass.isDone {
      asked = try ledger.retain(&pass, asked: asked, now: Self.late)
      try ledger.commit(asked.map { .expunged($0.participant, at: Self.late) })
    }
    return pass
  }

  private func settled(_ number: Int, _ fate: Fate = .delivered) -> PartRecord {
    Sample.part(number, fate, of: ann, number: fate == .delivered ? UInt64(number) : nil)
  }

  /// Messages 1 to 3 are over, 4 to 8 are not, for a reason each; 9 is nobody's.
  private func fill(_ ledger: Ledger) throws {
    try ledger.openLog(at: .start)
    try ledger.commit([.participant(ann), .participant(ben)])
    for number in 1...9 {
      try ledger.commit([
        .accepted(Sample.message(number, of: number == 9 ? nil : ann, text: "said-\(number)"))
      ])
    }
    try ledger.commit([
      .part(settled(1)), .part(settled(2, .withheld)), .part(settled(3, .expired)),
      .part(Sample.part(4, .pending, of: ann, queued: 1)),
      .part(Sample.part(5, .held, of: ann, queued: 1)),
      .part(Sample.part(6, .released, of: ann, number: 60)), .part(settled(7, .quarantined)),
      .part(Sample.part(8, .delivered, of: ann, number: 8)),
      .part(Sample.part(8, to: .sheriff, .pending, of: ann, queued: 1)),
      .audit(Sample.audit(.accepted, 1)), .acknowledged(.provider, through: 8),
    ])
  }

  private func texts(_ ledger: Ledger) throws -> [Int] {
    let facts = try ledger.facts { $0.named = Set((1...9).map { .numbered($0) }) }
    return (1...9).filter {
      facts.messages[.numbered($0)]?.message.value("last-name") == .text("said-\($0)")
    }
  }

  @Test("content goes once nothing of the message waits, is under way or was set aside")
  func content() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let begun = pass()
    try ledger.begin(begun)
    let done = try run(begun, on: ledger)
    #expect(done.totals.messages == 4 && done.totals.contentBytes > 0)
    #expect(try texts(ledger) == [4, 5, 6, 7, 8])
    let facts = try ledger.facts { $0.named = [.numbered(1)] }
    let left = try #require(facts.messages[.numbered(1)]?.message)
    // Whoever tells on what it heard is bound by the labels still.
    #expect(left.segments.map(\.category) == [.handoffDetails, .referral])
    #expect(left.segments[0].labels == [.domesticViolence])
    #expect(left.segments.allSatisfy(\.fields.isEmpty) && left.participant == nil)
    #expect(facts.parts[.numbered(1)]?.map(\.fate) == [.delivered])
    #expect(try folder.reader().body(of: .numbered(1))?.document == nil)
  }

  @Test("what is younger than its day stays, and so does whatever was last done later")
  func young() throws {
    let ledger = try folder.open()
    try fill(ledger)
    var late = settled(2, .withheld)
    late.changedAt = .after(5)
    try ledger.commit([.part(late)])
    try run(pass(content: .after(4)), on: ledger)
    #expect(try texts(ledger) == [2, 4, 5, 6, 7, 8, 9])
  }

  @Test("a dry pass counts the same and changes no byte")
  func dry() throws {
    let ledger = try folder.open()
    try fill(ledger)
    try ledger.commit([.noMatch(.sheriff, booking: "b-1", at: .after(1))])
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "-wal"))
    let look = pass(isDry: true, people: .after(100_000))
    try ledger.begin(look)
    let counted = try run(look, on: ledger)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "-wal")) == before)
    #expect(try ledger.lastRetention() == nil)
    let real = pass(people: .after(100_000))
    try ledger.begin(real)
    let done = try run(real, on: ledger)
    #expect(counted.totals.messages == done.totals.messages)
    #expect(counted.totals.contentBytes == done.totals.contentBytes)
    #expect(counted.totals.bookings == 1 && done.totals.bookings == 1)
    #expect(counted.totals.people == done.totals.people && done.totals.people == 1)
    #expect(try folder.reader().totals().noMatches == 0)
  }

  @Test("a run is one entry of the log, with counts; the log holds, and a second run finds nothing")
  func logged() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let begun = pass()
    try ledger.begin(begun)
    try run(begun, on: ledger)
    #expect(try folder.reader().totals().auditByKind["retention-run"] == 1)
    let size = ledger.logSize
    let tail = try folder.reader().auditPage(from: size - 1, size: size)
    #expect(!tail.text.contains("said-"))
    #expect(try folder.reader().integrity().problems.isEmpty)
    #expect(try ledger.unfinishedRetention() == nil)
    let again = pass()
    try ledger.begin(again)
    #expect(try run(again, on: ledger).totals.messages == 0)
    ledger.close()
    // The tree's edge still follows from the entries.
    #expect(try folder.open().logSize == size + 1)
  }

  @Test("what an archive holds is written down, and never less than before")
  func archived() throws {
    let ledger = try folder.open()
    #expect(try ledger.archivedThrough() == WallTime(milliseconds: 0))
    try ledger.commit([.archived(before: .after(50))])
    try ledger.commit([.archived(before: .after(20))])
    #expect(try ledger.archivedThrough() == .after(50))
    try fill(ledger)
    let page = try folder.reader().archived(before: .after(3), after: nil, size: ledger.logSize)
    #expect(page.next == nil)
    // Entries of the log are of message 1 alone in these samples.
    #expect(page.lines.compactMap(\.message?.log.count) == [1, 0])
    #expect(
      page.lines.map(\.message?.message?.segments[0]) == [1, 2].map {
        Sample.message($0, of: ann, text: "said-\($0)").message.segments[0]
      })
  }

  @Test("a run that a crash ended goes on, and counts what was done before")
  func crash() throws {
    let ledger = try folder.open()
    try fill(ledger)
    var begun = pass()
    try ledger.begin(begun)
    _ = try ledger.retain(&begun, asked: [], now: Self.late)
    let crashed = try folder.asKilled()
    let revived = try crashed.open()
    let found = try #require(try revived.unfinishedRetention())
    #expect(found == begun && found.totals.messages == 4)
    #expect(try run(found, on: revived).totals.messages == 4)
    #expect(try crashed.reader().totals().auditByKind["retention-run"] == 1)
    #expect(try revived.lastRetention() == Self.late)
  }

  @Test("the file becomes smaller by what was removed")
  func space() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    for number in 1...400 {
      try ledger.commit([
        .accepted(Sample.message(number, text: String(repeating: "x", count: 20_000)))
      ])
    }
    // A restart has the log copied back, so that the file is as large as its pages.
    ledger.close()
    let before = try FileManager.default.attributesOfItem(atPath: folder.path)[.size] as? Int ?? 0
    #expect(before > 8_000_000)
    let opened = try folder.open()
    let begun = pass()
    try opened.begin(begun)
    let done = try run(begun, on: opened)
    #expect(done.totals.messages == 400 && done.totals.freedBytes > 7_000_000)
    let after = try FileManager.default.attributesOfItem(atPath: folder.path)[.size] as? Int ?? 0
    #expect(after < before - 7_000_000)
    #expect(try folder.reader().integrity().problems.isEmpty)
  }
}

@Suite("Retention forgets a person only when nothing about them is newer or in effect")
struct RetentionOfPeopleTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let ben = ParticipantID.numbered(2)
  let alias = AliasKey(.provider, ParticipantAlias("theirs")!)
  static let late = WallTime.start + .days(4_000)

  init() throws { folder = try LedgerFolder() }

  private func due(_ ledger: Ledger, before cutoff: WallTime) throws -> [ParticipantID] {
    var pass = RetentionPass(
      began: Self.late, isDry: false, by: "timer",
      cutoffs: .init(content: .start, bookings: .start, people: cutoff))
    var found: [ParticipantID] = []
    while !pass.isDone {
      found += try ledger.retain(&pass, asked: [], now: Self.late).map(\.participant)
    }
    return found
  }

  /// A release until a day after the start, a delivery, and a name.
  private func fill(_ ledger: Ledger) throws {
    try ledger.openLog(at: .start)
    try ledger.commit([
      .participant(ann), .alias(alias, ann, isPreferred: true), .release(ann, Sample.release()),
      .accepted(Sample.message(1, of: ann, text: "theirs")),
      .part(Sample.part(1, .delivered, of: ann, number: 1)), .acknowledged(.provider, through: 1),
      .audit(Sample.audit(.accepted, 1)),
    ])
  }

  private let day: Int64 = 86_400

  @Test("counted from the end of the last release, not from its signing")
  func release() throws {
    let ledger = try folder.open()
    try fill(ledger)
    #expect(try due(ledger, before: .after(day)) == [])
    #expect(try due(ledger, before: .after(day + 1)) == [ann])
  }

  @Test("one that ends by an event counts until that is known; one without end, for ever")
  func events() throws {
    let ledger = try folder.open()
    try fill(ledger)
    var record = Sample.release(RoiID("roi-2")!)
    record.roi.expiry = .event("case-closed")
    try ledger.commit([.release(ann, record)])
    #expect(try due(ledger, before: Self.late) == [])
    try ledger.commit([.mark(ann, .occurred("case-closed", at: .after(9)), position: 3)])
    #expect(try due(ledger, before: Self.late) == [ann])
    record.roi.expiry = .never
    try ledger.commit([.release(ann, record)])
    #expect(try due(ledger, before: Self.late) == [])
    record.state = .revoked
    try ledger.commit([.release(ann, record)])
    #expect(try due(ledger, before: Self.late) == [ann])
  }

  @Test("revoked, it counts from the revocation")
  func revoked() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let revocation = AuditEntry(.consentChanged, at: .after(5 * day), actor: .hub, participant: ann)
    try ledger.commit([
      .release(ann, Sample.release(Sample.roi, .revoked, position: 2)), .audit(revocation),
    ])
    #expect(try due(ledger, before: .after(5 * day)) == [])
    #expect(try due(ledger, before: .after(5 * day + 1)) == [ann])
  }

  @Test("not while a message waits, or is younger; nor on legal hold, under any name")
  func kept() throws {
    let ledger = try folder.open()
    try fill(ledger)
    try ledger.commit([
      .accepted(Sample.message(2, of: ann)), .part(Sample.part(2, .pending, of: ann, queued: 1)),
    ])
    #expect(try due(ledger, before: Self.late) == [])
    try ledger.commit([.part(Sample.part(2, .delivered, of: ann))])
    #expect(try due(ledger, before: Self.late) == [ann])
    try ledger.commit([
      .participant(ben), .group(ann, head: ann, position: 5), .group(ben, head: ann, position: 5),
      .legalHold(ben, since: .after(9)),
    ])
    #expect(try due(ledger, before: Self.late) == [])
    try ledger.commit([.legalHold(ben, since: nil)])
    // Of one person under two names, one is named.
    #expect(try due(ledger, before: Self.late) == [ann])
  }

  @Test("a legal hold keeps content as well, and comes back with a restored backup")
  func hold() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let backup = try folder.asKilled()
    try ledger.commit([.legalHold(ann, since: .after(9))])
    var pass = RetentionPass(
      began: Self.late, isDry: false, by: "timer",
      cutoffs: .init(content: Self.late, bookings: .start, people: .start))
    while !pass.isDone { _ = try ledger.retain(&pass, asked: [], now: Self.late) }
    #expect(pass.totals.messages == 0)
    #expect(try ledger.peopleOnLegalHold() == 1)
    ledger.close()
    let copy = try LedgerFolder()
    try backup.open().close()
    try FileManager.default.copyItem(atPath: backup.path, toPath: copy.path)
    _ = try folder.restore(from: copy.path)
    let revived = try folder.open()
    #expect(try revived.peopleOnLegalHold() == 1)
    #expect(try folder.reader().totals().auditByKind["legal-hold-placed"] == 1)
  }

  @Test("expunged, nothing of them is left in the file, and later runs clear what was left before")
  func remains() throws {
    let ledger = try folder.open()
    try fill(ledger)
    try ledger.commit([.expunged(ann, at: .after(9))])
    #expect(try due(ledger, before: Self.late) == [])
    var configuration = Configuration()
    configuration.readonly = true
    let left = try DatabaseQueue(path: folder.path, configuration: configuration).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM payload") ?? -1
    }
    #expect(left == 0)
    // Of an expunged person not even the labels come back.
    let facts = try ledger.facts { $0.named = [.numbered(1)] }
    #expect(facts.messages[.numbered(1)]?.message.segments == [])
  }
}
