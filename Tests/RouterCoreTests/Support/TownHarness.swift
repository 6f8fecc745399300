import HubModel
@testable import RouterCore
import Testing

/// Random numbers of each agency's own, the same in every run.
struct TownIDs: FreshIDs {
  private var drawn: [AgencyID: UInt64] = [:]
  init() {}
  mutating func random(for agency: AgencyID) -> (UInt64, UInt64) {
    let count = drawn[agency, default: 0] + 1
    drawn[agency] = count
    let seed = agency.text.utf8.reduce(UInt64(17)) { $0 &* 1_099_511_628_211 ^ UInt64($1) }
    return (mix(seed &+ count &* 2), mix(seed &+ count &* 2 &+ 1))
  }
}

/// SplitMix64's finaliser.
func mix(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = mix(seed) }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return mix(state)
  }
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}

/// One thing that one agency was sent.
enum Seen: Hashable {
  case reply(Reply)
  case delivery(Delivery)
  case void(Delivery)
  case rebind

  var delivery: Delivery? {
    switch self {
    case .delivery(let delivery), .void(let delivery): delivery
    case .reply, .rebind: nil
    }
  }
  var message: Message? { delivery?.content?.message }
}

/// A router and its agencies' adapters, driven turn by turn; time moves only when told.
final class TownHarness {
  struct Adapter {
    var session: Session
    var source: Incarnation
    var sent: [SubmitSequence: UInt64] = [:]
    /// The next delivery that it has not applied.
    var next: UInt64 = 1
    var applied: [Delivery] = []
    var isConnected = false
  }

  struct TurnRecord {
    var now: WallTime
    var events: [Event]
    var journal: [JournalEntry]
    var sends: [Send]
  }

  let journal = MemoryJournal(incarnation: Incarnation("ledger-1")!)
  let window: Int
  var agreement: ProgramAgreement
  /// Every version that was ever given to the router, as its files would be.
  private var agreements: [ProgramAgreement] = []
  var registry: Registry
  var state: RouterState
  var fresh = TownIDs()
  var now = Town.start
  var tick = Tick(milliseconds: 0)
  var adapters: [AgencyID: Adapter] = [:]
  private(set) var turns: [TurnRecord] = []
  private(set) var seen: [AgencyID: [Seen]] = [:]
  private(set) var tickets: [UInt64: Refusal?] = [:]
  private(set) var previews: [UInt64: Preview] = [:]
  private var serial: UInt64 = 0
  private var connections: UInt8 = 0
  /// How long a turn takes by the wall clock.
  var turnTakes = Span(milliseconds: 0)
  /// Whether every turn is followed by a comparison with what a restart would find.
  var checksRecovery = true
  /// Turns that may follow by themselves before the router is said never to rest.
  var turnsAllowed = 500

  init(
    agreement: ProgramAgreement = Town.agreement, registry: Registry = Town.registry,
    window: Int = 64
  ) {
    self.window = window
    self.agreement = agreement
    self.registry = registry
    state = RouterState(
      recovered: journal.recover(), registry: registry, agreement: agreement, window: window)
    for agency in registry.agencies.keys.sorted() {
      adapters[agency] = Adapter(
        session: newSession(of: agency), source: Incarnation("spool-\(agency.text)")!)
    }
  }

  private func newSession(of agency: AgencyID, key: String = "desk") -> Session {
    connections &+= 1
    return Session(
      connection: [connections] + Array(agency.text.utf8),
      fingerprint: Town.fingerprint(agency, key))
  }

  // MARK: Turns

  /// One batch, and the turns that follow it by themselves.
  func run(_ events: [Event] = []) {
    var more = turn(events)
    var count = 0
    while more || (state.clockFault == nil && state.nextDue.map { $0 <= now } ?? false) {
      more = turn([])
      count += 1
      guard count < turnsAllowed else {
        Issue.record("the router never rests: more work after \(count) turns")
        return
      }
    }
  }

