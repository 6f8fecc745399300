import HubModel
import Operations
import ZeroMQ

/// One agency's release lane: a plain `XPUB`, on which everyone who listens is of that agency.
///
/// libzmq bounds the size of a subscription and not how many there are, and each takes many times
/// its bytes. So the lane counts what is subscribed to; an agency that asks for more than any
/// adapter does has its lane bound again, which frees it all.
final class ReleaseLane {
  /// Sent when somebody subscribes: the adapter then knows that the lane works.
  static let beat = Array("accord.lane".utf8)
  /// All that is subscribed to at once, in bytes. The catalogue's topics have less than a tenth.
  static let subscribedBytes = 16 << 10
  /// Subscriptions read at a time; the others wait, and nobody else for them.
  static let readAtOnce = 64
  /// Subscriptions that wait in the lane's queue; the others wait on the wire. libzmq takes the
  /// queue until it is empty before ``greet()`` can count anything, and a sender that keeps filling
  /// a longer one keeps it there. Not fewer: libzmq counts a peer's user id as one of them, which
  /// is never read, so that a queue of one is full for ever.
  static let queued: Int32 = 4
  /// Bytes of a frame. A listener sends the handshake (some 300) and subscriptions, and no more.
  static let frameBytes: Int64 = 512

  let agency: AgencyID
  let endpoint: String
  private let socket: Socket
  private var topics: Set<[UInt8]> = []
  private var bytes = 0

  init(
    _ agency: AgencyID, at endpoint: String, window: Int, secretKey: CurveSecretKey,
    in context: Context
  ) throws {
    self.agency = agency
    self.endpoint = endpoint
    socket = try Socket(context, .xpub)
    try socket.beCurveServer(secretKey: secretKey, domain: Admissions.releaseDomain(of: agency))
    // Twice the window: libzmq gives queue credit back in steps of half the mark, so with one
    // more than the window the second window was already cut.
    try socket.set(.sendHighWater(Int32(2 * window)))
    try socket.set(.receiveHighWater(Self.queued))
    try socket.set(.sendBufferBytes(64 << 10))
    try socket.set(.xpubVerbose(true))
    try socket.set(.lingerMilliseconds(0))
    try socket.set(.handshakeMilliseconds(10_000))
    try socket.set(.maximumMessageBytes(Self.frameBytes))
    try socket.endDeadConnections()
    if endpoint.contains("[") { try socket.set(.ipv6(true)) }
    try socket.bind(endpoint, patienceMilliseconds: 5_000)
  }

  /// For ``Poller`` only.
  var polled: Socket { socket }

  func close() { socket.close() }

  /// Answers each new subscription with a beat. Who it came from does not matter: everyone on
  /// this socket is of one agency.
  ///
  /// - Returns: whether the agency may go on; `false` where it asks for more than a lane holds.
  func greet() throws -> Bool {
    for _ in 0..<Self.readAtOnce {
      guard let message = try socket.receive(wait: false) else { return true }
      guard let frame = message.frames.first, let first = frame.first else { continue }
      let topic = Array(frame.dropFirst())
      switch first {
      case 0:
        // Told once nobody has it any more.
        if topics.remove(topic) != nil { bytes -= topic.count }
      case 1:
        if topics.insert(topic).inserted { bytes += topic.count }
        guard bytes <= Self.subscribedBytes else { return false }
        _ = try socket.send(head: Self.beat, body: [], wait: false)
      default: continue
      }
    }
    return true
  }

  func send(topic: [UInt8], _ body: ArraySlice<UInt8>) throws -> SendResult {
    try socket.send(head: topic, body: body, wait: false)
  }
}
