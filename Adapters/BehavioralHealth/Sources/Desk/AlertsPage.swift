import AdapterKit
import Desk
import DiversionWorkflow
import GRDB
import HubModel
import Operations

/// The call: where, whom to ring, who is next, and one tap to answer. Nothing of the person.
extension ProviderDesk {
  struct Call {
    let file: CareCase
    let handoff: HandoffState
    let alert: Alert?
    let next: Shift?
  }

  private func calls(_ visit: Visit) throws -> [Call] {
    try office.read { database in
      try CareCase.filter(sql: "request IS NOT NULL").order(Column("requestedAt").desc)
        .limit(200).fetchAll(database).compactMap { file -> Call? in
          guard let caseID = CaseID(file.caseID),
            let handoff = try adapter.cases.view(of: caseID, in: database)?.handoff,
            handoff.phase != .completed
          else { return nil }
          let alert = try Alert.fetchOne(
            database, sql: "SELECT * FROM alert WHERE caseID = ? ORDER BY at DESC, attempt DESC",
            arguments: [file.caseID])
          let next = try Shift.asked(
            (alert?.attempt ?? 0) + 1, at: visit.now, in: database)
          return Call(file: file, handoff: handoff, alert: alert, next: next)
        }
    }
  }

  func alerts(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let calls = try calls(visit)
    let waiting = calls.filter { $0.handoff.phase.isWaiting }
    let running = calls.filter { !$0.handoff.phase.isWaiting }
    let fields = Fields(problems: problems)
    let said =
      waiting.isEmpty
      ? "Nobody is waiting." : "\(waiting.count) hand-off\(waiting.count == 1 ? "" : "s") waiting."
    return Page(
      "Hand-offs", isLive: true, status: problems.isEmpty ? 200 : 422,
      body: """
        <h1>Hand-offs</h1><p class='hidden' data-say='\(said)'>\(said)</p>\(fields.errorSummary)
        \(waiting.map { section(waiting: $0, visit) })
        \(waiting.isEmpty
          ? Part.empty("Nobody is waiting. A call stands here the moment it comes, and rings.")
          : .nothing)
        <p class='screen'><button class='button second' type='button' data-sound hidden>Turn the
        sound on</button></p>
        <p class='hint screen' data-silent>This page rings only while it is open and its sound is
        on. It is not your only alarm: the pager calls too.</p>
        \(running.isEmpty ? .nothing : "<h2>On the way</h2>")
        \(running.map { section(running: $0, visit) })
        """)
  }

  private func section(waiting call: Call, _ visit: Visit) -> HTML {
    let file = call.file
    let attempt = (call.alert?.attempt ?? 0) + 1
    let asked = call.alert.map { $0.name.flatMap { $0.isEmpty ? nil : $0 } ?? $0.staff ?? "NOBODY" }
    let end = (call.alert?.at).map {
      $0 + agreement.handoff.acknowledgeWithin.milliseconds
    }
    let next =
      attempt > agreement.handoff.attempts
      ? "the program office" : call.next.map { $0.name.isEmpty ? $0.staff : $0.name } ?? "nobody"
    let clock: HTML? = end.map {
      """
      <p>Then <strong>\(next)</strong> is asked, in <span class='clock' data-until='\(String($0))'
      data-over='moments'>\(dates.moment(WallTime(milliseconds: $0)))</span>.</p>
      """
    }
    let here = "/alerts/" + office.links.link("case", file.caseID)
    let quick = [10, 20, 30].map { minutes -> HTML in
      """
      <form method='post' action='\(here)'>\(visit.token)<input type='hidden' name='action' \
      value='acknowledged'><input type='hidden' name='eta_minutes' value='\(minutes)'>\
      <button class='button'><span class='hidden'>I go: </span>\(minutes) min</button></form>
      """
    }
    let reasons = [
      ("with-another", "With somebody else"), ("too-far", "Too far"), ("not-well", "Not well"),
    ].map { code, words -> HTML in
      """
      <form method='post' action='\(here)'>\(visit.token)<input type='hidden' name='action' \
      value='declined'><input type='hidden' name='reason' value='\(code)'>\
      <button class='button second'>\(words)</button></form>
      """
    }
    let safety: HTML? =
      file.safety.isEmpty
      ? nil : "<p>\(Part.tag("Safety: \(words(file.safety))", .warning))</p>"
    return """
      <section class='alert' data-ring aria-label='Call at \(file.place ?? ""), \(file.caseID)'>
      <h2>Somebody is needed now</h2><p class='where'>\(file.place ?? "Ask the officer where")</p>
      \(callback(file))\(safety)<p class='go'>I go, and am there in</p>
      <div class='quick'>\(quick)</div>\(clock)
      <details><summary>Another time</summary><form method='post' action='\(here)'>\(visit.token)
      <input type='hidden' name='action' value='acknowledged'>\(minutesField(file))
      <button class='button'>I go</button></form></details>
      <details><summary>I cannot go</summary><div class='quick'>\(reasons)</div></details>
      \(Part.summary([
        ("Door", "\(words(file.door ?? ""))"),
        ("Asked", file.requestedAt.map { "\(dates.moment(WallTime(milliseconds: $0)))" }),
        ("On call", asked.map { "\($0), attempt \(attempt)" }),
      ]))</section>
      """
  }

