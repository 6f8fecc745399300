import HubModel
import HubProtocol
import ZeroMQ

/// The link's network on ZeroMQ: a `DEALER` with its monitor, and a `SUB`. Belongs to one thread.
final class ZeroMQWire: LinkWire {
  private let configuration: LinkConfiguration
  private let context: Context
  private let signal: LinkSignal
  private var submit: Socket?
  private var monitor: SocketMonitor?
  private var lane: Socket?

  init(_ configuration: LinkConfiguration, in context: Context, signal: LinkSignal) {
    self.configuration = configuration
    self.context = context
    self.signal = signal
  }

  func wait(_ atMost: Span) throws -> Bool {
    let sockets = [submit, monitor?.socket, lane].compactMap { $0 }
    let ready = try Poller.poll(
      sockets, extraDescriptors: [signal.waker.descriptor],
      timeoutMilliseconds: Int(max(0, atMost.milliseconds)))
    guard ready.last == sockets.count else { return false }
    signal.waker.drain()
    return true
  }

  // MARK: The submit lane

  func connect() throws {
    let socket = try prepared(.dealer)
    // Far more than is ever in flight; reached only while nobody takes anything.
    try socket.set(.sendHighWater(64))
    try socket.set(.receiveHighWater(1_024))
    // Before it connects: the monitor shall not miss the first event.
    monitor = try SocketMonitor(socket)
    submit = socket
    try socket.connect(configuration.endpoint(port: configuration.submitPort))
  }

  func disconnect() {
    closeLane()
    monitor?.close()
    monitor = nil
    submit?.close()
    submit = nil
  }

  func nextEvent() throws -> LinkWireEvent? {
    while let event = try monitor?.next(wait: false) {
      switch event.kind {
      case .handshakeSucceeded: return .secured
      case .disconnected: return .lost
      // libzmq does not try again after a refusal.
      case .handshakeFailed(.refused): return .refused
      default: continue
      }
    }
    return nil
  }

  func send(_ frame: [UInt8]) throws -> Bool {
    try submit?.send(frame: frame, wait: false) == .sent
  }

  func receiveReply() throws -> LinkFrames? { try received(by: submit) }

  // MARK: The release lane

  func openLane(_ welcome: Reply.Welcome) throws {
    closeLane()
    let socket = try prepared(.sub)
    // The window twice over, for it may come again while it is still there, and room for beats.
    try socket.set(.receiveHighWater(Int32(welcome.window * 2 + 64)))
    try socket.set(.subscribe([]))
    lane = socket
    try socket.connect(configuration.endpoint(port: welcome.releasePort))
  }

  func closeLane() {
    lane?.close()
    lane = nil
  }

  func receiveDelivery() throws -> LinkFrames? { try received(by: lane) }

  // MARK: Sockets

  private func received(by socket: Socket?) throws -> LinkFrames? {
    try socket?.receive(wait: false).map {
      LinkFrames(frames: $0.frames, isOversize: $0.isOversize)
    }
  }

  private func prepared(_ kind: SocketKind) throws(ZeroMQError) -> Socket {
    let socket = try Socket(context, kind)
    try socket.beCurveClient(serverKey: configuration.routerKey, keys: configuration.keys)
    try socket.set(.lingerMilliseconds(0))
    try socket.set(.maximumMessageBytes(Int64(Limits.frameBytes + Socket.curveFrameOverhead)))
    try socket.set(.reconnect(minimum: 50, maximum: 1_000))
    try socket.set(.handshakeMilliseconds(10_000))
    if configuration.isIPv6 { try socket.set(.ipv6(true)) }
    return socket
  }
}
