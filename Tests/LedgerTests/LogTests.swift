import Foundation
import GRDB
import HubModel
import HubProtocol
import Ledger
import RouterCore
import Testing

@Suite("The log")
struct LogTests {
  let folder: LedgerFolder
  let entries = [
    Sample.audit(.accepted, 1), Sample.audit(.released, 1, reasons: ["a", "b"]),
    Sample.audit(.withheld, 2),
    AuditEntry(.agreementActivated, at: .after(3), actor: .hub, detail: "version 2"),
  ]

  init() throws { folder = try LedgerFolder() }

  private struct Stored {
    let position: UInt64
    let hash: [UInt8]
    let leaf: [UInt8]
    let salt: [UInt8]?
  }

  private func stored() throws -> [Stored] {
    try DatabaseQueue(path: folder.path).read { database in
      try Row.fetchAll(
        database, sql: "SELECT position, hash, leaf, salt FROM audit ORDER BY position"
      ).map {
        Stored(
          position: UInt64(bitPattern: $0[0] as Int64), hash: [UInt8]($0[1] as Data),
          leaf: [UInt8]($0[2] as Data), salt: ($0[3] as Data?).map { [UInt8]($0) })
      }
    }
  }

  @Test("Every leaf can be computed again from its entry, position, incarnation and salt")
  func leaves() throws {
    let ledger = try folder.open()
    let incarnation = try ledger.recover().incarnation
    try ledger.commit(entries.prefix(2).map { .audit($0) })
    ledger.close()
    let again = try folder.open()
    try again.commit(entries.dropFirst(2).map { .audit($0) })
    let rows = try stored()
    #expect(rows.map(\.position) == [0, 1, 2, 3])
    for (row, entry) in zip(rows, entries) {
      #expect((row.salt?.count == 16) == (entry.participant != nil))
      let leaf = AuditLeaf.bytes(
        entry: entry, index: row.position, incarnation: incarnation, salt: row.salt ?? [])
      #expect(row.leaf == leaf)
      #expect(row.hash == Merkle.leafHash(leaf))
    }
    #expect(Set(rows.compactMap(\.salt)).count == 3)
  }

  @Test("An entry can be neither changed nor deleted, while its salt can be destroyed")
  func appendOnly() throws {
    let ledger = try folder.open()
    try ledger.commit(entries.map { .audit($0) })
    ledger.close()
    let database = try DatabaseQueue(path: folder.path)
    for sql in [
      "DELETE FROM audit", "UPDATE audit SET leaf = x'00'", "UPDATE audit SET hash = x'00'",
      "UPDATE audit SET message = NULL", "UPDATE audit SET position = position + 9",
    ] {
      #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
    }
    try database.write { try $0.execute(sql: "UPDATE audit SET salt = NULL") }
    #expect(try stored().allSatisfy { $0.salt == nil && $0.hash == Merkle.leafHash($0.leaf) })
  }
}

