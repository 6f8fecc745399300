import CZeroMQ
import Glibc

/// A setting of a ``Socket``. Except for subscriptions they hold for connections made later, so
/// set them before binding or connecting.
public enum SocketOption: Sendable, Equatable {
  /// Messages queued per peer on the way out; 0 is no limit (libzmq's default: 1000).
  case sendHighWater(Int32)
  /// Messages queued per peer on the way in; 0 is no limit (libzmq's default: 1000).
  case receiveHighWater(Int32)
  /// How long unsent messages outlive ``Socket/close()``, in milliseconds; -1 is for ever. 0 at
  /// first, because the ``Context`` is not blocky.
  case lingerMilliseconds(Int32)
  /// The largest frame a peer may send; a larger one costs it the connection. -1 is no limit.
  /// It counts bytes on the wire: CURVE adds ``Socket/curveFrameOverhead`` to each frame.
  case maximumMessageBytes(Int64)
  /// How long a peer may take from connecting to a finished handshake; 0 is no limit.
  case handshakeMilliseconds(Int32)
  /// The kernel's send buffer (`SO_SNDBUF`) in bytes; -1 leaves it to the system.
  case sendBufferBytes(Int32)
  /// The kernel's receive buffer (`SO_RCVBUF`) in bytes; -1 leaves it to the system.
  case receiveBufferBytes(Int32)
  /// `router`: a message to nobody is reported (``SendResult/unreachable``) instead of dropped.
  case routerMandatory(Bool)
  /// `router`: a peer that comes with a routing id in use takes it over.
  case routerHandover(Bool)
  /// `xpub`: repeated subscriptions are passed up too, not only the first to a topic.
  case xpubVerbose(Bool)
  /// Queue messages for finished connections only, so that none waits for a peer that never comes.
  case immediate(Bool)
  /// Pause before reconnecting, in milliseconds, doubling from `minimum` up to `maximum`
  /// (0: no doubling).
  case reconnect(minimum: Int32, maximum: Int32)
  /// `sub`: receive messages whose first frame begins with these bytes; none means all.
  case subscribe([UInt8])
  /// `sub`: take back one ``subscribe(_:)`` with the same bytes.
  case unsubscribe([UInt8])
  /// How long one attempt to connect may take, in milliseconds; 0 leaves it to the system.
  case connectMilliseconds(Int32)
  /// TCP keep-alive: first probe after `idle` seconds, then every `interval` seconds; the
  /// connection ends after `count` unanswered ones.
  case tcpKeepalive(idleSeconds: Int32, intervalSeconds: Int32, count: Int32)
  /// How long what was sent may stay unacknowledged, or the peer may take nothing, before the
  /// connection ends (`TCP_USER_TIMEOUT`), in milliseconds; 0 leaves it to the system.
  case tcpPatienceMilliseconds(Int32)
  /// The name a `router` at the other end shall know this socket by; 1...255 bytes, not
  /// beginning with 0.
  case routingID([UInt8])
  /// Speak IPv6 as well as IPv4.
  case ipv6(Bool)
  /// Connections the kernel keeps waiting for a listening socket.
  case backlog(Int32)
}

extension Socket {
  /// Sets an option.
  ///
  /// - Throws: `EINVAL` where libzmq knows no such option for this kind of socket, or not that
  ///   value.
  public func set(_ option: SocketOption) throws(ZeroMQError) {
    switch option {
    case .sendHighWater(let count): try set(ZMQ_SNDHWM, "sendHighWater", count)
    case .receiveHighWater(let count): try set(ZMQ_RCVHWM, "receiveHighWater", count)
    case .lingerMilliseconds(let time): try set(ZMQ_LINGER, "linger", time)
    case .maximumMessageBytes(let size): try set(ZMQ_MAXMSGSIZE, "maximumMessageBytes", size)
    case .handshakeMilliseconds(let time): try set(ZMQ_HANDSHAKE_IVL, "handshake", time)
    case .sendBufferBytes(let size): try set(ZMQ_SNDBUF, "sendBufferBytes", size)
    case .receiveBufferBytes(let size): try set(ZMQ_RCVBUF, "receiveBufferBytes", size)
    case .routerMandatory(let on): try set(ZMQ_ROUTER_MANDATORY, "routerMandatory", on)
    case .routerHandover(let on): try set(ZMQ_ROUTER_HANDOVER, "routerHandover", on)
    case .xpubVerbose(let on): try set(ZMQ_XPUB_VERBOSE, "xpubVerbose", on)
    case .immediate(let on): try set(ZMQ_IMMEDIATE, "immediate", on)
    case .reconnect(let minimum, let maximum):
      try set(ZMQ_RECONNECT_IVL, "reconnect minimum", minimum)
      try set(ZMQ_RECONNECT_IVL_MAX, "reconnect maximum", maximum)
    case .subscribe(let prefix): try set(ZMQ_SUBSCRIBE, "subscribe", bytes: prefix)
    case .unsubscribe(let prefix): try set(ZMQ_UNSUBSCRIBE, "unsubscribe", bytes: prefix)
    case .connectMilliseconds(let time): try set(ZMQ_CONNECT_TIMEOUT, "connect timeout", time)
    case .tcpKeepalive(let idle, let interval, let count):
      try set(ZMQ_TCP_KEEPALIVE, "tcpKeepalive", true)
      try set(ZMQ_TCP_KEEPALIVE_IDLE, "tcpKeepalive idle", idle)
      try set(ZMQ_TCP_KEEPALIVE_INTVL, "tcpKeepalive interval", interval)
      try set(ZMQ_TCP_KEEPALIVE_CNT, "tcpKeepalive count", count)
    case .tcpPatienceMilliseconds(let time): try set(ZMQ_TCP_MAXRT, "tcpPatience", time)
    case .routingID(let name): try set(ZMQ_ROUTING_ID, "routingID", bytes: name)
    case .ipv6(let on): try set(ZMQ_IPV6, "ipv6", on)
    case .backlog(let count): try set(ZMQ_BACKLOG, "backlog", count)
    }
  }

  /// Sets an option whose C type is `int` (on or off).
  func set(_ option: Int32, _ name: String, _ value: Bool) throws(ZeroMQError) {
    try set(option, name, Int32(value ? 1 : 0))
  }

  /// Sets an option whose C type is exactly that of `value`.
  func set<Value: FixedWidthInteger>(
    _ option: Int32, _ name: String, _ value: Value
  ) throws(ZeroMQError) {
    let handle = try opened("set \(name)")
    var value = value
    guard zmq_setsockopt(handle, option, &value, MemoryLayout<Value>.size) == 0 else {
      throw .last("set \(name)")
    }
  }

  /// Sets an option that takes bytes. The error names the option, not the bytes.
  func set(_ option: Int32, _ name: String, bytes: [UInt8]) throws(ZeroMQError) {
    let handle = try opened("set \(name)")
    guard zmq_setsockopt(handle, option, bytes, bytes.count) == 0 else {
      throw .last("set \(name)")
    }
  }
}
