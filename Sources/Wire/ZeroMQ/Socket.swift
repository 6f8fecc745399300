import CZeroMQ
import Glibc

/// The messaging pattern a socket speaks; see libzmq's `zmq_socket(3)`.
public enum SocketKind: Sendable, CaseIterable {
  case dealer, router, xpub, sub, push, pull, pair, req, rep

  var code: Int32 {
    switch self {
    case .dealer: ZMQ_DEALER
    case .router: ZMQ_ROUTER
    case .xpub: ZMQ_XPUB
    case .sub: ZMQ_SUB
    case .push: ZMQ_PUSH
    case .pull: ZMQ_PULL
    case .pair: ZMQ_PAIR
    case .req: ZMQ_REQ
    case .rep: ZMQ_REP
    }
  }
}

/// One ZeroMQ socket.
///
/// A socket has one owner thread at a time and is not `Sendable`; it may be handed over whole (for
/// instance captured by the body of an ``OwnedThread``). It closes itself when its owner lets go.
public final class Socket {
  /// The pattern it was made with.
  public let kind: SocketKind

  /// The most frames of one message that ``receive(wait:)`` keeps; the rest is read and dropped,
  /// and the message marked. The size of one frame is bound by
  /// ``SocketOption/maximumMessageBytes(_:)``.
  public var maximumFrames = 16

  /// Held so that the context outlives its sockets.
  let context: Context
  private var handle: UnsafeMutableRawPointer?
  /// Message headers, kept on the heap because libzmq wants them aligned and unmoved.
  let outgoing: UnsafeMutablePointer<zmq_msg_t>
  let incoming: UnsafeMutablePointer<zmq_msg_t>
  /// The user id read last: the next message is mostly from the same peer, and comparing is
  /// cheaper than making a string.
  var lastUserID: String?

  /// - Throws: `ETERM` once the context was terminated, `EMFILE` where sockets ran out.
  public init(_ context: Context, _ kind: SocketKind) throws(ZeroMQError) {
    handle = try context.makeSocket(kind)
    self.context = context
    self.kind = kind
    outgoing = .allocate(capacity: 1)
    incoming = .allocate(capacity: 1)
    zmq_msg_init(outgoing)
    zmq_msg_init(incoming)
  }

  deinit {
    close()
    zmq_msg_close(outgoing)
    zmq_msg_close(incoming)
    outgoing.deallocate()
    incoming.deallocate()
  }

  /// Whether ``close()`` was called.
  public var isClosed: Bool { handle == nil }

  /// Closes the socket and its connections; what was not sent is discarded unless the socket
  /// lingers. libzmq gives its port back shortly after. Calling twice is harmless.
  public func close() {
    guard let handle else { return }
    self.handle = nil
    zmq_close(handle)
  }

  /// Listens at `endpoint`, for instance `tcp://127.0.0.1:*` (any free port, see ``lastEndpoint``).
  ///
  /// - Parameter patienceMilliseconds: how long to go on asking for a port still in use. A closed
  ///   socket gives its port back from libzmq's own thread, so a socket that replaces another at
  ///   the same port needs a little: one or two milliseconds as a rule.
  /// - Throws: `EADDRINUSE` when the port stays taken, `EINVAL` for an endpoint it cannot read.
  public func bind(_ endpoint: String, patienceMilliseconds: Int = 0) throws(ZeroMQError) {
    let handle = try opened("bind \(endpoint)")
    let deadline = ContinuousClock.now + .milliseconds(patienceMilliseconds)
    while zmq_bind(handle, endpoint) != 0 {
      let error = ZeroMQError.last("bind \(endpoint)")
      if error.code == EINTR { continue }
      guard error.code == EADDRINUSE, ContinuousClock.now < deadline else { throw error }
      Glibc.poll(nil, 0, 1)
    }
  }

  /// Stops listening at `endpoint`, which must read as ``lastEndpoint`` told it; connections made
  /// there are closed too.
  public func unbind(_ endpoint: String) throws(ZeroMQError) {
    guard zmq_unbind(try opened("unbind \(endpoint)"), endpoint) == 0 else {
      throw .last("unbind \(endpoint)")
    }
  }

  /// Connects to `endpoint` and keeps reconnecting when the connection is lost.
  ///
  /// Two refusals end that: libzmq never tries again after a peer answered with a ZAP refusal, or
  /// after a breach of protocol. The owner hears of it from a ``SocketMonitor`` and has to
  /// ``disconnect(_:)`` and connect anew when it wants to.
  public func connect(_ endpoint: String) throws(ZeroMQError) {
    guard zmq_connect(try opened("connect \(endpoint)"), endpoint) == 0 else {
      throw .last("connect \(endpoint)")
    }
  }

  /// Closes the connection to `endpoint` and stops reconnecting.
  public func disconnect(_ endpoint: String) throws(ZeroMQError) {
    guard zmq_disconnect(try opened("disconnect \(endpoint)"), endpoint) == 0 else {
      throw .last("disconnect \(endpoint)")
    }
  }

  /// The endpoint bound or connected last, with the real port in place of `*`; empty before.
  public var lastEndpoint: String {
    get throws(ZeroMQError) {
      let handle = try opened("read last endpoint")
      var text = [UInt8](repeating: 0, count: 1024)
      var size = text.count
      guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &size) == 0 else {
        throw .last("read last endpoint")
      }
      return String(decoding: text.prefix(max(0, size - 1)), as: UTF8.self)
    }
  }

  /// The libzmq socket; `ENOTSOCK` once closed.
  func opened(_ operation: @autoclosure () -> String) throws(ZeroMQError) -> UnsafeMutableRawPointer
  {
    guard let handle else { throw ZeroMQError(code: ENOTSOCK, operation: operation()) }
    return handle
  }
}
