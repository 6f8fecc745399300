import Foundation
import HubClient
import HubModel
import Testing

/// `kill -9` at any moment loses nothing that had a receipt and applies nothing twice.
@Suite("A killed router", .serialized, .timeLimit(.minutes(10)))
struct KillTests {
  static var rounds: Int { ProcessInfo.processInfo.environment["ACCORD_LONG"] == nil ? 8 : 100 }

  @Test("Everything published before, between and after kills is applied once and in order")
  func kills() async throws {
    let town = try Town()
    var router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    var published: [String] = []
    var generator = SystemRandomNumberGenerator()
    for round in 0..<Self.rounds {
      let receipts = provider.link.events()
      let before = published.count
      for day in 0..<40 {
        let id = try provider.completeIntake("person-1", on: CivilDate(day: 20_000 + day))
        published.append(id.description)
      }
      // The kill falls after a random one of this round's receipts, wherever the rest is then.
      let through = UInt64(before + Int.random(in: 1...40, using: &generator))
      try await provider.waits(for: receipts) {
        if case .receipted(.data, let reached) = $0 { reached >= through } else { false }
      }
      router.kill()
      router = try town.startRouter()
      #expect(router.identifier > 0, "round \(round)")
    }
    let last = UInt64(published.count)
    try await prosecutor.waits(for: applied) { $0 == .applied(through: last) }
    let rows = try prosecutor.appliedRows()
    #expect(rows.map(\.number) == (1...Int64(last)).map { $0 }, "numbers are gapless")
    #expect(rows.map(\.message) == published, "each once, in order")
    prosecutor.link.stop()
    provider.link.stop()
    router.stop()
  }
}
