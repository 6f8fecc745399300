import AdapterKit
import GRDB
import HubModel

/// Releases that the provider captures, amends and revokes, and referrals that come to it.
struct ProviderReleases {
  let setting: AdapterSetting
  let now: WallTime

  /// A full multi-party release; it replaces the field release that the case began with.
  func sign(_ record: IntakeRecord, in database: Database) throws {
    guard let id: RoiID = try record.identifier("roi_id"),
      let caseID: CaseID = try record.identifier("referral_id")
    else { throw record.wrong("roi_id", "is empty", "Name the release and its referral.") }
    let person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try setting.dates.date("dob", of: record), stateID: record.optional("sid"))
    let known = try Row.fetchOne(
      database, sql: "SELECT alias, release FROM case_person WHERE case_id = ?",
      arguments: [caseID.text])
    let alias: ParticipantAlias
    if let text = known.map({ $0["alias"] as String }), let told = ParticipantAlias(text) {
      alias = told
      try setting.people.remember(told, person, in: database)
    } else {
      alias = try setting.people.alias(of: person, in: database)
    }
    var release = try ReleaseForm(
      dates: setting.dates, capturer: setting.configuration.agency
    ).release(id, from: record, prefix: "", kind: .multiParty, labels: [.part2, .mentalHealth])
    if release.supersedes == nil, let field: String = known?["release"] {
      release.supersedes = RoiID(field)
    }
    let message = setting.message(
      release.version > 1 ? .roiAmended : .roiSigned, at: now, participant: alias,
      tokens: setting.people.tokens(of: person), caseID: caseID, consent: .release(release))
    try setting.send(message, in: database)
    try keep(id, Int(release.version), caseID, alias, "signed", message.id, in: database)
    try database.execute(
      sql: """
        INSERT INTO case_person (case_id, alias) VALUES (?, ?) ON CONFLICT (case_id) DO NOTHING
        """, arguments: [caseID.text, alias.text])
  }

  /// Of one release or, where none is named, of all; wholly, or toward the named recipients.
  func revoke(_ record: IntakeRecord, in database: Database) throws {
    guard let caseID: CaseID = try record.identifier("referral_id"),
      let text = try String.fetchOne(
        database, sql: "SELECT alias FROM case_person WHERE case_id = ?", arguments: [caseID.text]),
      let alias = ParticipantAlias(text)
    else {
      throw record.wrong(
        "referral_id", "no person of that referral is known here", "Check the number.")
    }
    let release: RoiID? = try record.identifier("roi_id")
    let recipients: [Party] = try record.list("recipients").map { name in
      guard let agency = AgencyID(name) else {
        throw record.wrong("recipients", "names no agency", "Use agency ids of the registry.")
      }
      return .agency(agency)
    }
    let message = setting.message(
      .roiRevoked, at: now, participant: alias, caseID: caseID,
      consent: .revocation(RoiRevocation(id: release, recipients: recipients)))
    try setting.send(message, in: database)
    try database.execute(
      sql: """
        UPDATE release SET state = ?, message = ? WHERE alias = ? AND (? IS NULL OR id = ?)
        """,
      arguments: [
        recipients.isEmpty ? "revoked" : "revoked in part", message.id.description, alias.text,
        release?.text, release?.text,
      ])
  }

  /// A community referral: no police, no hold; the provider is where it came in.
  func refer(_ record: IntakeRecord, in database: Database) throws {
    guard let caseID: CaseID = try record.identifier("referral_id"),
      let release = RoiID("\(caseID)-field"),
      let referredAt = try setting.dates.time("referred_at", of: record)
    else { throw record.wrong("referral_id", "or referred_at is empty", "Fill them in.") }
    let person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try setting.dates.date("dob", of: record), stateID: record.optional("sid"))
    let alias = try setting.people.alias(of: person, in: database)
    let tokens = setting.people.tokens(of: person)
    let outcome = record.optional("roi_outcome") ?? "pending"
    if outcome == "signed" {
      let roi = try ReleaseForm(dates: setting.dates, capturer: setting.configuration.agency)
        .release(release, from: record, prefix: "roi_", kind: .field, labels: [.part2])
      let message = setting.message(
        .roiSigned, at: now, participant: alias, tokens: tokens, caseID: caseID,
        consent: .release(roi))
      try setting.send(message, in: database)
      try keep(release, 1, caseID, alias, "signed", message.id, in: database)
    } else if outcome != "pending" {
      let reason: RoiRefusal.Reason = outcome == "refused" ? .refused : .incapacity
      try setting.send(
        setting.message(
          .roiRefused, at: now, participant: alias, caseID: caseID,
          consent: .refusal(RoiRefusal(id: release, reason: reason))), in: database)
    }
    var list = FieldList()
    list.code("door", "community")
    list.time("referred-at", referredAt)
    list.code("referrer", try record.code("referrer_org"))
    try setting.send(
      setting.message(
        .referralSubmitted, at: now, participant: alias, tokens: tokens, caseID: caseID,
        release: release, segments: [Segment(.referral, fields: list.fields)]), in: database)
    try database.execute(
      sql: "INSERT OR IGNORE INTO case_person (case_id, alias, release) VALUES (?, ?, ?)",
      arguments: [caseID.text, alias.text, release.text])
  }

  private func keep(
    _ id: RoiID, _ version: Int, _ caseID: CaseID, _ alias: ParticipantAlias, _ state: String,
    _ message: MessageID, in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO release (id, version, case_id, alias, state, message)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [id.text, version, caseID.text, alias.text, state, message.description])
  }
}
