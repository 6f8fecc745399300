import Foundation
import HubClient
import HubModel
import Testing

/// Refusal and incapacity are outcomes like any other: the router keeps them and goes on.
@Suite("A release that was not signed", .serialized, .timeLimit(.minutes(15)))
struct RefusalTests {
  @Test("A recorded refusal withholds, survives a restart, and a later signature permits",
    arguments: RoiRefusal.Reason.allCases)
  func refusal(reason: RoiRefusal.Reason) async throws {
    let town = try Town()
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    let receipts = provider.link.events()
    let id = try #require(RoiID("roi-1"))
    try provider.store.publish(
      provider.message(
        .roiRefused, .careCoordination, participant: "person-1",
        consent: .refusal(RoiRefusal(id: id, reason: reason))), role: provider.role)
    var early = try provider.message(
      .intakeCompleted, .diversion, participant: "person-1", segments: [intake(on: 20_000)])
    early.release = id
    try provider.store.publish(early, role: provider.role)
    try await provider.waits(for: receipts) { $0 == .receipted(.data, through: 1) }
    let fate = reason == .refused ? "withheld" : "held"
    #expect(try town.totals { $0.partsByFate[fate] == 1 }.partsByFate["delivered"] == nil)

    router.kill()
    try town.startRouter()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    var late = try provider.message(
      .intakeCompleted, .diversion, participant: "person-1", segments: [intake(on: 20_001)])
    late.release = id
    try provider.store.publish(late, role: provider.role)
    // What waited for somebody who could not decide goes too; what was refused is gone.
    let count: UInt64 = reason == .refused ? 1 : 2
    try await prosecutor.waits(for: applied) { $0 == .applied(through: count) }
    prosecutor.link.stop()
    provider.link.stop()
  }

  private func intake(on day: Int) -> Segment {
    Segment(.participation, fields: [Field("completed-on", .date(CivilDate(day: day)))])
  }
}
