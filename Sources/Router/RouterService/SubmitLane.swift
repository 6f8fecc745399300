import HubModel
import HubProtocol
import Operations
import RouterCore
import ZeroMQ

/// The submit lane: one `ROUTER`, on which all agencies speak.
final class SubmitLane {
  private let context: Context
  private let endpoints: [String]
  private let secretKey: CurveSecretKey
  private var socket: Socket

  init(at endpoints: [String], secretKey: CurveSecretKey, in context: Context) throws {
    self.context = context
    self.endpoints = endpoints
    self.secretKey = secretKey
    socket = try Self.bound(at: endpoints, secretKey: secretKey, in: context)
  }

  private static func bound(
    at endpoints: [String], secretKey: CurveSecretKey, in context: Context
  ) throws -> Socket {
    let socket = try Socket(context, .router)
    try socket.beCurveServer(secretKey: secretKey, domain: Admissions.submitDomain)
    try socket.set(.maximumMessageBytes(Int64(Limits.frameBytes + Socket.curveFrameOverhead)))
    try socket.set(.handshakeMilliseconds(10_000))
    try socket.set(.lingerMilliseconds(0))
    // Back-pressure: beyond this the sender's own queue fills, and its spool keeps the rest.
    try socket.set(.receiveHighWater(64))
    try socket.set(.sendHighWater(256))
    try socket.endDeadConnections()
    // The connection, and the one frame that it sent.
    socket.maximumFrames = 2
    if endpoints.contains(where: { $0.contains("[") }) { try socket.set(.ipv6(true)) }
    for endpoint in endpoints { try socket.bind(endpoint, patienceMilliseconds: 5_000) }
    return socket
  }

  /// For ``Poller`` only.
  var polled: Socket { socket }

  /// Closes every connection, with whatever came by it and was not taken, and listens anew.
  /// Nothing is lost: what has no receipt stands in its spool.
  func bindAgain() throws {
    socket.close()
    socket = try Self.bound(at: endpoints, secretKey: secretKey, in: context)
  }

  func close() { socket.close() }

  func receive() throws -> ZeroMQ.Message? { try socket.receive(wait: false) }

  func send(_ reply: Reply, to session: Session) throws -> SendResult {
    try socket.send(head: session.connection, body: reply.encoded()[...], wait: false)
  }
}
