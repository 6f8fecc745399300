import Foundation
import HubModel
import Testing
import ZeroMQ

@Suite("Memory that a peer with a key can take", .serialized, .timeLimit(.minutes(15)))
struct HostileMemoryTests {
  /// The most that the process ever had, in bytes.
  private func peak(of router: Program) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(router.identifier)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(separator: " ").compactMap { Int($0) }.first) << 10
  }

  @Test("Subscriptions without end end their own lane's connections, and cost nobody anything")
  func subscriptions() async throws {
    let town = try Town()
    let router = try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    let before = try peak(of: router)
    let context = try Context()
    defer { context.terminate() }
    let greedy = try Socket(context, .sub)
    try greedy.set(.lingerMilliseconds(0))
    try greedy.set(.sendHighWater(0))
    try greedy.beCurveClient(serverKey: sheriff.routerKey, keys: sheriff.keys.curve)
    // In the router each would take some forty times its bytes: 170 MiB for them all.
    for number in 0..<10_000 {
      let name = Array("\(number)-".utf8)
      try greedy.set(.subscribe(name + [UInt8](repeating: 120, count: 440 - name.count)))
    }
    try greedy.connect("tcp://127.0.0.1:\(town.releasePort(of: "lakewood-sheriff"))")
    try router.expect("more subscriptions than there are topics")
    _ = try provider.completeIntake("person-1", on: CivilDate(day: 20_000))
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 1) }
    let growth = try peak(of: router) - before
    #expect(growth < 48 << 20, "\(growth >> 20) MiB")
    greedy.close()
    // Its own listeners come back, once it is gone.
    let events = sheriff.link.events()
    try sheriff.link.start()
    try await sheriff.waits(for: events) { $0 == .connected }
    provider.link.stop()
    prosecutor.link.stop()
    sheriff.link.stop()
    #expect(router.stop() == 0)
  }

  @Test("A message of many frames is taken as one mistake of its agency's, and told")
  func manyFrames() throws {
    let town = try Town()
    let router = try town.startRouter()
    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    let defender = try TownAgency("lakewood-defender", .publicDefender, in: town)
    let peer = try RawPeer(town, as: sheriff.keys.curve, to: sheriff.routerKey)
    let other = try RawPeer(town, as: defender.keys.curve, to: defender.routerKey)
    _ = try other.hello()
    let frame = [UInt8](repeating: 8, count: 64 << 10)
    _ = try peer.socket.send(.init(repeating: frame, count: 200), wait: false)
    try router.expect("messages of many frames")
    #expect(try other.isHeard())
    _ = try peer.hello()
    #expect(try peer.isHeard(), "one mistake does not end its connection")
    #expect(router.stop() == 0)
  }
}
