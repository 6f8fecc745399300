import Testing
import ZeroMQ

@Suite("CURVE connections", .timeLimit(.minutes(5)))
struct CurveTests {
  @Test("A message carries the user id that the authenticator gave to its sender's key")
  func roundTrip() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let keys = try CurveKeyPair.generate()
    site.ring.admit(keys.publicKey, at: "north", as: "peer-one")
    let router = try site.listener(.router, domain: "north")
    let dealer = try site.client(.dealer, keys: keys)
    try dealer.connect(try router.lastEndpoint)

    try dealer.post("single")
    let single = try router.arrival()
    #expect(single.frames.count == 2)
    #expect(single.userID == "peer-one")
    #expect(single.peerAddress == "127.0.0.1")
    #expect(!single.isOversize)

    try dealer.post("one", "", "three")
    let triple = try router.arrival()
    #expect(triple.frames.dropFirst().map(text) == ["one", "", "three"])
    #expect(triple.userID == "peer-one")

    let reply = [single.frames[0], bytes("back")]
    #expect(try router.send(reply, wait: false) == .sent)
    let answer = try dealer.arrival()
    #expect(answer.frames == [bytes("back")])
    #expect(answer.userID == nil)
    authenticator.stop()
  }

  @Test("Messages of several peers on one socket each carry their own user id")
  func severalPeers() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let router = try site.listener(.router, domain: "north")
    var dealers: [Socket] = []
    for name in ["a", "b", "c"] {
      let keys = try CurveKeyPair.generate()
      site.ring.admit(keys.publicKey, at: "north", as: name)
      let dealer = try site.client(.dealer, keys: keys)
      try dealer.connect(try router.lastEndpoint)
      dealers.append(dealer)
      for _ in 0..<5 { try dealer.post(name) }
    }
    for _ in 0..<15 {
      let message = try router.arrival()
      #expect(message.userID == text(message.frames[1]))
    }
    authenticator.stop()
  }

  @Test("An unknown key is refused, and both sides hear of it")
  func unknownKey() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let router = try site.listener(.router, domain: "north")
    let atServer = try SocketMonitor(router)
    let dealer = try site.client(.dealer, keys: .generate())
    let atClient = try SocketMonitor(dealer)
    try dealer.connect(try router.lastEndpoint)
    try dealer.post("let me in")

    let refused = SocketEvent.Kind.handshakeFailed(.refused(status: 400))
    try atClient.until(refused)
    let seen = try atServer.until(refused)
    #expect(!seen.contains(.handshakeSucceeded))
    #expect(try router.isQuiet)
    authenticator.stop()
  }

  @Test("A refused client does not try again by itself, but does when told to connect anew")
  func refusedThenAdmitted() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let router = try site.listener(.router, domain: "north")
    let endpoint = try router.lastEndpoint
    let keys = try CurveKeyPair.generate()
    let dealer = try site.client(.dealer, keys: keys)
    let monitor = try SocketMonitor(dealer)
    try dealer.connect(endpoint)
    try monitor.until(.handshakeFailed(.refused(status: 400)))
    try monitor.until(.disconnected)

    site.ring.admit(keys.publicKey, at: "north", as: "late")
    try? dealer.disconnect(endpoint)
    try dealer.connect(endpoint)
    try monitor.until(.handshakeSucceeded)
    try dealer.post("here")
    #expect(try router.arrival().userID == "late")
    authenticator.stop()
  }

  @Test("A client that expects another server key does not get through, nor does the server's word")
  func wrongServerKey() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let keys = try CurveKeyPair.generate()
    site.ring.admit(keys.publicKey, at: "north", as: "peer-one")
    let router = try site.listener(.router, domain: "north")
    let monitor = try SocketMonitor(router)
    let dealer = try Socket(site.context, .dealer)
    try dealer.beCurveClient(serverKey: CurveKeyPair.generate().publicKey, keys: keys)
    try dealer.connect(try router.lastEndpoint)
    try dealer.post("to someone else")
    let seen = try monitor.until("handshake failure", isHandshakeFailure)
    #expect(!seen.contains(.handshakeSucceeded))
    #expect(try router.isQuiet)
    authenticator.stop()
  }

  @Test("A client without CURVE does not get into a CURVE server")
  func plainClient() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let router = try site.listener(.router, domain: "north")
    let monitor = try SocketMonitor(router)
    let dealer = try Socket(site.context, .dealer)
    try dealer.connect(try router.lastEndpoint)
    try dealer.post("no key at all")
    let seen = try monitor.until("handshake failure", isHandshakeFailure)
    #expect(!seen.contains(.handshakeSucceeded))
    #expect(try router.isQuiet)
    authenticator.stop()
  }

  @Test("A key of one domain is refused at the socket of another")
  func otherDomain() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let keys = try CurveKeyPair.generate()
    site.ring.admit(keys.publicKey, at: "north", as: "peer-one")
    let north = try site.listener(.xpub, domain: "north")
    let south = try site.listener(.xpub, domain: "south")

    let stranger = try site.client(.sub, keys: keys)
    let monitor = try SocketMonitor(stranger)
    try stranger.set(.subscribe([]))
    try stranger.connect(try south.lastEndpoint)
    let seen = try monitor.until(.handshakeFailed(.refused(status: 400)))
    #expect(!seen.contains(.handshakeSucceeded))
    #expect(try south.isQuiet)

    let native = try site.client(.sub, keys: keys)
    try native.set(.subscribe([]))
    try native.connect(try north.lastEndpoint)
    #expect(try north.arrival().userID == "peer-one")
    authenticator.stop()
  }

  @Test("Without an authenticator nobody gets in; once there is one, the same client does")
  func noAuthenticator() throws {
    let site = try Site()
    let keys = try CurveKeyPair.generate()
    site.ring.admit(keys.publicKey, at: "north", as: "peer-one")
    let router = try site.listener(
      .router, domain: "north", options: [.handshakeMilliseconds(1_000)])
    let monitor = try SocketMonitor(router)
    let dealer = try site.client(.dealer, keys: keys)
    try dealer.connect(try router.lastEndpoint)
    try dealer.post("early")
    let seen = try monitor.until("handshake failure", isHandshakeFailure)
    #expect(!seen.contains(.handshakeSucceeded))
    #expect(try router.isQuiet)

    let authenticator = try site.authenticator()
    #expect(try router.arrival().userID == "peer-one")
    authenticator.stop()
  }

  @Test("Once the authenticator has stopped nobody new gets in; who is in stays")
  func stoppedAuthenticator() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let router = try site.listener(.router, domain: "north")
    let monitor = try SocketMonitor(router)
    var dealers: [Socket] = []
    for name in ["early", "late"] {
      let keys = try CurveKeyPair.generate()
      site.ring.admit(keys.publicKey, at: "north", as: name)
      dealers.append(try site.client(.dealer, keys: keys))
    }
    try dealers[0].connect(try router.lastEndpoint)
    try monitor.until(.handshakeSucceeded)
    authenticator.stop()

    try dealers[1].connect(try router.lastEndpoint)
    try dealers[1].post("too late")
    let seen = try monitor.until("handshake failure", isHandshakeFailure)
    #expect(!seen.contains(.handshakeSucceeded))
    try dealers[0].post("still here")
    #expect(try router.arrival().userID == "early")
    #expect(try router.isQuiet)
  }

  @Test(
    "A server socket needs a domain", arguments: ["", String(repeating: "d", count: 256), "a\0b"])
  func badDomain(domain: String) throws {
    let socket = try Socket(Context(), .router)
    let secret = try CurveKeyPair.generate().secretKey
    #expect(throws: ZeroMQError.self) {
      try socket.beCurveServer(secretKey: secret, domain: domain)
    }
  }
}
