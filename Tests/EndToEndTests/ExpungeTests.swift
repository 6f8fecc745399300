import Foundation
import HubModel
import HubProtocol
import Testing

/// A real router, its operator, and the files that it leaves behind.
@Suite("Expunging with a real router", .serialized, .timeLimit(.minutes(15)))
struct ExpungeTests {
  private func holds(_ marker: String, below folder: String) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try names.filter { name in
      guard name.hasPrefix("ledger.sqlite") || name.hasPrefix("keys.sqlite") else { return false }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
      return bytes.range(of: Data(marker.utf8)) != nil
    }
  }

  @Test("retention comes first unless counsel says otherwise; then the person is gone")
  func story() async throws {
    let town = try Town()
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-planted", toward: [prosecutor], [.participation],
      [.diversion])
    _ = try provider.completeIntake("person-planted", on: CivilDate(day: 20_000))
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 1) }
    let state = town.path("state/router")
    #expect(try holds("person-planted", below: state) == [])

    let name = "harbor-behavioral/person-planted"
    let asked = try town.accord("participant", "expunge", name, "--reason", "court order")
    #expect(asked.status == 0 && asked.output.contains("2 messages"))
    let refused = try town.accord(
      "participant", "expunge", name, "--reason", "court order", "--confirm")
    #expect(refused.status != 0 && refused.output.contains("retention-not-over"))

    #expect(router.stop() == 0)
    let file = town.path("router.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
      .replacing("expunge-before-retention: refuse", with: "expunge-before-retention: allow")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let again = try town.startRouter()
    let done = try town.accord(
      "participant", "expunge", name, "--reason", "court order", "--confirm")
    #expect(done.status == 0, "\(done.output)")
    let unknown = try town.accord("participant", "expunge", name, "--reason", "court order")
    #expect(unknown.status != 0 && unknown.output.contains("unknown-participant"))
    let export = town.path("log.export")
    #expect(try town.accord("audit", "export", "--output", export).status == 0)
    #expect(try Program.run("accord", ["audit", "verify", export]).status == 0)
    #expect(try holds("person-planted", below: state) == [])
    provider.link.stop()
    prosecutor.link.stop()
    #expect(again.stop() == 0)
  }
}