  /// One batch alone.
  @discardableResult
  func turn(_ events: [Event]) -> Bool {
    let batch = Batch(events: events, now: now, tick: tick)
    let facts = journal.load(state.needs(batch))
    let outcome = state.apply(batch, facts, fresh: &fresh)
    journal.commit(outcome.journal)
    turns.append(
      TurnRecord(now: now, events: events, journal: outcome.journal, sends: outcome.sends))
    for send in outcome.sends { deliver(send) }
    if checksRecovery { checkRecovery() }
    now = now + turnTakes
    tick = tick + turnTakes
    return outcome.hasMoreWork
  }

  private func deliver(_ send: Send) {
    switch send {
    case .reply(let session, let reply):
      guard let agency = registry.owner(of: session.fingerprint) else { return }
      if case .welcome(let welcome) = reply, session == adapters[agency]?.session {
        adapters[agency]?.sent = [
          .data: welcome.dataThrough, .control: welcome.controlThrough,
        ]
      }
      seen[agency, default: []].append(.reply(reply))
    case .deliver(let permitted):
      receive(.delivery(permitted.delivery), permitted.recipient)
    case .void(let agency, let delivery): receive(.void(delivery), agency)
    case .rebind(let agency): seen[agency, default: []].append(.rebind)
    case .administered(let ticket, let refusal): tickets.updateValue(refusal, forKey: ticket)
    case .previewed(let ticket, let preview): previews[ticket] = preview
    }
  }

  private func receive(_ what: Seen, _ agency: AgencyID) {
    seen[agency, default: []].append(what)
    guard let delivery = what.delivery, adapters[agency]?.isConnected == true,
      delivery.number == adapters[agency]?.next
    else { return }
    adapters[agency]?.next += 1
    adapters[agency]?.applied.append(delivery)
  }

