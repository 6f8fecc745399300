import AdapterKit
import Foundation
import GRDB
import HubModel

/// A referral form, with the field release in it, becomes the messages of the hand-off: the bare
/// alert at once, everything about the person under the release that the form names.
struct ReferralIntake {
  let setting: AdapterSetting
  let settings: SheriffSettings
  let now: WallTime

  static let aliases = [
    "referral_number": "referral_id", "incident_number": "incident_no", "date_of_birth": "dob",
    "state_id": "sid", "how_referred": "door", "referred": "referred_at",
    "referral_date_time": "referred_at", "ori": "agency_ori", "level": "offense_level",
    "callback": "officer_callback", "safety": "safety_codes", "needs": "needs_codes",
    "roi_signed": "roi_signed_at", "roi_expires": "roi_expires_on",
    "roi_image_sha_256": "roi_image_sha256",
  ]

  func take(_ file: IntakeFile, in database: Database) throws -> IntakeReport {
    let reader = TableReader(columns: settings.columns, aliases: Self.aliases)
    let table = try file.records(
      reader, required: ["referral_id", "door", "referred_at", "last_name", "first_name"])
    var report = IntakeReport()
    try report.each(table) { record in
      try database.inSavepoint {
        try take(record, in: database)
        return .commit
      }
    }
    return report
  }

  private func take(_ record: IntakeRecord, in database: Database) throws {
    guard let caseID: CaseID = try record.identifier("referral_id") else {
      throw record.wrong("referral_id", "is empty or missing", "Fill it in.")
    }
    let outcome = record.optional("roi_outcome") ?? "pending"
    guard ["signed", "refused", "incapacity", "pending"].contains(outcome) else {
      throw record.wrong(
        "roi_outcome", "is not known", "Use signed, refused, incapacity, or leave it empty.")
    }
    let known = try Row.fetchOne(
      database, sql: "SELECT release_outcome FROM referral WHERE case_id = ?",
      arguments: [caseID.text])
    if let before = known.map({ $0["release_outcome"] as String }), before == outcome {
      throw record.wrong(
        "referral_id", "was taken before, with the same release outcome",
        "Send a form again only when the release was signed or refused meanwhile.")
    }
    let form = try ReferralForm(record, caseID: caseID, setting: setting, in: database)
    try sendRelease(of: form, outcome, in: database)
    if known == nil {
      try sendReferral(form, outcome, in: database)
      try database.execute(
        sql: """
          INSERT INTO referral (case_id, incident, door, referred_at, alias, release,
            release_outcome) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          caseID.text, form.incident, form.door, form.referredAt.milliseconds, form.alias.text,
          form.release.text, outcome,
        ])
    } else {
      try database.execute(
        sql: "UPDATE referral SET release_outcome = ? WHERE case_id = ?",
        arguments: [outcome, caseID.text])
    }
  }

  private func sendRelease(
    of form: ReferralForm, _ outcome: String, in database: Database
  ) throws {
    switch outcome {
    case "signed":
      let release = try ReleaseForm(
        dates: setting.dates, capturer: setting.configuration.agency
      ).release(form.release, from: form.record, prefix: "roi_", kind: .field, labels: [])
      try send(.roiSigned, form, consent: .release(release), in: database)
    case "refused", "incapacity":
      let reason: RoiRefusal.Reason = outcome == "refused" ? .refused : .incapacity
      try send(
        .roiRefused, form, consent: .refusal(RoiRefusal(id: form.release, reason: reason)),
        in: database)
    default: break
    }
  }

  private func sendReferral(
    _ form: ReferralForm, _ outcome: String, in database: Database
  ) throws {
    try setting.send(
      setting.message(
        .handoffRequested, at: now, caseID: form.caseID, audience: form.audience,
        segments: [form.handoffRequest]), in: database)
    // Whoever said no is told of to nobody.
    guard outcome != "refused" else { return }
    try send(.referralSubmitted, form, segments: form.referral, in: database)
    try send(
      .handoffDetails, form, audience: form.audience, segments: [form.handoffDetails],
      in: database)
    if form.door == "arrest-diversion" {
      try send(.holdRequested, form, segments: [form.holdRequest], in: database)
    }
  }

  private func send(
    _ topic: Topic, _ form: ReferralForm, audience: [AgencyID] = [], segments: [Segment] = [],
    consent: ConsentStatement? = nil, in database: Database
  ) throws {
    try setting.send(
      setting.message(
        topic, at: now, participant: form.alias, tokens: form.tokens, caseID: form.caseID,
        release: consent == nil ? form.release : nil, audience: audience, segments: segments,
        consent: consent), in: database)
  }
}
