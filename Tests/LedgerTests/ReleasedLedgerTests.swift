import DatabaseText
import Foundation
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore
import Testing

/// Ledger and key store as each released version left them, as text in the folder `Released`.
///
/// `ACCORD_WRITE_RELEASED=0.2.0 swift test --filter ReleasedLedgerTests` writes those of a version
/// that is about to be released. What was released is never written again.
@Suite("What a released version wrote opens in this one, and holds what it held")
struct ReleasedLedgerTests {
  static let versions = ["0.1.0"]
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Released")

  let ann = ParticipantID.numbered(1)
  let alias = AliasKey(.provider, ParticipantAlias("theirs")!)
  let token = IdentityToken(.stateID, [UInt8](repeating: 5, count: 32))

  private static func file(_ name: String, _ version: String) -> URL {
    folder.appendingPathComponent("\(name)-\(version).sql")
  }

  /// Something in each table, by what this version can write.
  private func fill(_ ledger: Ledger) throws {
    try ledger.openLog(at: .start)
    try ledger.commit([
      .participant(ann), .alias(alias, ann, isPreferred: true),
      .token(token, ann, isConfirmed: true), .release(ann, Sample.release()),
      .mark(ann, .suspended(Sample.roi), position: 2),
      .tombstone(ann, RoiID("roi-9")!, position: 3),
      .opened(Sample.caseID, by: .sheriff, participant: ann),
      .view(Sample.caseID, Sample.view(.provider)),
      .accepted(Sample.message(1, of: ann, text: "kept")),
      .part(Sample.part(1, .delivered, of: ann, number: 1)),
      .accepted(Sample.message(2, of: ann, text: "waits")),
      .part(Sample.part(2, .held, of: ann, queued: 1)),
      .timer(.lapse(.numbered(2)), due: .after(99), count: 0),
      .accepted(Sample.message(3, text: "nobody's")), .part(Sample.part(3, queued: 1)),
      .acknowledged(.provider, through: 1), .submitted(Sample.source, .data, through: 3),
      .noMatch(.sheriff, booking: "b-1", at: .after(1)),
      .cutOff(KeyFingerprint("abc")!, at: .start),
      .agreement(version: 2, hash: [2], at: .start), .legalHold(ann, since: .after(5)),
      .audit(Sample.audit(.accepted, 1)), .audit(Sample.audit(.released, 1)),
      .clock(ClockMark(wall: .after(9), boot: "boot-1", sinceBoot: .seconds(9))),
    ])
    try ledger.writeCheckpoint(
      of: Sample.program, by: LedgerFolder.signer, at: .after(10), isScheduled: true)
  }

  private func write(_ version: String) throws {
    let folder = try LedgerFolder()
    let ledger = try folder.open()
    try fill(ledger)
    ledger.close()
    for (name, path) in [("ledger", folder.path), ("keys", folder.keysPath)] {
      try Data(DatabaseText.dump(path).utf8).write(to: Self.file(name, version))
    }
  }

  @Test("ledger and key store together", arguments: versions)
  func opens(_ version: String) throws {
    if ProcessInfo.processInfo.environment["ACCORD_WRITE_RELEASED"] == version {
      try write(version)
    }
    let kept = try LedgerFolder()
    for (name, path) in [("ledger", kept.path), ("keys", kept.keysPath)] {
      let text = try String(contentsOf: Self.file(name, version), encoding: .utf8)
      try DatabaseText.load(text, to: path)
    }
    let ledger = try kept.open()
    let facts = try ledger.facts {
      $0.aliases = [alias]
      $0.tokens = [token]
      $0.cases = [Sample.caseID]
      $0.named = [.numbered(1), .numbered(2), .numbered(3)]
      $0.releases = [Sample.roi]
    }
    #expect(facts.aliases == [alias: ann] && facts.tokens[token]?.map(\.participant) == [ann])
    let said = (1...3).map { facts.messages[.numbered($0)]?.message.value("last-name") }
    #expect(said == [.text("kept"), .text("waits"), .text("nobody's")])
    #expect(facts.parts[.numbered(2)]?.map(\.fate) == [.held])
    #expect(facts.cases[Sample.caseID]?.views[.provider] == Sample.view(.provider))
    let record = try #require(facts.participants[ann])
    #expect(record.consents.records == [Sample.release()] && record.isOnLegalHold)
    #expect(record.consents.marks.suspended == [Sample.roi])
    let recovered = try ledger.recover()
    #expect(recovered.agreementVersion == 2 && recovered.cutOff == [KeyFingerprint("abc")!])
    #expect(recovered.lanes[.provider]?.acknowledged == 1 && recovered.nextDue == .after(99))
    #expect(recovered.chain.number == 1 && ledger.logSize == 3)
    // It goes on from there, and its log with it.
    try ledger.commit([.audit(Sample.audit(.resent, 1))])
    #expect(try kept.reader().integrity().problems.isEmpty)
    ledger.close()
    // Who was on hold then is so by name as well, for backups that do not know them.
    let keys = try kept.keys()
    let stops = try keys.stops(after: 0).filter { $0.kind == .legalHold }
    #expect(stops.map(\.participant) == [ann, ann] && stops.count { $0.name.contains(" ") } == 1)
    keys.close()
    // After all migrations its tables are those of a new ledger.
    let fresh = try LedgerFolder()
    try fresh.open().close()
    #expect(try DatabaseText.schema(kept.path) == DatabaseText.schema(fresh.path))
    #expect(try DatabaseText.schema(kept.keysPath) == DatabaseText.schema(fresh.keysPath))
  }
}
