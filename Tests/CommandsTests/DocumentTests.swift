import Explaining
import Foundation
import HubModel
import HubProtocol
import Testing

@testable import accord

@Suite("Documents about disclosures")
struct DocumentTests {
  static let now = OutputTests.now
  static let hostile = "</style><script>alert(\"1\")</script>\u{1b}[2J"

  static func agency(_ id: String, _ role: String) -> NamedAgency {
    NamedAgency(id: id, name: "\(id) & Sons", role: role)
  }

  static func disclosure(
    _ entry: UInt64, to: String = "prosecutor", authority: String = "release",
    namesRecipient: Bool? = true, legalBasis: String = ""
  ) -> DisclosureReport {
    DisclosureReport(
      entry: entry, at: now.milliseconds - Int64(entry) * 60_000, message: "00", part: 0,
      topic: "intake.completed", from: agency("harbor", "behavioral-health"),
      to: agency(to, "prosecutor"),
      information: [.init(category: "participation", labels: ["part-2", "mental-health"])],
      purpose: "diversion", authority: authority,
      releases: authority == "release"
        ? [.init(id: "roi-1", version: 2, namesRecipient: namesRecipient)] : [],
      legalBasis: legalBasis, isPart2: true, statement: "long", agreementVersion: 3,
      consentPosition: 4, fate: "delivered")
  }

  static let terms = TermsReport(
    id: "roi-1", version: 2, kind: "multi-party", state: "revoked", newestVersion: 3,
    signedAt: now.milliseconds, expiresAt: nil, expiryEvent: "case-closed",
    purposes: ["diversion"], categories: ["participation"], redisclosure: hostile,
    stopUseNotice: false)

  static func record(_ disclosures: [DisclosureReport]) -> DisclosureRecord {
    DisclosureRecord(
      participant: "harbor/p-1", from: now.milliseconds - 86_400_000, to: now.milliseconds,
      pages: [
        DisclosurePage(program: "lakewood", disclosures: disclosures, terms: [terms], next: nil)
      ])
  }

  let documents = DisclosureDocuments(days: DayWords(), now: now)

  @Test("An accounting tells when, to whom, what, why, by what right, and whether Part 2")
  func accounting() {
    let record = Self.record([
      Self.disclosure(7), Self.disclosure(9, authority: "own-view"),
      Self.disclosure(
        8, to: "jail", authority: "agreement-exception", legalBasis: "RCW 10.1, booking"),
    ])
    #expect(record.disclosures.map(\.entry) == [7, 8] && record.notices.map(\.entry) == [9])
    let text = documents.accounting(record).text(Paint(isOn: false))
    for part in [
      "Accounting of disclosures", "2026-11-21 02:03", "prosecutor & Sons (prosecutor)",
      "participation (intake, assignment, enrolment) [mental health]", "roi-1 version 2",
      "42 CFR 2.31", "version 3: RCW 10.1, booking", "event: case-closed", "revoked, version 3",
      "45 CFR 164.528",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("\u{1b}"))
  }

  @Test("The page is whole in itself, numbers its sheets and repeats its headings")
  func page() {
    let html = documents.accounting(Self.record([Self.disclosure(7)])).html
    for part in [
      "counter(page) \" of \" counter(pages)", "@top-center { content: \"Accounting of",
      "thead { display: table-header-group; }", "default-src 'none'", "@media print",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
    #expect(html.contains("&lt;script&gt;") && html.contains("prosecutor &amp; Sons"))
    #expect(html.components(separatedBy: "</style>").count == 2)
    #expect(html.components(separatedBy: "<table>").count == 3, "disclosures, and releases")
  }

  @Test("The intermediary's list tells the general designation from the named recipient")
  func recipients() {
    let record = Self.record([
      Self.disclosure(7), Self.disclosure(8, to: "clinic", namesRecipient: false),
    ])
    let all = documents.recipients(record, generalOnly: false)
    #expect(all.sections[0].rows.map { $0[4] } == ["by name", "general designation"])
    let general = documents.recipients(record, generalOnly: true)
    #expect(general.sections[0].rows.map { $0[0] } == ["clinic & Sons (clinic)"])
    #expect(documents.recipients(Self.record([]), generalOnly: false).html.contains("No entity"))
  }

  @Test("A chain is told from the holder back to the first who had it")
  func chain() {
    var copy = Self.disclosure(9, to: "defender")
    copy.chain = [
      .init(
        entry: 3, from: Self.agency("jail", "sheriff"), to: Self.agency("court", "prosecutor"),
        releases: ["roi-1 v1"]),
      .init(
        entry: 5, from: Self.agency("court", "prosecutor"),
        to: Self.agency("harbor", "behavioral-health"), releases: ["roi-1 v1"]),
    ]
    let report = HoldersReport(
      release: "roi-1", terms: [Self.terms],
      holders: [.init(agency: Self.agency("defender", "public-defender"), copies: [copy])])
    let row = documents.holders(report).sections[0].rows[0]
    #expect(row[3] == "harbor & Sons (harbor)")
    #expect(row[4] == "court & Sons (court), from jail & Sons (jail)")
  }

  @Test("Days begin where the zone's clocks say, also when they change")
  func zones() throws {
    let zone = SiteZone(try #require(TimeZone(identifier: "America/Los_Angeles")))
    let spring = try #require(CivilDate("2026-03-08"))
    #expect(zone.midnight(of: spring).milliseconds == 1_772_956_800_000)
    #expect(zone.midnight(of: spring.adding(days: 1)).milliseconds == 1_773_039_600_000)
    #expect(zone.date(of: Self.now) == CivilDate("2026-11-20"))
    #expect(CivilDate("2028-02-29")?.yearsBefore(3) == CivilDate("2025-02-28"))
  }
}
