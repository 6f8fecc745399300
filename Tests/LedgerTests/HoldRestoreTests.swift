import Foundation
import HubModel
import Keys
import Ledger
import RouterCore
import Testing

/// A hold that a backup knows nothing of, from what the key store has of it.
@Suite("A legal hold outlives the ledger in which it was placed")
struct HoldRestoreTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let ben = ParticipantID.numbered(2)
  let theirs = AliasKey(.provider, ParticipantAlias("theirs")!)
  let jail = AliasKey(.sheriff, ParticipantAlias("b-77")!)

  init() throws { folder = try LedgerFolder() }

  /// A backup of a ledger that knows nobody, or those whom `entries` make known.
  private func backUp(knowing entries: [JournalEntry] = []) throws -> (Ledger, String) {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try ledger.commit([.audit(Sample.audit(.released, 1))] + entries)
    let path = folder.url.appendingPathComponent("backup").path
    _ = try folder.reader().backUp(to: path, at: .after(1))
    return (ledger, path)
  }

  private func restored(from path: String) throws -> (Ledger, RestoreReport) {
    let report = try folder.restore(from: path).report
    return (try folder.open(), report)
  }

  private func held(_ ledger: Ledger) throws -> Set<AliasKey> {
    try ledger.facts { $0.aliases = [theirs, jail] }.heldNames
  }

  private func isHeld(_ person: ParticipantID, in ledger: Ledger) throws -> Bool? {
    try ledger.facts { $0.people = [person] }.participants[person]?.isOnLegalHold
  }

  @Test("of somebody whom the backup does not know, by every name, however often it is put back")
  func unknown() throws {
    let (ledger, path) = try backUp()
    try ledger.commit([
      .participant(ann), .alias(theirs, ann, isPreferred: true), .legalHold(ann, since: .after(2)),
    ])
    // Named so only after it was placed.
    try ledger.commit([.alias(jail, ann, isPreferred: true)])
    #expect(try held(ledger).isEmpty)
    ledger.close()
    for _ in 0..<2 {
      let (restored, report) = try restored(from: path)
      #expect(report.held == 0 && report.heldNames == 2)
      #expect(try held(restored) == [theirs, jail])
      // As the turn does with whoever comes by the name.
      try restored.commit([
        .participant(ben), .alias(theirs, ben, isPreferred: true),
        .legalHold(ben, since: .after(3)),
      ])
      #expect(try held(restored) == [jail])
      restored.close()
    }
    // What both lives know of it comes to the same two names.
    let (again, report) = try restored(from: path)
    #expect(report.heldNames == 2)
    again.close()
  }

  @Test("of somebody whom the backup knows under another number, by their name")
  func renumbered() throws {
    let (ledger, path) = try backUp(
      knowing: [.participant(ann), .alias(theirs, ann, isPreferred: true)])
    try ledger.commit([
      .participant(ben), .alias(theirs, ben, isPreferred: true), .legalHold(ben, since: .after(2)),
    ])
    ledger.close()
    let (restored, report) = try restored(from: path)
    #expect(report.held == 1 && report.heldNames == 0)
    #expect(try isHeld(ann, in: restored) == true)
    #expect(try held(restored).isEmpty)
    restored.close()
  }

  @Test("but not of somebody who was freed and expunged since: their key opens nothing")
  func expunged() throws {
    let (ledger, path) = try backUp()
    try ledger.commit([
      .participant(ann), .alias(theirs, ann, isPreferred: true), .legalHold(ann, since: .after(2)),
    ])
    try ledger.commit([.legalHold(ann, since: nil)])
    try ledger.commit([.expunged(ann, at: .after(3))])
    ledger.close()
    let (restored, report) = try restored(from: path)
    #expect(report.held == 0 && report.heldNames == 0)
    #expect(try held(restored).isEmpty)
    restored.close()
  }

  @Test("and the file says of nobody by which name they are on hold")
  func sealed() throws {
    let (ledger, _) = try backUp()
    try ledger.commit([
      .participant(ann), .alias(theirs, ann, isPreferred: true), .legalHold(ann, since: .after(2)),
    ])
    ledger.close()
    let keys = try folder.keys()
    defer { keys.close() }
    let stop = try #require(try keys.stops(after: 0).first { $0.name.contains(" ") })
    let index = try keys.index(
      .alias, Array(theirs.agency.text.utf8), Array(theirs.alias.text.utf8))
    #expect(stop.kind == .legalHold && stop.participant == ann)
    #expect(stop.name.hasPrefix("\(theirs.agency) "))
    #expect(!stop.name.contains(index.map { String(format: "%02x", $0) }.joined()))
    #expect(!stop.name.contains(theirs.alias.text))
  }
}
