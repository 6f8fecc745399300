import AdapterKit
import Foundation
import GRDB
import HubModel

/// A referral form, with the field release in it, becomes the messages of the hand-off: the bare
/// alert at once, everything about the person under the release that the form names.
///
/// | release | first time | again, when before it was |
/// |---|---|---|
/// | to follow | alert; the rest, which waits | to follow: nothing |
/// | incapacity | as to follow, and that the person could not decide | to follow: that it is so |
/// | signed | alert, release, and the rest | anything else, or another release: the release, and |
/// | | | the rest if it was not sent |
/// | refused | alert, refusal | to follow or incapacity: the refusal |
///
/// What is wrong with the person's part does not keep the alert back: somebody is waiting there.
struct ReferralIntake {
  let setting: AdapterSetting
  let settings: SheriffSettings
  let dates: DateReader
  let now: WallTime

  enum Outcome: String {
    case pending, incapacity, signed, refused
    /// By a command; no form brings it back.
    case revoked
  }

  static let aliases = [
    "referral_number": "referral_id", "referral_no": "referral_id", "referral": "referral_id",
    "incident_number": "incident_no", "case_number": "incident_no", "date_of_birth": "dob",
    "birth_date": "dob", "state_id": "sid", "how_referred": "door", "referred": "referred_at",
    "offences": "offenses", "offence_level": "offense_level", "last": "last_name",
    "first": "first_name", "middle": "middle_name", "badge": "officer_badge",
    "callback": "officer_callback", "referral_date_time": "referred_at",
    "referral_date": "referred_at", "ori": "agency_ori", "level": "offense_level",
    "safety": "safety_codes", "needs": "needs_codes", "roi_signed": "roi_signed_at",
    "roi_expires": "roi_expires_on", "roi_image_sha_256": "roi_image_sha256",
  ]

  /// Columns of the release: one that goes by an unknown name would be lost without a word.
  private static let releaseFields = [
    "roi_outcome", "roi_signed_at", "roi_signer_capacity", "roi_signer_evidence",
    "roi_recipients", "roi_information", "roi_purposes", "roi_expires_on", "roi_image_sha256",
  ]

  func take(_ file: IntakeFile, in database: Database) throws -> IntakeReport {
    let reader = TableReader(columns: settings.columns, aliases: Self.aliases)
    let table = try file.records(
      reader, required: ["referral_id", "door", "referred_at", "last_name", "first_name"])
    var report = IntakeReport()
    var incomplete: [(IntakeRecord, IntakeError)] = []
    var repeats = 0
    try report.each(table, in: database) { record in
      switch try take(record, in: database) {
      case .taken: break
      case .seenBefore: repeats += 1
      case .alertOnly(let error): incomplete.append((record, error))
      }
    }
    for (record, error) in incomplete { report.reject(record, error, of: table) }
    let missing = Self.releaseFields.filter { !file.isJSON && !table.has($0) }
    if !missing.isEmpty {
      report.remarks.append(
        "No column for \(missing.joined(separator: ", ")): taken as empty. If the file has them, "
          + "say in the configuration under 'columns' what they are called.")
    }
    if repeats > 0 {
      report.remarks.append("\(repeats) form(s) were taken before; nothing of them was sent again.")
    }
    return report
  }

  private enum Result {
    case taken
    case seenBefore
    /// The alert is out; the rest has to be mended.
    case alertOnly(IntakeError)
  }

  /// What was sent of a referral before.
  private struct Known {
    var outcome: Outcome
    var version: UInt32
    var print: Data?
    /// The prosecutor and the provider were told what the release lets them know.
    var isTold: Bool
    var alias: ParticipantAlias?
  }

  private func take(_ record: IntakeRecord, in database: Database) throws -> Result {
    let alert = try ReferralAlert(record, dates: dates)
    let outcome = record.optional("roi_outcome").map { Outcome(rawValue: $0) } ?? .pending
    guard let outcome, outcome != .revoked else {
      throw record.wrong(
        "roi_outcome", "is not known", "Use signed, refused, incapacity, or leave it empty.")
    }
    let before = try known(alert.caseID, in: database)
    let isFirst = before == nil
    if isFirst { try open(alert, in: database) }
    var known = before ?? Known(outcome: .pending, version: 0, isTold: false)
    let print = Data(record.fingerprint(prefix: "roi_"))
    if !isFirst {
      guard try isNews(outcome, print, known, record) else { return .seenBefore }
    }
    do {
      try database.inSavepoint {
        try tell(record, alert, outcome, print, &known, in: database)
        return .commit
      }
      return .taken
    } catch let error as IntakeError {
      guard isFirst else { throw error }
      return .alertOnly(error.afterAlert)
    } catch let refusal as Refusal {
      let error = IntakeError(
        field: refusal.place.isEmpty ? nil : refusal.place,
        "does not make a message of the catalogue (\(refusal.code.rawValue))",
        remedy: refusal.code.remedy)
      guard isFirst else { throw error }
      return .alertOnly(error.afterAlert)
    }
  }

