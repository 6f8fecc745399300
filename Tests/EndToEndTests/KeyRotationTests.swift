import Foundation
import HubClient
import HubModel
import HubProtocol
import Operations
import Testing
import ZeroMQ

/// Keys of a running county: made at the agency, enrolled by fingerprint, rotated, ended, cut off.
@Suite("Keys of a real county", .serialized, .timeLimit(.minutes(15)))
struct KeyRotationTests {
  private func sheriff(_ arguments: String..., in town: Town) throws -> Program.Result {
    try Program.run(
      "accord-sheriff", arguments + ["--config", town.path("lakewood-sheriff.yaml")])
  }

  private struct Listed: Decodable {
    let agency: String
    let fingerprint: String
    let state: String
    let use: String
    let lastSeen: Int64?
  }

  private func keys(_ town: Town, status: Int32? = nil) throws -> [Listed] {
    let result = try town.accord("key", "list", "--json")
    if let status { #expect(result.status == status, "\(result.output)") }
    return try JSONDecoder().decode([Listed].self, from: Data(result.output.utf8))
      .filter { $0.agency == "lakewood-sheriff" }
  }

  @Test("A key is rotated with an overlap by fingerprint, and the old one ends by itself")
  func rotation() throws {
    let town = try Town()
    let router = try town.startRouter()
    var daemon = try town.start(
      "accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")])
    try daemon.expect("adapter is up")
    _ = try eventually(within: 30) { try keys(town).first?.lastSeen }
    #expect(try keys(town, status: 0).map(\.state) == ["in force"])
    let old = try KeyFile.load(town.path("keys/lakewood-sheriff.yaml")).fingerprint

    #expect(try sheriff("key", "new", in: town).status == 0)
    let half = town.path("keys/lakewood-sheriff.yaml.next.public")
    let next = try PublicKeyFile.load(half).fingerprint
    let text = try String(contentsOfFile: half, encoding: .utf8)
    #expect(!text.contains("secret:"))
    #expect(try sheriff("key", "new", in: town).status != 0)
    // Misheard, or exchanged on its way.
    let refused = try town.accord(
      "key", "rotate", "lakewood-sheriff", half, "--fingerprint", old.text)
    #expect(refused.status != 0 && refused.output.contains("telephone"))
    #expect(try keys(town).count == 1)
    let rotated = try town.accord(
      "key", "rotate", "lakewood-sheriff", half, "--fingerprint", next.text, "--overlap-days",
      "20")
    #expect(rotated.status == 0, "\(rotated.output)")
    // The end of the old one warns of nothing: its successor is there.
    let both = try keys(town, status: 0)
    #expect(both.map(\.fingerprint) == [old.text, next.text])
    #expect(both.map(\.state) == ["ends soon", "in force"])
    try daemon.expect("key ends soon", within: 30)

