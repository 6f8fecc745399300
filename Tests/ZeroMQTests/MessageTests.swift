import Glibc
import Testing
import ZeroMQ

@Suite("Messages", .timeLimit(.minutes(5)))
struct MessageTests {
  /// Two sockets of one context, connected within the process.
  private func pair(_ kind: SocketKind, _ other: SocketKind) throws -> (Socket, Socket) {
    let context = try Context()
    let (one, two) = (try Socket(context, kind), try Socket(context, other))
    try one.bind("inproc://here")
    try two.connect("inproc://here")
    return (one, two)
  }

  @Test("A mandatory router says that a peer is unknown, and sends nothing")
  func unroutable() throws {
    let (router, dealer) = try pair(.router, .dealer)
    try router.set(.routerMandatory(true))
    let unknown = [bytes("nobody"), bytes("one"), bytes("two")]
    #expect(try router.send(unknown, wait: false) == .unreachable)
    #expect(try router.send(head: unknown[0], body: unknown[1][...], wait: false) == .unreachable)

    // The refused messages left no halves behind that would spoil the next one.
    try dealer.post("hello")
    let name = try router.arrival().frames[0]
    #expect(try router.send([name, bytes("back")], wait: false) == .sent)
    #expect(try dealer.arrival().frames == [bytes("back")])
  }

  @Test("A peer that went away becomes unreachable")
  func departed() throws {
    let context = try Context()
    let router = try Socket(context, .router)
    try router.set(.routerMandatory(true))
    try router.bind(anyPort)
    let monitor = try SocketMonitor(router)
    let dealer = try Socket(context, .dealer)
    try dealer.connect(try router.lastEndpoint)
    try dealer.post("hello")
    let name = try router.arrival().frames[0]
    #expect(try router.send([name, bytes("back")], wait: false) == .sent)
    dealer.close()
    try monitor.until(.disconnected)
    // The router's own thread takes note of the lost peer a moment after the event.
    var result = SendResult.sent
    for _ in 0..<patience where result != .unreachable {
      _ = try Poller.poll([router], timeoutMilliseconds: 1)
      result = try router.send([name, bytes("gone")], wait: false)
    }
    #expect(result == .unreachable)
  }

  @Test("A full queue is told at the first frame, and what was taken arrives whole and in order")
  func allOrNothing() throws {
    let context = try Context()
    let (push, pull) = (try Socket(context, .push), try Socket(context, .pull))
    try push.set(.sendHighWater(5))
    try pull.set(.receiveHighWater(5))
    try pull.bind("inproc://here")
    #expect(try push.send([bytes("too"), bytes("early")], wait: false) == .wouldBlock)
    try push.connect("inproc://here")
    var sent = 0
    while try push.send(["a", "b", "\(sent)"].map(bytes), wait: false) == .sent { sent += 1 }
    #expect(sent == 10)
    for number in 0..<sent {
      #expect(try pull.arrival().frames.map(text) == ["a", "b", "\(number)"])
    }
    #expect(try pull.receive(wait: false) == nil)
  }

  @Test("A peer that vanishes in the middle of traffic never leaves half a message behind")
  func vanishingPeer() throws {
    let context = try Context()
    let push = try Socket(context, .push)
    try push.bind(anyPort)
    for _ in 0..<20 {
      let pull = try Socket(context, .pull)
      try pull.connect(try push.lastEndpoint)
      try pushUntilHeard(by: pull, from: push)
      pull.close()
      // Some of these meet the connection while it ends.
      for _ in 0..<500 { _ = try push.send(["1", "2", "3"].map(bytes), wait: false) }
    }
    let last = try Socket(context, .pull)
    try last.connect(try push.lastEndpoint)
    try pushUntilHeard(by: last, from: push)
  }

  /// Pushes messages of three frames until some came; every one that comes must be whole.
  private func pushUntilHeard(by pull: Socket, from push: Socket) throws {
    var heard = 0
    for _ in 0..<patience where heard == 0 {
      _ = try push.send(["1", "2", "3"].map(bytes), wait: false)
      if try Poller.poll([pull], timeoutMilliseconds: 1).isEmpty { continue }
      while let message = try pull.receive(wait: false) {
        heard += 1
        #expect(message.frames.map(text) == ["1", "2", "3"])
      }
    }
    #expect(heard > 0)
  }

  @Test("Frames of any size arrive as they were sent", arguments: [0, 1, 33, 34, 1024, 1 << 20])
  func sizes(count: Int) throws {
    let (pull, push) = try pair(.pull, .push)
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try push.send(frame: body, wait: false) == .sent)
    #expect(try push.send(frame: ([1] + body + [2])[1..<(count + 1)], wait: false) == .sent)
    #expect(try push.send([body, [], body], wait: false) == .sent)
    #expect(try pull.arrival() == Message(frames: [body]))
    #expect(try pull.arrival() == Message(frames: [body]))
    #expect(try pull.arrival() == Message(frames: [body, [], body]))
  }

  @Test("Of a message with too many frames the first are kept, and the next message is whole")
  func tooManyFrames() throws {
    let (pull, push) = try pair(.pull, .push)
    pull.maximumFrames = 3
    #expect(try push.send((1...500).map { bytes("\($0)") }, wait: false) == .sent)
    try push.post("1", "2", "3")
    let cut = try pull.arrival()
    #expect(cut.frames.map(text) == ["1", "2", "3"])
    #expect(cut.isOversize)
    let whole = try pull.arrival()
    #expect(whole.frames.map(text) == ["1", "2", "3"])
    #expect(!whole.isOversize)
  }

  @Test("A frame over the limit costs its sender the connection; the others stay")
  func tooLarge() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let limit = 2_048
    let router = try site.listener(
      .router, domain: "north", options: [.maximumMessageBytes(Int64(limit))])
    let monitor = try SocketMonitor(router)
    var dealers: [Socket] = []
    for name in ["modest", "greedy"] {
      let keys = try CurveKeyPair.generate()
      site.ring.admit(keys.publicKey, at: "north", as: name)
      dealers.append(try site.client(.dealer, keys: keys))
    }
    for dealer in dealers {
      try dealer.connect(try router.lastEndpoint)
      try monitor.until(.handshakeSucceeded)
    }
    let fits = [UInt8](repeating: 5, count: limit - Socket.curveFrameOverhead)
    #expect(try dealers[1].send(frame: fits, wait: false) == .sent)
    #expect(try router.arrival().frames[1] == fits)
    #expect(try dealers[1].send(frame: fits + [5], wait: false) == .sent)
    try monitor.until(.disconnected)
    try dealers[0].post("still here")
    let next = try router.arrival()
    #expect(next.userID == "modest")
    #expect(text(next.frames[1]) == "still here")
    authenticator.stop()
  }
}
