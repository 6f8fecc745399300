import AdapterKit
import Foundation
import GRDB
import HubModel

/// Alerts come as files at once: whom to call, where to go, and nothing of the person until the
/// release allows it.
extension ProviderAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    if let caseID = message.caseID, let alias = message.participant {
      try database.execute(
        sql: """
          INSERT INTO case_person (case_id, alias, release) VALUES (?, ?, ?)
          ON CONFLICT (case_id) DO UPDATE SET release = coalesce(release, excluded.release)
          """, arguments: [caseID.text, alias.text, message.release?.text])
    }
    switch message.topic {
    case .handoffRequested: try handoffAsked(message, at: now, in: database)
    case .handoffUnanswered: try handoffUnanswered(message, at: now, in: database)
    case .handoffDetails: try handoffDetails(content, in: database)
    case .bookingCreated, .bookingReleased: try booking(content, in: database)
    case .identityCandidate: try question(message, in: database)
    case .holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided,
      .holdDueSoon, .holdReviewDue:
      try hold(content, in: database)
    default: break
    }
  }

  /// Who is on call at `now`, the first to be asked first.
  private func onCall(at now: WallTime, in database: Database) throws -> [(String, String)] {
    try Row.fetchAll(
      database,
      sql: "SELECT staff, phone FROM rota WHERE starts <= ? AND ends > ? ORDER BY tier, staff",
      arguments: [now.milliseconds, now.milliseconds]
    ).map { ($0["staff"], $0["phone"]) }
  }

  private func handoffAsked(
    _ message: Message, at now: WallTime, in database: Database
  ) throws {
    guard let caseID = message.caseID?.text else { return }
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO handoff (case_id, requested_at, place, callback, state)
        VALUES (?, ?, ?, ?, 'asked')
        """,
      arguments: [
        caseID, (message.time("requested-at") ?? now).milliseconds, text("meeting-place", message),
        message.code("callback") ?? "",
      ])
    try alert(caseID, message, attempt: 0, at: now, in: database)
  }

  private func handoffUnanswered(
    _ message: Message, at now: WallTime, in database: Database
  ) throws {
    guard let caseID = message.caseID?.text else { return }
    let attempt = Int(message.integer("attempt") ?? 1)
    try database.execute(
      sql: "UPDATE handoff SET attempt = ? WHERE case_id = ? AND state = 'asked'",
      arguments: [attempt, caseID])
    try alert(caseID, message, attempt: attempt, at: now, in: database)
  }

  /// One alarm for each attempt, each naming the next on call.
  private func alert(
    _ caseID: String, _ message: Message, attempt: Int, at now: WallTime, in database: Database
  ) throws {
    let rota = try onCall(at: now, in: database)
    let next = rota.isEmpty ? nil : rota[attempt % rota.count]
    var words = NoticeText("HAND-OFF: SOMEBODY IS NEEDED NOW")
    words.item("Referral", caseID)
    words.item("Where", text("meeting-place", message))
    words.item("Call the officer", message.code("callback"))
    words.item("On call", next.map { "\($0.0), \($0.1)" } ?? "NOBODY is on the rota")
    words.item("Attempt", "\(attempt + 1)")
    words.todo(
      "accord-behavioral-health acknowledge \(caseID) --responder "
        + "\(next?.0 ?? "STAFF") --eta MINUTES")
    try Notices.add("alerts/\(caseID)-\(attempt)", words.text, in: database)
    page(caseID, staff: next?.0 ?? "nobody", attempt: attempt)
  }

  /// The agency's own pager, if it has one; a failure of it is logged and stops nothing.
  private func page(_ caseID: String, staff: String, attempt: Int) {
    guard let alertCommand else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: alertCommand)
    process.arguments = [caseID, staff, "\(attempt)"]
    do {
      try process.run()
    } catch {
      setting.log.error("the alert command did not start", metadata: ["case": "\(caseID)"])
    }
  }

  private func handoffDetails(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID?.text, let alias = message.participant else { return }
    let person = PeopleBook.Person(
      lastName: text("last-name", message), firstName: text("first-name", message),
      birthDate: message.date("date-of-birth"), stateID: nil)
    try setting.people.remember(alias, person, in: database)
    var words = NoticeText("HAND-OFF: WHO")
    words.item("Referral", caseID)
    words.item("Name", "\(person.firstName) \(person.lastName)")
    words.item("Born", person.birthDate.map { setting.notices.day($0) })
    words.item("Language", message.code("language"))
    words.close(with: content.notice, setting.notices)
    try Notices.add("alerts/\(caseID)-who", words.text, in: database)
  }

  private func booking(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    var words = NoticeText(
      message.topic == .bookingCreated ? "A PARTICIPANT WAS BOOKED" : "A PARTICIPANT LEFT JAIL")
    words.item("Participant", message.participant?.text)
    words.item("Booking", message.code("booking"))
    words.item("When", message.time("at").map { setting.notices.moment($0) })
    words.item("Court", message.date("court-date").map { setting.notices.day($0) })
    words.close(with: content.notice, setting.notices)
    try Notices.add("alerts/booking-\(message.id)", words.text, in: database)
  }

  private func hold(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID?.text else { return }
    var words = NoticeText("HOLD ON FILING: \(message.topic.rawValue.dropFirst("hold.".count))")
    words.item("Referral", caseID)
    words.item("Hold", message.code("hold"))
    words.item("Ends", message.time("due-at").map { setting.notices.moment($0) })
    words.close(with: content.notice, setting.notices)
    try Notices.add("notices/\(caseID)-\(message.topic.rawValue)", words.text, in: database)
  }

  private func question(_ message: Message, in database: Database) throws {
    guard let candidate = message.code("candidate"), let alias = message.participant else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO question (candidate, alias, origin) VALUES (?, ?, ?)",
      arguments: [candidate, alias.text, message.code("from") ?? ""])
    var words = NoticeText("IS THIS THE SAME PERSON?")
    words.say("A booking at \(message.code("from") ?? "a jail") may be your participant's.")
    words.item("Participant", alias.text)
    words.item("Matches by", message.code("matched-on"))
    words.todo("accord-behavioral-health identity confirm \(candidate)   (or reject)")
    try Notices.add("questions/\(candidate)", words.text, in: database)
  }

  private func text(_ name: String, _ message: Message) -> String {
    if case .text(let value)? = message.value(name) { value } else { "" }
  }

  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let handoffs = try Row.fetchAll(
      database, sql: "SELECT * FROM handoff ORDER BY requested_at DESC")
    let releases = try Row.fetchAll(database, sql: "SELECT * FROM release ORDER BY id")
    return [
      OutputFile(
        "handoffs.csv",
        header: ["referral_id", "requested_at", "meeting_place", "callback", "state", "attempt"],
        rows: handoffs.map { row in
          [
            row["case_id"],
            setting.notices.moment(WallTime(milliseconds: row["requested_at"])), row["place"],
            row["callback"], row["state"], "\(row["attempt"] as Int)",
          ]
        }),
      OutputFile(
        "releases.csv",
        header: ["release", "version", "referral_id", "participant", "state", "in_effect"],
        rows: try releases.map { row in
          [
            row["id"], "\(row["version"] as Int)", row["case_id"], row["alias"], row["state"],
            try effect(of: row["message"], in: database),
          ]
        }),
    ]
  }

  /// Nothing that was said of a release holds before the router has it.
  private func effect(of message: String, in database: Database) throws -> String {
    guard let id = MessageID(message) else { return "?" }
    switch try setting.store.submissionState(of: id, in: database) {
    case .receipted?: return "yes"
    case .refused(let refusal)?: return "REFUSED: \(refusal)"
    case .spooled?: return "not yet"
    case nil: return "yes"
    }
  }
}
