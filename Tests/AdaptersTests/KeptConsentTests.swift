import AdapterKit
import Foundation
import HubModel
import Testing

@testable import accord_behavioral_health

/// Consents that the provider's own records system keeps, and says again when they change.
@Suite("Consents of a records system")
struct KeptConsentTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Adapters/BehavioralHealth/Examples")

  private func site() throws -> Provider.Site {
    try Provider.site(
      """
      {}
      connectors:
        consents: {kind: folder, folder: releases, files: 'consents*',
          mapping: \(Self.folder.appendingPathComponent("consents.yaml").path)}
      """)
  }

  /// The example's bundle with each of these texts replaced.
  private func bundle(_ changes: [String: String] = [:]) throws -> String {
    var text = try String(
      contentsOf: Self.folder.appendingPathComponent("consents.json"), encoding: .utf8)
    for (old, new) in changes {
      #expect(text.contains(old), "the example has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return text
  }

  private func releases(_ site: Provider.Site) throws -> [ReleaseOfInformation] {
    try site.sent().compactMap { message in
      if case .release(let release)? = message.consent { release } else { nil }
    }
  }

  private static let active = #""status": "active""#

  @Test("An active Consent is filed as the release that the person signed, in our own words")
  func signed() throws {
    let site = try site()
    #expect(try site.drop("releases", "consents-1.json", bundle()).rejected == [])
    let message = try #require(try site.sent(.roiSigned).first)
    #expect(Set(message.tokens.map(\.kind)) == [.stateID, .nameAndBirthDate])
    #expect(message.caseID?.text == "lr-26-0011")
    let release = try #require(try releases(site).first)
    #expect(release.id.text == "roi-26-0011" && release.version == 1)
    #expect(release.kind == .multiParty)
    #expect(
      release.recipients == [
        .agency(AgencyID("harbor-behavioral")!), .agency(AgencyID("lakewood-prosecutor")!),
      ])
    #expect(release.disclosers.contains(.agency(AgencyID("lakewood-sheriff")!)))
    #expect(release.information.first?.categories == [.hold, .participation])
    #expect(release.information.first?.labels == [.part2, .mentalHealth])
    #expect(release.purposes == [.careCoordination, .diversion])
    #expect(release.statements.contains("right-to-revoke"))
    #expect(release.expiry == .at(time("2026-09-02T00:00:00-07:00")))
  }

  @Test("Twice: the same again, or with another address of the patient, is no news")
  func twice() throws {
    let site = try site()
    try site.drop("releases", "consents-1.json", bundle())
    let moved = try bundle([#""value": "555-0142""#: #""value": "555-0199""#])
    #expect(try site.drop("releases", "consents-2.json", moved).rejected == [])
    #expect(try releases(site).map(\.version) == [1])
  }

  @Test("A Consent that changed is the release's next version, and one that changes back another")
  func amended() throws {
    let site = try site()
    try site.drop("releases", "consents-1.json", bundle())
    let longer = try bundle([#""end": "2026-09-01""#: #""end": "2026-10-01""#])
    try site.drop("releases", "consents-2.json", longer)
    try site.drop("releases", "consents-3.json", bundle())
    #expect(try releases(site).map(\.version) == [1, 2, 3])
    #expect(try site.sent(.roiAmended).count == 2)
  }

  @Test("A Consent that ended there is revoked here, whatever else it says, and once", arguments: [
    "inactive", "entered-in-error", "rejected",
  ])
  func ended(status: String) throws {
    let site = try site()
    try site.drop("releases", "consents-1.json", bundle())
    let ended = try bundle([Self.active: "\"status\": \"\(status)\""])
    for number in 2...3 {
      #expect(try site.drop("releases", "consents-\(number).json", ended).rejected == [])
    }
    let revocations = try site.sent(.roiRevoked)
    #expect(revocations.count == 1 && revocations.first?.caseID?.text == "lr-26-0011")
    #expect(try site.table("releases.csv").map { $0["state"] } == ["revoked"])
  }

  @Test("A Consent that ended stops the release though nothing else of it is understood any more")
  func endedUnread() throws {
    let site = try site()
    try site.drop("releases", "consents-1.json", bundle())
    let odd = #"""
      {"resourceType": "Consent", "status": "inactive", "hidden": true, "identifier":
       [{"system": "https://ehr.example.org/consent-number", "value": "roi-26-0011"}]}
      """#
    #expect(try site.drop("releases", "consents-2.json", odd).rejected == [])
    #expect(try site.sent(.roiRevoked).count == 1)
  }

  @Test("Out of order: an old Consent that ended before anybody filed it sends nothing")
  func neverFiled() throws {
    let site = try site()
    let ended = try bundle([Self.active: #""status": "inactive""#])
    #expect(try site.drop("releases", "consents-1.json", ended).rejected == [])
    #expect(try site.sent().isEmpty)
  }

  @Test("A no is filed as a no, and a draft is not filed")
  func others() throws {
    let site = try site()
    let draft = try bundle([Self.active: #""status": "draft""#])
    #expect(try site.drop("releases", "consents-1.json", draft).rejected == [])
    #expect(try site.sent().isEmpty)
    let refused = try bundle([Self.active: #""status": "rejected""#])
    for number in 2...3 { try site.drop("releases", "consents-\(number).json", refused) }
    #expect(try site.sent().map(\.topic) == [.roiRefused])
    try site.drop("releases", "consents-4.json", bundle())
    #expect(try site.sent().map(\.topic) == [.roiRefused, .roiSigned])
  }

  @Test("What is not understood is refused with its element, and no value of it", arguments: [
    (#""Organization/17""#, #""Organization/99""#, "provision.actor"),
    (#""code": "COORD""#, #""code": "RESEARCH""#, "purpose"),
    (#""code": "HOLDS""#, #""code": "LABS""#, "code"),
    (#""birthDate": "1990-05-21""#, #""birthDate": "1990""#, "birthDate"),
    (#""use": "nickname""#, #""use": "official""#, "name"),
    (#""id": "5521""#, #""id": "5521", "policyRule": {"text": "opt in"}"#, "policyRule"),
    (#""reference": "Patient/90""#, #""reference": "Patient/91""#, "patient"),
  ])
  func refused(old: String, new: String, place: String) throws {
    let site = try site()
    let report = try site.drop("releases", "consents-1.json", bundle([old: new]))
    let problem = try #require(report.rejected.first)
    #expect(problem.field?.contains(place) == true, "\(problem)")
    #expect(!"\(problem)".contains("Hale") && !"\(problem)".contains("1990"))
    #expect(try site.sent().isEmpty)
  }
}
