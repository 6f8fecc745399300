import AdapterKit
import HubModel

/// Who represents a client, as the case system exports it. Privileged fields were taken out
/// before.
struct Assignment {
  let number: String?
  let client: ParticipantAlias?
  let courtCase: String?
  let incident: String?
  let booking: String?
  let lastName: String?
  let firstName: String?
  let birthDate: CivilDate?
  let stateID: String?
  let attorney: String
  let assignedAt: WallTime?

  static let requiredFields = ["attorney"]

  /// Headers that are known to mean a field.
  static let aliases = [
    "court_case": "case_no", "case_number": "case_no", "incident_number": "incident_no",
    "booking_number": "booking_no", "attorney_name": "attorney", "last_name": "client_last_name",
    "first_name": "client_first_name", "dob": "client_dob", "sid": "client_sid",
    "assigned_on": "assigned_at",
  ]

  /// A name, not a sentence: free text has no way out through it.
  static let longestAttorney = 80

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    number = try record.code("assignment_no")
    client = try record.identifier("client")
    courtCase = try record.code("case_no")
    incident = try record.code("incident_no")
    booking = try record.code("booking_no")
    lastName = record.optional("client_last_name")
    firstName = record.optional("client_first_name")
    birthDate = try dates.date("client_dob", of: record)
    stateID = record.optional("client_sid")
    attorney = try record.required("attorney")
    assignedAt = try dates.time("assigned_at", of: record)
    guard attorney.count <= Self.longestAttorney, !attorney.contains(where: \.isNewline) else {
      throw record.wrong("attorney", "is not a name", "Give one name in one line.")
    }
    guard client != nil || courtCase != nil || incident != nil || booking != nil || stateID != nil
    else {
      throw record.wrong(
        "case_no", "is empty, and so are incident_no, booking_no and client_sid",
        "Give one of them, so that the client can be told from others.")
    }
  }
}
