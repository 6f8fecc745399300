import HubModel
import Synchronization
import ZeroMQ

/// How the link's thread is woken and told to end.
final class LinkSignal: Sendable {
  private let stopping = Atomic(false)
  let waker: Waker

  init() throws(ZeroMQError) { waker = try Waker() }

  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  func stop() {
    stopping.store(true, ordering: .releasing)
    waker.wake()
  }
}

/// What everyone may see of a link; it outlives starts and stops.
final class LinkBoard: Sendable {
  /// Events that a subscriber who does not read may have waiting; older ones are dropped.
  static let eventsKept = 4_096

  private let state = Mutex(LinkState())
  private let subscribers = Mutex<[UInt64: AsyncStream<LinkEvent>.Continuation]>([:])
  private let subscribed = Atomic<UInt64>(0)

  var current: LinkState { state.withLock { $0 } }

  func update(_ change: (inout LinkState) -> Void) { state.withLock { change(&$0) } }

  func tell(_ event: LinkEvent) {
    let all = subscribers.withLock { Array($0.values) }
    for subscriber in all { subscriber.yield(event) }
  }

  func events() -> AsyncStream<LinkEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: LinkEvent.self, bufferingPolicy: .bufferingNewest(Self.eventsKept))
    let key = subscribed.wrappingAdd(1, ordering: .relaxed).newValue
    continuation.onTermination = { [weak self] _ in
      self?.subscribers.withLock { _ = $0.removeValue(forKey: key) }
    }
    subscribers.withLock { $0[key] = continuation }
    return stream
  }

  func finish() {
    let all = subscribers.withLock { current in
      defer { current = [:] }
      return Array(current.values)
    }
    for subscriber in all { subscriber.finish() }
  }
}