@Suite("Reports for an operator")
struct ReaderTests {
  let folder: LedgerFolder
  let ledger: Ledger
  let reader: LedgerReader
  let person = ParticipantID.numbered(1)

  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
    reader = try folder.reader()
    try ledger.commit([
      .accepted(Sample.message(1, of: person, caseID: Sample.caseID, text: "Roe")),
      .part(Sample.part(1, .released, of: person, number: 1)),
      .accepted(Sample.message(2, of: person)),
      .part(Sample.part(2, of: person, queued: 1)),
      .part(Sample.part(2, to: .prosecutor, .held, of: person)),
      .timer(.lapse(.numbered(2)), due: .after(500), count: 0),
      .accepted(Sample.message(3, of: person)), .part(Sample.part(3, of: person, queued: 2)),
      .accepted(Sample.message(4, of: person)),
      .part(Sample.part(4, .delivered, of: person, number: 2)),
      .part(Sample.part(4, to: .prosecutor, .held, of: person)),
      .release(person, Sample.release()),
      .release(person, Sample.release(RoiID("roi-2")!, .draft, position: 2)),
      .agreement(version: 3, hash: [1], at: .start),
      .noMatch(.sheriff, booking: "b-1", at: .start),
      .noMatch(.sheriff, booking: "b-2", at: .start),
      .noMatch(.sheriff, booking: "b-1", at: .after(1)),
      .audit(Sample.audit(.accepted, 1)), .audit(Sample.audit(.released, 1)),
      .audit(Sample.audit(.released, 4)), .audit(Sample.audit(.keyCutOff, nil)),
    ])
  }

  @Test("Lanes: depth, oldest, in flight, held, delivered")
  func lanes() throws {
    try ledger.commit([.acknowledged(.sheriff, through: 0)])
    var lanes = try reader.lanes()
    var provider = LedgerReader.LaneReport()
    provider.depth = 2
    provider.oldestPending = .after(2)
    provider.inFlight = 2
    #expect(lanes[.provider] == provider)
    #expect(lanes[.prosecutor]?.held == 2)
    try ledger.commit([.acknowledged(.provider, through: 2)])
    lanes = try reader.lanes()
    #expect(lanes[.provider]?.inFlight == 0)
    #expect(lanes[.provider]?.deliveredThrough == 2)
    #expect(lanes[.sheriff] == LedgerReader.LaneReport())
  }

  @Test("A message: its fates and steps, and its entries as an export has them")
  func messages() throws {
    let report = try #require(try reader.message(.numbered(1)))
    #expect(report.topic == "handoff.details" && report.source == "sheriff")
    #expect(report.caseID == "case-1" && report.basis == "submitted")
    #expect(report.acceptedAt == WallTime.after(1).milliseconds)
    let part = try #require(report.parts.first)
    #expect(part.recipient == "provider" && part.fate == "released" && part.number == 1)
    #expect(part.categories == ["handoff-details", "referral"] && part.wasDisclosed)
    #expect(report.steps.map(\.index) == [0, 1])
    #expect(report.steps.map(\.kind) == ["accepted", "released"])
    #expect(report.steps.map(\.reasons) == [["permitted"], ["permitted"]])
    #expect(report.steps[0].releases == ["roi-1 v1"] && report.steps[0].consentPosition == 3)
    #expect(try reader.message(.numbered(9)) == nil)
    let entries = try reader.entries(about: .numbered(1))
    #expect(entries.map(\.position) == [0, 1])
    #expect(try entries.map { try AuditLeaf(decoding: $0.leaf).entry.kind }
      == [.accepted, .released])
    #expect(try reader.entries(about: .numbered(9)).isEmpty)
  }

  @Test("What is held, oldest first, with the end of its escrow")
  func held() throws {
    let all = try reader.held(for: nil)
    #expect(all.map(\.message) == [2, 4].map { MessageID.numbered($0).description })
    #expect(all.map(\.until) == [WallTime.after(500).milliseconds, nil])
    #expect(all.map(\.recipient) == ["prosecutor", "prosecutor"])
    #expect(all.map(\.release) == ["roi-1", "roi-1"])
    #expect(try reader.held(for: .provider).isEmpty)
    #expect(try reader.held(for: .prosecutor, limit: 1).count == 1)
  }

  @Test("Releases, newest first, or one by its id")
  func releases() throws {
    #expect(try reader.releases(nil).map(\.id) == ["roi-2", "roi-1"])
    let one = try #require(try reader.releases(Sample.roi).first)
    #expect(one.state == "active" && one.kind == "field" && one.capturedBy == "sheriff")
    #expect(one.recipients == ["role behavioral-health", "a person at provider"])
    #expect(one.categories == ["handoff-details", "referral"])
    #expect(one.expiresAt == WallTime.after(86_400).milliseconds && one.missing == ["signature"])
    #expect(try reader.releases(RoiID("none")!).isEmpty)
  }

  @Test("One release with all that it says, for whom it was revoked, and that it stands")
  func wholeRelease() throws {
    let document = try #require(try reader.release(Sample.roi))
    let record = Sample.release()
    #expect(try ReleaseOfInformation(decoding: document.release) == record.roi)
    #expect(document.state == "active" && document.capturedBy == "sheriff")
    #expect(document.revokedParties == record.revokedToward)
    #expect(try reader.release(RoiID("none")!) == nil)
  }

  @Test("Totals count every message, fate, log entry and unmatched booking once")
  func totals() throws {
    let totals = try reader.totals()
    #expect(totals.messages == 4)
    #expect(totals.partsByFate == ["released": 1, "pending": 2, "held": 2, "delivered": 1])
    #expect(totals.auditByKind == ["accepted": 1, "released": 2, "key-cut-off": 1])
    #expect(totals.noMatches == 2)
    #expect(totals.ledgerBytes > 0)
    let heading = try reader.heading()
    #expect(try heading.incarnation == ledger.recover().incarnation.text)
    #expect(heading.agreementVersion == 3)
  }

  @Test("Readers do not disturb each other; one needs a ledger to read")
  func several() throws {
    #expect(try LedgerReader(at: folder.path).totals() == reader.totals())
    #expect(kind { try LedgerReader(at: folder.path + "-missing") } == .storage)
  }
}
