import AdapterKit
import Foundation
import HubModel
import Testing

@testable import accord_behavioral_health

@Suite struct ProviderReleaseTests {
  private func release(of message: Message) throws -> ReleaseOfInformation {
    guard case .release(let release)? = message.consent else {
      throw IntakeError("no release", remedy: "")
    }
    return release
  }

  private func form(_ changes: [String: Any] = [:]) throws -> Data {
    var form: [String: Any] = [
      "roi_id": "roi-26-0011", "version": 1, "kind": "general", "referral_id": "lr-26-0011",
      "last_name": "Hale", "first_name": "David", "dob": "1990-05-21", "sid": "ZZ1006219",
      "signer": "David Hale", "signer_capacity": "patient", "witness": "cm-1",
      "signed_at": "2026-03-02T09:30:00-08:00",
      "disclosers": ["lakewood-sheriff", "harbor-behavioral"],
      "recipients": [
        ["agency": "lakewood-prosecutor", "role": "prosecutor"],
        ["agency": "harbor-behavioral", "role": "behavioral-health"],
      ],
      "information": ["intake-status", "hold"], "purposes": ["coordination"],
      "expires_on": "2026-09-01", "form": "LC-ROI-MP 2026-02",
      "image_sha256": String(repeating: "ab", count: 32),
    ]
    for (key, value) in changes { form[key] = value }
    return try JSONSerialization.data(withJSONObject: form)
  }

