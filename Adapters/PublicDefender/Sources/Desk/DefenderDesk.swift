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
    routes.get("/client/:link") { .page(try client($0, problems: [])) }
    routes.post("/client/:link/assign", .assign) { try assign($0) }
    routes.get("/conflicts") { .page(try conflicts($0)) }
  }

  private func path(of alias: String) -> String { "/client/" + office.links.link("client", alias) }

  private func lines(_ visit: Visit) throws -> [ClientLine] {
    try office.read { try ClientLine.all(in: $0, cases: adapter.cases, at: visit.now) }
  }

  /// Clients of one incident or court case with the same attorney: their interests may differ.
  struct Conflict {
    let number: String
    let attorney: String
    let clients: [ClientLine]
  }

  static func conflicts(in lines: [ClientLine]) -> [Conflict] {
    var found: [Conflict] = []
    for (label, number) in [("Incident", \ClientLine.incident), ("Court case", \.courtCase)] {
      let groups = Dictionary(grouping: lines) { $0[keyPath: number].lowercased() }
      for (value, members) in groups where !value.isEmpty && members.count > 1 {
        let byAttorney = Dictionary(grouping: members) { $0.attorney.lowercased() }
        for (attorney, clients) in byAttorney where !attorney.isEmpty && clients.count > 1 {
          found.append(
            Conflict(
              number: "\(label) \(value)", attorney: clients[0].attorney, clients: clients))
        }
      }
    }
    return found.sorted { ($0.number, $0.attorney) < ($1.number, $1.attorney) }
  }

  func clients(_ visit: Visit) throws -> Page {
    let lines = try lines(visit)
    if !lines.isEmpty { try office.record(visit, page: "clients", subject: "list") }
    let today = dates.day(of: visit.now)
    let mine = visit.query.first("show") == "unassigned"
    let shown = mine ? lines.filter(\.attorney.isEmpty) : lines
    let isNew = shown.filter { $0.lastEventAt.hasPrefix(today) }
    let older = shown.filter { !$0.lastEventAt.hasPrefix(today) }
    let conflicted = Set(Self.conflicts(in: lines).flatMap(\.clients).map(\.client))
    let open = lines.filter(\.attorney.isEmpty).count
    let here: HTML = " aria-current='true'"
    return Page(
      "Clients", isLive: true, isOfPerson: true,
      body: """
        <h1>Clients</h1><nav aria-label='Parts of the list'><ul class='counts'>
        <li><a href='/clients'\(mine ? nil : here)>All <strong>\(lines.count)</strong></a></li>
        <li><a href='/clients?show=unassigned'\(mine ? here : nil)>Without counsel \
        <strong>\(open)</strong></a></li></ul></nav>
        \(lines.isEmpty
          ? Part.empty(
            "No clients. Whoever's release lets the hub tell of them stands here.") : .nothing)
        \(isNew.isEmpty ? .nothing : table("Today", isNew, conflicted))
        \(older.isEmpty ? .nothing : table(isNew.isEmpty ? "Clients" : "Before", older, conflicted))
        """)
  }

  private func table(
    _ caption: String, _ lines: [ClientLine], _ conflicted: Set<String>
  ) -> HTML {
    Part.table(
      caption: caption, ["Client", "Counsel", "Hold", "Booking", "Court", "Last news"],
      lines.map { line in
        let counsel: HTML =
          line.attorney.isEmpty ? Part.tag("No counsel", .warning) : "\(line.attorney)"
        let conflict: HTML? =
          conflicted.contains(line.client) ? " " + Part.tag("Possible conflict", .urgent) : nil
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
    let line = try line(visit)
    try office.record(visit, page: "client", subject: line.client)
    let fields = Fields(visit.form, problems: problems)
    let conflicts = Self.conflicts(in: try lines(visit)).filter { conflict in
      conflict.clients.contains { $0.client == line.client }
    }
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

  private func line(_ visit: Visit) throws -> ClientLine {
    guard let alias = visit.path["link"].flatMap({ office.links.number("client", $0) }),
      let line = try lines(visit).first(where: { $0.client == alias })
    else { throw DeskProblem.notFound }
    return line
  }

  func assign(_ visit: Visit) throws -> DeskReply {
    let line = try line(visit)
    var values = visit.form.record(["attorney", "case_no"])
    values["command"] = "assign"
    values["client"] = line.client
    if let problem = try office.take(values, at: visit.now) {
      return .page(try client(visit, problems: [problem]))
    }
    return .seeOther(path(of: line.client) + "?done=assigned")
  }

  func conflicts(_ visit: Visit) throws -> Page {
    let conflicts = Self.conflicts(in: try lines(visit))
    if !conflicts.isEmpty { try office.record(visit, page: "conflicts", subject: "list") }
    let blocks = conflicts.map { conflict -> HTML in
      let names = conflict.clients.map { line -> HTML in
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
