import HubModel
@testable import RouterCore

/// One step of a history in which everything goes its own way: what is spooled, what is under
/// way in either direction, and the router between.
enum CrashStep {
  case say(AgencyID, Draft)
  /// Puts what is spooled and not yet sent under way, in a frame for each sequence.
  case submit(AgencyID)
  /// Goes back to the last receipt: everything after it will be sent again.
  case goBack(AgencyID)
  /// Takes in some of what is under way to the adapter.
  case hear(AgencyID, Int)
  case acknowledge(AgencyID)
  /// Asks for everything unacknowledged again.
  case replay(AgencyID)
  case drop(AgencyID)
  case greet(AgencyID)
  case turn(frames: Int)
  case pass(Span)
}

/// An adapter by the wire's rules: it repeats until it has a receipt, and applies in order.
struct CrashAdapter {
  var session: Session
  var spool: [SubmitSequence: [Message]] = [:]
  var sent: [SubmitSequence: UInt64] = [:]
  var receipted: [SubmitSequence: UInt64] = [:]
  var refused: [MessageID: Refusal] = [:]
  var isGreeted = false
  var listens = false
  var incoming: [Seen] = []
  var next: UInt64 = 1
  var applied: [Delivery] = []
}

/// A router that may end at any step, its agencies, and everything that happened.
final class CrashTown {
  let faults = Faults()
  let history = History()
  let journal: CrashingJournal
  private(set) var transport: CrashingTransport!
  private(set) var adapters: [AgencyID: CrashAdapter] = [:]
  private(set) var state: RouterState?
  private let store: any CrashStore
  private let broken: BrokenTurn?
  private var fresh = TownIDs()
  private var random: Seeded
  private var tick = Tick(milliseconds: 0)
  private var steady = Town.start
  private var connections: UInt64 = 0
  private var serial: UInt64 = 1 << 33

  init(seed: UInt64, store: any CrashStore = MemoryStore(), bug: PlantedBug? = nil) throws {
    self.store = store
    random = Seeded(seed ^ 0x00c0_ffee)
    broken = bug.map(BrokenTurn.init)
    journal = CrashingJournal(store, faults, history)
    transport = CrashingTransport(faults, history) { [unowned self] in hand($0) }
    for agency in Town.agencies { adapters[agency] = CrashAdapter(session: newSession(agency)) }
    try start()
  }

  private func newSession(_ agency: AgencyID) -> Session {
    connections += 1
    return Session(
      connection: Array("\(agency.text)-\(connections)".utf8),
      fingerprint: Town.fingerprint(agency))
  }

  private func start() throws {
    state = RouterState(
      recovered: try journal.recover(), registry: Town.registry, agreement: Town.agreement,
      window: 4)
  }

  // MARK: Steps

  func play(_ step: CrashStep) throws {
    switch step {
    case .say(let agency, let draft): say(agency, draft)
    case .submit(let agency): submit(agency)
    case .goBack(let agency): adapters[agency]!.sent = adapters[agency]!.receipted
    case .hear(let agency, let count): hear(agency, count)
    case .acknowledge(let agency): acknowledge(agency)
    case .replay(let agency):
      if adapters[agency]!.listens { resume(agency, from: 1) }
    case .drop(let agency): drop(agency, losesTail: true)
    case .greet(let agency): greet(agency)
    case .turn(let frames): try turn(frames: frames)
    case .pass(let span):
      tick = tick + span
      steady = steady + span
      history.now = steady
    }
  }

  private func say(_ agency: AgencyID, _ draft: Draft) {
    serial += 1
    let message = draft.message(from: agency, at: history.now, serial: draft.serial ?? serial)
    adapters[agency]!.spool[message.topic.sequence, default: []].append(message)
  }

  private func submit(_ agency: AgencyID) {
    guard state != nil, adapters[agency]!.isGreeted else { return }
    for sequence in SubmitSequence.allCases.reversed() {
      let sent = adapters[agency]!.sent[sequence, default: 0]
      let items = (adapters[agency]!.spool[sequence] ?? []).dropFirst(Int(sent)).prefix(4)
      guard !items.isEmpty else { continue }
      adapters[agency]!.sent[sequence] = sent + UInt64(items.count)
      put(
        agency,
        .publish(
          .init(sequence: sequence, first: sent + 1, items: items.map { .message($0) })))
    }
  }

  private func put(_ agency: AgencyID, _ submission: Submission) {
    transport.inbox.append(.submission(adapters[agency]!.session, submission))
  }

  private func acknowledge(_ agency: AgencyID) {
    guard adapters[agency]!.listens else { return }
    put(
      agency,
      .acknowledge(
        .init(ledger: Self.ledger(of: state), through: adapters[agency]!.next - 1)))
  }

  private func resume(_ agency: AgencyID, from next: UInt64) {
    adapters[agency]!.listens = true
    put(agency, .resume(.init(ledger: Self.ledger(of: state), next: next)))
  }

  private static func ledger(of state: RouterState?) -> Incarnation {
    state?.incarnation ?? Incarnation("none")!
  }

  private func greet(_ agency: AgencyID) {
    guard state != nil else { return }
    put(
      agency,
      .hello(
        .init(
          version: Submission.wireVersion, source: Incarnation("spool-\(agency.text)")!,
          isConsumer: true, ledger: nil)))
  }

