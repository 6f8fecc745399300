import AdapterKit
import DiversionWorkflow
import Foundation
import GRDB
import HubModel

/// The office's holds: its store, its list and its notices.
extension ProsecutorAdapter {
  struct Hold {
    var view: CaseView
    var alias: String
    var release: String?
    var offences: String
    var isReviewDue: Bool

    init(_ row: Row) throws {
      view = try JSONDecoder().decode(CaseView.self, from: Data((row["view"] as String).utf8))
      alias = row["alias"]
      release = row["release"]
      offences = row["offences"]
      isReviewDue = row["review_due"]
    }
  }

  func known(_ caseID: CaseID, in database: Database) throws -> Hold? {
    try Row.fetchOne(
      database, sql: "SELECT * FROM hold WHERE case_id = ?", arguments: [caseID.text]
    ).map(Hold.init)
  }

  func all(in database: Database) throws -> [Hold] {
    try Row.fetchAll(database, sql: "SELECT * FROM hold ORDER BY case_id").map(Hold.init)
  }

  func keep(
    _ view: CaseView, _ message: Message, _ offences: [String], in database: Database
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(view), as: UTF8.self)
    try database.execute(
      sql: """
        INSERT INTO hold (case_id, alias, release, view, offences) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (case_id) DO UPDATE SET view = excluded.view,
          release = coalesce(hold.release, excluded.release),
          offences = CASE WHEN excluded.offences <> '' THEN excluded.offences ELSE offences END
        """,
      arguments: [
        view.caseID.text, message.participant?.text ?? "", message.release?.text, text,
        offences.joined(separator: ";"),
      ])
  }

  // MARK: Notices

  func announce(_ view: CaseView, _ content: Delivery.Content, in database: Database) throws {
    guard let hold = view.hold else { return }
    var text = NoticeText("HOLD ON FILING")
    text.say("An officer has diverted this incident to LEAD. Do not file before the date below.")
    text.item("Incident", hold.incident)
    text.item("Referral", view.caseID.text)
    text.item("Hold until", hold.due.map { setting.notices.moment($0) })
    text.item("Rule", agreement.hold.rule)
    text.todo(
      "Open the hold: accord-prosecutor decide opened --incident \(hold.incident ?? "NUMBER")")
    text.close(with: content.notice, setting.notices)
    try Notices.add("notices/\(view.caseID)-hold-requested", text.text, in: database)
  }

  func announceConditions(
    _ view: CaseView, _ content: Delivery.Content, in database: Database
  ) throws {
    guard let hold = view.hold else { return }
    var text = NoticeText(view.allConditionsMet ? "CONDITIONS MET" : "CONDITION MET")
    let met = view.conditionsMet.joined(separator: ", ")
    text.say("Of the hold's conditions these are met: \(met).")
    text.item("Incident", hold.incident)
    text.item("Hold", hold.id)
    text.todo("Decide: accord-prosecutor decide released --incident \(hold.incident ?? "NUMBER")")
    text.close(with: content.notice, setting.notices)
    try Notices.add("notices/\(view.caseID)-conditions-met", text.text, in: database)
  }

  /// Neutral words: the date and the clock, and nothing that anyone else knows.
  func remind(_ message: Message, _ caseID: CaseID, in database: Database) throws {
    let isReview = message.topic == .holdReviewDue
    var text = NoticeText(isReview ? "HOLD: REVIEW DUE" : "HOLD: DUE SOON")
    text.say(
      isReview
        ? "The window of this hold has ended. Please look at the case; nothing was filed."
        : "The window of this hold ends soon.")
    text.item("Incident", message.code("incident"))
    text.item("Hold", message.code("hold"))
    text.item("Ends", message.time("due-at").map { setting.notices.moment($0) })
    text.item("Rule", agreement.hold.rule)
    text.todo("Decide the hold, or extend it.")
    let name = isReview ? "review-due" : "due-soon-\(message.integer("days-left") ?? 0)"
    try Notices.add("notices/\(caseID)-\(name)", text.text, in: database)
  }

  // MARK: The list

  private struct Line: Encodable {
    var referral: String
    var hold: String?
    var incident: String?
    var offences: String
    var status: String
    var dueOn: String?
    var left: String?
    var rule: String
    var conditionsMet: [String]
    var order: Int
  }

  /// By what needs action: review due, conditions met, due soonest; ended ones last.
  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile] {
    let lines = try all(in: database).compactMap { line(of: $0, at: now) }
      .sorted { ($0.order, $0.dueOn ?? "", $0.referral) < ($1.order, $1.dueOn ?? "", $1.referral) }
    let header = [
      "referral_id", "hold_no", "incident_no", "offenses", "status", "due_on", "left", "rule",
      "conditions_met",
    ]
    return [
      OutputFile(
        "holds.csv", header: header,
        rows: lines.map {
          [
            $0.referral, $0.hold ?? "", $0.incident ?? "", $0.offences, $0.status, $0.dueOn ?? "",
            $0.left ?? "", $0.rule, $0.conditionsMet.joined(separator: ";"),
          ]
        }),
      try OutputFile("holds.json", json: lines),
    ]
  }

  private func line(of hold: Hold, at now: WallTime) -> Line? {
    guard let state = hold.view.hold else { return nil }
    let isOver = state.phase.isEnded
    let isDue = hold.isReviewDue || (state.due.map { $0 < now } ?? false)
    let status: String
    let order: Int
    switch (isOver, isDue, hold.view.allConditionsMet) {
    case (true, _, _): (status, order) = (state.phase.rawValue, 4)
    case (false, true, _): (status, order) = ("review due", 0)
    case (false, false, true): (status, order) = ("conditions met", 1)
    case (false, false, false): (status, order) = (state.phase.rawValue, 2)
    }
    return Line(
      referral: hold.view.caseID.text, hold: state.id, incident: state.incident,
      offences: hold.offences, status: status,
      dueOn: state.due.map { agreement.calendar.date(of: $0).description },
      left: isOver ? nil : state.due.map { setting.notices.left(until: $0, at: now) },
      rule: agreement.hold.rule, conditionsMet: hold.view.conditionsMet, order: order)
  }
}
