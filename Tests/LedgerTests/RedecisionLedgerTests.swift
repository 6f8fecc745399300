import Foundation
import HubModel
import Ledger
import RouterCore
import Testing

/// The router's turns on the real ledger, without a network.
private final class Desk {
  let ledger: Ledger
  var state: RouterState
  private var fresh = Fresh()
  /// Places that committed turns have decided again, in order.
  private(set) var visited: [UInt64] = []

  private struct Fresh: FreshIDs {
    private var count: UInt64 = 0
    mutating func random(for agency: AgencyID) -> (UInt64, UInt64) {
      count += 1
      return (9, count)
    }
  }

  static let sheriffKey = KeyFingerprint("sheriff-desk")!
  static let registry = Registry(agencies: [
    agency(.sheriff, .sheriff, key: sheriffKey), agency(.prosecutor, .prosecutor, key: nil),
  ])
  private static func agency(
    _ id: AgencyID, _ role: Role, key: KeyFingerprint?
  ) -> Registry.Agency {
    let keys = key.map {
      [Registry.Key(fingerprint: $0, curve: [], signing: [], isConsumer: true)]
    }
    return Registry.Agency(
      id: id, name: id.text, role: role, isPart2Program: false, releasePort: 7_440,
      keys: keys ?? [], maySendUnsealed: true)
  }

  static func agreement(_ version: UInt32, opens: Bool) -> ProgramAgreement {
    let path = ProgramAgreement.Path(.holdRequested, from: .sheriff, to: .prosecutor)
    return ProgramAgreement(
      program: ProgramID("lead")!, version: version,
      contentHash: Array(repeating: UInt8(version), count: 32), paths: [path],
      exceptions: opens ? [.init(path: path, legalBasis: "MOU 4")] : [], outcomes: [:],
      hold: .init(window: .days(14), rule: "14 days", conditions: []),
      handoff: .init(acknowledgeWithin: .minutes(5), attempts: 2),
      escrow: .init(
        deadline: .days(14), timeCritical: [], remindEvery: .minutes(15),
        candidateDeadline: .days(1)),
      referral: .init(divertibleOffences: [], rule: "any"), calendar: .utc, dutyLine: "555 0100")
  }

  init(_ ledger: Ledger) throws {
    self.ledger = ledger
    let recovered = try ledger.recover()
    state = RouterState(
      recovered: recovered, registry: Self.registry,
      agreement: Self.agreement(
        max(1, recovered.agreementVersion), opens: recovered.agreementVersion == 2))
  }

  @discardableResult
  func turn(_ events: [Event] = [], commits: Bool = true) throws -> Outcome {
    let batch = Batch(events: events, now: .after(9_000), tick: Tick(milliseconds: 0))
    let facts = try ledger.load(state.needs(batch))
    #expect(facts.chunk?.parts.count ?? 0 <= Limits.turnRedecisions)
    let outcome = state.apply(batch, facts, fresh: &fresh)
    if commits {
      try ledger.commit(outcome.journal)
      visited += facts.chunk?.parts.compactMap(\.queued) ?? []
    }
    return outcome
  }

  func finish() throws { while state.redecision != nil { try turn() } }
}

@Suite("Deciding again on the real ledger", .serialized)
struct RedecisionLedgerTests {
  /// A day of the nightly run, or enough of one for every other.
  static let backlog = ProcessInfo.processInfo.environment["ACCORD_LONG"] == nil ? 2_000 : 100_000

  private static func message(_ number: Int) -> Message {
    Message(
      id: .numbered(number), topic: .holdRequested, source: .sheriff,
      program: ProgramID("lead")!, sentAt: .start, purpose: .diversion,
      participant: ParticipantAlias("p-\(number % 500)")!, caseID: CaseID("case-\(number)")!,
      segments: [
        Segment(
          .hold,
          fields: [
            Field("incident", .code("inc-\(number)")), Field("referred-at", .time(.start)),
          ])
      ])
  }

  private static func fill(_ ledger: Ledger) throws {
    for first in stride(from: 1, through: backlog, by: 1_000) {
      var entries: [JournalEntry] = []
      for number in first..<min(first + 1_000, backlog + 1) {
        let person = ParticipantID.numbered(UInt64(number % 500))
        entries.append(
          .accepted(
            StoredMessage(
              message: message(number), participant: person, basis: .submitted,
              acceptedAt: .start)))
        entries.append(
          .part(
            PartRecord(
              key: PartKey(message: .numbered(number), recipient: .prosecutor, part: 0),
              segments: SegmentSet([0]), fate: .held, participant: person,
              queued: UInt64(number), changedAt: .start)))
      }
      try ledger.commit(entries)
    }
  }

  private static let activation = Event.administration(
    .activate(Desk.agreement(2, opens: true), text: Array("v2".utf8), effective: nil), ticket: 1)

  private func fates(_ folder: LedgerFolder) throws -> [String: Int] {
    try LedgerReader(at: folder.path).totals().partsByFate
  }

  @Test("Killed between chunks, or before a chunk's commit, each part is decided again once")
  func killed() throws {
    let folder = try LedgerFolder()
    let ledger = try folder.open()
    try Self.fill(ledger)
    let desk = try Desk(ledger)
    try desk.turn([Self.activation])
    for _ in 0..<7 { try desk.turn() }
    // This turn is decided and dies with the process before its commit.
    try desk.turn(commits: false)
    let left = try folder.asKilled()
    let revived = try Desk(left.open())
    #expect(revived.state.redecision?.held.after == desk.visited.last)
    #expect(revived.state.agreement.version == 2)
    try revived.finish()
    #expect(desk.visited + revived.visited == (1...Self.backlog).map { UInt64($0) })
    #expect(try fates(left) == ["pending": Self.backlog])
    let known = try revived.ledger.recover()
    #expect(known.redecision == nil)
    #expect(known.agreements.map(\.text) == [Array("v2".utf8)])
  }

  @Test("A backlog does not stall a fresh message: it is decided, under the new version, at once")
  func fresh() throws {
    let folder = try LedgerFolder()
    let ledger = try folder.open()
    try Self.fill(ledger)
    let desk = try Desk(ledger)
    let session = Session(connection: [1], fingerprint: Desk.sheriffKey)
    try desk.turn([
      .submission(
        session,
        .hello(
          Submission.Hello(
            version: Submission.wireVersion, source: Incarnation("spool-1")!, isConsumer: true,
            ledger: nil)))
    ])
    try desk.turn([Self.activation])
    try desk.turn()
    var message = Self.message(Self.backlog + 1)
    message.participant = ParticipantAlias("somebody-else")!
    let outcome = try desk.turn([
      .submission(
        session, .publish(.init(sequence: .data, first: 1, items: [.message(message)])))
    ])
    let decided = outcome.journal.compactMap { entry -> Fate? in
      guard case .part(let part) = entry, part.key.message == message.id else { return nil }
      return part.fate
    }
    #expect(decided == [.pending], "permitted by the new version, in the turn of its arrival")
    #expect(
      outcome.sends.contains { if case .reply(_, .receipt) = $0 { true } else { false } })
    #expect(desk.state.redecision?.held.isDone == false)
    try desk.finish()
    #expect(try fates(folder) == ["pending": Self.backlog + 1])
  }
}
