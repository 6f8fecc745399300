package import HubModel
import HubProtocol
package import Logging
package import Operations
import ZeroMQ

/// The link's thread: one round after the other, all state its own.
///
/// | phase      | means                                       | left by                        |
/// |------------|---------------------------------------------|--------------------------------|
/// | offline    | no sockets                                  | the time to connect            |
/// | connecting | no secure connection yet, or it was lost    | handshake → hello → greeting   |
/// | greeting   | hello sent                                  | welcome → open                 |
/// | open       | publishing, applying                        | hello-required → greeting      |
///
/// Three heartbeats of silence lead from everywhere to offline.
package final class LinkLoop {
  enum Phase { case offline, connecting, greeting, open }

  /// Replies, or deliveries, taken in one round and so in one transaction.
  static let roundLimit = 256

  let configuration: LinkConfiguration
  let store: AdapterStore
  let handler: any DeliveryHandler
  let log: Logger
  let board: LinkBoard
  let wire: any LinkWire
  let clock: SystemClock

  var phase = Phase.offline
  var now = Tick(milliseconds: 0)
  var lane: ReleaseLane?

  var welcome: Reply.Welcome?
  var source: Incarnation
  /// The life of the router's ledger that the store follows.
  var ledger: Incarnation?
  var applied: UInt64
  var spooled: BySequence<UInt64>
  var pruned: BySequence<UInt64>
  var horizon: BySequence<UInt64>
  var windows = BySequence(PublishWindow())
  /// Set aside, and not yet told to the router on this connection.
  var untold: [UInt64] = []
  var owesAcknowledgement = false
  var refused: [(sequence: SubmitSequence, item: Reply.Receipt.Refused)] = []
  var arrivals: [Arrival] = []
  var receiptsUnsaved = false
  /// Receipts that come before the next welcome are about numbers of an earlier life.
  var ignoresReceipts = false

  // What is proved, and to whom.
  var random = RandomPool()
  var signers: [KeyFingerprint: KnownSigner]
  var sealCheck = SealCheck()
  /// Keys for which a welcome was asked, in vain so far.
  var askedSigners: Set<KeyFingerprint> = []
  var chain: ChainPosition
  /// How far before its last link this store asks for the chain.
  var chainBack: UInt64 = 0
  /// Behind which link each ping asked that is not answered yet, by its echo.
  var chainsAsked: [UInt64: UInt64] = [:]
  var lastRefused: ChainExtension?

  var heardAt = Tick(milliseconds: 0)
  var pingedAt = Tick(milliseconds: 0)
  var connectAt = Tick(milliseconds: 0)
  var helloAt: Tick?
  /// When the store was last asked to forget old submissions.
  var forgotAt: Tick?
  var warnedOfKeyAt: Tick?
  /// Not before this is the store tried again.
  var storeRestsUntil: Tick?

  init(
    configuration: LinkConfiguration, store: AdapterStore, handler: any DeliveryHandler,
    log: Logger, board: LinkBoard, wire: any LinkWire, clock: SystemClock,
    snapshot: StoreSnapshot
  ) {
    self.configuration = configuration
    self.store = store
    self.handler = handler
    self.log = log
    self.board = board
    self.wire = wire
    self.clock = clock
    source = snapshot.source
    ledger = snapshot.ledger
    signers = snapshot.signers
    chain = snapshot.chain
    applied = snapshot.applied ?? 0
    spooled = snapshot.spooled
    pruned = snapshot.pruned
    horizon = snapshot.pruned
    for sequence in SubmitSequence.allCases {
      windows[sequence].begin(through: snapshot.receipted[sequence])
    }
  }

  /// A loop over a wire of the caller's, which steps it.
  package convenience init(
    configuration: LinkConfiguration, store: AdapterStore, handler: any DeliveryHandler,
    log: Logger, wire: any LinkWire, clock: SystemClock
  ) throws {
    self.init(
      configuration: configuration, store: store, handler: handler, log: log,
      board: LinkBoard(), wire: wire, clock: clock, snapshot: try store.snapshot())
  }

  func run(until isStopping: () -> Bool) {
    showStanding()
    while !isStopping() { step() }
    finish()
  }

  /// One round; trouble makes the link begin again, and does not end it.
  package func step() {
    do {
      try round()
    } catch {
      fail(error)
    }
  }

  /// Writes down what only the next welcome would tell again, and lets go of the network.
  package func finish() {
    do { try commit(always: true) } catch { fail(error) }
    disconnect()
  }

  /// How the link stands.
  package var standing: LinkState { board.current }

  /// When the next step is due if nothing comes.
  package var nextStep: Tick { phase == .offline ? max(connectAt, now) : deadline }

  private func round() throws {
    now = clock.tick()
    if phase == .offline && now >= connectAt { try connect() }
    try wait()
    now = clock.tick()
    try takeConnectionEvents()
    try takeReplies()
    try takeDeliveries()
    try commit(always: false)
    try keepAlive()
    try resumeIfDue()
    try publish()
  }

  // MARK: Waiting

  private func wait() throws {
    let isWoken = try wire.wait(max(Span(milliseconds: 0), deadline - now))
    guard isWoken || phase != .open else { return }
    spooled = try store.lastSpooled()
    if isWoken { try lookForConfirmation() }
    // On an open link the receipts tell; while the router is away nothing else does.
    if phase != .open { showStanding() }
  }

  /// When something is due that no socket tells of.
  private var deadline: Tick {
    var next = now + configuration.pingEvery
    func consider(_ tick: Tick?) { if let tick, tick < next { next = tick } }
    switch phase {
    case .offline: consider(connectAt)
    case .connecting: consider(heardAt + patience)
    case .greeting:
      consider(helloAt)
      consider(heardAt + patience)
    case .open:
      consider(pingedAt + configuration.pingEvery)
      consider(helloAt)
      consider(resumeDue)
      for sequence in SubmitSequence.allCases {
        consider(windows[sequence].waitingSince.map { $0 + receiptPatience })
        if let until = windows[sequence].resumesAt, until > now { consider(until) }
      }
      if owesAcknowledgement { consider(now + pause) }
      if hasPruning { consider(storeRestsUntil ?? now) }
    }
    return next
  }

  /// Silence after which the connection counts as dead.
  var patience: Span { Span(milliseconds: configuration.pingEvery.milliseconds * 3) }
  /// How long a receipt may take before its frame is sent again.
  var receiptPatience: Span { Span(milliseconds: configuration.pingEvery.milliseconds * 2) }
  /// Between two attempts at the same thing.
  var pause: Span {
    Span(milliseconds: min(max(configuration.pingEvery.milliseconds / 8, 10), 250))
  }

  var hasPruning: Bool {
    SubmitSequence.allCases.contains {
      min(horizon[$0], windows[$0].receipted) > pruned[$0]
    }
  }

  var isConfirmed: Bool { welcome != nil && welcome?.ledger == ledger }

  // MARK: Connecting

  private func connect() throws {
    // Whatever fails from here on, the next attempt comes no sooner.
    connectAt = now + configuration.pingEvery
    try wire.connect()
    phase = .connecting
    heardAt = now
    helloAt = nil
  }

  func disconnect() {
    let wasOpen = phase == .open
    closeLane()
    wire.disconnect()
    phase = .offline
    if wasOpen { lost() }
  }

  func closeLane() {
    wire.closeLane()
    lane = nil
  }

  private func lost() {
    board.update { $0.isConnected = false }
    board.tell(.disconnected)
    log.info("the router is away; messages wait in the spool")
  }

  private func takeConnectionEvents() throws {
    while let event = try wire.nextEvent() {
      switch event {
      case .secured:
        if phase == .connecting { try sendHello() }
      case .lost:
        let wasOpen = phase == .open
        closeLane()
        if phase != .offline { phase = .connecting }
        // The wire reconnects by itself; it gets as long for that as a new connection would.
        heardAt = now
        if wasOpen { lost() }
      case .refused:
        note(rejection: Refusal(.unknownKey))
        disconnect()
        connectAt = now + configuration.pingEvery
        return
      }
    }
  }

  // MARK: Trouble

  private func fail(_ error: any Error) {
    log.error("the link starts again", metadata: ["error": "\(Self.describe(error))"])
    board.update { $0.lastFailure = Self.describe(error) }
    disconnect()
    connectAt = max(connectAt, now + configuration.pingEvery)
  }

  /// Errors of this package say nothing of a message; others are named by their kind only.
  static func describe(_ error: any Error) -> String {
    switch error {
    case let error as ZeroMQError: error.description
    case let error as StoreError: error.description
    case let error as Refusal: error.description
    default: "\(type(of: error))"
    }
  }

  func note(rejection: Refusal) {
    log.warning(
      "the router refused",
      metadata: ["code": "\(rejection)", "remedy": "\(rejection.code.remedy)"])
    board.update { $0.lastRejection = rejection }
    board.tell(.rejected(rejection.code))
  }

  func showStanding() {
    board.update { state in
      state.ledger = ledger
      state.appliedThrough = applied
      state.dataDepth = depth(.data)
      state.controlDepth = depth(.control)
    }
  }

  private func depth(_ sequence: SubmitSequence) -> UInt64 {
    let receipted = windows[sequence].receipted
    return spooled[sequence] > receipted ? spooled[sequence] - receipted : 0
  }
}
