import Foundation
import HubClient
import HubModel
import HubProtocol
import Testing
import ZeroMQ

/// Isolation between agencies is by connection: a lane admits its own agency's keys and no other.
@Suite("Release lanes of a real router", .serialized, .timeLimit(.minutes(15)))
struct LaneTests {
  /// A listener on `owner`'s lane under `keys`, with its connection watched.
  private func listener(
    on lane: UInt16, _ keys: CurveKeyPair, routerKey: CurvePublicKey, topic: String,
    in context: Context
  ) throws -> (socket: Socket, monitor: SocketMonitor) {
    let socket = try Socket(context, .sub)
    try socket.set(.lingerMilliseconds(0))
    try socket.beCurveClient(serverKey: routerKey, keys: keys)
    try socket.set(.subscribe(Array(topic.utf8)))
    let monitor = try SocketMonitor(socket)
    try socket.connect("tcp://127.0.0.1:\(lane)")
    return (socket, monitor)
  }

  private func firstEvent(
    _ monitor: SocketMonitor, where isGood: (SocketEvent.Kind) -> Bool
  ) throws -> SocketEvent.Kind {
    try eventually(within: 15) {
      while let event = try monitor.next(wait: false) {
        if isGood(event.kind) { return event.kind }
      }
      return nil
    }
  }

  @Test("No key of one agency gets into another agency's lane")
  func isolation() throws {
    let town = try Town()
    try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let defender = try TownAgency("lakewood-defender", .publicDefender, in: town)
    let context = try Context()
    defer { context.terminate() }
    for other in ["lakewood-prosecutor", "lakewood-defender", "harbor-behavioral"] {
      let (socket, monitor) = try listener(
        on: town.releasePort(of: other), sheriff.keys.curve, routerKey: sheriff.routerKey,
        topic: "", in: context)
      let event = try firstEvent(monitor) { kind in
        if case .handshakeFailed = kind { return true }
        return kind == .handshakeSucceeded
      }
      guard case .handshakeFailed = event else {
        Issue.record("the sheriff's key got into \(other)'s lane")
        return
      }
      monitor.close()
      socket.close()
    }
    // The same key does get into its own.
    let (socket, monitor) = try listener(
      on: town.releasePort(of: "lakewood-defender"), defender.keys.curve,
      routerKey: defender.routerKey, topic: "", in: context)
    _ = try firstEvent(monitor) { $0 == .handshakeSucceeded }
    monitor.close()
    socket.close()
  }

  @Test("A listener of the same agency hears just the topic that it asked for")
  func listening() async throws {
    let town = try Town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let context = try Context()
    defer { context.terminate() }
    let (socket, monitor) = try listener(
      on: town.releasePort(of: "lakewood-prosecutor"), prosecutor.keys.curve,
      routerKey: prosecutor.routerKey, topic: "intake.", in: context)
    _ = try firstEvent(monitor) { $0 == .handshakeSucceeded }
    let events = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation, .engagement],
      [.diversion, .careCoordination])
    let status = try provider.message(
      .participantStatus, .careCoordination, participant: "person-1",
      segments: [Segment(.engagement, fields: [Field("status", .code("engaged"))])])
    try provider.store.publish(status, role: provider.role)
    let day = try #require(CivilDate("2026-03-01"))
    let intake = try provider.completeIntake("person-1", on: day)
    try await prosecutor.waits(for: events) { $0 == .applied(through: 2) }
    let heard = try eventually(within: 10) { try socket.receive(wait: false) }
    #expect(heard.frames.first.map { String(decoding: $0, as: UTF8.self) } == "intake.completed")
    let delivery = try Delivery(decoding: heard.frames[1])
    #expect(delivery.content?.message.id == intake)
    prosecutor.link.stop()
    provider.link.stop()
    monitor.close()
    socket.close()
  }

  @Test("A key that is cut off gets nothing more, though its connections were open")
  func cutOff() async throws {
    let town = try Town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let events = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    _ = try provider.completeIntake("person-1", on: CivilDate(day: 20_500))
    try await prosecutor.waits(for: events) { $0 == .applied(through: 1) }

    let key = prosecutor.keys.fingerprint.text
    let answer = try town.ask(.cutOff(fingerprint: key, reason: "test"))
    #expect(answer == .done("key \(key) is cut off"))
    let receipts = provider.link.events()
    _ = try provider.completeIntake("person-1", on: CivilDate(day: 20_501))
    try await provider.waits(for: receipts) {
      if case .receipted(.data, 2) = $0 { true } else { false }
    }
    // Accepted, permitted, and kept for a key in force; the old key has had its last.
    let totals = try town.totals { $0.partsByFate["pending"] == 1 }
    #expect(totals.partsByFate["delivered"] == 1)
    #expect(try prosecutor.appliedRows().count == 1)
    prosecutor.link.stop()
    provider.link.stop()
  }
}
