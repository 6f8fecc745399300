import AdapterKit
import GRDB
import HubModel

/// A referral from the community, without police: the sheriff's form, with the referring
/// organisation in the officer's place.
struct CommunityForm {
  enum Outcome: String, CaseIterable { case signed, refused, incapacity, pending }

  let record: IntakeRecord
  let caseID: CaseID
  let release: RoiID
  let referredAt: WallTime
  let person: PeopleBook.Person
  let outcome: Outcome
  let referrer: String?
  let callback: String?
  let reason: String?
  let provider: AgencyID?
  let language: String?
  let needs: [String]
  let safety: [String]
  let place: String?

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    guard let release = RoiID("\(caseID)-field") else {
      throw record.wrong("referral_id", "is too long", "Use at most 57 characters.")
    }
    self.release = release
    guard try record.required("door") == "community" else {
      throw record.wrong("door", "is not community", "Other referrals are the officer's to make.")
    }
    guard let referredAt = try dates.time("referred_at", of: record) else {
      throw record.wrong("referred_at", "is empty", "Fill it in: deadlines count from it.")
    }
    self.referredAt = referredAt
    person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try dates.date("dob", of: record), stateID: record.optional("sid"))
    if record.optional("roi_outcome") == nil {
      outcome = .pending
    } else {
      outcome = try record.choice("roi_outcome", Outcome.self)
    }
    referrer = try record.code("referrer_org")
    callback = try record.code("referrer_callback")
    reason = try record.code("reason")
    provider = try record.identifier("provider")
    language = try record.code("language")
    needs = try record.codes("needs_codes")
    safety = try record.codes("safety_codes")
    place = record.optional("meeting_place")
  }

  func release(
    from record: IntakeRecord, dates: DateReader, agency: AgencyID,
    labels: WordSet<SensitivityLabel>, printed: Set<String>
  ) throws(IntakeError) -> ReleaseOfInformation? {
    guard outcome == .signed else { return nil }
    return try ReleaseForm(dates: dates, capturer: agency, printed: printed).release(
      release, from: record, prefix: "roi_", kind: .field, labels: labels)
  }
}

extension IntakeRecord {
  /// Codes separated by `;`.
  func codes(_ field: String) throws(IntakeError) -> [String] {
    var codes: [String] = []
    for text in list(field) {
      let code = text.split(separator: " ").joined(separator: "-")
      guard FieldValue.isCode(code) else {
        throw wrong(field, "has a value that is not a code", "Use the program's codes.")
      }
      codes.append(code)
    }
    return codes
  }
}

extension ProviderAdapter {
  func refer(_ form: CommunityForm, at now: WallTime, in database: Database) throws {
    let isKnown = try CareCase.fetchOne(database, key: form.caseID.text) != nil
    let before = try ReleaseFile.fetchOne(database, key: form.release.text)
    guard !isKnown || (before == nil && form.outcome != .pending) else {
      throw form.record.wrong(
        "referral_id", "was taken before",
        "Send a form again only when its release was signed or refused meanwhile.")
    }
    let alias = try setting.people.alias(of: form.person, in: database)
    let tokens = setting.people.tokens(of: form.person)
    try sendRelease(of: form, alias, tokens, at: now, in: database)
    guard !isKnown else { return }
    var file = CareCase(form.caseID)
    file.alias = alias.text
    file.release = form.release.text
    file.door = "community"
    file.place = form.place
    file.callback = form.callback
    file.needs = form.needs.joined(separator: ";")
    try file.save(database)
    var client = Client(alias, form.person)
    client.language = form.language
    try client.save(database)
    // Whoever said no is told of to nobody.
    guard form.outcome != .refused else { return }
    func send(
      _ topic: Topic, audience: [AgencyID] = [], _ segments: [Segment], names: Bool = true
    ) throws {
      let message = setting.message(
        topic, at: now, participant: names ? alias : nil, tokens: names ? tokens : [],
        caseID: form.caseID, release: names ? form.release : nil, audience: audience,
        segments: segments)
      try setting.send(message, in: database)
      try cases.learn(message, at: now, in: database)
    }
    try send(.referralSubmitted, form.referral)
    // Another provider is asked as an officer would ask; one's own people know.
    if let provider = form.provider, provider != setting.configuration.agency {
      try send(.handoffRequested, audience: [provider], [form.request], names: false)
      try send(.handoffDetails, audience: [provider], [form.details])
    }
  }

  private func sendRelease(
    of form: CommunityForm, _ alias: ParticipantAlias, _ tokens: [IdentityToken],
    at now: WallTime, in database: Database
  ) throws {
    var stored = ReleaseFile(
      release: form.release.text, version: 1, caseID: form.caseID.text, alias: alias.text,
      state: .signed, recipients: "", information: "", message: "")
    let topic: Topic
    let statement: ConsentStatement
    switch form.outcome {
    case .pending: return
    case .signed:
      guard
        let release = try form.release(
          from: form.record, dates: setting.dates, agency: setting.configuration.agency,
          labels: settings.formLabels, printed: settings.formStatements)
      else { return }
      (topic, statement) = (.roiSigned, .release(release))
      stored.describe(release)
    case .refused:
      (topic, statement) = (
        .roiRefused, .refusal(RoiRefusal(id: form.release, reason: .refused))
      )
      stored.state = .refused
    case .incapacity:
      (topic, statement) = (
        .roiRefused, .refusal(RoiRefusal(id: form.release, reason: .incapacity))
      )
      stored.state = .incapacity
    }
    let message = setting.message(
      topic, at: now, participant: alias, tokens: tokens, caseID: form.caseID, consent: statement)
    try setting.send(message, in: database)
    stored.message = message.id.description
    try stored.save(database)
  }
}

extension CommunityForm {
  var referral: [Segment] {
    var about = FieldList()
    about.code("door", "community")
    about.time("referred-at", referredAt)
    about.code("referrer", referrer)
    about.code("reason", reason)
    var who = FieldList()
    who.text("last-name", person.lastName)
    who.text("first-name", person.firstName)
    who.date("date-of-birth", person.birthDate)
    return [
      Segment(.referral, fields: about.fields), Segment(.handoffDetails, fields: who.fields),
    ]
  }

  /// Names no person.
  var request: Segment {
    var list = FieldList()
    list.time("requested-at", referredAt)
    list.text("meeting-place", place ?? "ask the referrer")
    list.code("callback", callback ?? "none-given")
    list.code("door", "community")
    list.codes("safety", safety)
    return Segment(.operational, fields: list.fields)
  }

  var details: Segment {
    var list = FieldList()
    list.text("last-name", person.lastName)
    list.text("first-name", person.firstName)
    list.date("date-of-birth", person.birthDate)
    list.code("language", language)
    list.codes("need", needs)
    return Segment(.handoffDetails, fields: list.fields)
  }
}