  /// The connection is gone; of what was under way to the adapter a part may have arrived.
  private func drop(_ agency: AgencyID, losesTail: Bool) {
    let kept = losesTail ? Int.random(in: 0...adapters[agency]!.incoming.count, using: &random) : 0
    let arrived = adapters[agency]!.incoming.prefix(kept).filter { $0.delivery != nil }
    for case let delivery? in arrived.map(\.delivery) { apply(delivery, agency) }
    adapters[agency]!.incoming = []
    adapters[agency]!.isGreeted = false
    adapters[agency]!.listens = false
    adapters[agency]!.session = newSession(agency)
  }

  /// Any batch: several frames of several agencies, in the order in which they came.
  private func turn(frames: Int) throws {
    guard var next = state else {
      try store.reopen()
      try start()
      history.happenings.append(.restarted)
      return
    }
    transport.takesAtMost = frames
    tick = tick + Span(milliseconds: 5)
    // The wall clock goes back and forth meanwhile, by less than would be held against it.
    steady = steady + Span(milliseconds: 5)
    let creep = Int64.random(in: -700...700, using: &random)
    history.now = steady + Span(milliseconds: creep)
    let clock = CreepingClock(wall: history.now, ticks: tick)
    do {
      if let broken {
        try broken.run(
          &next, transport: transport, journal: journal, clock: clock, fresh: &fresh)
      } else {
        _ = try next.turn(
          transport: transport, journal: journal, clock: clock, fresh: &fresh,
          waiting: Span(milliseconds: 0))
      }
      state = next
    } catch is Crash {
      state = nil
      transport.inbox = []
      history.happenings.append(.crashed)
      for agency in Town.agencies { drop(agency, losesTail: true) }
    }
  }

  // MARK: What adapters hear

  private func hand(_ send: Send) {
    switch send {
    case .reply(let session, let reply):
      guard let agency = Town.registry.owner(of: session.fingerprint),
        adapters[agency]?.session == session
      else { return }
      adapters[agency]?.incoming.append(.reply(reply))
    case .deliver(let permitted):
      under(way: .delivery(permitted.delivery), to: permitted.recipient)
    case .void(let agency, let delivery): under(way: .void(delivery), to: agency)
    case .rebind, .administered, .previewed: break
    }
  }

  private func under(way what: Seen, to agency: AgencyID) {
    if adapters[agency]!.listens { adapters[agency]!.incoming.append(what) }
  }

  private func hear(_ agency: AgencyID, _ count: Int) {
    let heard = Array(adapters[agency]!.incoming.prefix(count))
    adapters[agency]!.incoming.removeFirst(heard.count)
    for what in heard {
      switch what {
      case .delivery(let delivery), .void(let delivery): apply(delivery, agency)
      case .reply(let reply): take(reply, agency)
      case .rebind: break
      }
    }
  }

  private func take(_ reply: Reply, _ agency: AgencyID) {
    switch reply {
    case .welcome(let welcome):
      adapters[agency]!.isGreeted = true
      let through: [SubmitSequence: UInt64] = [
        .data: welcome.dataThrough, .control: welcome.controlThrough,
      ]
      adapters[agency]!.receipted = through
      adapters[agency]!.sent = through
      resume(agency, from: adapters[agency]!.next)
    case .receipt(let receipt):
      let known = adapters[agency]!.receipted[receipt.sequence, default: 0]
      adapters[agency]!.receipted[receipt.sequence] = max(known, receipt.through)
      for refused in receipt.refused {
        let message = adapters[agency]!.spool[receipt.sequence]![Int(refused.number) - 1]
        adapters[agency]!.refused[message.id] = refused.refusal
      }
    case .rejection(let refusal, _):
      if refusal.code == .helloRequired { greet(agency) }
      if refusal.code == .submissionGap { adapters[agency]!.sent = adapters[agency]!.receipted }
    case .pong: break
    }
  }

  private func apply(_ delivery: Delivery, _ agency: AgencyID) {
    guard delivery.number == adapters[agency]!.next else {
      if delivery.number > adapters[agency]!.next, adapters[agency]!.listens {
        resume(agency, from: adapters[agency]!.next)
      }
      return
    }
    adapters[agency]!.next += 1
    adapters[agency]!.applied.append(delivery)
  }

  // MARK: The end

  /// No more crashes: everybody comes back until there is nothing left to say.
  func drain() throws {
    faults.strikeAt = []
    try turn(frames: 1)
    for agency in Town.agencies {
      drop(agency, losesTail: false)
      greet(agency)
    }
    for round in 0..<400 {
      for agency in Town.agencies {
        hear(agency, 100)
        submit(agency)
        acknowledge(agency)
      }
      let before = history.happenings.count
      try turn(frames: 1_000)
      if history.happenings.count == before && isQuiet { return }
      if round % 40 == 39 { for agency in Town.agencies { greet(agency) } }
    }
  }

  private var isQuiet: Bool {
    transport.inbox.isEmpty
      && adapters.values.allSatisfy { adapter in
        adapter.incoming.isEmpty
          && SubmitSequence.allCases.allSatisfy {
            Int(adapter.receipted[$0] ?? 0) == adapter.spool[$0]?.count ?? 0
          }
      }
  }
}
