import HubModel
import Keys
import Ledger
import RouterCore
import Testing

/// A separation that a backup knows nothing of, from what the key store has of it.
@Suite("Who was told apart stays so when the ledger is put back")
struct ApartRestoreTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let ben = ParticipantID.numbered(2)
  let cid = ParticipantID.numbered(3)

  init() throws { folder = try LedgerFolder() }

  /// As the turn writes that these are one person, or that somebody is alone.
  private func group(_ people: ParticipantID..., at position: UInt64) -> [JournalEntry] {
    people.map { .group($0, head: people.count > 1 ? people[0] : nil, position: position) }
  }

  /// A backup of a ledger that knows the three.
  private func backUp(_ entries: [JournalEntry]) throws -> (Ledger, String) {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try ledger.commit([
      .audit(Sample.audit(.released, 1)), .participant(ann), .participant(ben), .participant(cid),
    ])
    try ledger.commit(entries)
    let path = folder.url.appendingPathComponent("backup").path
    _ = try folder.reader().backUp(to: path, at: .after(1))
    return (ledger, path)
  }

  private func people(in ledger: Ledger) throws -> [ParticipantID: ParticipantRecord] {
    try ledger.facts { $0.people = [ann, ben, cid] }.participants
  }

  @Test("also of three, of whom the others stay one person, however often it is put back")
  func three() throws {
    let (ledger, path) = try backUp(group(ann, ben, cid, at: 5))
    try ledger.commit(group(ben, cid, at: 6) + group(ann, at: 7))
    ledger.close()
    for _ in 0..<2 {
      #expect(try folder.restore(from: path).report.apart == 1)
      let restored = try folder.open()
      let people = try people(in: restored)
      #expect(people[ann]?.others == [] && people[ben]?.others == [cid])
      #expect(people[cid]?.others == [ben])
      // What was decided while they counted as one is decided again.
      #expect(people.values.allSatisfy { $0.consents.position > 5 })
      let timers = try restored.facts(dueBy: .after(1_000)).due.map(\.key)
      #expect(Set(timers).isSuperset(of: [.redecide(ann), .redecide(ben), .redecide(cid)]))
      restored.close()
    }
  }

  @Test("of two: then neither has anything of the other's")
  func two() throws {
    let (ledger, path) = try backUp(group(ann, ben, at: 5))
    try ledger.commit(group(ben, at: 6) + group(ann, at: 7))
    // One of them turns out to be somebody else again, which comes out of the spools.
    try ledger.commit(group(ben, cid, at: 8))
    ledger.close()
    #expect(try folder.restore(from: path).report.apart == 2)
    let restored = try folder.open()
    #expect(try people(in: restored).values.allSatisfy { $0.others.isEmpty })
    restored.close()
  }

  @Test("and who was told apart before the backup, or expunged since, is not mentioned")
  func others() throws {
    let (ledger, path) = try backUp(
      group(ann, ben, at: 5) + group(ann, at: 6) + group(ben, at: 6) + group(ben, cid, at: 7))
    try ledger.commit(group(ben, at: 8) + group(cid, at: 8))
    try ledger.commit([.expunged(ben, at: .after(3)), .expunged(cid, at: .after(3))])
    ledger.close()
    #expect(try folder.restore(from: path).report.apart == 0)
  }

  @Test("also where another of them was expunged since, whose releases nobody can open")
  func besideOneWhoIsGone() throws {
    let (ledger, path) = try backUp(
      [.release(cid, Sample.release())] + group(ann, ben, cid, at: 5))
    try ledger.commit(group(ben, cid, at: 6) + group(ann, at: 7))
    try ledger.commit([.expunged(cid, at: .after(3))])
    ledger.close()
    #expect(try folder.restore(from: path).report.apart == 1)
    let restored = try folder.open()
    let people = try people(in: restored)
    #expect(people[ann]?.others == [] && people[ben]?.others == [])
    restored.close()
  }
}
