import DiversionWorkflow
import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Every journal entry is found again as it was committed")
struct RoundTripTests {
  let folder: LedgerFolder
  let ledger: Ledger
  let person = ParticipantID.numbered(1)

  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
  }

  @Test("A message comes back whole, with its parts")
  func messages() throws {
    let message = Sample.message(
      1, of: person, caseID: Sample.caseID, basis: .candidate, about: .numbered(9))
    let parts = [
      Sample.part(1, to: .prosecutor, .withheld, of: person),
      Sample.part(1, to: .provider, .held, of: person),
      Sample.part(1, to: .provider, part: 1, .pending, queued: 5),
    ]
    try ledger.commit([.accepted(message)] + parts.map { .part($0) })
    let facts = try ledger.facts {
      $0.messages = [.numbered(1), .numbered(2)]
      $0.named = [.numbered(1)]
    }
    #expect(facts.known == [.numbered(1)])
    #expect(facts.messages == [.numbered(1): message])
    #expect(facts.parts == [.numbered(1): parts])
  }

  @Test("Of a part that changes within one turn the last record stands")
  func overtakenPart() throws {
    try ledger.commit([
      .accepted(Sample.message(1)), .part(Sample.part(1, queued: 1)),
      .part(Sample.part(1, .released, number: 1)),
    ])
    try ledger.commit([.part(Sample.part(1, .delivered, number: 1))])
    let facts = try ledger.facts { $0.resends = [Sample.part(1).key] }
    #expect(facts.parts[.numbered(1)] == [Sample.part(1, .delivered, number: 1)])
  }

  @Test("Fates, all of them", arguments: Fate.allCases)
  func fates(fate: Fate) throws {
    try ledger.commit([.accepted(Sample.message(1)), .part(Sample.part(1, fate))])
    let facts = try ledger.facts { $0.named = [.numbered(1)] }
    #expect(facts.parts[.numbered(1)] == [Sample.part(1, fate)])
  }

  @Test("Each submit sequence has a cursor of its own")
  func sources() throws {
    try ledger.commit([.submitted(Sample.source, .data, through: 7)])
    try ledger.commit([
      .submitted(Sample.source, .control, through: 2),
      .submitted(Sample.source, .data, through: 8),
    ])
    let stranger = SourceKey(.sheriff, Incarnation("spool-2")!)
    let facts = try ledger.facts { $0.sources = [Sample.source, stranger] }
    #expect(facts.sources == [Sample.source: SourceCursor(data: 8, control: 2)])
  }

  @Test("Aliases name a participant; each agency is told of them by its preferred one")
  func aliases() throws {
    let first = AliasKey(.sheriff, ParticipantAlias("first")!)
    let second = AliasKey(.sheriff, ParticipantAlias("second")!)
    try ledger.commit([
      .participant(person), .alias(first, person, isPreferred: true),
      .alias(AliasKey(.provider, ParticipantAlias("ours")!), person, isPreferred: true),
    ])
    _ = try ledger.facts { $0.aliases = [first] }
    try ledger.commit([.alias(second, person, isPreferred: true)])
    let facts = try ledger.facts { $0.aliases = [first, second] }
    #expect(facts.aliases == [first: person, second: person])
    #expect(
      facts.participants[person]?.aliases == [
        .sheriff: ParticipantAlias("second")!, .provider: ParticipantAlias("ours")!,
      ])
  }

  @Test("An alias that moves to another participant leaves the former one's record")
  func movedAlias() throws {
    let key = AliasKey(.sheriff, ParticipantAlias("first")!)
    try ledger.commit([.alias(key, person, isPreferred: true)])
    _ = try ledger.facts { $0.aliases = [key] }
    let other = ParticipantID.numbered(2)
    try ledger.commit([
      .accepted(Sample.message(1, of: person)), .alias(key, other, isPreferred: true),
    ])
    let facts = try ledger.facts {
      $0.aliases = [key]
      $0.named = [.numbered(1)]
    }
    #expect(facts.participants[person]?.aliases == [:])
    #expect(facts.participants[other]?.aliases == [.sheriff: ParticipantAlias("first")!])
  }

  @Test("A token's matches are all found, up to one more than may be candidates")
  func tokens() throws {
    let token = IdentityToken(.stateID, [UInt8](repeating: 3, count: 32))
    let other = IdentityToken(.inmateNumber, token.value)
    try ledger.commit([
      .token(token, person, isConfirmed: false), .token(token, .numbered(2), isConfirmed: false),
      .token(token, person, isConfirmed: true),
    ])
    var facts = try ledger.facts { $0.tokens = [token, other] }
    #expect(
      facts.tokens == [
        token: [
          TokenMatch(participant: person, isConfirmed: true),
          TokenMatch(participant: .numbered(2), isConfirmed: false),
        ]
      ])
    try ledger.commit((1...40).map { .token(other, .numbered($0), isConfirmed: false) })
    facts = try ledger.facts { $0.tokens = [other] }
    #expect(facts.tokens[other]?.count == Limits.identityCandidates + 1)
  }

  @Test("Releases stand in the order of their positions; a later version replaces its own")
  func releases() throws {
    let later = Sample.release(RoiID("roi-0")!, .draft, position: 2)
    try ledger.commit([
      .release(person, Sample.release()), .release(person, later),
      .tombstone(person, RoiID("roi-9")!, position: 4),
    ])
    let revoked = Sample.release(Sample.roi, .revoked, position: 5)
    _ = try ledger.facts { $0.releases = [Sample.roi] }
    try ledger.commit([.release(person, revoked)])
    let facts = try ledger.facts { $0.releases = [Sample.roi, RoiID("roi-9")!] }
    #expect(
      facts.releases == [
        Sample.roi: ReleaseOwner(participant: person, capturedBy: .sheriff),
        // Taken back before it came: it is whoever's took it back.
        RoiID("roi-9")!: ReleaseOwner(participant: person, capturedBy: .hub),
      ])
    #expect(
      facts.participants[person]?.consents
        == ParticipantConsents(
          position: 5, records: [later, revoked], tombstones: [RoiID("roi-9")!]))
  }

  @Test("A case comes with all of its views, as they were last written")
  func cases() throws {
    try ledger.commit([.opened(Sample.caseID, by: .sheriff, participant: nil)])
    _ = try ledger.facts { $0.cases = [Sample.caseID] }
    try ledger.commit([
      .opened(Sample.caseID, by: .sheriff, participant: person),
      .view(Sample.caseID, Sample.view(.provider)), .view(Sample.caseID, Sample.view(.sheriff)),
    ])
    let facts = try ledger.facts { $0.cases = [Sample.caseID, CaseID("case-2")!] }
    #expect(
      facts.cases == [
        Sample.caseID: CaseRecord(
          id: Sample.caseID, openedBy: .sheriff, participant: person,
          views: [.provider: Sample.view(.provider), .sheriff: Sample.view(.sheriff)])
      ])
  }

  @Test("Cut-offs and the newest agreement are there at the next start")
  func hub() throws {
    let key = KeyFingerprint("abc")!
    try ledger.commit([
      .cutOff(key, at: .start), .cutOff(key, at: .after(1)),
      .agreement(version: 9, hash: [9], at: .start), .agreement(version: 2, hash: [2], at: .start),
    ])
    let recovered = try ledger.recover()
    #expect(recovered.cutOff == [key])
    #expect(recovered.agreementVersion == 2)
    #expect(recovered.agreementHash == [2])
  }

  @Test("An empty turn commits nothing and succeeds")
  func nothing() throws {
    try ledger.commit([])
    #expect(try ledger.recover().lanes.isEmpty)
  }
}