  /// Whether the form says anything that was not sent.
  private func isNews(
    _ outcome: Outcome, _ print: Data, _ known: Known, _ record: IntakeRecord
  ) throws(IntakeError) -> Bool {
    switch (known.outcome, outcome) {
    case (.signed, .signed): return print != known.print
    case (.signed, .refused), (.signed, .incapacity):
      throw record.wrong(
        "roi_outcome", "was signed before",
        "A release is taken back with 'accord-sheriff revoke', not by another form.")
    case (.revoked, .signed) where print != known.print:
      throw record.wrong(
        "roi_outcome", "was taken back", "A new release is the provider's to take, at intake.")
    case (.refused, .signed), (.incapacity, .signed), (.incapacity, .refused): return true
    case (.pending, .pending): return !known.isTold
    case (.pending, _): return true
    case (.refused, _), (.incapacity, _), (.signed, .pending), (.revoked, _), (.signed, .revoked):
      return false
    }
  }

  /// Sends what is about the person, and keeps how far that went.
  private func tell(
    _ record: IntakeRecord, _ alert: ReferralAlert, _ outcome: Outcome, _ print: Data,
    _ known: inout Known, in database: Database
  ) throws {
    let form = try ReferralForm(record, alert, dates: dates)
    let alias = try known.alias ?? setting.people.alias(of: form.person, in: database)
    let subject = Subject(alert, alias, tokens: setting.people.tokens(of: form.person))
    switch outcome {
    case .signed:
      var release = try ReleaseForm(
        dates: dates, capturer: setting.configuration.agency, printed: settings.formStatements
      ).release(alert.release, from: record, prefix: "roi_", kind: .field, labels: [])
      known.version += 1
      release.version = known.version
      try send(
        known.version == 1 ? .roiSigned : .roiAmended, subject, consent: .release(release),
        in: database)
    case .refused, .incapacity:
      let reason: RoiRefusal.Reason = outcome == .refused ? .refused : .incapacity
      try send(
        .roiRefused, subject, consent: .refusal(RoiRefusal(id: alert.release, reason: reason)),
        in: database)
    case .pending, .revoked: break
    }
    // Whoever said no is told of to nobody.
    if outcome != .refused && !known.isTold {
      known.isTold = true
      try send(.referralSubmitted, subject, segments: form.referral, in: database)
      try send(
        .handoffDetails, subject, audience: alert.audience, segments: [form.details], in: database)
      if alert.door == "arrest-diversion" {
        try send(.holdRequested, subject, segments: [form.holdRequest], in: database)
      }
    }
    try database.execute(
      sql: """
        UPDATE referral SET release_outcome = ?, release_version = ?, release_print = ?,
          is_told = ?, alias = ? WHERE case_id = ?
        """,
      arguments: [
        outcome.rawValue, known.version, print, known.isTold, alias.text, alert.caseID.text,
      ])
  }

  // MARK: Store and spool

  private func known(_ caseID: CaseID, in database: Database) throws -> Known? {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM referral WHERE case_id = ?", arguments: [caseID.text])
    return row.map { row in
      Known(
        outcome: Outcome(rawValue: row["release_outcome"]) ?? .pending,
        version: row["release_version"], print: row["release_print"], isTold: row["is_told"],
        alias: (row["alias"] as String?).flatMap { ParticipantAlias($0) })
    }
  }

  private func open(_ alert: ReferralAlert, in database: Database) throws {
    try setting.send(
      setting.message(
        .handoffRequested, at: now, caseID: alert.caseID, audience: alert.audience,
        segments: [alert.segment]), in: database)
    try database.execute(
      sql: """
        INSERT INTO referral (case_id, incident, door, referred_at, release, release_outcome)
        VALUES (?, ?, ?, ?, ?, 'pending')
        """,
      arguments: [
        alert.caseID.text, alert.incident, alert.door, alert.referredAt.milliseconds,
        alert.release.text,
      ])
  }

  /// Whom a form is about, as the hub is told.
  private struct Subject {
    let caseID: CaseID
    let release: RoiID
    let alias: ParticipantAlias
    let tokens: [IdentityToken]

    init(_ alert: ReferralAlert, _ alias: ParticipantAlias, tokens: [IdentityToken]) {
      caseID = alert.caseID
      release = alert.release
      self.alias = alias
      self.tokens = tokens
    }
  }

  private func send(
    _ topic: Topic, _ subject: Subject, audience: [AgencyID] = [], segments: [Segment] = [],
    consent: ConsentStatement? = nil, in database: Database
  ) throws {
    try setting.send(
      setting.message(
        topic, at: now, participant: subject.alias, tokens: subject.tokens,
        caseID: subject.caseID, release: consent == nil ? subject.release : nil,
        audience: audience, segments: segments, consent: consent), in: database)
  }
}

extension IntakeError {
  fileprivate var afterAlert: IntakeError {
    var error = self
    error.remedy +=
      " The hand-off alert, which names nobody, went out; nothing else did. Send the form again."
    return error
  }
}
