/// Agencies of the sample county, by the ids they have at the hub.
public enum CountyAgency {
  public static let sheriff = "lakewood-sheriff"
  public static let prosecutor = "lakewood-prosecutor"
  public static let defender = "lakewood-defender"
  public static let harbor = "harbor-behavioral"
  public static let cedar = "cedar-recovery"
  /// Originating agency identifier on the sheriff's forms; `ZZ` is no state.
  static let ori = "ZZ0290000"
}

/// The three ways into the program (LEAD Bureau toolkit, "doors").
public enum Door: String, CaseIterable, Sendable {
  case arrestDiversion = "arrest-diversion"
  case socialContact = "social-contact"
  case community
}

/// An offence of the fictional county code.
struct Offense: Sendable {
  var statute: String
  /// `F` felony, `G` gross misdemeanor, `M` misdemeanor, `I` infraction or warrant only.
  var offenseClass: String

  /// On the list that the county's policy group lets officers divert.
  static let divertible = [
    Offense(statute: "11.204", offenseClass: "F"), Offense(statute: "11.212", offenseClass: "G"),
    Offense(statute: "12.050", offenseClass: "M"), Offense(statute: "12.052", offenseClass: "G"),
    Offense(statute: "14.030", offenseClass: "M"), Offense(statute: "14.110", offenseClass: "M"),
    Offense(statute: "15.007", offenseClass: "M"),
  ]

  /// What people are booked for.
  static let booked = divertible + [
    Offense(statute: "10.021", offenseClass: "F"), Offense(statute: "10.041", offenseClass: "G"),
    Offense(statute: "13.502", offenseClass: "G"), Offense(statute: "13.520", offenseClass: "M"),
    Offense(statute: "16.100", offenseClass: "F"), Offense(statute: "90.001", offenseClass: "I"),
    Offense(statute: "90.004", offenseClass: "I"),
  ]
}

/// Places where an officer and a case manager meet. Never a residence.
struct MeetingPlace: Sendable {
  var code: String
  var text: String

  static let all = [
    MeetingPlace(code: "LIB-MAIN", text: "Main Library, north entrance"),
    MeetingPlace(code: "TRANSIT-3", text: "Transit center bay 3"),
    MeetingPlace(code: "PCT-EAST", text: "East precinct lobby"),
    MeetingPlace(code: "ER-LOBBY", text: "Lakewood General, ER lobby"),
    MeetingPlace(code: "PARK-ELM", text: "Elm Park shelter"),
    MeetingPlace(code: "MKT-6TH", text: "Public market\n6th Street side"),
    MeetingPlace(code: "CANAL-ST", text: "Canal St lot \"B\""),
    MeetingPlace(code: "PLAZA", text: "Peña Plaza fountain"),
    MeetingPlace(code: "OTHER", text: "Feed store lot, Route 9 and Mill Rd"),
  ]
}

/// Code lists that are printed on the county's forms.
enum FormCodes {
  static let safety = ["", "", "", "", "two-person", "dog", "needle-risk", "keep-distance"]
  static let languages = ["en", "en", "en", "en", "en", "en", "en", "es", "es", "vi", "ru"]
  static let needs = ["housing", "detox", "food", "medical", "id-card", "phone", "clothing"]
  static let fieldTemplate = "LKSO-ROI-F 2026-01"
  static let fullTemplate = "LC-ROI-MP 2026-02"
  static let referrers = ["LIBRARY", "GENERAL-HOSP", "MERCHANTS", "ST-BRIDES-SHELTER", "FAMILY"]
}
