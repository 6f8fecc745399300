import ConsentEngine
import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Merges, revocations of everything, refusals and clocks are kept")
struct PersonTests {
  let folder: LedgerFolder
  let ledger: Ledger
  let people = [ParticipantID.numbered(1), .numbered(2), .numbered(3)]

  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
    try ledger.commit(people.map { .participant($0) })
    for (index, person) in people.enumerated() {
      let alias = AliasKey(.sheriff, ParticipantAlias("theirs-\(index)")!)
      try ledger.commit([.alias(alias, person, isPreferred: true)])
    }
  }

  private func records(
    _ ledger: Ledger, of index: Int
  ) throws -> [ParticipantID: ParticipantRecord] {
    try ledger.facts {
      $0.aliases = [AliasKey(.sheriff, ParticipantAlias("theirs-\(index)")!)]
    }.participants
  }

  @Test("Whoever is one person is loaded together, also after a restart, and not once apart")
  func groups() throws {
    try ledger.commit(people.map { .group($0, head: people[0], position: 4) })
    for index in 0..<3 {
      let found = try records(ledger, of: index)
      #expect(Set(found.keys) == Set(people))
      for person in people {
        #expect(found[person]?.others == Set(people).subtracting([person]))
        #expect(found[person]?.consents.position == 4)
      }
    }
    try ledger.commit([
      .group(people[0], head: nil, position: 5), .group(people[1], head: people[1], position: 5),
      .group(people[2], head: people[1], position: 5),
    ])
    ledger.close()
    let again = try folder.open()
    #expect(Set(try records(again, of: 0).keys) == [people[0]])
    #expect(Set(try records(again, of: 2).keys) == [people[1], people[2]])
  }

  @Test("Of revocations of everything with the same reach the last stands")
  func blankets() throws {
    let wide = BlanketRevocation(recipients: [], at: .after(1))
    let later = BlanketRevocation(recipients: [], at: .after(9))
    let narrow = BlanketRevocation(recipients: [.agency(.prosecutor)], at: .after(5))
    try ledger.commit([.blanket(people[0], wide, position: 1)])
    try ledger.commit([
      .blanket(people[0], narrow, position: 2), .blanket(people[0], later, position: 3),
    ])
    let found = try records(ledger, of: 0)[people[0]]?.consents
    #expect(Set(found?.blankets ?? []) == [narrow, later])
    #expect(found?.position == 3)
  }

  @Test("What was refused before any form had come is read back", arguments: [
    RoiRefusal.Reason.refused, .incapacity,
  ])
  func bareRefusals(reason: RoiRefusal.Reason) throws {
    var consents = ParticipantConsents()
    let change = try consents.apply(
      .refusal(RoiRefusal(id: Sample.roi, reason: reason)), from: .sheriff,
      under: SiteSwitches(), at: .start)
    #expect(change.records.count == 1)
    try ledger.commit(change.records.map { .release(people[0], $0) })
    ledger.close()
    let found = try records(try folder.open(), of: 0)[people[0]]?.consents
    #expect(found?.records == change.records)
  }

  @Test("Refusals are remembered by spool, sequence and number, and not without end")
  func refusals() throws {
    let refused = { (number: UInt64, code: ErrorCode) in
      RefusedSubmission(sequence: .data, number: number, refusal: Refusal(code, at: "field"))
    }
    let control = RefusedSubmission(
      sequence: .control, number: 3, refusal: Refusal(.notCapturer))
    try ledger.commit([
      .refused(Sample.source, refused(3, .unknownField)),
      .refused(Sample.source, refused(7, .missingField)), .refused(Sample.source, control),
    ])
    #expect(
      try ledger.facts { $0.refusals = [Sample.source] }.refusals == [
        Sample.source: [refused(3, .unknownField), refused(7, .missingField), control]
      ])
    #expect(try ledger.facts().refusals.isEmpty)
    let far = refused(3 + Limits.refusalsRemembered, .unknownTopic)
    try ledger.commit([.refused(Sample.source, far)])
    #expect(
      try ledger.facts { $0.refusals = [Sample.source] }.refusals[Sample.source] == [
        refused(7, .missingField), far, control,
      ])
  }

  @Test("What the clocks showed last is what a restart compares with")
  func clock() throws {
    #expect(try ledger.recover().clock == nil)
    for second in [Int64(5), 3] {
      let mark = ClockMark(
        wall: .after(second), boot: "boot-\(second)", sinceBoot: Span(milliseconds: second))
      try ledger.commit([.clock(mark)])
      #expect(try ledger.recover().clock == mark)
    }
  }
}
