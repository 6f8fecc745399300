import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel

/// The charging prosecutor's desk: what needs action first, the rule behind each date, a decision
/// in two clicks, and a stop sign before a held case is filed. Nothing clinical has a place on it.
struct ProsecutorDesk: DeskPages {
  let office: DeskOffice<ProsecutorAdapter>

  init(_ office: DeskOffice<ProsecutorAdapter>) { self.office = office }

  var adapter: ProsecutorAdapter { office.host.adapter }
  var agreement: ProgramAgreement { adapter.cases.agreement }
  var dates: NoticeDates { NoticeDates(calendar: agreement.calendar) }
  var isDemonstration: Bool { agreement.isDemonstration }

  var tabs: [DeskTab] {
    [
      DeskTab("/holds", "Holds"), DeskTab("/queue", "Filing queue"),
      DeskTab("/exports", "Calendar and export"),
    ]
  }

  func add(to routes: DeskRoutes) {
    routes.get("/holds") { .page(try holds($0)) }
    routes.post("/find", .look) { try find($0) }
    routes.get("/hold/:link") { .page(try hold($0)) }
    routes.get("/hold/:link/:event", .decide) { .page(try decide($0, problems: [])) }
    routes.post("/hold/:link/:event", .decide) { try take($0) }
    routes.get("/queue") { .page(try queue($0)) }
    routes.post("/queue/seen", .look) { try seen($0) }
    routes.get("/exports") { .page(exports($0)) }
    routes.post("/exports/holds", .look) { .document(try table($0)) }
    routes.feed("/calendar/:feed") { try calendar($0) }
  }

  /// On every page until the hold has ended or the case has left the queue.
  func alarm(_ visit: Visit) throws -> HTML? {
    let conflicts = try office.read { try FilingQueue.conflicts(in: $0) }
    guard let first = conflicts.first else { return nil }
    let list = conflicts.prefix(5).map { conflict -> HTML in
      let planned: HTML? =
        conflict.filing.isEmpty ? nil : ", filing planned for \(conflict.filing)"
      let number: HTML? = conflict.number.isEmpty ? nil : ", case \(conflict.number)"
      return """
        <li>\(Part.link(path(of: conflict.caseID), "Incident \(conflict.incident)"))\(number)\
        \(planned)</li>
        """
    }
    let count = conflicts.count
    let unseen = conflicts.contains { $0.seenBy == nil }
    return Part.warning(
      count == 1
        ? "STOP: incident \(first.incident) is under a hold and stands in your filing queue"
        : "STOP: \(count) cases under a hold stand in your filing queue",
      """
      <ul>\(list)</ul><p>Take them out of the queue, or decide the hold first.
      \(unseen ? Part.link("/queue", "Go to the filing queue") : nil)</p>
      """)
  }

  // MARK: Paths

  func path(of caseID: String) -> String { "/hold/" + office.links.link("hold", caseID) }

  func caseID(_ visit: Visit) throws -> String {
    guard let link = visit.path["link"], let caseID = office.links.number("hold", link) else {
      throw DeskProblem.notFound
    }
    return caseID
  }

  func line(_ caseID: String, _ visit: Visit, in database: Database) throws -> HoldLine? {
    try HoldLine.of(
      caseID, in: database, cases: adapter.cases, contacts: adapter.settings.contacts,
      at: visit.now)
  }
}

extension HoldLine {
  /// The state in a word and a tone; the word says it all.
  var tag: HTML {
    switch status {
    case "review due", "due today": Part.tag(status.capitalizedFirst, .urgent)
    case "due soon": Part.tag("Due soon", .warning)
    case "conditions met": Part.tag("Conditions met", .good)
    default: Part.tag(status.capitalizedFirst)
    }
  }

  var name: String { [lastName, firstName].filter { !$0.isEmpty }.joined(separator: ", ") }

  var ruleWords: String { rule.replacing("-", with: " ") }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
