import AdapterKit
import FHIRConsent
import Foundation
import HubModel
import Testing

@testable import accord_behavioral_health

/// A release on its way out and in: FHIR Consent, release form, the adapter's reading of it.
@Suite struct FHIRFormTests {
  typealias Release = ReleaseOfInformation

  static let mill = AgencyID("mill")!
  static let person = ImportedRelease.Person(
    lastName: "O'Hale", firstName: "Ana María", birthDate: CivilDate("1990-05-21")!,
    stateID: "ZZ1006219")

  static func release(_ kind: Release.Kind, _ change: (inout Release) -> Void) -> Release {
    var release = Release(
      id: RoiID("roi-7")!, kind: kind,
      disclosers: [.agency(mill), .role(.sheriff), .agency(AgencyID("ford")!)],
      recipients: [.agency(mill), .agency(AgencyID("kiln")!)],
      information: [InformationScope(categories: [.hold, .booking, .courtCase, .identity])],
      purposes: [.careCoordination, .treatment], signedAt: time("2026-03-02T09:30:00.250-08:00"),
      expiry: .at(time("2026-09-01T00:00:00-08:00")))
    release.statements = ["right-to-revoke", "redisclosure"]
    change(&release)
    return release
  }

  /// As the adapter of `mill` reads the form, whatever its configuration would fill in.
  static func filed(_ form: String) throws -> Release {
    let dates = DateReader(calendar: .utc)
    let record = try #require(try FormReader.read(Data(form.utf8)).first)
    let capture = try ReleaseCapture(record, dates: dates)
    #expect(capture.outcome == .signed && capture.caseID.text == "lr-26-1")
    #expect(capture.person.lastName == person.lastName)
    #expect(capture.person.firstName == person.firstName)
    #expect(capture.person.birthDate == person.birthDate)
    #expect(capture.person.stateID == person.stateID)
    return try capture.release(
      dates: dates, agency: mill, labels: [.domesticViolence], printed: ["printed"],
      field: RoiID("field-1"))
  }

  static func imported(_ release: Release) throws -> ImportedRelease {
    let held = HeldRelease(release, state: .active, capturedBy: mill)
    let text = try FHIRRelease.text(of: held)
    return try #require(try FHIRRelease.read(Array(text.utf8), file: "c.json").first)
  }

  static let changes: [@Sendable (inout Release) -> Void] = [
    { _ in },
    { $0.expiry = .event("final-disposition") },
    { $0.expiry = .never },
    { $0.startsAt = time("2026-03-04T00:00:00Z") },
    { $0.information[0].labels = [.part2, .mentalHealth, .criminalHistory, .domesticViolence] },
    { $0.information[0].labels = [.part2] },
    {
      $0.information[0].authoredFrom = CivilDate("2025-01-01")
      $0.information[0].authoredThrough = CivilDate("2026-12-31")
    },
    { $0.information[0].authors = [mill, AgencyID("kiln")!] },
    { $0.information[0].categories = .all },
    { $0.purposes = .all },
    { $0.version = 3 },
    { $0.supersedes = RoiID("roi-26-0001") },
    { $0.identityStewards = [mill, AgencyID("ford")!] },
    { $0.coversEarlier = false },
    { $0.stopUseNotice = true },
    {
      $0.signer = .guardian
      $0.signerEvidence = "Order 26-1 \"sealed\""
      $0.witness = "cm-5"
    },
    {
      $0.formTemplate = "LC-ROI-MP 2026-02"
      $0.formImageHash = [UInt8](repeating: 0xAB, count: 32)
    },
    {
      $0.revocableFrom = "final-disposition"
      $0.track = "charge-diversion"
    },
    {
      $0.conditionedOn = ["treatment", "payment"]
      $0.jurisdictions = ["wa", "mi"]
      $0.redisclosure = "only within the program"
    },
  ]

  @Test("A release exported, imported and filed is the same release, for every kind and change")
  func roundTrip() throws {
    for kind in Release.Kind.allCases {
      for (first, one) in Self.changes.enumerated() {
        for other in Self.changes[first...] {
          let release = Self.release(kind) {
            one(&$0)
            other(&$0)
          }
          let form = try Self.imported(release).form(
            referral: CaseID("lr-26-1"), person: Self.person)
          let filed = HeldRelease(
            try Self.filed(form), state: .active, capturedBy: Self.mill)
          #expect(
            filed.normalized
              == HeldRelease(release, state: .active, capturedBy: Self.mill).normalized)
        }
      }
    }
  }

  @Test("What a form would say otherwise is refused, with the Consent's element")
  func losses() throws {
    let losses: [(String, (inout Release) -> Void)] = [
      ("Consent.provision.actor", { $0.recipients.append(.role(.prosecutor)) }),
      ("Consent.organization[0]", { $0.recipients.removeFirst() }),
      ("Consent.provision.actor", { $0.disclosers.append(.agency(AgencyID("sheriff")!)) }),
      ("Consent.extension", { $0.statements = [] }),
      ("Consent.(statements)", { $0.statements = ["a;b"] }),
      ("Consent.provision.provision", { $0.information[0].labels = [.privileged] }),
      (
        "Consent.provision.provision",
        { $0.information.append(InformationScope(categories: [.contact])) }
      ),
      (
        "Consent.provision.provision",
        {
          $0.refusals = [
            .init(
              recipients: [.agency(AgencyID("kiln")!)],
              information: InformationScope(categories: [.hold]))
          ]
        }
      ),
    ]
    for (path, change) in losses {
      let imported = try Self.imported(Self.release(.multiParty, change))
      do throws(ConsentRefusal) {
        _ = try imported.form(referral: CaseID("lr-26-1"), person: Self.person)
        Issue.record("\(path) was written")
      } catch {
        #expect(error.path == path)
      }
    }
  }

  @Test("A form has one end, and says yes or no")
  func ends() throws {
    let form = try Self.imported(Self.release(.multiParty) { _ in }).form(
      referral: CaseID("lr-26-1"), person: Self.person)
    for (old, new) in [
      (#""covers_earlier""#, #""expires_on": "2026-09-01", "covers_earlier""#),
      (#""covers_earlier""#, #""never_expires": "perhaps", "covers_earlier""#),
      (#""labels": "none""#, #""labels": ["none", "part-2"]"#),
    ] {
      #expect(throws: IntakeError.self) {
        try Self.filed(form.replacingOccurrences(of: old, with: new))
      }
    }
  }
}
