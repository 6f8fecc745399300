import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

@Suite("The agreement of a running router", .serialized, .timeLimit(.minutes(15)))
struct AgreementTests {
  /// The town's agreement as another version.
  private func write(
    _ version: Int, in town: Town, _ changes: (String, String)...
  ) throws -> String {
    var text = try TextFile.read(town.path("agreement.yaml"))
      .replacingOccurrences(of: "\nversion: 1\n", with: "\nversion: \(version)\n")
    for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
    let path = town.path("agreement-\(version).yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func versions(_ town: Town) throws -> [String] {
    guard case .agreements(let reports) = try town.ask(.agreements) else { return [] }
    return reports.map { "\($0.version) \($0.state.rawValue)" }
  }

  /// The first turn after a start records what the ledger lacks.
  private func waits(for expected: [String], in town: Town) throws {
    _ = try eventually(within: 30) { try versions(town) == expected ? true : nil }
  }

  @Test("Checked, activated, kept whole, and in force after a start with another file")
  func activation() throws {
    let town = try Town()
    let router = try town.startRouter()
    try waits(for: ["1 in-force"], in: town)
    let file = try write(
      2, in: town, ("sheriff: [prosecutor]", "sheriff: [prosecutor, program-office]"))
    let check = try town.accord("agreement", "check", file)
    // The town's is a demonstration, which is a warning.
    #expect(check.status == 1, "\(check.output)")
    #expect(check.output.contains("widened: hold.requested from sheriff to program-office"))
    let done = try town.accord("agreement", "activate", file)
    #expect(done.status == 0, "\(done.output)")
    #expect(try versions(town) == ["2 in-force", "1 replaced"])
    let shown = try town.accord("agreement", "show")
    #expect(try shown.output == TextFile.read(file))
    #expect(try town.accord("agreement", "activate", file).status == 0, "it is in force already")
    router.stop()
    // The configured file is still version 1.
    let again = try town.startRouter()
    #expect(again.said.contains("agreement version 2 is in force by the ledger"))
    let status = try town.accord("status")
    #expect(status.output.contains("AGREEMENT: agreement version 2 is in force by the ledger"))
    #expect(try versions(town) == ["2 in-force", "1 replaced"])
    again.stop()
  }

  @Test("A bad file, or a version that is not above, changes nothing and stops nothing")
  func bad() throws {
    let town = try Town()
    let router = try town.startRouter()
    try waits(for: ["1 in-force"], in: town)
    let bad = try write(2, in: town, ("escrow:", "escrw:"))
    #expect(try town.accord("agreement", "check", bad).status == 2)
    #expect(try town.accord("agreement", "activate", bad).status != 0)
    let text = try TextFile.read(bad)
    guard case .failed(let code, let remedy) = try town.ask(
      .activateAgreement(text: text, effective: nil))
    else {
      Issue.record("a bad file was taken")
      return
    }
    #expect(code == "agreement-refused")
    #expect(remedy.contains("did you mean 'escrow'"))
    let same = try write(1, in: town, ("duty-line", "# a comment\nduty-line"))
    #expect(try town.accord("agreement", "check", same).status == 2)
    #expect(try town.accord("agreement", "activate", same).status != 0)
    #expect(try town.accord("agreement", "check", town.path("nowhere.yaml")).status == 3)
    #expect(try versions(town) == ["1 in-force"])
    // A configured file gone bad does not stop the next start either.
    router.stop()
    try text.write(toFile: town.path("agreement.yaml"), atomically: true, encoding: .utf8)
    let again = try town.startRouter()
    #expect(try versions(town) == ["1 in-force"])
    again.stop()
  }

  @Test("A later date survives kill -9, and the version comes into force by itself")
  func scheduled() throws {
    let town = try Town()
    let router = try town.startRouter()
    try waits(for: ["1 in-force"], in: town)
    let file = try write(2, in: town)
    let date = WallTimeText.after(seconds: 4)
    let done = try town.accord("agreement", "activate", file, "--effective", date)
    #expect(done.status == 0, "\(done.output)")
    #expect(try versions(town) == ["2 scheduled", "1 in-force"])
    router.kill()
    let again = try town.startRouter()
    try waits(for: ["2 in-force", "1 replaced"], in: town)
    guard case .totals(let totals) = try town.ask(.totals) else { return }
    #expect(totals.auditByKind["agreement-recorded"] == 2)
    #expect(totals.auditByKind["agreement-activated"] == 2)
    again.stop()
  }
}

private enum WallTimeText {
  static func after(seconds: Int64) -> String {
    (SystemClock().wall() + .seconds(seconds)).iso8601
  }
}
