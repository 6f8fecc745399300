import AdapterKit
import Desk
import GRDB
import HubModel

/// The list, and finding one hold in it.
extension ProsecutorDesk {
  func holds(_ visit: Visit) throws -> Page {
    let list = HoldList(at: visit.now, under: agreement)
    let chosen = HoldList.Part.allCases.first { $0.name == visit.query.first("show") }
    if let day = visit.query.first("day").flatMap({ CivilDate($0) }) {
      return try holds(on: day, visit)
    }
    try office.record(visit, page: "holds", subject: "list")
    let after = visit.query.first("after").flatMap { office.links.number("after", $0) }
      .flatMap { HoldList.Place($0) }
    let shown = try office.read { database in
      let parts = chosen.map { [$0] } ?? HoldList.Part.allCases.filter { $0 != .ended }
      let page = try list.page(parts, after: after, in: database)
      let lines = try page.rows.map { place in
        (place, try line(place.caseID, visit, in: database))
      }
      let counts = try HoldList.Part.allCases.map { ($0, try list.count($0, in: database)) }
      return (lines: lines, hasMore: page.hasMore, counts: counts)
    }
    let groups = Dictionary(grouping: shown.lines) { $0.0.part }
    let tables = HoldList.Part.allCases.compactMap { part -> HTML? in
      guard let rows = groups[part], !rows.isEmpty else { return nil }
      return table(part.words, rows.compactMap(\.1), visit)
    }
    let more: HTML? =
      shown.hasMore
      ? shown.lines.last.map { last in
        let link = office.links.link("after", last.0.text)
        let show: HTML? = chosen.map { "show=\($0.name)&amp;" }
        return "<p><a class='button second' href='/holds?\(show)after=\(link)'>More holds</a></p>"
      } : nil
    let body: HTML = """
      <h1>Holds on filing</h1>\(Self.search.form(visit))\(counts(shown.counts, chosen))
      \(tables.isEmpty ? nothing(chosen) : tables.joined())\(more)
      """
    return Page("Holds", isLive: true, isOfPerson: true, body: body)
  }

  private func holds(on day: CivilDate, _ visit: Visit) throws -> Page {
    try office.record(visit, page: "holds", subject: "list of \(day)")
    let lines = try office.read { database in
      try HoldList.due(on: day, agreement.calendar, in: database).compactMap {
        try line($0, visit, in: database)
      }
    }
    return Page(
      "Holds of a day", isLive: true, isOfPerson: true,
      body: """
        <h1>Holds whose window ends on \(dates.day(day))</h1>
        <p><a href='/holds'>All holds</a></p>
        \(lines.isEmpty
          ? Part.empty("No hold ends on this day.")
          : table("Due on \(dates.day(day))", lines, visit))
        """)
  }

  private func nothing(_ chosen: HoldList.Part?) -> HTML {
    chosen == nil
      ? Part.empty(
        "No open holds. When a referral asks for one, it stands here with its last day.")
      : Part.empty("No hold is in this part of the list now.")
  }

  private func counts(_ counts: [(HoldList.Part, Int)], _ chosen: HoldList.Part?) -> HTML {
    let items = counts.map { part, count -> HTML in
      let here: HTML? = part == chosen ? " aria-current='true'" : nil
      let many = count >= 1_000 ? "1,000 or more" : "\(count)"
      return """
        <li><a href='/holds?show=\(part.name)'\(here)>\(part.words)
        <strong>\(many)</strong></a></li>
        """
    }
    let all: HTML? = chosen == nil ? " aria-current='true'" : nil
    return """
      <nav aria-label='Parts of the list'><ul class='counts'>
      <li><a href='/holds'\(all)>What needs action</a></li>\(items)</ul></nav>
      """
  }

  private static let search = Search(
    "Find a hold", at: "/find", field: "incident", label: "Incident number",
    missing: "Type the incident's number.")

  func table(_ caption: String, _ lines: [HoldLine], _ visit: Visit) -> HTML {
    let rows = lines.map { line -> [HTML] in
      let here = path(of: line.referral)
      let ends: HTML =
        line.isEnded
        ? "Ended \(day(line.decidedOn))"
        : """
          \(line.due.isEmpty ? "No date" : line.shortDue), \(line.left)<span class='rule'>\
          \(line.ruleWords)</span>
          """
      let met: HTML? =
        line.conditionsMet.isEmpty
        ? nil : "Met: \(line.conditionsMet.joined(separator: ", ").replacing("-", with: " "))"
      let decide: HTML? =
        visit.may(.decide) && !line.isEnded
        ? Part.link(
          here + "/released", "Decline to file", named: "incident \(line.incident)") : nil
      return [
        Part.link(here, line.incident.isEmpty ? "Hold \(line.hold)" : line.incident),
        "\(line.name)", "\(line.offences.joined(separator: ", "))", line.tag, ends,
        met ?? .nothing, decide ?? .nothing,
      ]
    }
    return Part.table(
      caption: caption,
      ["Incident", "Name", "Offences", "State", "Window ends", "Conditions", "Decide"], rows)
  }

  /// By number, typed as it comes; one hit opens the hold itself. Posted, so that the number
  /// stands in no address.
  func find(_ visit: Visit) throws -> DeskReply {
    let key = HoldRow.key(of: Self.search.words(visit))
    guard !key.isEmpty else { return Self.search.again(visit) }
    let lines = try office.read { database in
      try String.fetchAll(
        database,
        sql: """
          SELECT caseID FROM hold_row WHERE incidentKey = ? ORDER BY isEnded, at DESC LIMIT 50
          """, arguments: [key]
      ).compactMap { try line($0, visit, in: database) }
    }
    if lines.count == 1, let only = lines.first { return .seeOther(path(of: only.referral)) }
    return try Self.search.answer(
      visit, in: office, about: lines.map(\.referral),
      table("Holds on this incident", lines, visit),
      orWhereNone: """
        <p><strong>No hold on this incident has been released to this office.</strong></p>
        <p>That tells nothing of the person. Check the number; letters, spaces and hyphens do
        not matter.</p>
        """)
  }
}

extension HoldLine {
  /// `Fri 4 Dec 2026`: the time is the end of the day, or the list would say so.
  var shortDue: String {
    due.hasSuffix(" 23:59") ? String(due.dropLast(6)) : due
  }
}
