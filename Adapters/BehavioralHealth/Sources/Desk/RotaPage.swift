import AdapterKit
import Desk
import GRDB
import HubModel

/// Who is on call, and swaps.
extension ProviderDesk {
  func rota(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let (now, coming) = try office.read { database in
      (
        try Shift.onCall(at: visit.now, in: database),
        try Shift.fetchAll(
          database,
          sql: "SELECT * FROM shift WHERE endsAt > ? ORDER BY startsAt, position LIMIT 60",
          arguments: [visit.now.milliseconds])
      )
    }
    let fields = Fields(visit.form, problems: problems)
    let onCall = now.enumerated().map { index, shift -> HTML in
      "<li><strong>\(index == 0 ? "First" : "Then")</strong>: \(person(shift)), \(shift.phone)</li>"
    }
    let rows = coming.map { shift -> [HTML] in
      [
        "\(dates.moment(WallTime(milliseconds: shift.startsAt)))",
        "\(dates.moment(WallTime(milliseconds: shift.endsAt)))", "\(shift.tier)",
        "\(person(shift))", "\(shift.phone)",
      ]
    }
    let swap: HTML? =
      visit.may(.assign) && !visit.isLocked && coming.count > 1
      ? swapForm(coming, fields, visit) : nil
    return Page(
      "On call", isLive: true, status: problems.isEmpty ? 200 : 422,
      body: """
        <h1>On call</h1>\(fields.errorSummary)
        \(onCall.isEmpty
          ? Part.warning(
            "NOBODY is on call now", "<p>A hand-off would ring nobody. Put in a rota.</p>")
          : "<ol>\(onCall)</ol>" as HTML)
        \(rows.isEmpty
          ? Part.empty("No shifts. The rota comes as a file into in/on-call.")
          : Part.table(caption: "Shifts", ["From", "Until", "Tier", "Who", "Phone"], rows))\(swap)
        """)
  }

  private func person(_ shift: Shift) -> String { shift.name.isEmpty ? shift.staff : shift.name }

  private func swapForm(_ shifts: [Shift], _ fields: Fields, _ visit: Visit) -> HTML {
    let options = shifts.map { shift in
      (
        value: "\(shift.position)",
        text: "\(dates.moment(WallTime(milliseconds: shift.startsAt))): \(person(shift))"
      )
    }
    return """
      <h2>Swap two shifts</h2><p class='hint'>The two people change places; times stay. The next
      rota file replaces it.</p>
      <form method='post' action='/rota/swap'>\(visit.token)
      \(fields.choice("one", "This shift", options))
      \(fields.choice("other", "With this one", options, chosen: options.dropFirst().first?.value))
      <button class='button second'>Swap</button></form>
      """
  }

  func swap(_ visit: Visit) throws -> DeskReply {
    guard let one = visit.form.text("one").flatMap({ Int($0) }),
      let other = visit.form.text("other").flatMap({ Int($0) }), one != other
    else {
      return .page(
        try rota(visit, problems: [.init(field: "other", "Choose two different shifts.")]))
    }
    let isDone = try office.host.setting.store.write { database -> Bool in
      guard var first = try Shift.fetchOne(database, key: one),
        var second = try Shift.fetchOne(database, key: other)
      else { return false }
      (first.staff, second.staff) = (second.staff, first.staff)
      (first.name, second.name) = (second.name, first.name)
      (first.phone, second.phone) = (second.phone, first.phone)
      try first.update(database)
      try second.update(database)
      return true
    }
    guard isDone else {
      return .page(
        try rota(
          visit, problems: [.init(field: nil, "The rota changed meanwhile. Nothing was swapped.")]))
    }
    office.host.setting.log.notice(
      "shifts swapped", metadata: ["by": "\(visit.account.name)"])
    office.host.news.tell()
    return .seeOther("/rota")
  }
}
