import Foundation
import HubModel
import Testing

@testable import FHIRConsent

@Suite("Releases as FHIR Consents")
struct ReleaseTests {
  static func held(
    _ change: (inout ReleaseOfInformation) -> Void = { _ in }, state: HeldRelease.State = .active
  ) -> HeldRelease {
    let (mill, kiln) = (AgencyID("mill")!, AgencyID("kiln")!)
    var release = ReleaseOfInformation(
      id: RoiID("roi-7")!, kind: .multiParty, disclosers: [.agency(mill)],
      recipients: [.agency(mill), .agency(kiln)],
      information: [InformationScope(categories: [.hold, .booking], labels: [.part2])],
      purposes: [.careCoordination, .treatment],
      signedAt: Sample.time("2022-01-02T10:00:00Z"),
      expiry: .at(Sample.time("2023-01-01")))
    release.statements = ["right-to-revoke"]
    change(&release)
    return HeldRelease(release, state: state, capturedBy: mill)
  }

  static func read(_ text: String) throws(ConsentRefusal) -> HeldRelease {
    try FHIRRelease.read(Array(text.utf8), file: "c.json")[0].held
  }

  static func refusal(_ text: String) -> ConsentRefusal? {
    do {
      _ = try read(text)
      return nil
    } catch {
      return error
    }
  }

  @Test("what is written is read as the same release, or is not written", arguments: 0..<400)
  func roundTrip(seed: UInt64) throws {
    var any = AnyRelease(seed: seed)
    let held = any.held()
    let text: String
    do {
      text = try FHIRRelease.text(of: held)
    } catch {
      // Said in advance: everybody refused everything, or the same refused and permitted.
      #expect(error.path.hasPrefix("release") || error.path.hasPrefix("Consent.provision"))
      return
    }
    #expect(try Self.read(text).normalized == held.normalized)
    #expect(try FHIRRelease.text(of: Self.read(text)) == FHIRRelease.text(of: held))
  }

  @Test("most releases can be written")
  func share() {
    let written = (0..<400).filter { seed in
      var any = AnyRelease(seed: UInt64(seed))
      return (try? FHIRRelease.text(of: any.held())) != nil
    }
    #expect(written.count > 380)
  }

