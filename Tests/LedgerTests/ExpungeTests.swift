import Foundation
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore
import Testing

@Suite("Of somebody who was expunged nothing can be read, whatever crashed or was restored")
struct ExpungeTests {
  let folder: LedgerFolder
  let person = ParticipantID.numbered(1)
  let other = ParticipantID.numbered(2)
  let alias = AliasKey(.provider, ParticipantAlias("theirs")!)
  let token = IdentityToken(.stateID, [UInt8](repeating: 5, count: 32))

  init() throws { folder = try LedgerFolder() }

  private func fill(_ ledger: Ledger) throws {
    try ledger.commit([
      .participant(person), .participant(other), .alias(alias, person, isPreferred: true),
      .token(token, person, isConfirmed: true),
      .opened(Sample.caseID, by: .sheriff, participant: nil),
      .view(Sample.caseID, Sample.view(.provider)),
    ])
    try ledger.commit([
      .opened(Sample.caseID, by: .sheriff, participant: person),
      .accepted(Sample.message(1, of: person, caseID: Sample.caseID, text: "theirs")),
      .part(Sample.part(1, .held, of: person)),
      .accepted(Sample.message(2, of: person, text: "theirs")),
      .part(Sample.part(2, of: person, queued: 1)),
      .accepted(Sample.message(3, of: person, text: "theirs")),
      .part(Sample.part(3, .released, of: person, number: 1)),
      .accepted(Sample.message(4, of: other, text: "another's")),
      .part(Sample.part(4, of: other, queued: 2)),
      .release(person, Sample.release()), .emergency(person, emergency, position: 9),
      .audit(Sample.audit(.accepted, 1)),
    ])
  }

  private let emergency = EmergencyAccess(
    id: RoiID("em-1")!, recipient: .provider, recipientName: "Dr Hale", affiliation: "",
    discloser: "desk", nature: "overdose", openedAt: .start, closesAt: .after(60))

  private let expungement: [JournalEntry] = [
    .expunged(.numbered(1), at: .after(9)),
    .part(Sample.part(1, .shredded, of: .numbered(1))),
    .part(Sample.part(2, .shredded, of: .numbered(1))),
    .part(Sample.part(3, .withheld, of: .numbered(1), number: 1)),
    .audit(Sample.audit(.expunged, nil)),
  ]

