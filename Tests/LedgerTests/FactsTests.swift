import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Facts are closed: whatever mentions a participant or a case brings their records")
struct FactsTests {
  let folder: LedgerFolder
  let ledger: Ledger

  /// One story for each way in; everyone and every case in it is someone else.
  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
    for number in 1...12 {
      let person = ParticipantID.numbered(UInt64(number))
      let caseID = CaseID("case-\(number)")!
      // The case's participant is a third person, so that only following the case finds them.
      let other = ParticipantID.numbered(UInt64(100 + number))
      try ledger.commit([
        .participant(person), .participant(other),
        .alias(AliasKey(.sheriff, ParticipantAlias("p-\(number)")!), person, isPreferred: true),
        .alias(AliasKey(.provider, ParticipantAlias("q-\(number)")!), other, isPreferred: true),
        .release(person, Sample.release(RoiID("roi-\(number)")!)),
        .token(IdentityToken(.stateID, [UInt8(number)]), person, isConfirmed: true),
        .opened(caseID, by: .sheriff, participant: other),
        .view(caseID, Sample.view(.provider, caseID)),
        .view(caseID, Sample.view(.sheriff, caseID)),
        .accepted(Sample.message(number, of: person, caseID: caseID)),
      ])
    }
  }

  private func expectClosed(_ facts: Facts, sourceLocation: SourceLocation = #_sourceLocation) {
    var people = Set(facts.aliases.values)
    people.formUnion(facts.tokens.values.joined().map(\.participant))
    people.formUnion(facts.cases.values.compactMap(\.participant))
    people.formUnion(facts.releases.values.map(\.participant))
    people.formUnion(facts.messages.values.compactMap(\.participant))
    let parts = facts.parts.values.joined() + facts.queues.values.flatMap(\.parts)
      + facts.due.flatMap(\.held) + (facts.chunk?.parts ?? [])
    people.formUnion(parts.compactMap(\.participant))
    var cases = Set(facts.messages.values.compactMap(\.message.caseID))
    for timer in facts.due {
      switch timer.key {
      case .redecide(let person), .releaseExpiring(let person, _): people.insert(person)
      case .view(let caseID, _): cases.insert(caseID)
      case .lapse, .heldReminder, .agreement: break
      }
    }
    #expect(Set(facts.participants.keys) == people, sourceLocation: sourceLocation)
    #expect(cases.isSubset(of: facts.cases.keys), sourceLocation: sourceLocation)
    #expect(facts.cases.values.allSatisfy { $0.views.count == 2 }, sourceLocation: sourceLocation)
    #expect(!people.isEmpty, sourceLocation: sourceLocation)
    for part in facts.queues.values.flatMap(\.parts) + facts.due.flatMap(\.held) {
      #expect(facts.messages[part.key.message] != nil, sourceLocation: sourceLocation)
    }
  }

  @Test("by an alias, a token, a release or a case")
  func names() throws {
    expectClosed(
      try ledger.facts { $0.aliases = [AliasKey(.sheriff, ParticipantAlias("p-1")!)] })
    expectClosed(try ledger.facts { $0.tokens = [IdentityToken(.stateID, [2])] })
    expectClosed(try ledger.facts { $0.releases = [RoiID("roi-3")!] })
    expectClosed(try ledger.facts { $0.cases = [CaseID("case-4")!] })
  }

  @Test("by a named message, a resend or a queue")
  func messages() throws {
    try ledger.commit([
      .part(Sample.part(5, .held, of: .numbered(50))),
      .part(Sample.part(6, .released, of: .numbered(60), number: 1)),
      .part(Sample.part(7, of: .numbered(70), queued: 1)),
    ])
    expectClosed(try ledger.facts { $0.named = [.numbered(5)] })
    expectClosed(try ledger.facts { $0.resends = [Sample.part(6).key] })
    let queue = try ledger.facts { $0.queues = [.provider: 4] }
    expectClosed(queue)
    #expect(queue.participants[.numbered(70)] == ParticipantRecord())
  }

  @Test("by a timer")
  func timers() throws {
    try ledger.commit([
      .part(Sample.part(8, .held, of: .numbered(8), queued: 1)),
      .part(Sample.part(9, .held, of: .numbered(90), queued: 2)),
    ])
    let keys: [TimerKey] = [
      .lapse(.numbered(8)), .heldReminder(.numbered(9)), .redecide(.numbered(8)),
      .view(CaseID("case-10")!, .provider),
      .releaseExpiring(.numbered(11), RoiID("roi-11")!),
    ]
    expectClosed(
      try ledger.facts { $0.redecision = Redecision(held: .init(through: 2), queues: []) })
    for key in keys {
      try ledger.commit([.timer(key, due: .start, count: 0)])
      expectClosed(try ledger.facts())
      try ledger.commit([.cancel(key)])
    }
    try ledger.commit(keys.map { .timer($0, due: .start, count: 0) })
    expectClosed(try ledger.facts())
  }

  @Test("and what is unknown is absent, not an error")
  func unknown() throws {
    let facts = try ledger.facts {
      $0.messages = [.numbered(99)]
      $0.named = [.numbered(99)]
      $0.resends = [Sample.part(99).key]
      $0.aliases = [AliasKey(AgencyID("nobody")!, ParticipantAlias("x")!)]
      $0.tokens = [IdentityToken(.inmateNumber, [1])]
      $0.cases = [CaseID("none")!]
      $0.releases = [RoiID("none")!]
      $0.sources = [SourceKey(AgencyID("nobody")!, Incarnation("x")!)]
    }
    #expect(facts == Facts())
  }
}