  @Test("deciding over the written consent gives what the release says")
  func decisions() throws {
    let text = try FHIRRelease.text(
      of: Self.held {
        $0.refusals = [
          .init(
            recipients: [.agency(AgencyID("kiln")!)],
            information: InformationScope(categories: [.booking]))
        ]
      })
    func decide(_ agency: String, _ purpose: String, at now: String) throws -> ConsentDecision {
      func party(_ name: String) -> String {
        #"{"system":"urn:accord:fhir:agency","value":"\#(name)"}"#
      }
      return try Sample.decide(
        [text],
        request: #"{"recipients":[\#(party(agency))],"purposes":["\#(purpose)"],"#
          + #""action":"disclose","custodian":\#(party("mill"))}"#, at: now)
    }
    let whole = try decide("mill", "TREAT", at: "2022-07-01")
    #expect(whole.decision == .permit)
    #expect(whole.withheld.first?.labels?.map(\.code).contains("MH") == true)
    #expect(whole.withheld.first?.labels?.map(\.code).contains("42CFRPart2") == false)
    let part = try decide("kiln", "care-coordination", at: "2022-07-01")
    #expect(part.decision == .permit)
    #expect(part.withheld.contains { $0.codes?.map(\.code) == ["booking"] && $0.labels == nil })
    #expect(try decide("ford", "TREAT", at: "2022-07-01").decision == .notCovered)
    #expect(try decide("mill", "HMARKT", at: "2022-07-01").decision == .notCovered)
    #expect(try decide("mill", "TREAT", at: "2022-01-02T09:59:59Z").decision == .notCovered)
    #expect(try decide("mill", "TREAT", at: "2022-12-31T23:59:59.999Z").decision == .permit)
    #expect(try decide("mill", "TREAT", at: "2023-01-01").decision == .notCovered)
  }

  @Test("a state that is not in force is no active consent", arguments: HeldRelease.State.allCases)
  func states(state: HeldRelease.State) throws {
    let text = try FHIRRelease.text(of: Self.held(state: state))
    let consent = try #require(try Sample.read([text]).first)
    #expect((consent.status == .active) == (state == .active))
    #expect(try Self.read(text).state == state)
  }

  @Test("an end by an event is refused by who cannot know the event")
  func events() throws {
    let text = try FHIRRelease.text(of: Self.held { $0.expiry = .event("final-disposition") })
    #expect(Sample.refusal(text)?.path == "Consent.modifierExtension")
    #expect(try Self.read(text).release.expiry == .event("final-disposition"))
    let later = try FHIRRelease.text(of: Self.held { $0.coversEarlier = false })
    #expect(Sample.refusal(later)?.path == "Consent.modifierExtension")
  }

  @Test("what would mean anything in FHIR is not written")
  func missing() {
    let gaps: [(String, (inout ReleaseOfInformation) -> Void)] = [
      ("recipients", { $0.recipients = [] }), ("disclosers", { $0.disclosers = [] }),
      ("purposes", { $0.purposes = [] }), ("information", { $0.information = [] }),
      ("information.categories", { $0.information[0].categories = [] }),
      ("information", { $0.information += $0.information }),
      ("witness", { $0.witness = " " }),
    ]
    for (element, change) in gaps {
      do {
        _ = try FHIRRelease.text(of: Self.held(change))
        Issue.record("\(element) was written")
      } catch {
        #expect(error.path == "release.\(element)")
      }
    }
  }

  /// Changes to a written consent, and the element that is named.
  static let lossy: [(old: String, new: String, path: String)] = [
    (#""status": "active""#, #""performer": [{"display": "R"}], "status": "active""#,
      "Consent.performer"),
    (#""status": "active""#, #""verification": [{"verified": true}], "status": "active""#,
      "Consent.verification"),
    (#""status": "active""#, #""status": "inactive""#, "Consent.status"),
    (#""code": "booking""#, #""code": "gossip""#, "Consent.provision.code[0]"),
    (#""code": "TREAT""#, #""code": "HMARKT""#, "Consent.provision.purpose[1]"),
    (#""code": "disclose""#, #""code": "collect""#, "Consent.provision.action"),
    (#""value": "kiln""#, #""value": "Kiln & Co""#, "Consent.provision.actor"),
    (#"urn:accord:fhir:kind"#, #"urn:other:kind"#, "Consent.category[1].coding[0].code"),
    (#"extension:signer""#, #"extension:mood""#, "Consent.extension[2]"),
    (#"T10:00:00.000Z""#, #"T10:00:00.000Z", "type": "permit""#, "Consent.type"),
    (#""dateTime": "2022-01-02T10:00:00.000Z""#, #""dateTime": "2022-01-02""#, "Consent.dateTime"),
    (#""end": "2022-12-31T23:59:59.999Z""#, #""extension": [{"url": "u:x"}]"#,
      "Consent.provision.period.extension"),
    (#""uri": "https://www.ecfr.gov/current/title-42/section-2.31""#, #""uri": "p:x""#,
      "Consent.policy[0].uri"),
    (#""type": "permit","#, #""type": "permit", "class": [{"system": "urn:ietf:bcp:13", "code":"#
      + #""text/plain"}],"#, "Consent.provision.class"),
    (#""code": "MH""#, #""code": "PSY""#, "Consent.provision.provision[0].securityLabel[2]"),
  ]

  @Test("what a release cannot say exactly is refused, with its element", arguments: 0..<15)
  func losses(index: Int) throws {
    let (old, new, path) = Self.lossy[index]
    let text = try FHIRRelease.text(of: Self.held())
    let range = try #require(text.range(of: old), "\(old)")
    let changed = text.replacingCharacters(in: range, with: new)
    let refusal = Self.refusal(changed)
    #expect(refusal?.path.hasPrefix(path) == true, "\(refusal?.description ?? "read")")
  }

  @Test("the person is read from a contained Patient, and nobody is guessed")
  func persons() throws {
    let text = try FHIRRelease.text(of: Self.held())
    func release(_ patient: String) throws -> ImportedRelease {
      let named = text.replacingOccurrences(
        of: #""status": "active""#,
        with: #""contained": [{"resourceType": "Patient", "id": "p", \#(patient)}],"#
          + #""status": "active""#
      ).replacingOccurrences(of: #""type": "Patient""#, with: ##""reference": "#p""##)
      return try FHIRRelease.read(Array(named.utf8), file: "c.json")[0]
    }
    let name = #""name": [{"family": "River", "given": ["Rose"]}]"#
    let rose = try release(#"\#(name), "birthDate": "1990-05-21""#)
    #expect(
      rose.person
        == .init(lastName: "River", firstName: "Rose", birthDate: CivilDate("1990-05-21")!))
    #expect(throws: ConsentRefusal.self) { try release(name) }
    #expect(throws: ConsentRefusal.self) { try release(#"\#(name), "birthDate": "1990""#) }
    let form = try rose.form(referral: CaseID("lr-1"))
    #expect(form.contains(#""last_name": "River""#))
    let nobody = try FHIRRelease.read(Array(text.utf8), file: "c.json")[0]
    #expect(throws: ConsentRefusal.self) { try nobody.form(referral: CaseID("lr-1")) }
    #expect(throws: ConsentRefusal.self) { try rose.form() }
  }
}
