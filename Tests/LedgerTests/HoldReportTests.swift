import HubModel
import HubProtocol
import Ledger
import RouterCore
import Testing

@Suite("Who is on legal hold")
struct HoldReportTests {
  let folder: LedgerFolder
  let ann = ParticipantID.numbered(1)
  let anna = ParticipantID.numbered(2)
  let ben = ParticipantID.numbered(3)

  init() throws { folder = try LedgerFolder() }

  private func placed(
    _ person: ParticipantID, _ reason: String, at time: WallTime
  ) -> JournalEntry {
    .audit(
      AuditEntry(
        .legalHoldPlaced, at: time, actor: .hub, participant: person, consentPosition: 0,
        agreementVersion: 1, detail: reason))
  }

  private func known(_ person: ParticipantID, as alias: String) -> [JournalEntry] {
    let name = AliasKey(.provider, ParticipantAlias(alias)!)
    return [.participant(person), .alias(name, person, isPreferred: true)]
  }

  @Test("is listed once for each person, by every agency's name, with the newest reason")
  func listed() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    let jail = AliasKey(.sheriff, ParticipantAlias("b-77")!)
    try ledger.commit(known(ann, as: "ann") + known(anna, as: "anna") + known(ben, as: "ben"))
    try ledger.commit([
      .alias(jail, anna, isPreferred: true), .group(ann, head: ann, position: 1),
      .group(anna, head: ann, position: 1),
    ])
    try ledger.commit([
      .legalHold(ben, since: .after(1)), placed(ben, "case 1", at: .after(1)),
      .legalHold(ben, since: nil), .legalHold(ben, since: .after(4)),
      placed(ben, "case 2", at: .after(4)),
    ])
    try ledger.commit([
      .legalHold(ann, since: .after(3)), placed(ann, "case 3", at: .after(3)),
      .legalHold(anna, since: .after(3)), placed(anna, "case 3", at: .after(3)),
    ])
    let report = try folder.reader().legalHolds()
    let provider = AgencyID.provider
    #expect(
      report.people == [
        HoldsReport.Person(
          since: WallTime.after(3).milliseconds, reason: "case 3",
          names: ["\(provider)/ann", "\(provider)/anna", "\(AgencyID.sheriff)/b-77"]),
        HoldsReport.Person(
          since: WallTime.after(4).milliseconds, reason: "case 2", names: ["\(provider)/ben"]),
      ])
    #expect(report.awaitedNames == 0)

    try ledger.commit([.legalHold(ann, since: nil), .legalHold(anna, since: nil)])
    #expect(try folder.reader().legalHolds().people.map(\.reason) == ["case 2"])
    try ledger.commit([.legalHold(ben, since: nil)])
    #expect(try folder.reader().legalHolds() == HoldsReport(people: [], awaitedNames: 0))
    ledger.close()
  }

  @Test("tells how many names wait since a restore, until somebody comes by them")
  func awaited() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try ledger.commit([.audit(Sample.audit(.released, 1))])
    let path = folder.url.appendingPathComponent("backup").path
    _ = try folder.reader().backUp(to: path, at: .after(1))
    try ledger.commit(known(ann, as: "ann") + [.legalHold(ann, since: .after(2))])
    ledger.close()
    _ = try folder.restore(from: path)
    let restored = try folder.open()
    #expect(try folder.reader().legalHolds() == HoldsReport(people: [], awaitedNames: 1))
    try restored.commit(known(ben, as: "ann") + [.legalHold(ben, since: .after(5))])
    let report = try folder.reader().legalHolds()
    #expect(report.people.map(\.names) == [["\(AgencyID.provider)/ann"]])
    #expect(report.awaitedNames == 0)
    restored.close()
  }
}
