import AdapterKit
import Desk
import DiversionWorkflow
import Foundation
import GRDB
import HubModel

/// The public defender's desk: which clients were diverted, held or booked today, and who speaks
/// for them. Free text has no field here: what is privileged stays in the office's own system.
struct DefenderDesk: DeskPages {
  let office: DeskOffice<DefenderAdapter>

  init(_ office: DeskOffice<DefenderAdapter>) { self.office = office }

  var adapter: DefenderAdapter { office.host.adapter }
  var agreement: ProgramAgreement { adapter.cases.agreement }
  var dates: NoticeDates { NoticeDates(calendar: agreement.calendar) }
  var isDemonstration: Bool { agreement.isDemonstration }

  var tabs: [DeskTab] { [DeskTab("/clients", "Clients"), DeskTab("/conflicts", "Conflicts")] }

  func add(to routes: DeskRoutes) {
    routes.get("/clients") { .page(try clients($0)) }
    routes.post("/clients", .look) { try find($0) }
    routes.get("/client/:link") { .page(try client($0, problems: [])) }
    routes.post("/client/:link/assign", .assign) { try assign($0) }
    routes.get("/conflicts") { .page(try conflicts($0)) }
  }

  private func path(of alias: String) -> String { "/client/" + office.links.link("client", alias) }

  /// A client as a page shows them.
  struct Shown {
    let line: ClientLine
    let hasConflict: Bool
  }

  private func shown(_ clients: [Client], in database: Database) throws -> [Shown] {
    try clients.map { client in
      Shown(
        line: try ClientLine.line(
          of: client, in: database, cases: adapter.cases, dates: dates),
        hasConflict: try !ClientList.conflicts(of: client, in: database).isEmpty)
    }
  }

  func clients(_ visit: Visit) throws -> Page {
    let unassigned = visit.query.first("show") == "unassigned"
    let after = visit.query.first("after").flatMap { office.links.number("clients-after", $0) }
      .flatMap { ClientList.Place($0) }
    let (rows, counts, last) = try office.read { database in
      let page = try ClientList.page(unassigned: unassigned, after: after, in: database)
      return (
        try shown(page.clients, in: database), try ClientList.counts(in: database),
        page.hasMore ? page.clients.last.map { ClientList.Place($0) } : nil
      )
    }
    if counts.all > 0 { try office.record(visit, page: "clients", subject: "list") }
    let today = dates.day(of: visit.now)
    let isNew = rows.filter { $0.line.lastEventAt.hasPrefix(today) }
    let older = rows.filter { !$0.line.lastEventAt.hasPrefix(today) }
    let here: HTML = " aria-current='true'"
    let more = last.map { place -> HTML in
      let show: HTML? = unassigned ? "show=unassigned&amp;" : nil
      let link = office.links.link("clients-after", place.text)
      return "<p><a class='button second' href='/clients?\(show)after=\(link)'>More clients</a></p>"
    }
    return Page(
      "Clients", isLive: true, isOfPerson: true,
      body: """
        <h1>Clients</h1>\(Self.search.form(visit))
        <nav aria-label='Parts of the list'><ul class='counts'>
        <li><a href='/clients'\(unassigned ? nil : here)>All <strong>\(counts.all)</strong></a></li>
        <li><a href='/clients?show=unassigned'\(unassigned ? here : nil)>Without counsel \
        <strong>\(counts.unassigned)</strong></a></li></ul></nav>
        \(counts.all == 0
          ? Part.empty(
            "No clients. Whoever's release lets the hub tell of them stands here.") : .nothing)
        \(isNew.isEmpty ? .nothing : table("Today", isNew))
        \(older.isEmpty ? .nothing : table(isNew.isEmpty ? "Clients" : "Before", older))\(more)
        """)
  }

  private static let search = Search(
    "Find a client", at: "/clients", field: "words", label: "Number, or last name",
    hint: "Of a booking, incident or court case.", missing: "Type a number or a last name.")

  func find(_ visit: Visit) throws -> DeskReply {
    guard let words = Self.search.words(visit) else { return Self.search.again(visit) }
    let (rows, hasMore) = try office.read { database in
      let found = try ClientList.found(words, in: database)
      return (try shown(found.clients, in: database), found.hasMore)
    }
    if rows.count == 1, let only = rows.first { return .seeOther(path(of: only.line.client)) }
    let more: HTML? = hasMore ? "<p>There are more. Type more of it.</p>" : nil
    return try Self.search.answer(
      visit, in: office, about: rows.map(\.line.client), "\(table("Found", rows))\(more)",
      orWhereNone: """
        <p><strong>The hub has told this office of no such client.</strong></p>
        <p>Type the whole number, or how the last name begins.</p>
        """)
  }

  private func table(_ caption: String, _ rows: [Shown]) -> HTML {
    Part.table(
      caption: caption, ["Client", "Counsel", "Hold", "Booking", "Court", "Last news"],
      rows.map { row in
        let line = row.line
        let counsel: HTML =
          line.attorney.isEmpty ? Part.tag("No counsel", .warning) : "\(line.attorney)"
        let conflict: HTML? =
          row.hasConflict ? " " + Part.tag("Possible conflict", .urgent) : nil
        return [
          Part.link(path(of: line.client), line.name), "\(counsel)\(conflict)",
          line.holdStatus.isEmpty
            ? .nothing
            : """
              \(line.holdStatus.replacing("-", with: " "))\(
                line.holdEnds.isEmpty ? "" : ", ends \(line.holdEnds)")
              """,
          line.bookedAt.isEmpty ? "\(line.booking)" : "\(line.booking), \(line.bookedAt)",
          "\(line.courtDate)",
          "\(line.news)",
        ]
      })
  }

