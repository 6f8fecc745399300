import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel
import Operations

/// The filing queue held against holds, the calendar and the export.
extension ProsecutorDesk {
  func queue(_ visit: Visit) throws -> Page {
    let (conflicts, count, readAt) = try office.read { database in
      (
        try FilingQueue.conflicts(in: database),
        try Int.fetchOne(database, sql: "SELECT count(*) FROM queued_case") ?? 0,
        try FilingQueue.readAt(in: database)
      )
    }
    for conflict in conflicts {
      try office.record(visit, page: "filing queue", subject: conflict.caseID)
    }
    let rows = conflicts.map { conflict -> [HTML] in
      let seen: HTML =
        conflict.seenBy.map { "Seen by \($0)" }
        ?? """
          <form method='post' action='/queue/seen'>\(visit.token)<input type='hidden' \
          name='incident' value='\(office.links.link("incident", conflict.incidentKey))'>\
          <button class='button small second'>I have seen this<span class='hidden'> incident \
          \(conflict.incident)</span></button></form>
          """
      return [
        Part.link(path(of: conflict.caseID), conflict.incident), "\(conflict.number)",
        "\(conflict.filing)", seen,
      ]
    }
    let state =
      readAt.map { "The queue of \(dates.moment($0)) has \(count) cases." }
      ?? "No queue has been read yet: the case system's export goes into the folder "
      + "in/\(FilingQueue.folder)."
    return Page(
      "Filing queue", isLive: true, isOfPerson: !conflicts.isEmpty,
      body: """
        <h1>Your filing queue, held against holds</h1><p>\(state)</p>
        \(rows.isEmpty
          ? Part.empty("No case of the queue is under a hold.")
          : Part.table(
            caption: "Under a hold and in the queue",
            ["Incident", "Case", "Filing planned", "Seen"], rows))
        <p class='hint'>The warning stays on every page until the case has left the queue or the
        hold has ended, seen or not.</p>
        """)
  }

  func seen(_ visit: Visit) throws -> DeskReply {
    guard let link = visit.form.first("incident"),
      let key = office.links.number("incident", link)
    else { throw DeskProblem.notFound }
    try office.host.setting.store.write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO queue_seen (incidentKey, by, at) VALUES (?, ?, ?)",
        arguments: [key, visit.account.name, visit.now.milliseconds])
    }
    office.host.news.tell()
    return .seeOther("/queue")
  }

  // MARK: Calendar and export

  func exports(_ visit: Visit) -> Page {
    let feed = office.settings.address + "/calendar/" + visit.account.feed
    return Page(
      "Calendar and export",
      body: """
        <h1>Calendar and export</h1><h2>Due dates in your calendar</h2>
        <p>Subscribe to this address. It holds how many windows end on which day, and links back to
        this desk; no name, no number. It is yours alone: whoever has it sees the counts.</p>
        <p><code>\(feed)</code></p><h2>Table</h2>
        <p>All holds as CSV. It holds participants' data: keep it where the case files are.</p>
        <form method='post' action='/exports/holds'>\(visit.token)
        <button class='button'>Save as CSV</button></form>
        """)
  }

  func table(_ visit: Visit) throws -> Document {
    try office.record(visit, page: "export", subject: "all holds")
    let lines = try office.read { database in
      try HoldLine.all(
        in: database, cases: adapter.cases, contacts: adapter.settings.contacts, at: visit.now)
    }
    // A value that a spreadsheet would take for a formula is made plain text.
    let rows = lines.map { line in
      line.columns.map { "=+-@\t".contains($0.first ?? " ") ? "'" + $0 : $0 }
    }
    let file = OutputFile("holds.csv", header: HoldLine.header, rows: rows)
    return Document(Data(file.text.utf8), type: "text/csv; charset=utf-8", name: file.name)
  }

  /// RFC 5545: one all-day entry for each day on which windows end. Counts and links alone.
  func calendar(_ secret: String) throws -> Document? {
    let secret = secret.hasSuffix(".ics") ? String(secret.dropLast(4)) : secret
    guard let account = try office.account(feed: secret) else { return nil }
    let now = SystemClock().wall()
    let days = try office.read {
      try HoldList.dueDays(from: now, agreement.calendar, in: $0)
    }
    var lines = [
      "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Accord//Desk//EN", "CALSCALE:GREGORIAN",
      "X-WR-CALNAME:Holds on filing", "X-PUBLISHED-TTL:PT1H",
    ]
    let stamp = now.iso8601.filter { !"-:".contains($0) }.prefix(15) + "Z"
    for (date, count) in days {
      lines += [
        "BEGIN:VEVENT", "UID:\(date)-\(account.feed.prefix(8))@accord", "DTSTAMP:\(stamp)",
        "DTSTART;VALUE=DATE:\(date.description.replacing("-", with: ""))",
        "SUMMARY:\(count) \(count == 1 ? "hold" : "holds") on filing: last day",
        "URL:\(office.settings.address)/holds?day=\(date)", "TRANSP:TRANSPARENT", "END:VEVENT",
      ]
    }
    lines.append("END:VCALENDAR")
    return Document(
      Data((lines.joined(separator: "\r\n") + "\r\n").utf8), type: "text/calendar; charset=utf-8")
  }
}
