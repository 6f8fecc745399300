import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

@testable import accord

@Suite("What accord prints")
struct OutputTests {
  static let now = WallTime(iso8601: "2026-11-21T02:10:00Z") ?? WallTime(milliseconds: 0)
  static let zone = TimeZone(secondsFromGMT: -8 * 3_600) ?? .gmt
  static var moment: Moment { Moment(now: now, zone: zone) }

  static func agency(
    isConnected: Bool, oldest: Span? = nil
  ) -> StatusReport.AgencyStatus {
    StatusReport.AgencyStatus(
      agency: "lakewood-sheriff", role: "sheriff", isConnected: isConnected,
      lastContact: now.milliseconds - 240_000, depth: 2,
      oldestPending: oldest.map { now.milliseconds - $0.milliseconds }, inFlight: 1, held: 0,
      deliveredThrough: 17)
  }

  static func report(_ agencies: [StatusReport.AgencyStatus]) -> StatusReport {
    StatusReport(
      program: "lead-test", ledgerIncarnation: "l1", agreementVersion: 3, isDemonstration: true,
      now: now.milliseconds, agencies: agencies)
  }

  @Test("times are local, with their age")
  func times() {
    let four = Self.now.milliseconds - 240_000
    #expect(Self.moment.text(four) == "Fri 20 Nov 18:06 (4 min ago)")
    #expect(Self.moment.text(Self.now.milliseconds) == "Fri 20 Nov 18:10 (now)")
    #expect(Self.moment.text(Self.now.milliseconds + 3 * 86_400_000).hasSuffix("(in 3 days)"))
    #expect(Self.moment.text(0).hasPrefix("Wed 31 Dec 1969 16:00"))
    #expect(Self.moment.text(nil, or: "never") == "never")
  }

  @Test("a status is good, a warning or critical, as monitoring reads it")
  func health() {
    let good = Self.agency(isConnected: true)
    let away = Self.agency(isConnected: false)
    let stuck = Self.agency(isConnected: true, oldest: .hours(1))
    #expect(StatusText.health(of: Self.report([good])) == .good)
    #expect(StatusText.health(of: Self.report([good, away])) == .warning)
    #expect(StatusText.health(of: Self.report([away, stuck, good])) == .critical)
    #expect(StatusText.health(of: Self.report([])) == .warning)
  }

  @Test("a status says in words how each agency stands, and whether it is a demonstration")
  func status() {
    let text = StatusText(
      report: Self.report([Self.agency(isConnected: false)]), moment: Self.moment
    ).text(Paint(isOn: false))
    #expect(text.contains("DEMONSTRATION"))
    #expect(text.contains("not connected"))
    #expect(text.contains("Fri 20 Nov 18:06 (4 min ago)"))
    #expect(!text.contains("\u{1b}"))
  }

  @Test("columns line up, and no cell can upset the terminal")
  func table() {
    var table = Table("A", "LONGER", "C")
    table.add("wide cell", "x", "\u{1b}[2J\n")
    #expect(
      table.text(Paint(isOn: false))
        == "A          LONGER  C\nwide cell  x       \\u{1b}[2J\\n")
  }

  @Test("every fate and release state has words of its own")
  func words() {
    #expect(Set(Fate.allCases.map { Words.fate($0.rawValue) }).count == Fate.allCases.count)
    #expect(Words.fate("new-fate") == "new-fate")
    #expect(Words.release("active") == "in force")
  }

  @Test("a message is shown by where it stands for each recipient")
  func message() {
    let report = MessageReport(
      id: "00", topic: "hold.requested", source: "lakewood-sheriff", caseID: "c-1",
      acceptedAt: Self.now.milliseconds, basis: "submitted",
      parts: [
        .init(
          recipient: "lakewood-prosecutor", part: 0, categories: ["hold"], fate: "held",
          number: nil, wasDisclosed: false, changedAt: Self.now.milliseconds)
      ],
      steps: [
        .init(
          index: 9, at: Self.now.milliseconds, kind: "held", actor: "hub",
          recipient: "lakewood-prosecutor", part: 0, number: nil, releases: ["roi-1 v1"],
          reasons: ["no-release"], consentPosition: 4)
      ])
    let text = MessageText(report: report, moment: Self.moment)
    #expect(text.fates(Paint(isOn: false)).contains("waiting for a release that covers it"))
  }

  @Test("an agreement's check ends good, with a warning, or critical")
  func agreementCheck() throws {
    let folder = CountyFolder()
    let county = try folder.create("--agency", "s:sheriff")
    #expect(
      try AgreementReport(
        file: county.layout.agreement, text: TextFile.read(county.layout.agreement), now: Self.now
      ).health == .good)
    let text = try TextFile.read(county.layout.agreement)
    try TextFile.write(
      text.replacingOccurrences(of: "version: 1", with: "version: x"),
      to: county.layout.agreement, mode: 0o644, overwrites: true)
    let report = AgreementReport(
      file: county.layout.agreement, text: try TextFile.read(county.layout.agreement),
      now: Self.now)
    #expect(report.health == .critical)
    #expect(report.problems.count == 1)
  }

  @Test("an empty list under a name says that nothing goes there, and not that all is well")
  func heldByName() {
    let all = HeldText(reports: [], moment: Self.moment).text(Paint(isOn: false))
    #expect(all == "Nothing waits for a release. All is well.")
    let one = HeldText(reports: [], moment: Self.moment, agency: "lakewood-sheriff")
      .text(Paint(isOn: false))
    #expect(one == "Nothing to lakewood-sheriff waits for a release.")
    #expect(KnownNames.hint("hold.requsted", ["hold.requested"]).contains("'hold.requested'?"))
  }
}