  /// Several alerts on a page: each field has an id of its own.
  private func minutesField(_ file: CareCase) -> HTML {
    let id = "eta-" + office.links.link("field", file.caseID).prefix(10)
    return """
      <div class='field'><label for='\(id)'>Minutes until you are there</label>
      <input class='width-short' id='\(id)' name='eta_minutes' type='text' inputmode='numeric' \
      autocomplete='off' required></div>
      """
  }

  private func callback(_ file: CareCase) -> HTML? {
    guard let number = file.callback, !number.isEmpty else { return nil }
    let digits = number.filter { $0.isNumber || $0 == "+" }
    guard digits.count >= 3 else { return "<p class='call'>Call the officer: \(number)</p>" }
    return """
      <p class='call'>Call the officer: <a class='tel' href='tel:\(digits)'>\(number)</a></p>
      """
  }

  private func words(_ codes: String) -> String {
    codes.replacing(";", with: ", ").replacing("-", with: " ")
  }

  private func section(running call: Call, _ visit: Visit) -> HTML {
    let here = "/alerts/" + office.links.link("case", call.file.caseID)
    let state = call.handoff.phase == .arrived ? "Arrived" : "On the way"
    let eta = call.handoff.eta.map { dates.moment($0) }
    func button(_ action: String, _ words: String, outcome: String? = nil, kind: String) -> HTML {
      let more: HTML? = outcome.map { "<input type='hidden' name='outcome' value='\($0)'>" }
      return """
        <form method='post' action='\(here)'>\(visit.token)<input type='hidden' name='action' \
        value='\(action)'>\(more)<button class='button \(kind)'>\(words)</button></form>
        """
    }
    let arrived =
      call.handoff.phase == .acknowledged
      ? button("arrived", "I have arrived", kind: "") : HTML.nothing
    return """
      <section class='who' aria-label='On the way to \(call.file.place ?? call.file.caseID)'>
      <p class='where'>\(call.file.place ?? "")</p>
      <p>\(Part.tag(state, .good)) \(call.handoff.responder ?? "")\(
        eta.map { ", there at \($0)" } ?? "")</p>\(callback(call.file))
      <div class='quick'>\(arrived)
      \(button("completed", "We met", outcome: "accepted", kind: ""))
      \(button("completed", "Left before", outcome: "left", kind: "second"))
      \(button("completed", "Said no", outcome: "declined", kind: "second"))
      </div></section>
      """
  }

  func answer(_ visit: Visit) throws -> DeskReply {
    guard let caseID = visit.path["link"].flatMap({ office.links.number("case", $0) }),
      let action = visit.form.text("action")
    else { throw DeskProblem.notFound }
    var values = visit.form.record(["eta_minutes", "reason", "outcome"])
    values["command"] = action
    values["referral_id"] = caseID
    values["staff_id"] = staff(visit)
    values["said-at"] = visit.now.iso8601
    if let problem = try office.take(values, at: visit.now) {
      let text =
        problem.field == "eta_minutes"
        ? "Say the time in whole minutes, 0 to \(HandoffAnswer.etaMinutes.upperBound)."
        : problem.text
      return .page(try alerts(visit, problems: [.init(field: nil, text)]))
    }
    return .seeOther("/alerts")
  }
}
