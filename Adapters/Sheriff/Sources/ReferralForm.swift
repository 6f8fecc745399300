import AdapterKit
import GRDB
import HubModel

/// One referral form, read: its fields in the catalogue's terms.
struct ReferralForm {
  let record: IntakeRecord
  let caseID: CaseID
  let door: String
  let referredAt: WallTime
  let incident: String?
  let alias: ParticipantAlias
  let tokens: [IdentityToken]
  let release: RoiID
  let audience: [AgencyID]
  let handoffRequest: Segment
  let handoffDetails: Segment
  let holdRequest: Segment
  let referral: [Segment]

  init(
    _ record: IntakeRecord, caseID: CaseID, setting: AdapterSetting, in database: Database
  ) throws {
    self.record = record
    self.caseID = caseID
    door = try record.required("door")
    guard ["arrest-diversion", "social-contact", "community"].contains(door) else {
      throw record.wrong(
        "door", "is not known", "Use arrest-diversion, social-contact or community.")
    }
    guard let referredAt = try setting.dates.time("referred_at", of: record) else {
      throw record.wrong("referred_at", "is empty", "Fill it in: deadlines count from it.")
    }
    self.referredAt = referredAt
    incident = try record.code("incident_no")
    if door == "arrest-diversion" && incident == nil {
      throw record.wrong("incident_no", "is empty", "An arrest diversion has an incident number.")
    }
    let person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try setting.dates.date("dob", of: record), stateID: record.optional("sid"))
    alias = try setting.people.alias(of: person, in: database)
    tokens = setting.people.tokens(of: person)
    guard let release = RoiID("\(caseID)-field") else {
      throw record.wrong("referral_id", "is too long", "Use at most 57 characters.")
    }
    self.release = release
    let provider: AgencyID? = try record.identifier("provider")
    audience = provider.map { [$0] } ?? []

    handoffRequest = try Self.handoffRequest(record, door: door, referredAt)
    handoffDetails = try Self.handoffDetails(record, person)
    holdRequest = try Self.holdRequest(record, person, incident: incident, referredAt)
    referral = try Self.referral(record, person, door: door, incident: incident, referredAt)
  }

  /// Names no person.
  private static func handoffRequest(
    _ record: IntakeRecord, door: String, _ referredAt: WallTime
  ) throws -> Segment {
    var list = FieldList()
    list.time("requested-at", referredAt)
    list.text("meeting-place", try record.required("meeting_place"))
    list.code("callback", try record.code("officer_callback") ?? "none-given")
    list.code("door", door)
    list.codes("safety", try codes("safety_codes", of: record))
    return Segment(.operational, fields: list.fields)
  }

  private static func handoffDetails(
    _ record: IntakeRecord, _ person: PeopleBook.Person
  ) throws -> Segment {
    var list = FieldList()
    list.text("last-name", person.lastName)
    list.text("first-name", person.firstName)
    list.text("middle-name", record.optional("middle_name"))
    list.date("date-of-birth", person.birthDate)
    for alias in record.list("aliases") { list.text("alias", alias) }
    list.code("language", try record.code("language"))
    list.codes("need", try codes("needs_codes", of: record))
    return Segment(.handoffDetails, fields: list.fields)
  }

  private static func holdRequest(
    _ record: IntakeRecord, _ person: PeopleBook.Person, incident: String?,
    _ referredAt: WallTime
  ) throws -> Segment {
    var list = FieldList()
    list.code("incident", incident)
    list.time("referred-at", referredAt)
    list.code("ori", try record.code("agency_ori"))
    list.codes("offence", try codes("offenses", of: record))
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
    _ record: IntakeRecord, _ person: PeopleBook.Person, door: String, incident: String?,
    _ referredAt: WallTime
  ) throws -> [Segment] {
    var about = FieldList()
    about.code("door", door)
    about.time("referred-at", referredAt)
    about.code("incident", incident)
    about.codes("offence", try codes("offenses", of: record))
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

  private static func codes(_ field: String, of record: IntakeRecord) throws -> [String] {
    try record.list(field).map { text in
      let code = text.split(separator: " ").joined(separator: "-")
      guard FieldValue.isCode(code) else {
        throw record.wrong(field, "has a value that is not a code", "Use the program's codes.")
      }
      return code
    }
  }
}
