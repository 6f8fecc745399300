import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("Referral forms")
struct ReferralTests {
  let desk: SheriffDesk
  init() throws { desk = try SheriffDesk() }

  static let form: [String: String] = [
    "referral_id": "lr-1", "door": "arrest-diversion", "referred_at": "2026-06-17T10:00:00-07:00",
    "incident_no": "26-5", "offenses": "11.212", "offense_level": "misdemeanor",
    "officer_badge": "440", "officer_callback": "555-0102", "provider": "harbor-behavioral",
    "meeting_place": "Canal St lot", "safety_codes": "dog", "language": "en",
    "last_name": "Clay", "first_name": "Ann", "dob": "1990-01-01", "sid": "ZZ1",
  ]

  static let signed: [String: String] = [
    "roi_outcome": "signed", "roi_signed_at": "2026-06-17T10:05:00-07:00",
    "roi_signer_capacity": "patient", "roi_recipients": "lakewood-prosecutor;harbor-behavioral",
    "roi_information": "handoff-details;hold", "roi_purposes": "coordination",
    "roi_expires_on": "2026-08-17", "roi_form": "F-1",
    "roi_image_sha256": String(repeating: "ab", count: 32),
  ]

  @discardableResult
  func take(_ changes: [String: String] = [:], _ more: [String: String] = [:]) throws
    -> IntakeReport
  {
    let fields = Self.form.merging(changes) { $1 }.merging(more) { $1 }
    return try desk.take("referrals", "form.json", JSONEncoder().encode(fields))
  }

  func topics() -> [Topic] {
    defer { desk.place.forgetMessages() }
    return desk.place.messages.map(\.topic)
  }

  static let whole: [Topic] = [
    .handoffRequested, .roiSigned, .referralSubmitted, .handoffDetails, .holdRequested,
  ]

  @Test("A signed form sends the bare alert, the release, and the rest under that release")
  func signed() throws {
    try take(Self.signed)
    let sent = desk.place.messages
    #expect(sent.map(\.topic) == Self.whole)
    let alert = sent[0]
    #expect(alert.participant == nil)
    #expect(alert.tokens.isEmpty)
    #expect(alert.audience == [AgencyID("harbor-behavioral")].compactMap { $0 })
    #expect(Set(sent.dropFirst().map(\.participant)).count == 1)
    #expect(sent.dropFirst(2).allSatisfy { $0.release == RoiID("lr-1-field") })
    #expect(sent.allSatisfy { $0.caseID == CaseID("lr-1") })
    guard case .release(let release)? = sent[1].consent else {
      Issue.record("no release")
      return
    }
    #expect(release.kind == .field)
    #expect(release.version == 1)
    #expect(release.information.first?.categories == [.handoffDetails, .hold])
    #expect(release.expiry == .at(desk.adapter.dates.calendar.end(of: CivilDate(day: 20_682))))
  }

  @Test("A social contact has no case, so no hold is asked for")
  func socialContact() throws {
    try take(Self.signed, ["door": "social-contact", "incident_no": ""])
    #expect(topics() == Self.whole.dropLast())
  }

  @Test("Whoever refuses is told of to nobody")
  func refused() throws {
    try take(["roi_outcome": "refused"])
    #expect(topics() == [.handoffRequested, .roiRefused])
    #expect(try desk.statusTable.contains("lr-1,26-5,arrest-diversion,refused,"))
  }