  @Test("A release that they took back before it came is theirs still, so nobody else can bring it")
  func takenBackBefore() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let late = try #require(RoiID("late"))
    try ledger.commit([.tombstone(person, late, position: 10)])
    #expect(try ledger.facts { $0.releases = [late] }.releases[late]?.participant == person)
    try ledger.commit(expungement)
    #expect(try ledger.facts { $0.releases = [late] }.releases[late]?.participant == person)
  }

  private func expectGone(
    _ ledger: Ledger, in folder: LedgerFolder, third: Fate = .withheld
  ) throws {
    let facts = try ledger.facts {
      $0.aliases = [alias]
      $0.tokens = [token]
      $0.cases = [Sample.caseID]
      $0.named = [.numbered(1), .numbered(2), .numbered(3), .numbered(4)]
      $0.releases = [Sample.roi]
    }
    #expect(facts.aliases.isEmpty && facts.tokens.isEmpty)
    #expect(facts.cases[Sample.caseID]?.participant == nil)
    #expect(facts.cases[Sample.caseID]?.views == [:])
    for number in 1...3 {
      #expect(facts.messages[.numbered(number)]?.message.segments == [])
      #expect(facts.messages[.numbered(number)]?.message.participant == nil)
      let fates = facts.parts[.numbered(number)]?.map(\.fate)
      #expect(fates == [number == 3 ? third : .shredded], "message \(number)")
    }
    #expect(facts.messages[.numbered(4)]?.message.value("last-name") == .text("another's"))
    #expect(facts.participants[person]?.consents.records == [])
    // Its id stays taken, so that a late copy of it is refused.
    #expect(facts.releases[Sample.roi]?.participant == person)
    #expect(facts.participants[person]?.consents.emergencies == [])
    #expect(try folder.reader().releases(nil).isEmpty)
    #expect(try folder.reader().emergencies(all: true).isEmpty)
    #expect(try folder.reader().expungement(of: alias, now: .after(10)) == nil)
  }

  private func expectLogHolds() throws {
    let reader = try folder.reader()
    let page = try reader.auditPage(from: 0, size: try reader.auditHead(of: Sample.program).size)
    let entries = page.text.split(separator: "\n").filter { $0.hasPrefix("entry") }
    #expect(!entries.isEmpty)
  }

  /// The ledger's files as they are, beside the keys of another moment.
  private func mix(ledger: LedgerFolder, keys: LedgerFolder) throws -> LedgerFolder {
    let mixed = try LedgerFolder()
    for (from, to) in [(ledger.path, mixed.path), (keys.keysPath, mixed.keysPath)] {
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: from + suffix) {
        try FileManager.default.copyItem(atPath: from + suffix, toPath: to + suffix)
      }
    }
    return mixed
  }

  @Test("at once, and after a restart; others are untouched, and the log is whole")
  func gone() throws {
    do {
      let ledger = try folder.open()
      try fill(ledger)
      let report = try #require(try folder.reader().expungement(of: alias, now: .after(10)))
      #expect(report.messages == 3 && report.waiting == 2 && report.releases == 1)
      #expect(report.lastDone == WallTime.after(10).milliseconds)
      try ledger.commit(expungement)
      try expectGone(ledger, in: folder)
      ledger.close()
    }
    let ledger = try folder.open()
    try expectGone(ledger, in: folder)
    try expectLogHolds()
  }

  @Test("a crash after the ledger's commit and before the keys are destroyed is finished")
  func crashBetween() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let before = try folder.asKilled()
    try ledger.commit(expungement)
    let crashed = try mix(ledger: folder.asKilled(), keys: before)
    let revived = try crashed.open()
    try expectGone(revived, in: crashed)
    revived.close()
    #expect(try crashed.keys().shreddedParticipants() == [person])
  }

  @Test("a crash before the ledger's commit leaves the person whole")
  func crashBefore() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let before = try folder.asKilled()
    let revived = try before.open()
    let facts = try revived.facts {
      $0.aliases = [alias]
      $0.named = [.numbered(1)]
    }
    #expect(facts.aliases == [alias: person])
    #expect(facts.messages[.numbered(1)]?.message.value("last-name") == .text("theirs"))
    #expect(facts.cases[Sample.caseID]?.views.count == 1)
  }

  @Test("a backup of the ledger does not bring them back: it follows the shred list")
  func restoredLedger() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let backup = try folder.asKilled()
    try ledger.commit(expungement)
    let restored = try mix(ledger: backup, keys: folder.asKilled())
    // Nobody puts it back by hand.
    #expect(kind { try restored.open() } == .putBack)
    let copy = try LedgerFolder()
    try backup.open().close()
    try FileManager.default.copyItem(atPath: backup.path, toPath: copy.path)
    _ = try restored.restore(from: copy.path)
    let revived = try restored.open()
    // What was under way waited again, and went from there.
    try expectGone(revived, in: restored, third: .shredded)
    #expect(try restored.reader().totals().auditByKind["expunged"] == 1)
    revived.close()
    // Once, not at every start.
    let again = try restored.open()
    #expect(try restored.reader().totals().auditByKind["expunged"] == 1)
    again.close()
  }

  @Test("what is said of them later in the very turn is kept from being written")
  func afterwards() throws {
    let ledger = try folder.open()
    try fill(ledger)
    try ledger.commit(expungement)
    try ledger.commit([
      .alias(alias, person, isPreferred: true), .token(token, person, isConfirmed: true),
      .release(person, Sample.release()), .accepted(Sample.message(7, of: person)),
      .view(Sample.caseID, Sample.view(.sheriff)),
    ])
    let facts = try ledger.facts {
      $0.aliases = [alias]
      $0.tokens = [token]
      $0.named = [.numbered(7)]
    }
    #expect(facts.aliases.isEmpty && facts.tokens.isEmpty)
    #expect(facts.messages[.numbered(7)]?.message.segments == [])
  }

  @Test("the same name may come again, as a stranger's")
  func stranger() throws {
    let ledger = try folder.open()
    try fill(ledger)
    try ledger.commit(expungement)
    try ledger.commit([.participant(.numbered(3)), .alias(alias, .numbered(3), isPreferred: true)])
    let facts = try ledger.facts { $0.aliases = [alias] }
    #expect(facts.aliases == [alias: .numbered(3)])
  }
}
