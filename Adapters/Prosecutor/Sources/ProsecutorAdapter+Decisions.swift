import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// Decisions become `hold.*` messages under the release that the hold's own request named.
extension ProsecutorAdapter {
  func decide(_ decision: Decision, at now: WallTime, in database: Database) throws {
    if let number = decision.number {
      let known = try Bool.fetchOne(
        database, sql: "SELECT 1 FROM decision WHERE number = ?", arguments: [number])
      guard known == nil else { return }
    }
    let (file, view) = try find(decision, in: database)
    guard let caseID = CaseID(file.caseID), let hold = view.hold else {
      throw unknown(decision)
    }
    guard !hold.phase.isEnded else {
      throw decision.record.wrong(
        "event", "comes after the hold ended (\(hold.phase.rawValue))",
        "A new incident has a hold of its own; correct the number, or leave the record out.")
    }
    let segment = Segment(
      .hold, authored: setting.dates.calendar.date(of: decision.decidedAt ?? now),
      fields: fields(of: decision, file, hold, at: now))
    var message = setting.message(
      decision.event.topic, at: now, participant: file.participant.flatMap { .init($0) },
      caseID: caseID, release: file.release.flatMap { .init($0) }, segments: [segment])
    message.inReplyTo = file.request.flatMap { MessageID($0) }
    try setting.send(message, in: database)
    if let view = try cases.learn(message, at: now, in: database) {
      try keepRow(of: file, view, at: now, in: database)
    }
    try note(
      decision.event.topic, decision.history, by: decision.record.optional("decided_by") ?? "",
      of: caseID, at: now, in: database)
    let about = caseID.text
    try Alarms.confirm(.holdRequested, about: about, by: "a decision", at: now, in: database)
    if decision.event != .opened { try Alarms.end(.holdDue, about: about, at: now, in: database) }
    if let number = decision.number {
      try database.execute(
        sql: "INSERT INTO decision (number, caseID) VALUES (?, ?)",
        arguments: [number, file.caseID])
    }
  }

  /// The one hold that the decision can mean.
  private func find(
    _ decision: Decision, in database: Database
  ) throws -> (HoldFile, CaseView) {
    let files: [HoldFile]
    if let referral = decision.referral {
      files = try HoldFile.fetchAll(
        database, sql: "SELECT * FROM hold_file WHERE caseID = ?", arguments: [referral.text])
    } else if let incident = decision.incident {
      files = try HoldFile.fetchAll(
        database, sql: "SELECT * FROM hold_file WHERE incident = ? COLLATE NOCASE",
        arguments: [incident])
    } else {
      files = try HoldFile.fetchAll(database)
    }
    var found: [(HoldFile, CaseView)] = []
    for file in files {
      guard let caseID = CaseID(file.caseID),
        let view = try cases.view(of: caseID, in: database), let hold = view.hold
      else { continue }
      // Whoever names only a hold must name it; beside an incident, an unopened hold has no id yet.
      if let named = decision.hold {
        let isPlaced = decision.incident != nil || decision.referral != nil
        guard hold.id == named || (isPlaced && hold.id == nil) else { continue }
      }
      found.append((file, view))
    }
    let running = found.filter { $0.1.hold?.phase.isEnded == false }
    if running.count > 1 {
      throw decision.record.wrong(
        "incident_no", "has \(running.count) holds that run", "Say which by hold_no.")
    }
    guard let match = running.first ?? found.last else { throw unknown(decision) }
    return match
  }

  private func unknown(_ decision: Decision) -> IntakeError {
    decision.record.wrong(
      decision.incident == nil ? "hold_no" : "incident_no",
      "is not of a hold that was asked of this office",
      "Check the number in holds.csv; a hold is known here only once its request was released.")
  }

  private func fields(
    of decision: Decision, _ file: HoldFile, _ hold: HoldState, at now: WallTime
  ) -> [Field] {
    var list = FieldList()
    list.code("hold", decision.hold ?? hold.id ?? mint(at: now))
    list.code("incident", hold.incident ?? file.incident)
    switch decision.event {
    case .opened, .extended:
      let (due, dueOn, rule) = window(of: decision, hold)
      list.date("due-on", dueOn)
      list.time("due-at", due)
      list.code("rule", rule)
      list.codes("condition", cases.agreement.hold.conditions)
    case .released, .filed, .withdrawn, .voided:
      list.code("disposition", decision.disposition)
    }
    list.code("reason", decision.reason)
    list.date("decided-on", cases.agreement.calendar.date(of: decision.decidedAt ?? now))
    return list.fields
  }

  /// The date that the office names, or the one that the site's rule gives, counted from the
  /// referral; always with the rule behind it.
  private func window(
    of decision: Decision, _ hold: HoldState
  ) -> (due: WallTime?, dueOn: CivilDate?, rule: String?) {
    let agreement = cases.agreement
    if let dueOn = decision.dueOn {
      let rule = decision.rule ?? (decision.event == .extended ? "extension" : "set-by-prosecutor")
      return (agreement.calendar.end(of: dueOn), dueOn, rule)
    }
    let counted = hold.referredAt.map { HoldClock.due(referredAt: $0, under: agreement) }
    guard let due = counted ?? hold.due else { return (nil, nil, nil) }
    let words = agreement.hold.rule.split(separator: " ").joined(separator: "-").prefix(64)
    return (due, agreement.calendar.date(of: due), decision.rule ?? hold.rule ?? String(words))
  }

  private func mint(at now: WallTime) -> String {
    "h-" + setting.store.freshMessageID(at: now).description.suffix(10)
  }
}