  @Test("A release goes out by the hub's alias, with tokens and case, replacing the field release")
  func signed() throws {
    let site = try Provider.site()
    try site.deliver(Provider.details())
    #expect(try site.drop("releases", "roi.json", form()).rejected == [])
    let message = try #require(try site.sent(.roiSigned).first)
    #expect(message.participant?.text == "p-dana")
    #expect(message.caseID?.text == "lr-26-0011")
    #expect(Set(message.tokens.map(\.kind)) == [.stateID, .nameAndBirthDate])
    let release = try release(of: message)
    #expect(release.kind == .multiParty)
    #expect(release.supersedes?.text == "lr-26-0011-field")
    #expect(
      Set(release.disclosers) == [
        .agency(AgencyID("lakewood-sheriff")!), .agency(AgencyID("harbor-behavioral")!),
      ])
    #expect(release.recipients.contains(.agency(AgencyID("lakewood-prosecutor")!)))
    #expect(release.information.first?.categories == [.participation, .hold])
    #expect(release.information.first?.labels == [.part2, .mentalHealth])
    #expect(release.identityStewards == [site.agency])
    #expect(release.expiry == .at(time("2026-09-01T23:59:59.999-07:00")))
  }

  @Test("Without a word of the hub the person gets an alias of the agency's own, the same again")
  func ownAlias() throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form())
    try site.drop(
      "releases", "2.json", form(["roi_id": "roi-26-0099", "referral_id": "lr-26-0099"]))
    let aliases = try site.sent(.roiSigned).map { $0.participant?.text }
    #expect(aliases.count == 2)
    #expect(aliases.first != nil && aliases.first == aliases.last)
    #expect(aliases.first??.contains("hale") == false)
  }

  @Test("The form's own labels and older release come before the site's")
  func formSays() throws {
    let site = try Provider.site()
    try site.deliver(Provider.details())
    try site.drop("releases", "1.json", form(["labels": ["part-2"], "supersedes": "none"]))
    try site.drop(
      "releases", "2.json", form(["roi_id": "roi-26-0012", "supersedes": "roi-26-0011"]))
    let releases = try site.sent(.roiSigned).map { try release(of: $0) }
    #expect(releases.map(\.supersedes?.text) == [nil, "roi-26-0011"])
    #expect(releases.first?.information.first?.labels == [.part2])
  }

  @Test("An amendment is the next version; the same version again is rejected")
  func amended() throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form())
    let again = try site.drop("releases", "2.json", form(["witness": "cm-2"]))
    #expect(again.rejected.map(\.field) == ["version"])
    try site.drop(
      "releases", "3.json", form(["version": 2, "supersedes": "roi-26-0011 v1"]))
    let message = try #require(try site.sent(.roiAmended).first)
    let amended = try release(of: message)
    #expect(amended.version == 2)
    #expect(amended.supersedes == nil)
    #expect(try site.table("releases.csv").map { $0["version"] } == ["2"])
  }

  @Test("A refusal and an incapacity are outcomes", arguments: ["refused", "incapacity"])
  func refused(word: String) throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form(["outcome": word]))
    let message = try #require(try site.sent(.roiRefused).first)
    guard case .refusal(let refusal)? = message.consent else {
      Issue.record("not a refusal")
      return
    }
    #expect(refusal.id.text == "roi-26-0011")
    #expect(refusal.reason.rawValue == word)
    #expect(try site.table("releases.csv").first?["state"] == word)
  }

  @Test("A revocation is not yet in effect until the router has it, and says so everywhere")
  func notYetInEffect() throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form())
    try site.command("revoke", ["referral_id": "lr-26-0011", "roi_id": "roi-26-0011"])
    let message = try #require(try site.sent(.roiRevoked).first)
    guard case .revocation(let revocation)? = message.consent else {
      Issue.record("not a revocation")
      return
    }
    #expect(revocation.id?.text == "roi-26-0011")
    #expect(revocation.recipients.isEmpty)
    let row = try #require(try site.table("releases.csv").first)
    #expect(row["state"] == "revoked")
    #expect(row["in_effect"] == "not yet")
    let person = try #require(try site.table("people.csv").first)
    #expect(person["releases"] == "roi-26-0011 v1 revoked, NOT YET IN EFFECT")
    #expect(person["name"] == "David Hale")
  }

  @Test("A revocation of all names no release; one toward a recipient leaves the others")
  func revocationScopes() throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form())
    try site.command(
      "revoke", ["referral_id": "lr-26-0011", "recipients": "lakewood-prosecutor;sheriff"])
    #expect(try site.table("releases.csv").first?["state"] == "revoked in part")
    try site.command(
      "revoke", ["referral_id": "lr-26-0011"], at: time("2026-03-02T11:00:00-08:00"))
    #expect(try site.table("releases.csv").first?["state"] == "revoked")
    let revocations = try site.sent(.roiRevoked).compactMap { message in
      if case .revocation(let revocation)? = message.consent { revocation } else { nil }
    }
    #expect(revocations.map(\.id) == [nil, nil])
    #expect(
      revocations.first?.recipients == [
        .agency(AgencyID("lakewood-prosecutor")!), .role(.sheriff),
      ])
    #expect(revocations.last?.recipients == [])
  }

  @Test("An amendment does not show as in force what was taken back")
  func revivedByAmendment() throws {
    let site = try Provider.site()
    try site.drop("releases", "1.json", form())
    try site.command("revoke", ["referral_id": "lr-26-0011"])
    try site.drop("releases", "2.json", form(["version": 2]))
    #expect(try site.table("releases.csv").first?["state"] == "revoked")
  }

  @Test("Every release of the sample goes out as its form says", arguments: [
    "provider", "provider-cedar",
  ])
  func sampleReleases(folder: String) throws {
    let site = try Provider.site()
    for name in try Sample.names(in: "\(folder)/roi").sorted(by: { $0.count < $1.count }) {
      let bytes = try Sample.data("\(folder)/roi/\(name)")
      #expect(try site.drop("releases", name, bytes).rejected == [], "\(name)")
    }
    let sent = try site.sent()
    #expect(sent.count == (try Sample.names(in: "\(folder)/roi").count))
    #expect(sent.filter { $0.topic == .roiAmended }.count > 0)
    for message in sent {
      let release = try release(of: message)
      #expect(release.formImageHash.count == 32)
      #expect(release.signedAt != nil)
      #expect(release.information.first?.categories.contains(.participation) == true)
    }
    let revocations = try Sample.rows("\(folder)/revocations.csv")
    let bytes = try Sample.data("\(folder)/revocations.csv")
    let report = try site.drop("revocations", "revocations.csv", bytes)
    let unknown = report.rejected.count { $0.field == "referral_id" }
    #expect(report.rejected.count == unknown)
    #expect(report.taken + unknown == revocations.count)
  }

  @Test("A bad form is named by its field, and nothing is sent", arguments: [
    ("roi_id", "No such id!"), ("referral_id", ""), ("last_name", ""), ("dob", "1990-02-31"),
    ("kind", "blanket"), ("labels", "privileged"), ("information", "everything"),
    ("signer_capacity", "friend"), ("disclosers", "Harbor Behavioral"), ("outcome", "maybe"),
  ])
  func badForms(field: String, value: String) throws {
    let site = try Provider.site()
    let report = try site.drop("releases", "1.json", form([field: value]))
    #expect(report.rejected.map(\.field) == [field])
    #expect(report.rejected.first?.description.contains("Hale") == false)
    #expect(try site.sent().isEmpty)
  }
}
