import AdapterKit
import Foundation
import HubModel
import Testing

@testable import accord_behavioral_health
@testable import accord_prosecutor
@testable import accord_public_defender
@testable import accord_sheriff

/// The worked examples of the adapters' READMEs, each through `check` as its reader would run it.
@Suite("Worked examples of connectors", .serialized)
struct ExamplesTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let mapping: String
    let sample: String
    let kind: String
    let folder: String
    /// What it would send, by topic.
    let sends: [String]
    /// Fields that the mapping places and this sample has not.
    var absent: Set<String> = []
    /// Whether the README shows what `check` prints.
    var isShown = false
    var testDescription: String { sample }
  }

  static let sheriffs = [
    Example(
      mapping: "adt-hl7.yaml", sample: "adt-a01.hl7", kind: "hl7, port: 2575", folder: "roster",
      sends: ["booking.created"], absent: ["released_at"]),
    Example(
      mapping: "changes-xml.yaml", sample: "changes-20260617.xml", kind: "folder",
      folder: "roster", sends: ["booking.created", "booking.released"]),
    Example(
      mapping: "roster-fixed.yaml", sample: "roster-fixed-20260617-0600.dat", kind: "folder",
      folder: "roster", sends: ["booking.created"]),
  ]
  static let prosecutors = [
    Example(
      mapping: "court-events.yaml", sample: "court-event.json",
      kind: "http, port: 7500, token-file: token", folder: "decisions",
      sends: ["hold.extended", "hold.released"])
  ]

  static let providers = [
    Example(
      mapping: "consents.yaml", sample: "consents.json", kind: ehr("Consent"), folder: "releases",
      sends: ["roi.signed"], isShown: true),
    Example(
      mapping: "handoff-tasks.yaml", sample: "handoff-tasks.json", kind: ehr("Task"),
      folder: "acknowledgements", sends: ["handoff.acknowledged", "handoff.declined"],
      isShown: true),
    Example(
      mapping: "referrals.yaml", sample: "referrals.json", kind: ehr("ServiceRequest"),
      folder: "referrals", sends: ["referral.submitted"], isShown: true),
    Example(
      mapping: "contacts.yaml", sample: "contacts.json", kind: ehr("Communication"),
      folder: "contacts", sends: ["contact.logged"], isShown: true),
  ]
  static let defenders = [
    Example(
      mapping: "appointments.yaml", sample: "appointments.xml", kind: "folder",
      folder: "assignments", sends: ["defence.assigned"], isShown: true),
    Example(
      mapping: "assignments.yaml", sample: "assignments-20260302.csv", kind: "folder",
      folder: "assignments", sends: ["defence.assigned"], isShown: true),
  ]

  private static func ehr(_ resource: String) -> String {
    "fhir, server: 'https://ehr.example.org/fhir', resource: \(resource)"
  }

  private static let adapters = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Adapters")

  private static func place(_ adapter: String, _ file: String) -> String {
    adapters.appendingPathComponent("\(adapter)/Examples/\(file)").path
  }

  private func section(_ adapter: String, _ example: Example) -> String {
    """
    {}
    connectors:
      example: {kind: \(example.kind), folder: \(example.folder),
        mapping: \(Self.place(adapter, example.mapping))}
    """
  }

  private func token(_ folder: String) throws {
    let path = folder + "/token"
    try Data("0123456789abcdef0123456789abcdef".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  private func check<Adapter: AgencyAdapter>(
    _ example: Example, _ adapter: String, at site: AgencySite<Adapter>
  ) throws {
    let checked = CheckedFile(
      Adapter.self, file: Self.place(adapter, example.sample), connector: "example",
      configuration: site.path("agency.yaml"), json: true
    ) { _, _ in example.folder }
    #expect(checked.exitCode == 0, "\(checked.text)")
    let object = try JSONSerialization.jsonObject(with: Data(checked.text.utf8))
    let result = try #require(object as? [String: Any])
    #expect(result["problems"] as? [String] == [])
    let sendings = try #require(result["sendings"] as? [[String: Any]])
    #expect(Set(sendings.compactMap { $0["topic"] as? String }) == Set(example.sends))
    let filled = try #require(result["filled"] as? [String: Int])
    #expect(Set(filled.filter { $0.value == 0 }.keys) == example.absent)
    guard example.isShown else { return }
    let shown = CheckedFile(
      Adapter.self, file: Self.place(adapter, example.sample), connector: "example",
      configuration: site.path("agency.yaml"), json: false
    ) { _, _ in example.folder }
    let lines = shown.text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    let readme = try String(
      contentsOf: Self.adapters.appendingPathComponent("\(adapter)/README.md"), encoding: .utf8)
    #expect(readme.contains(lines), "\(lines)")
  }

  @Test("A check of each of the sheriff's examples is good", arguments: sheriffs)
  func sheriff(_ example: Example) throws {
    let site = try AgencySite(
      SheriffAdapter.self, agency: "lakewood-sheriff", role: .sheriff,
      section: section("Sheriff", example))
    try check(example, "Sheriff", at: site)
  }

  @Test("A check of each of the prosecutor's examples is good", arguments: prosecutors)
  func prosecutor(_ example: Example) throws {
    let site = try AgencySite(
      ProsecutorAdapter.self, agency: "lakewood-prosecutor", role: .prosecutor,
      section: section("Prosecutor", example), prepare: token)
    for incident in ["26-040920", "26-040921"] {
      try site.deliver(
        delivery(
          .holdRequested, from: "lakewood-sheriff", case: "lr-\(incident)",
          participant: "p-\(incident)", release: "lr-\(incident)-field", .hold,
          [
            Field("incident", .code(incident)),
            Field("referred-at", .time(time("2026-03-01T20:00:00-08:00"))),
            Field("offence", .code("11.204")), Field("last-name", .text("Hale")),
            Field("first-name", .text("David")),
          ]))
      try site.command("decide", ["event": "opened", "incident_no": incident])
    }
    try check(example, "Prosecutor", at: site)
  }

  @Test("A check of each of the provider's examples is good", arguments: providers)
  func provider(_ example: Example) throws {
    let site = try Provider.site(section("BehavioralHealth", example))
    for caseID in ["lr-26-0011", "lr-26-0012"] {
      try site.deliver(Provider.request(caseID))
      try site.deliver(Provider.details(caseID, participant: "p-\(caseID)"))
    }
    try check(example, "BehavioralHealth", at: site)
  }

  @Test("A check of each of the public defender's examples is good", arguments: defenders)
  func defender(_ example: Example) throws {
    let site = try AgencySite(
      DefenderAdapter.self, agency: "lakewood-defender", role: .publicDefender,
      section: section("PublicDefender", example))
    for booking in ["26-00010", "26-00011"] {
      try site.deliver(
        delivery(
          .bookingCreated, from: "lakewood-sheriff", participant: "p-\(booking)", .booking,
          [
            Field("booking", .code(booking)),
            Field("at", .time(time("2026-03-01T22:00:00-08:00"))),
            Field("offence-class", .code("M")),
          ]))
    }
    try check(example, "PublicDefender", at: site)
  }

  @Test("No example is without a check")
  func all() throws {
    let known = [
      "Sheriff": Self.sheriffs, "Prosecutor": Self.prosecutors,
      "BehavioralHealth": Self.providers, "PublicDefender": Self.defenders,
    ]
    for (adapter, examples) in known {
      let folder = Self.adapters.appendingPathComponent("\(adapter)/Examples").path
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(files) == Set(examples.flatMap { [$0.mapping, $0.sample] }))
    }
    let others = try FileManager.default.contentsOfDirectory(atPath: Self.adapters.path).filter {
      FileManager.default.fileExists(
        atPath: Self.adapters.appendingPathComponent("\($0)/Examples").path)
    }
    #expect(Set(others) == Set(known.keys))
  }
}
