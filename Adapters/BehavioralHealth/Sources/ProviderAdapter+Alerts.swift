import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// One alarm for one attempt of a hand-off: whom it asks, and whether the pager was told.
struct Alert: Codable, FetchableRecord, PersistableRecord, Sendable {
  static let databaseTableName = "alert"

  enum Page: String, Codable, Sendable {
    case notNeeded = "not needed"
    case due, sent, failed
  }

  var id: String
  var caseID: String
  var attempt: Int
  var staff: String?
  var name: String?
  var phone: String?
  var at: Int64
  var page: Page
  var tries = 0

  /// Then somebody has to look why.
  static let mostTries = 3

  static func toPage(in database: Database) throws -> [Alert] {
    try fetchAll(database, sql: "SELECT * FROM alert WHERE page = 'due' ORDER BY at, id")
  }

  func set(_ page: Page, tries: Int, in database: Database) throws {
    try database.execute(
      sql: "UPDATE alert SET page = ?, tries = ? WHERE id = ?",
      arguments: [page.rawValue, tries, id])
  }

  func ended(well: Bool, in database: Database) throws {
    let tries = tries + 1
    try set(well ? .sent : tries < Self.mostTries ? .due : .failed, tries: tries, in: database)
  }
}

/// Alerts come as files at once: whom to call, where to go, and nothing of the person until the
/// release allows it.
extension ProviderAdapter {
  /// Each attempt has an alarm of its own, naming the next on call.
  func alert(
    _ file: CareCase, attempt: Int, request: String, at now: WallTime, in database: Database
  ) throws {
    let next = try Shift.asked(attempt, at: now, in: database)
    let alert = Alert(
      id: "\(file.caseID)-\(request)-\(attempt)", caseID: file.caseID, attempt: attempt,
      staff: next?.staff, name: next?.name, phone: next?.phone, at: now.milliseconds,
      page: pager == nil ? .notNeeded : .due)
    guard try Alert.fetchOne(database, key: alert.id) == nil else { return }
    try alert.insert(database)
    try Alarms.raise(.handOff, about: file.caseID, at: now, in: database)
    var words = NoticeText("HAND-OFF: SOMEBODY IS NEEDED NOW")
    if attempt > 0 { words.say("Nobody answered so far. You are the next on call.") }
    words.item("Referral", file.caseID)
    words.item("On call", next.map(Self.line) ?? "NOBODY is on the rota for this hour")
    words.item("Where", file.place)
    words.item("Call the officer", file.callback)
    words.item("Safety", file.safety.split(separator: ";").joined(separator: ", "))
    words.item("Door", file.door)
    words.item(
      "Asked", file.requestedAt.map { setting.notices.moment(WallTime(milliseconds: $0)) })
    words.item("Attempt", "\(attempt + 1)")
    words.todo(
      next == nil
        ? "Call your supervisor, drop a rota into in/on-call, and call the officer back."
        : "Call the officer back, then answer within \(answerWithin): "
          + "accord-behavioral-health acknowledge \(file.caseID) "
          + "--responder \(next?.staff ?? "STAFF") --eta MINUTES. "
          + "Otherwise the next on call is asked.")
    try Notices.add("alerts/\(file.caseID)-\(attempt)", words.text, in: database)
  }

  private static func line(_ shift: Shift) -> String {
    let who = shift.name.isEmpty ? shift.staff : "\(shift.name) (\(shift.staff))"
    return "\(who), \(shift.phone), \(shift.tier)"
  }

  private var answerWithin: String {
    let seconds = settings.agreement.handoff.acknowledgeWithin.milliseconds / 1_000
    return seconds < 120 ? "\(seconds) seconds" : "\(seconds / 60) minutes"
  }
}
