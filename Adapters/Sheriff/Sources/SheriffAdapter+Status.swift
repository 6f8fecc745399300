import AdapterKit
import GRDB
import HubModel

/// What the sheriff may know comes back as files: the state of a hand-off and a hold by referral
/// number, and loud warnings where something was not sent. No list of people, ever.
extension SheriffAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID?.text else { return }
    switch message.topic {
    case .handoffAcknowledged:
      let eta = message.integer("eta-minutes").map { ", \($0) min away" } ?? ""
      try set("handoff", "acknowledged by \(message.code("responder") ?? "on call")\(eta)")
    case .handoffDeclined: try set("handoff", "declined; the next on call is asked")
    case .handoffArrived: try set("handoff", "arrived")
    case .handoffUnanswered:
      try set("handoff", "NOT ANSWERED, attempt \(message.integer("attempt") ?? 1)")
      try warnUnanswered(message, caseID, in: database)
    case .holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided:
      let word = message.topic.rawValue.dropFirst("hold.".count)
      let due = message.date("due-on").map { ", due \(setting.notices.day($0))" } ?? ""
      try set("hold", "\(word)\(due)")
    case .referralDecided: break
    case .outcome: try learnOutcome(message, caseID, in: database)
    default: break
    }

    func set(_ column: String, _ text: String) throws {
      try database.execute(
        sql: "UPDATE referral SET \(column) = ? WHERE case_id = ?", arguments: [text, caseID])
    }
  }

  private func warnUnanswered(
    _ message: Message, _ caseID: String, in database: Database
  ) throws {
    var text = NoticeText("HAND-OFF NOT ANSWERED")
    text.say("Nobody on call has answered referral \(caseID).")
    text.item("Attempt", message.integer("attempt").map(String.init))
    text.todo("The next on call is being asked. If you cannot wait, call \(settings.dutyLine).")
    try Notices.replace("NOT-ANSWERED-\(caseID)", text.text, in: database)
  }

  private func learnOutcome(
    _ message: Message, _ caseID: String, in database: Database
  ) throws {
    guard let about = message.code("message"), let topic = message.code("topic"),
      let recipient = message.code("recipient"), let fate = message.code("fate")
    else { return }
    try database.execute(
      sql: """
        INSERT INTO not_sent (message, case_id, topic, recipient, fate) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (message) DO UPDATE SET fate = excluded.fate, reminders = reminders + 1
        """, arguments: [about, caseID, topic, recipient, fate])
    if topic == Topic.holdRequested.rawValue, fate == Fate.delivered.rawValue {
      try database.execute(
        sql: """
          UPDATE referral SET hold = 'prosecutor has the request' WHERE case_id = ? AND hold = ''
          """,
        arguments: [caseID])
    }
    guard [Fate.held, .withheld, .returned, .expired].map(\.rawValue).contains(fate) else { return }
    var text = NoticeText("NOT SENT")
    text.say("\(recipient) has not received \(topic) of referral \(caseID).")
    text.item(
      "Why", fate == "held" ? "there is no release on file" : "the release does not allow it")
    text.item("Message", about)
    text.todo(
      "Call \(settings.dutyLine), or add the release. Then confirm with: "
        + "accord-sheriff confirm \(about)")
    try Notices.replace("NOT-SENT-\(caseID)-\(topic)", text.text, in: database)
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT case_id, incident, door, release_outcome, handoff, hold,
          (SELECT count(*) FROM not_sent n WHERE n.case_id = r.case_id AND n.fate = 'held') AS held
        FROM referral r ORDER BY referred_at DESC
        """)
    let header = ["referral_id", "incident_no", "door", "release", "handoff", "hold", "not_sent"]
    return [
      OutputFile(
        "status.csv", header: header,
        rows: rows.map { row in
          [
            row["case_id"], row["incident"] ?? "", row["door"], row["release_outcome"],
            row["handoff"], row["hold"], (row["held"] as Int) > 0 ? "WAITS FOR A RELEASE" : "",
          ]
        })
    ]
  }
}
