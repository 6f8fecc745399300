import HubModel
import Ledger
import RouterCore
import Testing

@Suite("Queues, windows and escrow")
struct QueueTests {
  let folder: LedgerFolder
  let ledger: Ledger
  let person = ParticipantID.numbered(1)

  init() throws {
    folder = try LedgerFolder()
    ledger = try folder.open()
  }

  @Test("A queue page is its head in queue order, and says whether anything is behind it")
  func pages() throws {
    // Message order and queue order run against each other.
    for number in 1...5 {
      try ledger.commit([
        .accepted(Sample.message(number)),
        .part(Sample.part(number, queued: UInt64(10 - number))),
      ])
    }
    func page(_ count: Int) throws -> QueuePage? {
      try ledger.facts { $0.queues = [.provider: count] }.queues[.provider]
    }
    let order = [5, 4, 3, 2, 1].map { Sample.part($0, queued: UInt64(10 - $0)) }
    #expect(try page(2) == QueuePage(parts: Array(order.prefix(2)), isComplete: false))
    #expect(try page(5) == QueuePage(parts: order, isComplete: true))
    #expect(try page(64) == QueuePage(parts: order, isComplete: true))
    #expect(try page(0) == QueuePage(parts: [], isComplete: false))
  }

  @Test("A part leaves its queue with its fate, and other recipients' queues are apart")
  func leaving() throws {
    try ledger.commit([
      .accepted(Sample.message(1)), .part(Sample.part(1, queued: 1)),
      .part(Sample.part(1, to: .prosecutor, queued: 1)),
    ])
    try ledger.commit([.part(Sample.part(1, .released, number: 1))])
    let facts = try ledger.facts {
      $0.queues = [.provider: 5, .prosecutor: 5, AgencyID("nobody")!: 5]
    }
    #expect(facts.queues[.provider] == QueuePage(parts: [], isComplete: true))
    #expect(facts.queues[.prosecutor]?.parts.map(\.key.recipient) == [.prosecutor])
    #expect(facts.queues[AgencyID("nobody")!] == QueuePage(parts: [], isComplete: true))
    #expect(facts.messages.keys.sorted() == [.numbered(1)])
    #expect(facts.parts.isEmpty)
  }

