import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// Deliveries into the office's own tables, and one printable notice for each event.
extension ProsecutorAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    if message.topic == .defenceAssigned {
      try postCounsel(content, in: database)
      return
    }
    guard let caseID = message.caseID else {
      try learnStatus(message, in: database)
      return
    }
    let before = try cases.view(of: caseID, in: database)
    guard let view = try cases.learn(message, at: now, in: database) else { return }
    var file = try HoldFile.of(caseID, in: database)
    switch message.topic {
    case .holdRequested:
      file.take(message)
      try post(
        "hold-requested", of: caseID, requested(content, file, view, at: now), in: database)
      try Alarms.raiseOnce(.holdRequested, about: caseID.text, at: now, in: database)
    case .holdDueSoon:
      let name = "due-soon-\(message.integer("days-left") ?? 0)"
      try post(name, of: caseID, clock(content, file, view, at: now), in: database)
      try Alarms.raise(.holdDue, about: caseID.text, at: now, in: database)
    case .holdReviewDue:
      try post("review-due", of: caseID, clock(content, file, view, at: now), in: database)
      try Alarms.raise(.holdDue, about: caseID.text, at: now, in: database)
    case .intakeCompleted:
      file.provider = message.source.text
      file.participant = file.participant ?? message.participant?.text
      try postIntake(content, file, view, before, at: now, in: database)
    case .participantStatus: file.learn(message)
    default: break
    }
    try file.save(database)
    if let view = try cases.view(of: caseID, in: database) {
      try keepRow(of: file, view, at: now, in: database)
    }
    if let words = Self.history(message) {
      try note(
        message.topic, words, by: message.source.text, of: caseID, at: now, in: database)
    }
    try keepNotice(content, of: caseID, in: database)
    if message.topic == .holdRequested {
      try warnOfQueue(HoldRow.key(of: file.incident), at: now, in: database)
    }
  }

  /// What happened, for the hold's history; nothing for what tells of no progress.
  private static func history(_ message: Message) -> String? {
    switch message.topic {
    case .holdRequested: "Hold asked for"
    case .holdDueSoon: "The window ends soon"
    case .holdReviewDue: "The window has ended"
    case .intakeCompleted: "Intake completed"
    default: nil
    }
  }

  /// The scope and statement under which the office was told, for the hold's page.
  private func keepNotice(
    _ content: Delivery.Content, of caseID: CaseID, in database: Database
  ) throws {
    guard let notice = content.notice else { return }
    for scope in notice.scopes {
      let until = scope.expiresAt.map { setting.notices.day(of: $0) } ?? scope.expiryEvent
      let about = scope.categories.map(\.rawValue).sorted().joined(separator: ", ")
      let purposes = scope.purposes.map(\.rawValue).sorted().joined(separator: ", ")
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO hold_notice (caseID, release, words, statement)
          VALUES (?, ?, ?, ?)
          """,
        arguments: [
          caseID.text, scope.release.text,
          "Release \(scope.release), version \(scope.version): \(about), for \(purposes)"
            + (until.isEmpty ? "" : ", until \(until)"), notice.statement,
        ])
    }
  }

  /// A status may be of the person and name no case: it stands with each of their holds.
  private func learnStatus(_ message: Message, in database: Database) throws {
    guard message.topic == .participantStatus, let participant = message.participant else { return }
    let files = try HoldFile.fetchAll(
      database, sql: "SELECT * FROM hold_file WHERE participant = ?",
      arguments: [participant.text])
    for var file in files {
      file.learn(message)
      try file.update(database)
    }
  }

  private func requested(
    _ content: Delivery.Content, _ file: HoldFile, _ view: CaseView, at now: WallTime
  ) -> NoticeText {
    var text = NoticeText("HOLD ON FILING")
    text.say("A referral to diversion was made instead of a booking. Please do not file yet.")
    describe(file, view.hold, at: now, in: &text)
    text.todo(
      "Open the hold: accord-prosecutor decide opened --incident \(file.incident ?? "NUMBER")")
    text.close(with: content.notice, setting.notices)
    return text
  }

  /// Neutral words: the same whatever anybody else knows.
  private func clock(
    _ content: Delivery.Content, _ file: HoldFile, _ view: CaseView, at now: WallTime
  ) -> NoticeText {
    let isReview = content.message.topic == .holdReviewDue
    var text = NoticeText(isReview ? "HOLD: REVIEW DUE" : "HOLD: DUE SOON")
    text.say(
      isReview
        ? "The window of this hold has ended. Nothing was filed, and nothing is filed by itself: "
          + "the decision is yours."
        : "The window of this hold ends soon.")
    describe(file, view.hold, at: now, in: &text)
    if !view.conditionsMet.isEmpty {
      text.item("Conditions met", view.conditionsMet.joined(separator: ", "))
    }
    text.todo(
      "Look at the case, then decide it: accord-prosecutor decide EVENT --incident "
        + "\(file.incident ?? "NUMBER") --reason CODE")
    text.close(with: content.notice, setting.notices)
    return text
  }

  private func postIntake(
    _ content: Delivery.Content, _ file: HoldFile, _ view: CaseView, _ before: CaseView?,
    at now: WallTime, in database: Database
  ) throws {
    guard let hold = view.hold, !hold.phase.isEnded,
      before?.hold == nil || before?.conditionsMet != view.conditionsMet
    else { return }
    let areAll = view.allConditionsMet
    var text = NoticeText(areAll ? "HOLD: CONDITIONS MET" : "HOLD: CONDITION MET")
    text.say(
      areAll
        ? "All that this hold asks for is met." : "A condition of this hold is met.")
    text.item("Met", view.conditionsMet.joined(separator: ", "))
    text.item("Completed", content.message.date("completed-on").map { setting.notices.day($0) })
    text.item("Told by", file.provider)
    text.item("Call", file.provider.flatMap { settings.contacts[$0] })
    describe(file, hold, at: now, in: &text)
    text.todo(
      areAll
        ? "Decline to file: accord-prosecutor decide released --incident "
          + "\(file.incident ?? "NUMBER") --reason CODE"
        : "Nothing yet; the hold goes on.")
    text.close(with: content.notice, setting.notices)
    try post(
      areAll ? "conditions-met" : "condition-met", of: view.caseID, text, in: database)
  }

  private func postCounsel(_ content: Delivery.Content, in database: Database) throws {
    var text = NoticeText("COUNSEL ASSIGNED")
    text.item("Attorney", content.message.text("attorney"))
    text.item("Court case", content.message.code("court-case"))
    text.item("Assigned", content.message.date("assigned-on").map { setting.notices.day($0) })
    text.todo("Speak to counsel about this case, not to the client.")
    text.close(with: content.notice, setting.notices)
    guard settings.forms.contains(.text) else { return }
    try Notices.replace("notices/counsel-\(content.message.id)", text.text, in: database)
  }

  private func describe(
    _ file: HoldFile, _ hold: HoldState?, at now: WallTime, in text: inout NoticeText
  ) {
    text.item("Incident", hold?.incident ?? file.incident)
    text.item("Hold", hold?.id)
    text.item("Name", [file.lastName, file.firstName].compactMap { $0 }.joined(separator: ", "))
    text.item("Born", file.birthDate)
    text.item("Agency (ORI)", file.ori)
    text.item("Offences", file.offences.split(separator: ";").joined(separator: ", "))
    text.item("Level", file.level)
    text.item("Complainant consents", file.complainantConsent)
    text.item("Officer", file.officer)
    text.item("Call back", file.callback)
    let referred = hold?.referredAt ?? file.referredAt.map(WallTime.init(milliseconds:))
    text.item("Referred", referred.map { setting.notices.moment($0) })
    if let hold, let due = hold.due {
      let left = HoldLine.left(due, under: cases.agreement, at: now)
      text.item("Window ends", "\(setting.notices.moment(due)), \(left)")
      text.item("Rule", hold.rule)
    }
  }
}
