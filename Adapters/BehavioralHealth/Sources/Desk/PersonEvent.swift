import AdapterKit
import GRDB
import HubClient
import HubModel

/// One thing that this agency said to the hub about a person, or was told: what the desk can say
/// of who learnt what. To whom the hub passed on what was said, the hub's own accounting knows.
struct PersonEvent: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "person_event"

  var alias: String
  var at: Int64
  var caseID: String?
  var topic: String
  /// The agency that said it.
  var source: String
  var message: String
  /// What of it stands on a page: dates and codes.
  var words: String

  static let migration = AdapterMigration("behavioral-health-desk") { database in
    try database.execute(
      sql: """
        CREATE TABLE person_event (
          seq INTEGER PRIMARY KEY, alias TEXT NOT NULL, at INTEGER NOT NULL, caseID TEXT,
          topic TEXT NOT NULL, source TEXT NOT NULL, message TEXT NOT NULL, words TEXT NOT NULL);
        CREATE INDEX person_event_alias ON person_event (alias, seq);
        CREATE INDEX person_event_topic ON person_event (topic, seq);
        """)
  }
}

extension ProviderAdapter {
  func note(
    _ message: Message, of alias: ParticipantAlias, at now: WallTime, in database: Database
  ) throws {
    let event = PersonEvent(
      alias: alias.text, at: now.milliseconds, caseID: message.caseID?.text,
      topic: message.topic.rawValue, source: message.source.text,
      message: message.id.description, words: words(of: message))
    try event.insert(database)
  }

  private func words(of message: Message) -> String {
    let dates = setting.notices
    let parts: [String?] = [
      message.code("status") ?? message.code("outcome") ?? message.code("kind")
        ?? message.code("disposition"),
      message.code("facility"),
      (message.date("completed-on") ?? message.date("on") ?? message.date("as-of"))
        .map { dates.day($0) },
      message.time("at").map { dates.moment($0) },
      message.date("court-date").map { "court \(dates.day($0))" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

/// Topics in the words of an office.
enum TopicWords {
  private static let words: [Topic: String] = [
    .roiSigned: "Release signed", .roiAmended: "Release amended", .roiRevoked: "Release revoked",
    .roiRefused: "Release refused", .roiSuspended: "Release suspended",
    .roiResumed: "Release resumed", .roiExpiring: "Release ends soon",
    .intakeCompleted: "Intake completed", .intakeNotCompleted: "Intake not completed",
    .participantStatus: "Status", .contactLogged: "Contact",
    .handoffDetails: "Who comes to a hand-off", .handoffCompleted: "Hand-off completed",
    .bookingCreated: "Booked into jail", .bookingReleased: "Left jail",
    .warrantStatus: "Warrant", .caseEvent: "Court case", .defenceAssigned: "Counsel assigned",
    .identityCandidate: "Question whether a booking is theirs",
    .holdOpened: "Hold on filing opened", .holdExtended: "Hold on filing extended",
    .holdReleased: "Hold released: not charged", .holdFiled: "Charges filed",
    .holdWithdrawn: "Hold withdrawn", .holdVoided: "Hold void",
    .holdDueSoon: "Hold ends soon", .holdReviewDue: "Window of a hold has ended",
  ]

  static func of(_ topic: String) -> String {
    Topic(rawValue: topic).flatMap { words[$0] }
      ?? topic.replacing(".", with: ": ").replacing("-", with: " ")
  }
}
