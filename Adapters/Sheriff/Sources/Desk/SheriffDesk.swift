import AdapterKit
import Desk
import Foundation
import GRDB
import HubClient
import HubModel
import Operations

/// The officer's desk: a referral in under two minutes, and one glance to know that somebody is
/// coming. It shows the officer's own referrals by number and state; no person, no list of people,
/// no search.
struct SheriffDesk: DeskPages {
  let office: DeskOffice<SheriffAdapter>
  let captures: SealedForms

  /// Which of the desk's referrals are whose.
  static let migration = AdapterMigration("sheriff-desk") { database in
    try database.execute(
      sql: """
        CREATE TABLE desk_referral (
          case_id TEXT PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX desk_referral_account ON desk_referral (account, at);
        """)
  }

  init(_ office: DeskOffice<SheriffAdapter>) throws {
    self.office = office
    captures = try SealedForms(key: office.secret("captures") { SealedForms.freshKey })
  }

  var settings: SheriffSettings { office.host.adapter.settings }
  var dates: NoticeDates { office.host.setting.notices }
  var isDemonstration: Bool { office.settings.isDemonstration }
  /// An officer sees what they sent in so many hours.
  private static let shownFor = Span.hours(24)

  var tabs: [DeskTab] {
    [DeskTab("/refer", "New referral", .refer), DeskTab("/mine", "My referrals", .refer)]
  }

  func add(to routes: DeskRoutes) {
    routes.get("/refer", .refer) { .page(refer($0, problems: [])) }
    routes.post("/refer", .refer) { try take($0) }
    routes.post("/refer/sealed", .refer, largest: SealedForms.largest) { try takeSealed($0) }
    routes.get("/mine", .refer) { .page(try mine($0)) }
    routes.get("/mine/:link", .refer) { .page(try one($0)) }
  }

  // MARK: Status

  struct Status {
    let caseID: String
    let at: WallTime
    let handoff: String
    let hold: String
    let decision: String
    let notSent: Int

    var isWaiting: Bool { handoff == "asked" || handoff.hasPrefix("declined") || isUnanswered }
    var isUnanswered: Bool { handoff.hasPrefix("NOT ANSWERED") }
  }

  private func statuses(_ visit: Visit, only caseID: String? = nil) throws -> [Status] {
    try office.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT r.case_id, r.handoff, r.hold, r.decision, d.at,
            (SELECT count(*) FROM outcome o WHERE o.case_id = r.case_id
              AND o.fate IN ('held', 'withheld', 'returned', 'expired')) AS notSent
          FROM desk_referral d JOIN referral r ON r.case_id = d.case_id
          WHERE d.account = ?1 AND d.at > ?2 AND (?3 IS NULL OR d.case_id = ?3)
          ORDER BY d.at DESC LIMIT 20
          """,
        arguments: [
          visit.account.name, visit.now.milliseconds - Self.shownFor.milliseconds, caseID,
        ]
      ).map { row in
        Status(
          caseID: row["case_id"], at: WallTime(milliseconds: row["at"]), handoff: row["handoff"],
          hold: row["hold"], decision: row["decision"], notSent: row["notSent"])
      }
    }
  }

  func mine(_ visit: Visit) throws -> Page {
    let all = try statuses(visit)
    let rows = all.map { status -> [HTML] in
      [
        Part.link(path(of: status.caseID), status.caseID), "\(dates.moment(status.at))",
        tag(status), "\(status.hold)",
      ]
    }
    return Page(
      "My referrals", isLive: true,
      body: """
        <h1>My referrals of the last 24 hours</h1>
        \(rows.isEmpty
          ? Part.empty("None. A referral that you send stands here, with who is coming.")
          : Part.table(
            caption: "The latest first", ["Referral", "Sent", "Hand-off", "Hold"], rows))
        """)
  }

  func path(of caseID: String) -> String { "/mine/" + office.links.link("mine", caseID) }

  private func tag(_ status: Status) -> HTML {
    if status.isUnanswered { return Part.tag(words(status), .urgent) }
    return Part.tag(words(status), status.isWaiting ? .warning : .good)
  }

  private func words(_ status: Status) -> String {
    status.handoff == "asked" ? "Asked, nobody has answered yet" : status.handoff.sentence
  }

  /// What the officer needs in one glance.
  func one(_ visit: Visit) throws -> Page {
    guard let caseID = visit.path["link"].flatMap({ office.links.number("mine", $0) }),
      let status = try statuses(visit, only: caseID).first
    else { throw DeskProblem.notFound }
    let kind: HTML =
      status.isUnanswered
      ? "callout callout-urgent" : status.isWaiting ? "callout" : "callout callout-good"
    let more =
      status.isWaiting
      ? "The case manager on call was rung. If you cannot wait, call \(settings.dutyLine)."
      : status.handoff.hasPrefix("acknowledged")
        ? "Somebody is coming. You may say so to the person." : ""
    let notSent: HTML? =
      status.notSent > 0
      ? Part.warning(
        "Not sent",
        """
        <p>Part of this referral has not gone out: there is no release for it yet, or it does not
        cover it. Call \(settings.dutyLine), or send the release.</p>
        """) : nil
    return Page(
      "Referral", isLive: true,
      body: """
        <h1>Referral \(status.caseID)</h1>
        <div class='\(kind)' data-say='\(words(status))'>
        <p class='callout-title'>\(words(status))</p>
        <p>\(more)</p></div>\(notSent)
        \(Part.summary([
          ("Sent", "\(dates.moment(status.at))"), ("Hold on filing", "\(status.hold)"),
          ("Decision", "\(status.decision)"),
        ]))
        <p><a class='button second' href='/refer'>New referral</a></p>
        """)
  }
}

extension String {
  var sentence: String { prefix(1).uppercased() + dropFirst() }
}
