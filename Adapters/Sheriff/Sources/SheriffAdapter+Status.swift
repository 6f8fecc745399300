import AdapterKit
import GRDB
import HubModel

/// What the sheriff may know comes back as files: the state of a hand-off and a hold by referral
/// number, and loud warnings where something was not sent. No list of people, ever.
extension SheriffAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID?.text else { return }
    func set(_ column: String, _ text: String) throws {
      try database.execute(
        sql: "UPDATE referral SET \(column) = ? WHERE case_id = ?", arguments: [text, caseID])
    }
    switch message.topic {
    case .handoffAcknowledged:
      let eta = message.integer("eta-minutes").map { ", \($0) min away" } ?? ""
      try set("handoff", "acknowledged by \(message.code("responder") ?? "on call")\(eta)")
      try calm(caseID, at: now, in: database)
    case .handoffDeclined: try set("handoff", "declined; the next on call is asked")
    case .handoffArrived:
      try set("handoff", "arrived")
      try calm(caseID, at: now, in: database)
    case .handoffUnanswered:
      try set("handoff", "NOT ANSWERED, attempt \(message.integer("attempt") ?? 1)")
      try warnUnanswered(message, caseID, at: now, in: database)
    case .handoffCompleted:
      try set("handoff", "completed: \(message.code("outcome") ?? "no outcome given")")
    case .holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided:
      let word = message.topic.rawValue.dropFirst("hold.".count)
      let due = message.date("due-on").map { ", due \(setting.notices.day($0))" } ?? ""
      let rule = message.code("rule").map { " (\($0))" } ?? ""
      try set("hold", "\(word)\(due)\(due.isEmpty ? "" : rule)")
    case .referralDecided, .referralScreened:
      let decision = message.code("decision")
        ?? message.flag("eligible").map { $0 ? "eligible" : "not eligible" } ?? ""
      let words = [decision, message.code("rule")].compactMap { $0 }
      try set("decision", words.joined(separator: ", "))
    case .outcome: try learnOutcome(message, caseID, at: now, in: database)
    default: break
    }
  }

  private func warnUnanswered(
    _ message: Message, _ caseID: String, at now: WallTime, in database: Database
  ) throws {
    var text = NoticeText("HAND-OFF NOT ANSWERED")
    text.say("Nobody on call has answered referral \(caseID).")
    text.item("Attempt", message.integer("attempt").map(String.init))
    text.todo("The next on call is being asked. If you cannot wait, call \(settings.dutyLine).")
    try Notices.replace("NOT-ANSWERED-\(caseID)", text.text, in: database)
    try Alarms.raise(.notAnswered, about: caseID, at: now, in: database)
  }

  /// Somebody answered after all: a warning that was written must not stand.
  private func calm(_ caseID: String, at now: WallTime, in database: Database) throws {
    try Alarms.end(.notAnswered, about: caseID, at: now, in: database)
    let name = "NOT-ANSWERED-\(caseID)"
    guard try Notices.has(name, in: database) else { return }
    var text = NoticeText("Hand-off answered after all")
    text.say("Somebody on call has answered referral \(caseID).")
    text.todo("Nothing; status.csv says who, and when they arrive.")
    try Notices.replace(name, text.text, in: database)
  }

  // MARK: Not sent

  private static let notSent = [Fate.held, .withheld, .returned, .expired].map(\.rawValue)

  private func learnOutcome(
    _ message: Message, _ caseID: String, at now: WallTime, in database: Database
  ) throws {
    guard let about = message.code("message"), let topic = message.code("topic"),
      let recipient = message.code("recipient"), let fate = message.code("fate")
    else { return }
    try database.execute(
      sql: """
        INSERT INTO outcome (message, recipient, case_id, topic, fate, reason)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (message, recipient) DO UPDATE SET fate = excluded.fate,
          reason = coalesce(excluded.reason, reason), is_confirmed =
            is_confirmed AND fate = excluded.fate
        """, arguments: [about, recipient, caseID, topic, fate, message.code("reason")])
    if topic == Topic.holdRequested.rawValue, fate == Fate.delivered.rawValue {
      try database.execute(
        sql: """
          UPDATE referral SET hold = 'prosecutor has the request' WHERE case_id = ? AND hold = ''
          """, arguments: [caseID])
    }
    let isWarning = Self.notSent.contains(fate)
    if isWarning {
      try database.execute(
        sql: "UPDATE outcome SET warnings = warnings + 1 WHERE message = ? AND recipient = ?",
        arguments: [about, recipient])
    }
    try writeWarning(caseID, topic, isNew: isWarning, in: database)
    let isOpen = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM outcome WHERE case_id = ? AND fate IN (?, ?, ?, ?)",
      arguments: StatementArguments([caseID] + Self.notSent))
    try Alarms.set(.notSent, about: caseID, isOn: isOpen != 0, at: now, in: database)
  }

  private func writeWarning(
    _ caseID: String, _ topic: String, isNew: Bool, in database: Database
  ) throws {
    let name = "NOT-SENT-\(caseID)-\(topic)"
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT * FROM outcome WHERE case_id = ? AND topic = ? ORDER BY message, recipient",
      arguments: [caseID, topic]
    ).filter { Self.notSent.contains($0["fate"]) }
    guard !rows.isEmpty else {
      if try Notices.has(name, in: database) {
        var text = NoticeText("SENT AFTER ALL")
        text.say("\(Self.words(topic)) of referral \(caseID) went out.")
        text.todo("Nothing.")
        try Notices.replace(name, text.text, in: database)
      }
      return
    }
    guard isNew else { return }
    var text = NoticeText("NOT SENT")
    for row in rows {
      text.say(
        "\(row["recipient"] as String) has not received \(Self.words(topic)) of referral "
          + "\(caseID): \(Self.why(row["fate"])).")
      text.item("Message", row["message"])
      text.item("Warning", "number \(row["warnings"] as Int)")
    }
    let messages = Set(rows.map { $0["message"] as String }).sorted()
    text.todo(
      "Call \(settings.dutyLine), or add the release. Then confirm that you have seen this, or it "
        + "comes again:")
    for message in messages { text.say("  accord-sheriff confirm \(message) --config FILE") }
    try Notices.replace(name, text.text, in: database)
  }

  private static func words(_ topic: String) -> String {
    switch Topic(rawValue: topic) {
    case .holdRequested: "the request to hold filing (\(topic))"
    case .handoffDetails: "the details for the hand-off (\(topic))"
    case .referralSubmitted: "the referral (\(topic))"
    default: topic
    }
  }

  private static func why(_ fate: String) -> String {
    switch Fate(rawValue: fate) {
    case .held: "there is no release on file that lets it"
    case .returned, .expired: "no release came in time, and it waits no longer"
    default: "the release does not allow it, or was refused or taken back"
    }
  }

  func openWarnings(in database: Database) throws -> Int {
    try Row.fetchAll(database, sql: "SELECT fate FROM outcome WHERE is_confirmed = 0")
      .count { Self.notSent.contains($0["fate"]) }
  }

  // MARK: Files

  private struct ReferralStatus: Encodable {
    var referral: String
    var incident: String?
    var door: String
    var release: String
    var decision: String
    var handoff: String
    var hold: String
    var notSent: String
  }

  /// The newest referrals, numbers and states alone.
  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT case_id, incident, door, release_outcome, decision, handoff, hold,
          (SELECT count(*) FROM outcome o WHERE o.case_id = r.case_id AND o.fate = 'held') AS held,
          (SELECT count(*) FROM outcome o WHERE o.case_id = r.case_id
            AND o.fate IN ('withheld', 'returned', 'expired')) AS refused
        FROM referral r ORDER BY referred_at DESC, case_id LIMIT 1000
        """)
    let list = rows.map { row in
      ReferralStatus(
        referral: row["case_id"], incident: row["incident"], door: row["door"],
        release: row["release_outcome"], decision: row["decision"], handoff: row["handoff"],
        hold: row["hold"],
        notSent: (row["held"] as Int) > 0
          ? "WAITS FOR A RELEASE" : (row["refused"] as Int) > 0 ? "NOT SENT" : "")
    }
    let header = [
      "referral_id", "incident_no", "door", "release", "decision", "handoff", "hold", "not_sent",
    ]
    return [
      OutputFile(
        "status.csv", header: header,
        rows: list.map {
          [
            $0.referral, $0.incident ?? "", $0.door, $0.release, $0.decision, $0.handoff, $0.hold,
            $0.notSent,
          ]
        }),
      try OutputFile("referrals.json", json: list),
    ]
  }
}
