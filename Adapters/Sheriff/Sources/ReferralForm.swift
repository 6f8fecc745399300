import AdapterKit
import GRDB
import HubModel

/// The part of a referral form that names no person: enough to call a case manager to the scene.
struct ReferralAlert {
  let caseID: CaseID
  let door: String
  let referredAt: WallTime
  let incident: String?
  let release: RoiID
  /// The provider whom the form names; empty: whoever is on call.
  let audience: [AgencyID]
  let segment: Segment

  init(_ record: IntakeRecord, dates: DateReader) throws {
    guard let caseID: CaseID = try record.identifier("referral_id") else {
      throw record.wrong("referral_id", "is empty or missing", "Fill it in.")
    }
    guard let release = RoiID("\(caseID)-field") else {
      throw record.wrong("referral_id", "is too long", "Use at most 57 characters.")
    }
    self.caseID = caseID
    self.release = release
    door = try record.required("door")
    guard ["arrest-diversion", "social-contact", "community"].contains(door) else {
      throw record.wrong(
        "door", "is not known", "Use arrest-diversion, social-contact or community.")
    }
    guard let referredAt = try dates.time("referred_at", of: record) else {
      throw record.wrong("referred_at", "is empty", "Fill it in: deadlines count from it.")
    }
    self.referredAt = referredAt
    incident = try record.code("incident_no")
    let provider: AgencyID? = try record.identifier("provider")
    audience = provider.map { [$0] } ?? []

    var list = FieldList()
    list.time("requested-at", referredAt)
    list.text("meeting-place", try record.required("meeting_place"))
    list.code("callback", try record.code("officer_callback") ?? "none-given")
    list.code("door", door)
    list.codes("safety", try record.codes("safety_codes"))
    segment = Segment(.operational, fields: list.fields)
  }
}

/// The part of a referral form that is about a person, in the catalogue's terms.
struct ReferralForm {
  let person: PeopleBook.Person
  let details: Segment
  let holdRequest: Segment
  let referral: [Segment]

  init(_ record: IntakeRecord, _ alert: ReferralAlert, dates: DateReader) throws {
    if alert.door == "arrest-diversion" && alert.incident == nil {
      throw record.wrong("incident_no", "is empty", "An arrest diversion has an incident number.")
    }
    person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try dates.date("dob", of: record), stateID: record.optional("sid"))
    details = try Self.details(record, person)
    holdRequest = try Self.holdRequest(record, person, alert)
    referral = try Self.referral(record, person, alert)
  }

  private static func details(
    _ record: IntakeRecord, _ person: PeopleBook.Person
  ) throws -> Segment {
    var list = FieldList()
    list.text("last-name", person.lastName)
    list.text("first-name", person.firstName)
    list.text("middle-name", record.optional("middle_name"))
    list.date("date-of-birth", person.birthDate)
    for alias in record.list("aliases") { list.text("alias", alias) }
    list.code("language", try record.code("language"))
    list.codes("need", try record.codes("needs_codes"))
    return Segment(.handoffDetails, fields: list.fields)
  }

  private static func holdRequest(
    _ record: IntakeRecord, _ person: PeopleBook.Person, _ alert: ReferralAlert
  ) throws -> Segment {
    var list = FieldList()
    list.code("incident", alert.incident)
    list.time("referred-at", alert.referredAt)
    list.code("ori", try record.code("agency_ori"))
    list.codes("offence", try record.codes("offenses"))
    list.code("offence-level", try record.code("offense_level"))
    list.code("officer", try record.code("officer_badge"))
    list.code("callback", try record.code("officer_callback"))
    list.code("complainant-consent", try record.code("complainant_consent"))
    list.text("last-name", person.lastName)
    list.text("first-name", person.firstName)
    list.date("date-of-birth", person.birthDate)
    return Segment(.hold, fields: list.fields)
  }

  private static func referral(
    _ record: IntakeRecord, _ person: PeopleBook.Person, _ alert: ReferralAlert
  ) throws -> [Segment] {
    var about = FieldList()
    about.code("door", alert.door)
    about.time("referred-at", alert.referredAt)
    about.code("incident", alert.incident)
    about.codes("offence", try record.codes("offenses"))
    about.code("offence-level", try record.code("offense_level"))
    about.code("referrer", try record.code("officer_badge"))
    var who = FieldList()
    who.text("last-name", person.lastName)
    who.text("first-name", person.firstName)
    who.date("date-of-birth", person.birthDate)
    return [
      Segment(.referral, fields: about.fields), Segment(.handoffDetails, fields: who.fields),
    ]
  }
}

extension IntakeRecord {
  /// A list of codes; spaces within one become `-`.
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
