import AdapterKit
import Desk
import DiversionWorkflow
import GRDB
import HubModel

/// One hold, and the decision on it.
extension ProsecutorDesk {
  struct Event {
    let at: WallTime
    let words: String
    let by: String
  }

  struct Told {
    let line: HoldLine
    let history: [Event]
    let notices: [(words: String, statement: String)]
    /// The last that bears on a decision: a reminder of the clock does not.
    let lastNews: Event?
    let lastNumber: Int64
  }

  func told(_ caseID: String, _ visit: Visit) throws -> Told {
    let told = try office.read { database -> Told? in
      guard let line = try line(caseID, visit, in: database) else { return nil }
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM hold_event WHERE caseID = ? ORDER BY seq DESC LIMIT 100",
        arguments: [caseID])
      let reminders = [Topic.holdDueSoon.rawValue, Topic.holdReviewDue.rawValue]
      let news = rows.first { !reminders.contains($0["topic"]) }
      let notices = try Row.fetchAll(
        database, sql: "SELECT words, statement FROM hold_notice WHERE caseID = ?",
        arguments: [caseID])
      return Told(
        line: line,
        history: rows.map {
          Event(at: WallTime(milliseconds: $0["at"]), words: $0["words"], by: $0["by"])
        }, notices: notices.map { ($0["words"], $0["statement"]) },
        lastNews: news.map {
          Event(at: WallTime(milliseconds: $0["at"]), words: $0["words"], by: $0["by"])
        }, lastNumber: news?["seq"] ?? 0)
    }
    guard let told else { throw DeskProblem.notFound }
    return told
  }

  func hold(_ visit: Visit) throws -> Page {
    let caseID = try caseID(visit)
    let told = try told(caseID, visit)
    try office.record(visit, page: "hold", subject: caseID)
    let line = told.line
    let done: HTML? = visit.query.first("done").flatMap { DecisionForm(event: $0) }.map { form in
      """
      <div class='callout callout-good' role='status'><p class='callout-title'>\(form.done)</p>
      <p>It is kept here and goes to the hub by itself\(
        office.host.linkState().isConnected ? "." : ", once the hub is in touch again.")</p></div>
      """
    }
    let history = told.history.map { event -> HTML in
      let by: HTML? = event.by.isEmpty ? nil : ", by \(event.by)"
      return "<li>\(dates.moment(event.at)): \(event.words)\(by)</li>"
    }
    return Page(
      "Hold", isLive: true, isOfPerson: true,
      body: """
        <p class='screen'><a href='/holds'>All holds</a></p>\(done)
        <h1>Hold on filing: incident \(line.incident)</h1><p>\(line.tag)</p>
        \(actions(line, visit))\(facts(line))
        <h2>History</h2>
        \(history.isEmpty
          ? Part.empty("Nothing happened yet.") : "<ul class='history'>\(history)</ul>" as HTML)
        \(notice(told.notices))
        <div class='buttons'><button class='button second' type='button' data-print hidden>Print
        this page</button></div>
        """)
  }

  func facts(_ line: HoldLine) -> HTML {
    let met = line.conditionsMet.map { Part.tag($0.replacing("-", with: " "), .good) + " " }
    let contact: HTML? =
      line.provider.isEmpty
      ? nil
      : "\(line.provider)\(line.providerContact.isEmpty ? "" : ", \(line.providerContact)")"
    return Part.summary([
      ("Incident", "\(line.incident)"), ("Hold", "\(line.hold)"), ("Name", "\(line.name)"),
      ("Born", "\(day(line.birthDate))"),
      ("Offences", "\(line.offences.joined(separator: ", "))"), ("Level", "\(line.level)"),
      ("Referred", "\(line.referred)"),
      ("Officer", "\(line.officer)"), ("Call the officer back", "\(line.callback)"),
      (
        "Window ends",
        line.due.isEmpty
          ? nil : "\(line.due)\(line.left.isEmpty ? "" : ", \(line.left)")"
      ), ("Rule behind the date", "\(line.ruleWords)"), ("Conditions met", met.joined()),
      ("Progress", "\(line.progress.replacing("-", with: " "))"), ("Provider", contact),
      ("Disposition", "\(line.disposition.replacing("-", with: " "))"),
      ("Decided on", "\(day(line.decidedOn))"),
    ])
  }

  func day(_ text: String) -> String { CivilDate(text).map { dates.day($0) } ?? text }

  private func notice(_ notices: [(words: String, statement: String)]) -> HTML {
    guard !notices.isEmpty else { return .nothing }
    let scopes = notices.map { "<p>\($0.words).</p>" as HTML }
    let statements = Set(notices.map(\.statement)).filter { !$0.isEmpty }.sorted()
    return """
      <section class='notice'><h2>Under which release this office was told</h2>\(scopes)
      \(statements.map { "<p>\($0)</p>" as HTML })</section>
      """
  }

  private func actions(_ line: HoldLine, _ visit: Visit) -> HTML? {
    guard visit.may(.decide), !line.isEnded else { return nil }
    let here = path(of: line.referral)
    let links = DecisionForm.all.filter { $0.fits(line) }.map { form -> HTML in
      let kind: HTML =
        form.event == .filed ? "danger" : form.event == .released ? "" : "second"
      return "<a class='button \(kind)' href='\(here)/\(form.event.rawValue)'>\(form.verb)</a>"
    }
    return "<div class='buttons' role='group' aria-label='Decide this hold'>\(links)</div>"
  }

  // MARK: Deciding

  func decide(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let caseID = try caseID(visit)
    guard let form = visit.path["event"].flatMap({ DecisionForm(event: $0) }) else {
      throw DeskProblem.notFound
    }
    let told = try told(caseID, visit)
    try office.record(visit, page: "decision", subject: caseID)
    let line = told.line
    guard !line.isEnded else {
      return Page(
        "Decide", isOfPerson: true, status: problems.isEmpty ? 200 : 409,
        body: """
          <h1>This hold has ended</h1>
          <p>It was \(line.phase) on \(day(line.decidedOn)). A new incident
          has a hold of its own.</p><p><a href='\(path(of: caseID))'>Back to the hold</a></p>
          """)
    }
    let fields = Fields(visit.form, problems: problems)
    let reasons = form.reasons(adapter.settings).map { reason -> HTML in
      """
      <button class='button \(form.event == .filed ? "danger" : "")' name='reason' \
      value='\(reason.code)'>\(reason.words)</button>
      """
    }
    let date: HTML? =
      form.event == .extended
      ? fields.input(
        "due_on", "New last day of the window", .date,
        hint: "The hold's window ends with this day.", isRequired: true,
        value: proposal(line, visit).description, width: "middle") : nil
    return Page(
      "Decide", isOfPerson: true, status: problems.isEmpty ? 200 : 422,
      body: """
        <p><a href='\(path(of: caseID))'>Back to the hold</a></p>\(fields.errorSummary)
        <h1>\(form.verb): incident \(line.incident)</h1><p>\(form.meaning)</p>
        <form method='post' action='\(path(of: caseID))/\(form.event.rawValue)'>\(visit.token)
        <input type='hidden' name='seen' value='\(String(told.lastNumber))'>\(date)
        <fieldset class='field'><legend>Why? Choosing a reason decides at once.</legend>
        <div class='buttons'>\(reasons)</div></fieldset></form>\(facts(line))
        """)
  }

  /// As long again as the site's window, from today or the present end.
  private func proposal(_ line: HoldLine, _ visit: Visit) -> CivilDate {
    let today = agreement.calendar.date(of: visit.now)
    let end = CivilDate(line.dueOn) ?? today
    if case .days(let days) = agreement.hold.window { return max(end, today).adding(days: days) }
    return max(end, today).adding(days: 1)
  }

  func take(_ visit: Visit) throws -> DeskReply {
    let caseID = try caseID(visit)
    guard let form = visit.path["event"].flatMap({ DecisionForm(event: $0) }) else {
      throw DeskProblem.notFound
    }
    let told = try told(caseID, visit)
    if visit.form.first("seen") != String(told.lastNumber) {
      let news = told.lastNews.map { "\($0.words) (\(dates.moment($0.at)))" } ?? ""
      return .page(
        try decide(
          visit,
          problems: [
            .init(field: nil, "This hold changed while you looked: \(news). Nothing was decided.")
          ]))
    }
    guard let reason = visit.form.text("reason"),
      form.reasons(adapter.settings).contains(where: { $0.code == reason })
    else {
      return .page(try decide(visit, problems: [.init(field: nil, "Choose a reason.")]))
    }
    var values = visit.form.record(["due_on"])
    values["command"] = "decide"
    values["event"] = form.event.rawValue
    values["referral_id"] = caseID
    if !told.line.hold.isEmpty { values["hold_no"] = told.line.hold }
    if form.event == .opened, reason == DecisionForm.noReason {
      values["reason"] = nil
    } else {
      values["reason"] = reason
    }
    values["decided_by"] = visit.account.name
    if let problem = try office.take(values, at: visit.now) {
      let isDate = problem.field == "due_on"
      return .page(
        try decide(
          visit,
          problems: [
            isDate ? .init(field: "due_on", "Give the window's new last day as a date.") : problem
          ]))
    }
    return .seeOther(path(of: caseID) + "?done=\(form.event.rawValue)")
  }
}
