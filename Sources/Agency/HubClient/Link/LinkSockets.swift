import HubModel
import ZeroMQ

/// The submit lane's socket, and what becomes of its connection.
struct SubmitSocket {
  let socket: Socket
  let monitor: SocketMonitor

  /// Not connected yet: the monitor shall not miss the first event.
  init(_ configuration: LinkConfiguration, in context: Context) throws(ZeroMQError) {
    socket = try Socket(context, .dealer)
    try socket.prepare(configuration)
    // Far more than is ever in flight; reached only while nobody takes anything.
    try socket.set(.sendHighWater(64))
    try socket.set(.receiveHighWater(1_024))
    monitor = try SocketMonitor(socket)
    try socket.connect(configuration.endpoint(port: configuration.submitPort))
  }

  func close() {
    monitor.close()
    socket.close()
  }
}

/// The release lane's socket, and what this end knows of the lane.
struct ReleaseLane {
  let socket: Socket
  let openedAt: Tick
  /// Last frame on this lane, or its opening.
  var heardAt: Tick
  /// The router has seen the subscription: what it sends from now on arrives.
  var isProven = false
  /// The router shall send from the next delivery on.
  var wantsResume = false
  var resumedAt: Tick?

  init(
    _ configuration: LinkConfiguration, welcome: Reply.Welcome, in context: Context, at now: Tick
  ) throws(ZeroMQError) {
    socket = try Socket(context, .sub)
    try socket.prepare(configuration)
    // The window twice over, for it may come again while it is still there, and room for beats.
    try socket.set(.receiveHighWater(Int32(welcome.window * 2 + 64)))
    try socket.set(.subscribe([]))
    try socket.connect(configuration.endpoint(port: welcome.releasePort))
    openedAt = now
    heardAt = now
  }
}

extension Socket {
  fileprivate func prepare(_ configuration: LinkConfiguration) throws(ZeroMQError) {
    try beCurveClient(serverKey: configuration.routerKey, keys: configuration.keys)
    try set(.lingerMilliseconds(0))
    try set(.maximumMessageBytes(Int64(Limits.frameBytes + Socket.curveFrameOverhead)))
    try set(.reconnect(minimum: 50, maximum: 1_000))
    try set(.handshakeMilliseconds(10_000))
    if configuration.isIPv6 { try set(.ipv6(true)) }
  }
}
