public import HubModel
public import Logging
import Operations
import Synchronization
import ZeroMQ

/// An adapter's link to the router: it sends what the store spools and applies what the router
/// delivers, on one thread of its own, for as long as it runs.
///
/// The router may be away, restart or be replaced at any time; the link goes on where the two of
/// them stand. See <doc:SpoolAndInbox> for what is guaranteed.
public final class HubLink: Sendable {
  private struct Running {
    let signal: LinkSignal
    let thread: OwnedThread
  }

  private let configuration: LinkConfiguration
  private let store: AdapterStore
  private let handler: any DeliveryHandler
  private let log: Logger
  private let board = LinkBoard()
  private let running = Mutex<Running?>(nil)

  public init(
    configuration: LinkConfiguration, store: AdapterStore, handler: any DeliveryHandler,
    log: Logger
  ) {
    self.configuration = configuration
    self.store = store
    self.handler = handler
    self.log = log
  }

  deinit { stop() }

  /// Starts the thread; calling it on a running link changes nothing. Whether and when the router
  /// answers is told by ``state`` and ``events()``.
  /// - Throws: where threads or descriptors ran out, or the store cannot be read.
  public func start() throws {
    try running.withLock { running in
      guard running == nil else { return }
      let signal = try LinkSignal()
      let snapshot = try store.snapshot()
      let refusal = try store.historyRefusal()
      board.update { $0.refusedHistory = refusal }
      let context = try Context()
      let (configuration, store, handler, log, board) =
        (configuration, store, handler, log, board)
      let thread = try OwnedThread(name: "hub-link") {
        let loop = LinkLoop(
          configuration: configuration, store: store, handler: handler, log: log, board: board,
          wire: ZeroMQWire(configuration, in: context, signal: signal), clock: SystemClock(),
          snapshot: snapshot)
        loop.run { signal.isStopping }
      }
      store.register(self) { signal.waker.wake() }
      running = Running(signal: signal, thread: thread)
    }
  }

  /// Ends the link and returns when its thread is gone. What was not receipted stays spooled.
  /// Not to be called from the handler.
  public func stop() {
    let stopped = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let stopped else { return }
    store.unregister(self)
    stopped.signal.stop()
    stopped.thread.join()
    board.finish()
  }

  /// Has the link look at the spool now; ``AdapterStore`` does so by itself.
  public func wake() {
    running.withLock { $0?.signal.waker.wake() }
  }

  public var state: LinkState { board.current }

  /// What happens from now on. The stream ends when the link stops; a reader who falls behind by
  /// thousands of events loses the oldest.
  public func events() -> AsyncStream<LinkEvent> { board.events() }

  /// A person's word that the router's ledger may go on in this new life; see
  /// ``AdapterStore/confirmIncarnation(_:)``.
  public func confirmIncarnation(_ incarnation: Incarnation) throws {
    try store.confirmIncarnation(incarnation)
  }
}
