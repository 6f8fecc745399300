import Testing
import ZeroMQ

@Suite("Publishing", .timeLimit(.minutes(5)))
struct PublishTests {
  @Test("A subscriber gets the topics it asked for, and the publisher is told who asked")
  func topics() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let keys = try CurveKeyPair.generate()
    site.ring.admit(keys.publicKey, at: "north", as: "listener")
    let publisher = try site.listener(.xpub, domain: "north")
    let subscriber = try site.client(.sub, keys: keys)
    try subscriber.set(.subscribe(bytes("red.")))
    try subscriber.connect(try publisher.lastEndpoint)

    let subscription = try publisher.arrival()
    #expect(subscription.frames == [[1] + bytes("red.")])
    #expect(subscription.userID == "listener")

    try publisher.post("blue.one", "not asked for")
    try publisher.post("red.one", "first")
    let part = bytes("..second..")[2..<8]
    #expect(try publisher.send(head: bytes("red.two"), body: part, wait: false) == .sent)
    #expect(try publisher.send(slices: [bytes("red.3")[...], part], wait: false) == .sent)
    #expect(try subscriber.arrival().frames.map(text) == ["red.one", "first"])
    #expect(try subscriber.arrival().frames.map(text) == ["red.two", "second"])
    #expect(try subscriber.arrival().frames.map(text) == ["red.3", "second"])

    try subscriber.set(.unsubscribe(bytes("red.")))
    #expect(try publisher.arrival().frames == [[0] + bytes("red.")])
    authenticator.stop()
  }

  @Test("A listener that does not read holds up neither the publisher nor the others")
  func stalledListener() throws {
    let context = try Context()
    let publisher = try Socket(context, .xpub)
    try publisher.set(.sendHighWater(10))
    try publisher.set(.sendBufferBytes(16_384))
    try publisher.bind(anyPort)
    let listeners = try (0..<2).map { _ in
      let socket = try Socket(context, .sub)
      try socket.set(.receiveHighWater(10))
      try socket.set(.receiveBufferBytes(16_384))
      try socket.set(.subscribe([]))
      try socket.connect(try publisher.lastEndpoint)
      return socket
    }
    let (reader, stalled) = (listeners[0], listeners[1])
    // A plain XPUB tells of a topic once; this one message may stand for both listeners, so both
    // prove that they are there by a first delivery.
    _ = try publisher.arrival()
    try publishUntilHeard(by: reader, from: publisher)
    try publishUntilHeard(by: stalled, from: publisher)
    while try reader.receive(wait: false) != nil {}

    let count = 2_000
    let body = [UInt8](repeating: 9, count: 8_192)
    var heard = 0
    for number in 0..<count {
      let head = bytes("n\(number)")
      try publisher.refresh()
      #expect(try publisher.send(head: head, body: body[...], wait: false) == .sent)
      while try reader.arrival().frames[0] != head { heard += 1 }
    }
    #expect(heard < 100, "only leftovers of the start came in between")
    var missedBy = count
    while let message = try stalled.receive(wait: false) {
      if message.frames[0].first == UInt8(ascii: "n") { missedBy -= 1 }
    }
    #expect(missedBy > count / 2)
  }

  @Test(
    "With a window of half the high-water mark, refreshed before each burst, nothing is skipped",
    arguments: [1, 8, 64])
  func windows(window: Int) throws {
    let context = try Context()
    let publisher = try Socket(context, .xpub)
    try publisher.set(.sendHighWater(Int32(2 * window)))
    try publisher.bind(anyPort)
    let subscriber = try Socket(context, .sub)
    try subscriber.set(.subscribe([]))
    try subscriber.connect(try publisher.lastEndpoint)
    _ = try publisher.arrival()
    for round in 0..<50 {
      try publisher.refresh()
      for number in 0..<window { try publisher.post("\(round)", "\(number)") }
      for number in 0..<window {
        #expect(try subscriber.arrival().frames.map(text) == ["\(round)", "\(number)"])
      }
    }
  }

  /// Publishes until the listener has something.
  private func publishUntilHeard(by listener: Socket, from publisher: Socket) throws {
    for _ in 0..<patience {
      try publisher.refresh()
      try publisher.post("hello")
      if try Poller.poll([listener], timeoutMilliseconds: 1) == [0] { return }
    }
    Issue.record("the listener never heard anything")
  }

  @Test("After a rebind good keys come back by themselves; a cut-off key gets nothing more")
  func cutOff() throws {
    let site = try Site()
    let authenticator = try site.authenticator()
    let (good, bad) = try (CurveKeyPair.generate(), CurveKeyPair.generate())
    site.ring.admit(good.publicKey, at: "north", as: "good")
    site.ring.admit(bad.publicKey, at: "north", as: "bad")
    let options: [SocketOption] = [
      .sendHighWater(100_000), .sendBufferBytes(16_384), .xpubVerbose(true),
    ]
    let old = try site.listener(.xpub, domain: "north", options: options)
    let endpoint = try old.lastEndpoint

    let reader = try site.client(.sub, keys: good)
    let small: [SocketOption] = [.receiveHighWater(1), .receiveBufferBytes(16_384)]
    let stalled = try site.client(.sub, keys: bad, options: small)
    let monitor = try SocketMonitor(stalled)
    for listener in [reader, stalled] {
      try listener.set(.subscribe([]))
      try listener.connect(endpoint)
    }
    let arrived = [try old.arrival().userID, try old.arrival().userID]
    #expect(Set(arrived) == ["good", "bad"])

    let body = [UInt8](repeating: 9, count: 1_024)
    let before = 4_000
    for _ in 0..<before {
      #expect(try old.send(head: bytes("before"), body: body[...], wait: false) == .sent)
      #expect(text(try reader.arrival().frames[0]) == "before")
    }

    site.ring.cutOff(bad.publicKey, at: "north")
    old.close()
    let new = try Socket(site.context, .xpub)
    for option in options { try new.set(option) }
    try new.beCurveServer(secretKey: site.server.secretKey, domain: "north")
    try new.bind(endpoint, patienceMilliseconds: patience)
    // Polled along, because the reader's socket repeats its subscriptions in its owner's calls.
    var back = false
    while !back {
      let ready = try Poller.poll([new, reader], timeoutMilliseconds: patience)
      try #require(!ready.isEmpty, "the good key did not come back")
      back = ready.contains(0)
    }
    #expect(try new.arrival().userID == "good")

    for _ in 0..<100 {
      try new.refresh()
      #expect(try new.send(head: bytes("after"), body: body[...], wait: false) == .sent)
      #expect(text(try reader.arrival().frames[0]) == "after")
    }

    // The stalled one now reads all it can get, until it has tried to come back in vain.
    var got: [String: Int] = [:]
    var refused = false
    while !refused {
      let ready = try Poller.poll([stalled, monitor.socket], timeoutMilliseconds: patience)
      try #require(!ready.isEmpty, "the cut-off key was never refused")
      if let message = try stalled.receive(wait: false) {
        got[text(message.frames[0]), default: 0] += 1
      }
      refused =
        try monitor.next(wait: false)?.kind == .handshakeFailed(.refused(status: 400))
    }
    #expect(try stalled.isQuiet)
    #expect(got["after"] == nil)
    #expect(got["before", default: 0] < before / 4, "no more than what was in the system's buffers")
    #expect(try new.isQuiet, "the cut-off key never subscribed again")
    authenticator.stop()
  }
}