  @Test("Where the person could not decide, details and hold request wait for the release")
  func incapacity() throws {
    try take(["roi_outcome": "incapacity"])
    #expect(
      topics() == [
        .handoffRequested, .roiRefused, .referralSubmitted, .handoffDetails, .holdRequested,
      ])
    try take(Self.signed)
    #expect(topics() == [.roiSigned])
  }

  @Test("A release that follows its form sends the release alone")
  func follows() throws {
    try take()
    #expect(topics() == Self.whole.filter { $0 != .roiSigned })
    try take(Self.signed)
    #expect(topics() == [.roiSigned])
  }

  @Test("Who refused and then signs: now the rest is sent")
  func signsAfterRefusal() throws {
    try take(["roi_outcome": "refused"])
    _ = topics()
    try take(Self.signed)
    #expect(topics() == [.roiSigned, .referralSubmitted, .handoffDetails, .holdRequested])
  }

  @Test("A form that comes again sends nothing, and that is no error")
  func repeated() throws {
    try take(Self.signed)
    _ = topics()
    let report = try take(Self.signed)
    #expect(topics().isEmpty)
    #expect(report.rejected.isEmpty)
    #expect(report.remarks.count == 1)
  }

  @Test("A mended release is its next version")
  func mendedRelease() throws {
    try take(Self.signed, ["roi_expires_on": ""])
    _ = topics()
    try take(Self.signed)
    let message = try #require(desk.place.messages.first)
    #expect(message.topic == .roiAmended)
    guard case .release(let release)? = message.consent else {
      Issue.record("no release")
      return
    }
    #expect(release.version == 2)
  }

  @Test("What is wrong with the person's part is named, and the alert goes out all the same")
  func alertGoesOut() throws {
    let report = try take(Self.signed, ["roi_information": "everything"])
    #expect(topics() == [.handoffRequested])
    #expect(report.rejected.map(\.field) == ["roi_information"])
    #expect(report.rejected[0].remedy.contains("went out"))
    try take(Self.signed)
    #expect(topics() == [.roiSigned, .referralSubmitted, .handoffDetails, .holdRequested])
  }

  @Test(
    "A form without what the alert needs is rejected, by field",
    arguments: [
      ("referral_id", ""), ("referral_id", "no good"), ("door", "window"), ("referred_at", ""),
      ("referred_at", "soon"), ("meeting_place", ""), ("provider", "Harbor Behavioral!"),
      ("roi_outcome", "maybe"), ("referral_id", String(repeating: "a", count: 60)),
    ])
  func badAlert(field: String, value: String) throws {
    let report = try take(Self.signed, [field: value])
    #expect(report.taken == 0)
    #expect(report.rejected.map(\.field) == [field])
    #expect(desk.place.messages.isEmpty)
  }

  @Test(
    "Errors in the person's part are named by field",
    arguments: [
      ("last_name", ""), ("dob", "1990-02-30"), ("needs_codes", "räumung"), ("incident_no", ""),
      ("roi_recipients", "Somebody Else"), ("roi_expires_on", "later"),
      ("roi_signer_capacity", "friend"), ("roi_purposes", "gossip"),
    ])
  func badPerson(field: String, value: String) throws {
    let report = try take(Self.signed, [field: value])
    #expect(report.rejected.map(\.field) == [field])
    #expect(report.rejected.allSatisfy { value.isEmpty || !$0.description.contains(value) })
    #expect(desk.place.messages.map(\.topic) == [.handoffRequested])
  }

  @Test("Two people with one name and birth date are kept apart by their state ids")
  func lookAlikes() throws {
    try take(Self.signed)
    try take(Self.signed, ["referral_id": "lr-2", "sid": "ZZ2"])
    let aliases = Set(desk.place.messages.compactMap(\.participant))
    #expect(aliases.count == 2)
  }

  @Test("A signed release is taken back by the command, not by another form")
  func revoked() throws {
    try take(Self.signed)
    _ = topics()
    let report = try take(["roi_outcome": "refused"])
    #expect(report.rejected.map(\.field) == ["roi_outcome"])
    try desk.command(["command": "revoke", "referral_id": "lr-1"])
    #expect(
      desk.place.messages.last?.consent == .revocation(RoiRevocation(id: RoiID("lr-1-field"))))
    _ = topics()
    try take(Self.signed)
    #expect(topics().isEmpty)
  }

  @Test("The adapter's store keeps no name of a participant outside its spool")
  func keepsNoNames() throws {
    try take(Self.signed)
    try desk.adapter.setting.store.read { database in
      for table in ["referral", "person", "outcome", "notice", "booking"] {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM \(table)") {
          #expect(!row.description.contains("Clay"))
        }
      }
    }
  }
}
