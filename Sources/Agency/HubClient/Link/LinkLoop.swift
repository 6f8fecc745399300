import HubModel
import HubProtocol
import Logging
import Operations
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
final class LinkLoop {
  enum Phase { case offline, connecting, greeting, open }

  /// Replies, or deliveries, taken in one round and so in one transaction.
  static let roundLimit = 256

  let configuration: LinkConfiguration
  let store: AdapterStore
  let handler: any DeliveryHandler
  let log: Logger
  let board: LinkBoard
  let signal: LinkSignal
  let context: Context
  let clock = SystemClock()

  var phase = Phase.offline
  var now = Tick(milliseconds: 0)
  var submit: SubmitSocket?
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
  var lastRefused: ChainExtension?

  var heardAt = Tick(milliseconds: 0)
  var pingedAt = Tick(milliseconds: 0)
  var connectAt = Tick(milliseconds: 0)
  var helloAt: Tick?
  /// When the store was last asked to forget old submissions.
  var forgotAt: Tick?
  /// Not before this is the store tried again.
  var storeRestsUntil: Tick?

  init(
    configuration: LinkConfiguration, store: AdapterStore, handler: any DeliveryHandler,
    log: Logger, board: LinkBoard, signal: LinkSignal, context: Context, snapshot: StoreSnapshot,
    signers: [KeyFingerprint: KnownSigner], chain: ChainPosition
  ) {
    self.configuration = configuration
    self.store = store
    self.handler = handler
    self.log = log
    self.board = board
    self.signal = signal
    self.context = context
    source = snapshot.source
    ledger = snapshot.ledger
    self.signers = signers
    self.chain = chain
    applied = snapshot.applied ?? 0
    spooled = snapshot.spooled
    pruned = snapshot.pruned
    horizon = snapshot.pruned
    for sequence in SubmitSequence.allCases {
      windows[sequence].begin(through: snapshot.receipted[sequence])
    }
  }

  func run() {
    showStanding()
    while !signal.isStopping {
      do {
        try round()
      } catch {
        fail(error)
      }
    }
    do { try commit(always: true) } catch { fail(error) }
    disconnect()
  }

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
    var sockets: [Socket] = []
    if let submit { sockets += [submit.socket, submit.monitor.socket] }
    if let lane { sockets.append(lane.socket) }
    let ready = try Poller.poll(
      sockets, extraDescriptors: [signal.waker.descriptor],
      timeoutMilliseconds: Int(max(0, (deadline - now).milliseconds)))
    if ready.last == sockets.count {
      signal.waker.drain()
      spooled = try store.lastSpooled()
      try lookForConfirmation()
    }
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
    submit = try SubmitSocket(configuration, in: context)
    phase = .connecting
    heardAt = now
    helloAt = nil
  }

  func disconnect() {
    let wasOpen = phase == .open
    closeLane()
    submit?.close()
    submit = nil
    phase = .offline
    if wasOpen { lost() }
  }

  func closeLane() {
    lane?.socket.close()
    lane = nil
  }

  private func lost() {
    board.update { $0.isConnected = false }
    board.tell(.disconnected)
    log.info("the router is away; messages wait in the spool")
  }

  private func takeConnectionEvents() throws {
    while let event = try submit?.monitor.next(wait: false) {
      switch event.kind {
      case .handshakeSucceeded:
        if phase == .connecting { try sendHello() }
      case .disconnected:
        let wasOpen = phase == .open
        closeLane()
        if phase != .offline { phase = .connecting }
        // libzmq reconnects by itself; it gets as long for that as a new connection would.
        heardAt = now
        if wasOpen { lost() }
      case .handshakeFailed(.refused):
        // libzmq does not try again after a refusal.
        note(rejection: Refusal(.unknownKey))
        disconnect()
        connectAt = now + configuration.pingEvery
        return
      default: break
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