    #expect(try sheriff("key", "use", in: town).status == 0)
    daemon.stop()
    daemon = try town.start(
      "accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")])
    try daemon.expect("adapter is up")
    _ = try eventually(within: 30) { try keys(town).last?.lastSeen }
    // Its end comes: from one moment to the next nobody gets in by it.
    try endNow(old, in: town)
    _ = try town.ask(.reloadRegistry)
    #expect(try eventually(within: 15) { try keys(town).first?.state } == "ended")
    #expect(try keys(town, status: 0).last?.state == "in force")
    let context = try Context()
    defer { context.terminate() }
    let kept = town.path("keys/lakewood-sheriff.yaml.\(old.text.prefix(8)).old")
    #expect(try !isLetIn(KeyFile.load(kept), in: town, context))
    #expect(
      try isLetIn(KeyFile.load(town.path("keys/lakewood-sheriff.yaml")), in: town, context))
    let totals = try town.totals { ($0.auditByKind["key-expired"] ?? 0) > 0 }
    #expect(totals.auditByKind["key-enrolled"] == 1)
    #expect((totals.auditByKind["key-changed"] ?? 0) >= 1)
    // So it stays after a restart, and is not said again.
    #expect(router.stop() == 0)
    let again = try town.startRouter()
    #expect(try keys(town).first?.state == "ended")
    #expect(try !isLetIn(KeyFile.load(kept), in: town, context))
    #expect(try town.totals { _ in true }.auditByKind["key-expired"] == 1)
    for program in [daemon, again] { program.stop() }
  }

  /// Puts the key's end into the past, as time would.
  private func endNow(_ key: KeyFingerprint, in town: Town) throws {
    let path = town.path("registry.yaml")
    var file = try RegistryFile.load(path)
    for agency in file.agencies.indices {
      for index in file.agencies[agency].keys.indices
      where file.agencies[agency].keys[index].fingerprint == key {
        file.agencies[agency].keys[index].expiresAt = WallTime(
          milliseconds: SystemClock().wall().milliseconds - 1_000)
      }
    }
    try file.write(to: path, overwrites: true)
  }

  private func isLetIn(_ key: KeyFile, in town: Town, _ context: Context) throws -> Bool {
    let socket = try Socket(context, .dealer)
    defer { socket.close() }
    try socket.set(.lingerMilliseconds(0))
    let router = try KeyFile.load(town.path("keys/router.yaml")).curve.publicKey
    try socket.beCurveClient(serverKey: router, keys: key.curve)
    let monitor = try SocketMonitor(socket)
    defer { monitor.close() }
    try socket.connect("tcp://127.0.0.1:\(town.basePort)")
    return try eventually(within: 15) { () -> Bool? in
      while let event = try monitor.next(wait: false) {
        if case .handshakeFailed = event.kind { return false }
        if event.kind == .handshakeSucceeded { return true }
      }
      return nil
    }
  }

  @Test("A stalled reader under a key that is cut off gets no more than one window already held")
  func stalled() async throws {
    let town = try Town()
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let events = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    _ = try provider.completeIntake("person-1", on: CivilDate(day: 20_000))
    try await prosecutor.waits(for: events) { $0 == .applied(through: 1) }
    // A second connection under the same key, which subscribes and never reads.
    let context = try Context()
    defer { context.terminate() }
    let socket = try Socket(context, .sub)
    try socket.set(.lingerMilliseconds(0))
    try socket.set(.receiveHighWater(1))
    try socket.beCurveClient(serverKey: prosecutor.routerKey, keys: prosecutor.keys.curve)
    try socket.set(.subscribe([]))
    let monitor = try SocketMonitor(socket)
    let port = try #require(
      RegistryFile.load(town.path("registry.yaml")).agencies
        .first { $0.id == prosecutor.id }?.releasePort)
    try socket.connect("tcp://127.0.0.1:\(port)")
    _ = try eventually(within: 15) { () -> Bool? in
      while let event = try monitor.next(wait: false) {
        if event.kind == .handshakeSucceeded { return true }
      }
      return nil
    }
    for day in 20_001...20_040 {
      _ = try provider.completeIntake("person-1", on: CivilDate(day: day))
    }
    try await prosecutor.waits(for: events) { $0 == .applied(through: 41) }
    let key = prosecutor.keys.fingerprint.text
    let answer = try town.ask(.cutOff(fingerprint: key, reason: "lost"))
    #expect(answer == .done("key \(key) is cut off"))
    for day in 21_001...21_040 {
      _ = try provider.completeIntake("person-1", on: CivilDate(day: day))
    }
    _ = try town.totals { $0.partsByFate["pending"] == 40 }
    // It wakes up now, and reads all that it can get.
    var heard = 0
    let deadline = ContinuousClock.now + .seconds(3)
    while ContinuousClock.now < deadline {
      guard let message = try socket.receive(wait: false) else {
        var nothing = pollfd()
        poll(&nothing, 0, 20)
        continue
      }
      guard message.frames.count == 2, !message.frames[1].isEmpty else { continue }
      let delivery = try Delivery(decoding: message.frames[1])
      #expect(delivery.number <= 41, "sent after the cut-off")
      heard += 1
    }
    #expect(heard <= 64, "more than one window")
    #expect(try town.totals { _ in true }.partsByFate["pending"] == 40)
    monitor.close()
    socket.close()
    prosecutor.link.stop()
    provider.link.stop()
    #expect(router.stop() == 0)
  }
}