  @Test("The window is what lies between the acknowledged number and the next, voids included")
  func windows() throws {
    var entries: [JournalEntry] = []
    for number in 1...6 {
      entries.append(.accepted(Sample.message(number)))
      entries.append(.part(Sample.part(number, .released, number: UInt64(number))))
    }
    try ledger.commit(entries)
    let void = Sample.part(5, .withheld, number: 5)
    try ledger.commit([.part(void), .part(Sample.part(2, .withheld, number: 2))])
    try ledger.commit([
      .acknowledged(.provider, through: 3), .part(Sample.part(1, .delivered, number: 1)),
      .part(Sample.part(3, .quarantined, number: 3)),
    ])
    let lane = try #require(try ledger.recover().lanes[.provider])
    #expect(lane.next == 7)
    #expect(lane.acknowledged == 3)
    #expect(
      lane.window == [
        Sample.part(4, .released, number: 4), void, Sample.part(6, .released, number: 6),
      ])
  }

  @Test("What is acknowledged is delivered as the turn says; what was set aside or void stays so")
  func deliveries() throws {
    for number in 1...5 {
      try ledger.commit([
        .accepted(Sample.message(number)),
        .part(Sample.part(number, .released, number: UInt64(number))),
      ])
    }
    let void = Sample.part(2, .withheld, number: 2)
    let aside = Sample.part(3, .quarantined, number: 3)
    try ledger.commit([.part(void)])
    func delivered(_ message: Int, as number: UInt64) -> PartRecord {
      var part = Sample.part(message, .delivered, number: number)
      part.changedAt = .after(50)
      return part
    }
    let first = delivered(1, as: 1)
    try ledger.commit([.part(aside), .part(first), .acknowledged(.provider, through: 3)])
    // Of message 9 the ledger never heard that it was released.
    let second = [delivered(4, as: 4), delivered(9, as: 4)]
    try ledger.commit([.accepted(Sample.message(9))])
    try ledger.commit(second.map { .part($0) } + [.acknowledged(.provider, through: 4)])
    let facts = try ledger.facts { $0.named = Set([1, 2, 3, 4, 5, 9].map { .numbered($0) }) }
    let expected = second + [first, void, aside, Sample.part(5, .released, number: 5)]
    for part in expected { #expect(facts.parts[part.key.message] == [part]) }
    #expect(try ledger.recover().lanes[.provider]?.window.map(\.key.message) == [.numbered(5)])
  }

  @Test("Numbers and queue places go on where they were, whatever became of their parts")
  func laneEnds() throws {
    try ledger.commit([
      .accepted(Sample.message(1)), .part(Sample.part(1, queued: 8)),
      .part(Sample.part(1, .released, number: 3)),
    ])
    try ledger.commit([
      .acknowledged(.provider, through: 3), .part(Sample.part(1, .delivered, number: 3)),
    ])
    let lane = try #require(try ledger.recover().lanes[.provider])
    #expect(lane == Recovered.Lane(next: 4, acknowledged: 3, queueTail: 9, window: []))
  }

  @Test("Held parts come in the order of their places, and the cursor goes through them all")
  func heldPages() throws {
    // Message order and the escrow's order run against each other.
    for number in 1...4 {
      let place = UInt64(20 - 2 * number)
      try ledger.commit([
        .accepted(Sample.message(number, of: person)),
        .part(Sample.part(number, to: .prosecutor, .held, of: person, queued: place)),
        .part(Sample.part(number, to: .provider, .held, of: person, queued: place + 1)),
        .part(Sample.part(number, to: .provider, part: 1, .withheld, of: person)),
      ])
    }
    try ledger.commit([
      .accepted(Sample.message(5, of: .numbered(2))),
      .part(Sample.part(5, .held, of: .numbered(2), queued: 30)),
    ])
    #expect(try own() == (12...19).map { UInt64($0) })
    #expect(try everybody() == (12...19).map { UInt64($0) } + [30])
    #expect(try ledger.recover().escrowTail == 31)
  }

  private func own() throws -> [UInt64] {
    var seen: [UInt64] = []
    while true {
      let key = TimerKey.redecide(person)
      try ledger.commit([.timer(key, due: .start, count: Int(seen.last ?? 0))])
      let facts = try ledger.facts { $0.redecisionLimit = 3 }
      let timer = try #require(facts.due.first)
      #expect(timer.held.count <= 3)
      #expect(facts.redeciding == [person: seen.last ?? 0])
      seen += timer.held.compactMap(\.queued)
      for part in timer.held { #expect(facts.parts[part.key.message]?.count == 3) }
      try ledger.commit([.cancel(key)])
      if timer.isComplete { return seen }
    }
  }

  private func everybody() throws -> [UInt64] {
    var seen: [UInt64] = []
    while true {
      let facts = try ledger.facts {
        $0.redecisionLimit = 3
        $0.redecision = Redecision(held: .init(after: seen.last ?? 0, through: 30), queues: [])
      }
      let chunk = try #require(facts.chunk)
      #expect(chunk.parts.count <= 3)
      #expect(chunk.parts.allSatisfy { facts.messages[$0.key.message] != nil })
      seen += chunk.parts.compactMap(\.queued)
      // Whoever has a part behind the chunk is still to be reached.
      #expect(facts.unreached.contains(person) == ((seen.last ?? 0) < 19 && !chunk.isComplete))
      if chunk.isComplete { return seen }
    }
  }

  @Test("A queue is gone through in its order, up to where it ended when the change came")
  func pendingPages() throws {
    for number in 1...5 {
      try ledger.commit([
        .accepted(Sample.message(number)), .part(Sample.part(number, queued: UInt64(number))),
      ])
    }
    func chunk(after: UInt64) throws -> RedecisionChunk? {
      try ledger.facts {
        $0.redecisionLimit = 2
        $0.redecision = Redecision(
          held: .init(through: 0), queues: [.init(.provider, .init(after: after, through: 3))])
      }.chunk
    }
    #expect(try chunk(after: 0)?.parts.compactMap(\.queued) == [1, 2])
    #expect(try chunk(after: 0)?.isComplete == false)
    #expect(
      try chunk(after: 2) == RedecisionChunk(parts: [Sample.part(3, queued: 3)], isComplete: true))
  }

  @Test("Redecisions of one turn share the limit; one that finds no room says it is not done")
  func sharedLimit() throws {
    for number in 1...2 {
      let someone = ParticipantID.numbered(UInt64(number))
      try ledger.commit([
        .accepted(Sample.message(number, of: someone)),
        .part(Sample.part(number, .held, of: someone, queued: UInt64(number))),
        .timer(.redecide(someone), due: .start, count: 0),
      ])
    }
    let due = try ledger.facts { $0.redecisionLimit = 1 }.due
    #expect(due.map(\.held.count) == [1, 0])
    #expect(due.map(\.isComplete) == [true, false])
  }
}
