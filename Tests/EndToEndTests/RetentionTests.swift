import Foundation
import HubModel
import HubProtocol
import Testing

/// A real router that removes nothing young, and nothing of whoever is on legal hold.
@Suite("Retention with a real router", .serialized, .timeLimit(.minutes(15)))
struct RetentionTests {
  @Test("a run is counted in the log; a legal hold stops the hand that would destroy")
  func run() async throws {
    let town = try Town()
    let file = town.path("router.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
      .replacing("expunge-before-retention: refuse", with: "expunge-before-retention: allow")
      .replacing("run-at: \"03:00\"", with: "run-at: never")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "p-1", toward: [prosecutor], [.participation], [.diversion])
    _ = try provider.completeIntake("p-1", on: CivilDate(day: 20_000))
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 1) }

    let preview = try town.accord("retention", "preview")
    #expect(preview.status == 0 && preview.output.contains("Nothing was removed"))
    #expect(try totals(town)["retention-run"] == nil)
    let done = try town.accord("retention", "run", "--json")
    #expect(done.status == 0, "\(done.output)")
    let report = try JSONDecoder().decode(RetentionReport.self, from: Data(done.output.utf8))
    #expect(report.state == .done && report.messages == 0 && report.people == 0)
    #expect(try totals(town)["retention-run"] == 1)

    let name = "harbor-behavioral/p-1"
    let held = try town.accord("participant", "hold", name, "--reason", "case 26-1")
    #expect(held.status == 0, "\(held.output)")
    let listed = try town.accord("participant", "holds")
    #expect(listed.status == 0 && listed.output.contains(name), "\(listed.output)")
    #expect(listed.output.contains("case 26-1"))
    let expunge = ["participant", "expunge", name, "--reason", "asked", "--confirm"]
    let refused = try town.accord(expunge)
    #expect(refused.status != 0 && refused.output.contains("legal-hold"), "\(refused.output)")
    #expect(try town.accord("retention", "preview").output.contains("kept whole: 1 people"))
    #expect(try town.accord("participant", "unhold", name, "--reason", "closed").status == 0)
    #expect(try town.accord("participant", "holds").output.contains("Nobody is on legal hold."))
    let destroyed = try town.accord(expunge)
    #expect(destroyed.status == 0, "\(destroyed.output)")
    // Whom nobody knows nobody can keep, and it is said in an operator's words.
    let unknown = try town.accord("participant", "hold", name, "--reason", "too late")
    #expect(unknown.status != 0 && unknown.output.contains("unknown-participant"))
    provider.link.stop()
    prosecutor.link.stop()
    #expect(router.stop() == 0)
  }

  @Test("a floor of the law is checked before anything starts, and by the check command")
  func floor() throws {
    let town = try Town()
    let file = town.path("router.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
      .replacing("people-days: 3653", with: "people-days: 365")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let checked = try Program.run("accord", ["config", "check", "--config", file])
    #expect(checked.status == 2 && checked.output.contains("164.530(j)(2)"), "\(checked.output)")
    let started = try Program.run("accord-router", ["--config", file])
    #expect(started.status == 78 && started.output.contains("people-days"), "\(started.output)")
  }

  private func totals(_ town: Town) throws -> [String: Int] {
    guard case .totals(let totals) = try town.ask(.totals) else { return [:] }
    return totals.auditByKind
  }
}