  /// What the ledger would give a router that starts now is what this one has in memory.
  private func checkRecovery() {
    let other = recovered()
    for (agency, lane) in state.lanes {
      guard let found = other.lanes[agency] else {
        Issue.record("lane of \(agency) lost")
        continue
      }
      #expect(found.next == lane.next, "next of \(agency)")
      #expect(found.acknowledged == lane.acknowledged, "acknowledged of \(agency)")
      #expect(found.queueTail == lane.queueTail, "queue tail of \(agency)")
      #expect(found.window.map(\.part) == lane.window.map(\.part), "window of \(agency)")
    }
    #expect(other.escrowTail == state.escrowTail, "escrow tail")
    #expect(other.redecision == state.redecision, "redecision")
    #expect(other.scheduled == state.scheduled, "scheduled agreements")
    if state.isAgreementRecorded { #expect(other.agreement == state.agreement, "agreement") }
  }

  /// The router that starts from the ledger as it stands.
  private func recovered() -> RouterState {
    let found = journal.recover()
    let known = ([agreement] + agreements).reduce(into: [:]) { $0[$1.version] = $1 }
    let waiting = found.agreements.filter { $0.version > found.agreementVersion }
    return RouterState(
      recovered: found, registry: registry,
      agreement: known[found.agreementVersion] ?? agreement,
      scheduled: waiting.compactMap { recorded in
        known[recorded.version].map { ScheduledAgreement($0, effective: recorded.effective) }
      }, window: window)
  }

  func activate(_ agreement: ProgramAgreement, effective: WallTime? = nil) -> Event {
    agreements.append(agreement)
    return .administration(
      .activate(agreement, text: Array("v\(agreement.version)".utf8), effective: effective),
      ticket: UInt64(agreement.version))
  }

  // MARK: What adapters do

  /// Time passes all at once, and nobody falls silent over it.
  func skip(_ span: Span) {
    now = now + span
    tick = tick + span
    for session in state.sessions.keys { state.sessions[session]?.lastHeard = tick }
  }

  func advance(_ span: Span) {
    now = now + span
    tick = tick + span
    run()
  }

  /// Passes time in steps; connected adapters ping and acknowledge what they have.
  func pass(_ span: Span, step: Span = .minutes(5)) {
    let end = now + span
    while now < end {
      now = min(end, now + step)
      tick = tick + step
      run(
        connected.flatMap {
          [.submission(adapters[$0]!.session, .ping(echo: 1)), acknowledgement($0)]
        })
    }
  }

  var connected: [AgencyID] { adapters.filter(\.value.isConnected).keys.sorted() }

  func hello(_ agency: AgencyID, version: UInt32 = Submission.wireVersion) -> Event {
    let adapter = adapters[agency]!
    return .submission(
      adapter.session,
      .hello(
        Submission.Hello(
          version: version, source: adapter.source, isConsumer: true, ledger: nil)))
  }

  func resume(_ agency: AgencyID, from next: UInt64? = nil) -> Event {
    adapters[agency]?.isConnected = true
    let adapter = adapters[agency]!
    return .submission(
      adapter.session,
      .resume(.init(ledger: journal.incarnation, next: next ?? adapter.next)))
  }

  func connect(_ agencies: AgencyID...) { connect(all: agencies) }
  func connect(all agencies: [AgencyID]) {
    for agency in agencies { run([hello(agency), resume(agency)]) }
  }

  /// The adapter is gone without a word, and comes back on another connection.
  func disconnect(_ agency: AgencyID) {
    adapters[agency]?.isConnected = false
    adapters[agency]?.session = newSession(of: agency)
    // Saying hello closes the lane until it resumes.
    run([hello(agency)])
  }

  func restart() {
    state = recovered()
    for agency in adapters.keys { adapters[agency]?.isConnected = false }
  }

  func acknowledge(_ agency: AgencyID, through: UInt64? = nil, quarantined: [UInt64] = []) {
    run([acknowledgement(agency, through: through, quarantined: quarantined)])
  }

  func acknowledgement(
    _ agency: AgencyID, through: UInt64? = nil, quarantined: [UInt64] = []
  ) -> Event {
    let adapter = adapters[agency]!
    return .submission(
      adapter.session,
      .acknowledge(
        .init(
          ledger: journal.incarnation, through: through ?? adapter.next - 1,
          quarantined: quarantined)))
  }

  func acknowledgeAll() {
    for agency in connected { acknowledge(agency) }
  }

  func message(_ draft: Draft, from agency: AgencyID) -> Message {
    serial += 1
    return draft.message(from: agency, at: now, serial: draft.serial ?? (1 << 32 | serial))
  }

  func publication(_ messages: [Message], from agency: AgencyID) -> [Event] {
    SubmitSequence.allCases.reversed().compactMap { sequence in
      let items = messages.filter { $0.topic.sequence == sequence }
      guard !items.isEmpty else { return nil }
      let first = adapters[agency]!.sent[sequence, default: 0] + 1
      adapters[agency]!.sent[sequence] = first + UInt64(items.count) - 1
      return .submission(
        adapters[agency]!.session,
        .publish(
          .init(sequence: sequence, first: first, items: items.map { .message($0) })))
    }
  }

  @discardableResult
  func publish(_ drafts: Draft..., from agency: AgencyID) -> [MessageID] {
    let messages = drafts.map { message($0, from: agency) }
    run(publication(messages, from: agency))
    return messages.map(\.id)
  }

  // MARK: What they saw

  func deliveries(to agency: AgencyID) -> [Message] {
    (seen[agency] ?? []).compactMap { $0.message }
  }
  func topics(to agency: AgencyID) -> [Topic] { deliveries(to: agency).map(\.topic) }
  func lastReply(to agency: AgencyID) -> Reply? {
    (seen[agency] ?? []).compactMap { if case .reply(let reply) = $0 { reply } else { nil } }.last
  }
  func outcomes(to agency: AgencyID) -> [String] {
    deliveries(to: agency).filter { $0.topic == .outcome }.compactMap { $0.code("fate") }
  }
  func fates(of id: MessageID) -> [Fate] { (journal.parts[id] ?? []).map(\.fate) }
  func fate(of id: MessageID, for agency: AgencyID) -> Fate? {
    journal.parts(of: id, to: agency).first?.fate
  }
  func forgetSeen() { seen = [:] }
}
