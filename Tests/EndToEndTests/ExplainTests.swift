import Foundation
import HubModel
import Operations
import Testing

/// What a county's people may ask the router after the fact, and before it.
@Suite("Explanations and accountings", .serialized, .timeLimit(.minutes(15)))
struct ExplainTests {
  static let chromium = ["chromium", "chromium-browser", "google-chrome"]
    .map { "/usr/bin/\($0)" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  private struct County {
    let town: Town
    let router: Program
    let provider: TownAgency
    let prosecutor: TownAgency
    /// Released to the prosecutor; and said after the revocation.
    let told: MessageID
    let late: MessageID

    func stop() {
      provider.link.stop()
      prosecutor.link.stop()
      router.stop()
    }
  }

  private func county() async throws -> County {
    let town = try Town()
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    for person in ["person-1", "person-2"] {
      try provider.sign(
        "roi-\(person)", participant: person, toward: [prosecutor], [.participation],
        [.diversion])
    }
    let told = try provider.completeIntake("person-1", on: CivilDate(day: 20_000))
    _ = try provider.store.publish(
      provider.message(
        .intakeCompleted, .diversion, participant: "person-2", case: "case-2",
        segments: [
          Segment(
            .participation, fields: [Field("completed-on", .date(CivilDate(day: 20_001)))])
        ]), role: provider.role)
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 2) }
    let revoked = try town.accord("roi", "revoke", "roi-person-1", "--reason", "on the telephone")
    #expect(revoked.status == 0, "\(revoked.output)")
    // Whoever revokes reads who holds copies.
    #expect(revoked.output.contains("is revoked"))
    #expect(revoked.output.contains("lakewood-prosecutor"))
    let late = try provider.completeIntake("person-1", on: CivilDate(day: 20_002))
    _ = try town.totals { ($0.partsByFate["withheld"] ?? 0) == 1 }
    return County(
      town: town, router: router, provider: provider, prosecutor: prosecutor, told: told,
      late: late)
  }

  @Test("An explanation from an export is that of the router, byte for byte, for every reader")
  func replay() async throws {
    let county = try await county()
    let file = county.town.path("log.export")
    #expect(try county.town.accord("audit", "export", "--output", file).status == 0)
    for message in [county.told, county.late] {
      for reader in ["participant", "agency", "auditor"] {
        for agency in ["lakewood-prosecutor", "lakewood-sheriff", "harbor-behavioral"] {
          for more in [[], ["--json"], ["--zone", "America/Los_Angeles"]] {
            let question =
              ["explain", message.description, "--for", reader, "--recipient", agency] + more
            let live = try Program.run(
              "accord", question + ["--config", county.town.path("router.yaml")])
            let replayed = try Program.run("accord", question + ["--export", file])
            #expect(live.status == 0 && replayed.status == 0, "\(replayed.output)")
            #expect(Array(live.output.utf8) == Array(replayed.output.utf8))
            #expect(!live.output.isEmpty)
          }
        }
      }
    }
    // What does not verify is not explained.
    var text = try String(contentsOfFile: file, encoding: .utf8)
    text = text.replacing("entry 3 ", with: "entry 4 ")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let told = county.told.description
    #expect(try Program.run("accord", ["explain", told, "--export", file]).status != 0)
    county.stop()
  }

  @Test("Withheld, never sent and never there: an agency reads the same words")
  func outsiders() async throws {
    let county = try await county()
    func ask(_ message: String, _ agency: String) throws -> String {
      let result = try county.town.accord(
        "explain", message, "--for", "agency", "--recipient", agency)
      #expect(result.status == 0)
      return result.output
    }
    let none = String(repeating: "0", count: 31) + "7"
    let nothing = try ask(none, "lakewood-sheriff")
    #expect(try ask(county.late.description, "lakewood-prosecutor") == nothing)
    #expect(try ask(county.told.description, "lakewood-sheriff") == nothing)
    #expect(try ask(county.told.description, "lakewood-prosecutor") != nothing)
    let auditor = try county.town.accord("explain", county.late.description).output
    #expect(auditor.contains("release.revoked") && auditor.contains("42 CFR 2.31(a)(6)"))
    let person = try county.town.accord(
      "explain", county.late.description, "--for", "participant").output
    #expect(person.contains("You took your consent back."))
    county.stop()
  }

  @Test("The accounting, the list of recipients and of holders, and a preview, as commands")
  func documents() async throws {
    let county = try await county()
    let person = ["--participant", "harbor-behavioral/person-1"]
    let config = ["--config", county.town.path("router.yaml")]
    func run(_ words: String...) throws -> Program.Result {
      try Program.run("accord", words + config)
    }
    let accounting = try run("consent", "accounting", person[0], person[1], "--format", "json")
    #expect(accounting.status == 0, "\(accounting.output)")
    #expect(accounting.output.contains(county.told.description))
    #expect(!accounting.output.contains("person-2"))
    #expect(!accounting.output.contains(county.late.description))
    let page = county.town.path("accounting.html")
    #expect(
      try run(
        "consent", "accounting", person[0], person[1], "--format", "html", "--output", page
      ).status == 0)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("42 CFR 2.25"))
    let mode = try FileManager.default.attributesOfItem(atPath: page)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    let recipients = try run("consent", "recipients", person[0], person[1])
    #expect(recipients.output.contains("by name") && recipients.output.contains("2.24"))
    let none = try run("consent", "accounting", "--participant", "harbor-behavioral/nobody")
    #expect(none.status != 0 && none.output.contains("unknown-participant"))
    let holders = try run("roi", "holders", "roi-person-2")
    #expect(holders.status == 0 && holders.output.contains("lakewood-prosecutor"))
    // Nobody is shown another release than the one that they asked for, nor an empty list.
    for verb in ["holders", "show", "export"] {
      let none = try run("roi", verb, "roi-none")
      #expect(none.status != 0 && none.output.contains("unknown-release"), "\(verb)")
      #expect(try run("roi", verb, "NOT/AN-ID").status != 0, "\(verb)")
    }
    let breach = try run(
      "consent", "breach", "--recipient", "lakewood-prosecutor", "--from", "2020-01-01",
      "--reason", "a laptop was stolen")
    #expect(breach.status == 0 && breach.output.contains("harbor-behavioral/person-2"))
    #expect(breach.output.contains(county.told.description))
    let question = [
      "consent", "preview", "--recipient", "lakewood-prosecutor", "--purpose", "diversion",
      "--participant", "harbor-behavioral/person-",
    ]
    func preview(_ person: String, _ more: String...) throws -> String {
      var words = question
      words[words.count - 1] += person
      return try Program.run("accord", words + more + config).output
    }
    #expect(try preview("2").contains("would be released"))
    #expect(try preview("1").contains("release.revoked"))
    #expect(try preview("1", "--for", "agency") == preview("9", "--for", "agency"))
    #expect(try preview("2", "--for", "agency") != preview("9", "--for", "agency"))
    let totals = try county.town.totals { ($0.auditByKind["accounted"] ?? 0) >= 3 }
    #expect(totals.auditByKind["holders-listed"] == 1 && totals.auditByKind["breach-listed"] == 1)
    #expect(totals.auditByKind["previewed"] == 6 && totals.auditByKind["accounted"] == 3)
    county.stop()
  }

  @Test(
    "The page prints as a PDF", .enabled(if: Self.chromium != nil, "needs a Chromium"))
  func printing() async throws {
    let county = try await county()
    let page = county.town.path("accounting.html")
    let accounting = try county.town.accord(
      "consent", "accounting", "--participant", "harbor-behavioral/person-1", "--format", "html",
      "--output", page)
    #expect(accounting.status == 0)
    let paper = county.town.path("accounting.pdf")
    let printed = try Program.run(
      try #require(Self.chromium),
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        "--print-to-pdf=\(paper)", "file://\(page)",
      ])
    #expect(printed.status == 0, "\(printed.output)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: paper)).starts(with: Data("%PDF-".utf8)))
    county.stop()
  }
}
