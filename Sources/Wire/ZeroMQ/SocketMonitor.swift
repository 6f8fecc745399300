import CZeroMQ
import Glibc
import Synchronization

/// What happens to the connections of a socket.
public struct SocketEvent: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case connected, connectDelayed, connectRetried
    case listening, bindFailed
    case accepted, acceptFailed
    case closed, closeFailed, disconnected
    case handshakeSucceeded
    case handshakeFailed(HandshakeFailure)
    /// The last event: the monitored socket was closed.
    case monitorStopped
    /// An event this library does not know, with libzmq's number for it.
    case unknown(UInt16)
  }

  /// Why two peers did not come together.
  public enum HandshakeFailure: Sendable, Equatable {
    /// The ZAP handler's answer: 300, 400 or 500.
    case refused(status: UInt32)
    /// A breach of protocol, for instance a wrong server key; libzmq's `ZMQ_PROTOCOL_ERROR_…`.
    case protocolError(code: UInt32)
    /// Anything else, such as a missing ZAP handler or a connection lost midway; an `errno`.
    case unspecified(code: UInt32)
  }

  public let kind: Kind
  /// The endpoint the event is about, as libzmq writes it.
  public let endpoint: String
}

/// Reports what happens to the connections of a socket.
///
/// Same owner thread as the socket it watches. ``socket`` can be polled with the owner's others;
/// events queue up until read (without a bound: with one, libzmq's network thread would stand still
/// when nobody reads), so read them in every round.
public final class SocketMonitor {
  /// The socket events arrive on: for ``Poller`` only.
  public let socket: Socket
  private let monitored: Socket

  private static let made = Atomic<UInt64>(0)

  /// Watches `monitored` from now on. A socket has at most one monitor.
  public init(_ monitored: Socket) throws(ZeroMQError) {
    let handle = try monitored.opened("monitor socket")
    let number = Self.made.wrappingAdd(1, ordering: .relaxed).newValue
    let endpoint = "inproc://socket-monitor-\(number)"
    self.monitored = monitored
    socket = try Socket(monitored.context, .pair)
    try socket.set(.receiveHighWater(0))
    guard zmq_socket_monitor(handle, endpoint, ZMQ_EVENT_ALL) == 0 else {
      throw .last("monitor socket")
    }
    try socket.connect(endpoint)
  }

  deinit { close() }

  /// Stops watching. Calling twice is harmless.
  public func close() {
    guard !socket.isClosed else { return }
    if let handle = try? monitored.opened("stop monitor") { zmq_socket_monitor(handle, nil, 0) }
    socket.close()
  }

  /// The next event; nothing when there is none and `wait` is false.
  public func next(wait: Bool) throws(ZeroMQError) -> SocketEvent? {
    while let message = try socket.receive(wait: wait) {
      if let event = SocketEvent(message.frames) { return event }
    }
    return nil
  }
}

extension SocketEvent {
  /// Reads libzmq's two frames: the event's number (16 bits) and value (32 bits) in the machine's
  /// own byte order, then the endpoint.
  init?(_ frames: [[UInt8]]) {
    guard frames.count == 2, frames[0].count == 6 else { return nil }
    let (number, value) = frames[0].withUnsafeBytes { bytes in
      (
        bytes.loadUnaligned(fromByteOffset: 0, as: UInt16.self),
        bytes.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
      )
    }
    kind = Kind(number: number, value: value)
    endpoint = String(decoding: frames[1], as: UTF8.self)
  }
}

extension SocketEvent.Kind {
  init(number: UInt16, value: UInt32) {
    self =
      switch Int32(number) {
      case ZMQ_EVENT_CONNECTED: .connected
      case ZMQ_EVENT_CONNECT_DELAYED: .connectDelayed
      case ZMQ_EVENT_CONNECT_RETRIED: .connectRetried
      case ZMQ_EVENT_LISTENING: .listening
      case ZMQ_EVENT_BIND_FAILED: .bindFailed
      case ZMQ_EVENT_ACCEPTED: .accepted
      case ZMQ_EVENT_ACCEPT_FAILED: .acceptFailed
      case ZMQ_EVENT_CLOSED: .closed
      case ZMQ_EVENT_CLOSE_FAILED: .closeFailed
      case ZMQ_EVENT_DISCONNECTED: .disconnected
      case ZMQ_EVENT_MONITOR_STOPPED: .monitorStopped
      case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: .handshakeSucceeded
      case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: .handshakeFailed(.refused(status: value))
      case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: .handshakeFailed(.protocolError(code: value))
      case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: .handshakeFailed(.unspecified(code: value))
      default: .unknown(number)
      }
  }
}