  func client(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let (line, conflicts) = try known(visit)
    try office.record(visit, page: "client", subject: line.client)
    let fields = Fields(visit.form, problems: problems)
    let warning: HTML? = conflicts.first.map { conflict in
      Part.warning(
        "Possible conflict of interest",
        "<p>\(conflict.attorney) has \(conflict.clients.count) clients in \(conflict.number).</p>")
    }
    let form: HTML? =
      visit.may(.assign)
      ? """
        <h2>Counsel</h2><form method='post' action='\(path(of: line.client))/assign'>\(visit.token)
        \(fields.input(
          "attorney", "Attorney's name", hint: "Goes to whomever the client's release names. "
            + "Nothing else does: no notes, no advice.", isRequired: true))
        \(fields.input("case_no", "Court case, if there is one", width: "middle"))
        <button class='button'>Assign counsel</button></form>
        """ : nil
    let done: HTML? =
      visit.query.has("done")
      ? "<div class='callout callout-good' role='status'><p>Counsel is assigned.</p></div>" : nil
    return Page(
      "Client", isLive: true, isOfPerson: true, status: problems.isEmpty ? 200 : 422,
      body: """
        <p class='screen'><a href='/clients'>All clients</a></p>\(done)\(fields.errorSummary)
        <h1>\(line.name)</h1>\(warning)
        \(Part.summary([
          (
            "Counsel",
            line.attorney.isEmpty ? Part.tag("No counsel", .warning) : "\(line.attorney)"
          ),
          ("Referral", "\(line.case)"), ("Incident", "\(line.incident)"),
          ("Hold on filing", "\(line.holdStatus.replacing("-", with: " "))"),
          ("Window ends", "\(line.holdEnds)"), ("Booking", "\(line.booking)"),
          ("Booked", "\(line.bookedAt)"), ("Offence class", "\(line.offenceClass)"),
          ("Court case", "\(line.courtCase)"), ("Court date", "\(line.courtDate)"),
          ("Warrant", "\(line.warrant)"),
          ("Last news", "\(line.news)"),
        ]))\(form)
        <div class='buttons'><button class='button second' type='button' data-print hidden>Print
        this page</button></div>
        """)
  }

  private func known(
    _ visit: Visit
  ) throws -> (line: ClientLine, conflicts: [ClientList.Conflict]) {
    guard let alias = visit.path["link"].flatMap({ office.links.number("client", $0) }) else {
      throw DeskProblem.notFound
    }
    let known = try office.read { database in
      try Client.fetchOne(database, key: alias).map { client in
        (
          line: try ClientLine.line(
            of: client, in: database, cases: adapter.cases, dates: dates),
          conflicts: try ClientList.conflicts(of: client, in: database)
        )
      }
    }
    guard let known else { throw DeskProblem.notFound }
    return known
  }

  func assign(_ visit: Visit) throws -> DeskReply {
    let line = try known(visit).line
    var values = visit.form.record(["attorney", "case_no"])
    values["command"] = "assign"
    values["client"] = line.client
    if let problem = try office.take(values, at: visit.now) {
      return .page(try client(visit, problems: [problem]))
    }
    return .seeOther(path(of: line.client) + "?done=assigned")
  }

  func conflicts(_ visit: Visit) throws -> Page {
    let conflicts = try office.read { database in
      try ClientList.conflicts(in: database).map { conflict in
        (conflict: conflict, lines: try shown(conflict.clients, in: database).map(\.line))
      }
    }
    if !conflicts.isEmpty { try office.record(visit, page: "conflicts", subject: "list") }
    let blocks = conflicts.map { conflict, lines -> HTML in
      let names = lines.map { line -> HTML in
        "<li>\(Part.link(path(of: line.client), line.name))</li>"
      }
      return """
        <section class='who'><h2>\(conflict.number): \(conflict.attorney)</h2><ul>\(names)</ul>
        </section>
        """
    }
    return Page(
      "Conflicts", isLive: true, isOfPerson: !conflicts.isEmpty,
      body: """
        <h1>Possible conflicts of interest</h1>
        <p>One attorney with several clients in one incident or court case. Only what the hub told
        this office is compared; the office's own conflict check still counts.</p>
        \(blocks.isEmpty ? Part.empty("None. They stand here as they come up.") : blocks.joined())
        """)
  }
}

extension ClientLine {
  var news: String {
    EventWords.of(lastEvent) + (lastEventAt.isEmpty ? "" : ", \(lastEventAt)")
  }

  var name: String {
    let parts = [lastName, firstName].filter { !$0.isEmpty }
    return parts.isEmpty ? "Client \(client.suffix(6))" : parts.joined(separator: ", ")
  }
}

/// Topics in the words of an office.
enum EventWords {
  private static let words: [Topic: String] = [
    .holdOpened: "Hold opened", .holdExtended: "Hold extended", .holdReleased: "Hold released",
    .holdFiled: "Charges filed", .holdWithdrawn: "Hold withdrawn", .holdVoided: "Hold void",
    .bookingCreated: "Booked", .bookingReleased: "Left jail", .warrantStatus: "Warrant",
    .caseEvent: "Court case", .defenceAssigned: "Counsel assigned",
    .referralDecided: "Referral decided", .referralScreened: "Referral screened",
    .referralAssigned: "Has a provider",
  ]

  static func of(_ topic: String) -> String {
    Topic(rawValue: topic).flatMap { words[$0] } ?? topic.replacing(".", with: ": ")
  }
}
