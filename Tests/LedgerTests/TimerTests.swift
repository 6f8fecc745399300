import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Timers")
struct TimerTests {
  let folder: LedgerFolder
  let ledger: Ledger
  let person = ParticipantID.numbered(1)

  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
  }

  @Test("Every kind of timer is found again by its key")
  func kinds() throws {
    let keys: [TimerKey] = [
      .lapse(.numbered(1)), .heldReminder(.numbered(1)), .redecide(person),
      .view(Sample.caseID, .provider), .releaseExpiring(person, Sample.roi),
      .agreement(version: 70_000),
    ]
    for (index, key) in keys.enumerated() {
      try ledger.commit([.timer(key, due: .after(Int64(index)), count: index)])
    }
    let facts = try ledger.facts(dueBy: .after(100))
    #expect(facts.due.map(\.key) == keys)
    #expect(facts.due.map(\.count) == Array(keys.indices))
    try ledger.commit(keys.map { .cancel($0) })
    #expect(try ledger.facts(dueBy: .after(100)).due.isEmpty)
  }

  @Test("Timers fall due in time, at most as many as asked for, and the next one is told")
  func order() throws {
    try ledger.commit(
      (1...5).map { .timer(.lapse(.numbered($0)), due: .after(Int64(60 - 10 * $0)), count: 0) })
    var facts = try ledger.facts(dueBy: .after(30))
    #expect(facts.due.map(\.key) == [5, 4, 3].map { .lapse(.numbered($0)) })
    #expect(facts.nextDue == .after(40))
    facts = try ledger.facts(dueBy: .after(30)) { $0.timerLimit = 2 }
    #expect(facts.due.map(\.due) == [.after(10), .after(20)])
    #expect(facts.nextDue == .after(30))
    facts = try ledger.facts(dueBy: .after(9))
    #expect(facts.due.isEmpty)
    #expect(facts.nextDue == .after(10))
    facts = try ledger.facts(dueBy: .after(90))
    #expect(facts.due.count == 5)
    #expect(facts.nextDue == nil)
  }

  @Test("Setting a timer again moves it; cancelling it takes it away")
  func moving() throws {
    let key = TimerKey.lapse(.numbered(1))
    #expect(try ledger.facts().nextDue == nil)
    try ledger.commit([.timer(key, due: .after(5), count: 0)])
    #expect(try ledger.facts().nextDue == .after(5))
    try ledger.commit([.timer(key, due: .after(50), count: 3)])
    #expect(try ledger.facts(dueBy: .after(5)).due.isEmpty)
    #expect(try ledger.facts(dueBy: .after(50)).due.map(\.count) == [3])
    #expect(try ledger.recover().nextDue == .after(50))
    try ledger.commit([.cancel(key), .cancel(.lapse(.numbered(2)))])
    #expect(try ledger.recover().nextDue == nil)
  }

  @Test("A lapse or a reminder brings its message and parts, a view's timer its case")
  func companions() throws {
    let message = Sample.message(1, of: person, caseID: Sample.caseID)
    try ledger.commit([
      .accepted(message), .part(Sample.part(1, .held, of: person)),
      .opened(Sample.caseID, by: .sheriff, participant: person),
      .view(Sample.caseID, Sample.view(.provider)),
      .timer(.lapse(.numbered(1)), due: .start, count: 0),
    ])
    var facts = try ledger.facts()
    #expect(facts.messages == [.numbered(1): message])
    #expect(facts.parts == [.numbered(1): [Sample.part(1, .held, of: person)]])
    try ledger.commit([
      .cancel(.lapse(.numbered(1))),
      .timer(.view(Sample.caseID, .provider), due: .start, count: 0),
    ])
    facts = try ledger.facts()
    #expect(facts.messages.isEmpty)
    #expect(facts.cases[Sample.caseID]?.views == [.provider: Sample.view(.provider)])
    #expect(facts.participants.keys.sorted() == [person])
  }
}
