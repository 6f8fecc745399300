import AdapterKit
import GRDB
import HubModel

/// What case managers say: to a hand-off, of intake and status, to a question of identity.
struct ProviderAnswers {
  let setting: AdapterSetting
  let now: WallTime

  func answer(_ word: String, _ record: IntakeRecord, in database: Database) throws {
    switch word {
    case "acknowledged", "declined", "arrived":
      try answerHandoff(word, record, in: database)
    case "completed", "met", "left":
      var list = FieldList()
      list.code("outcome", try record.code("outcome") ?? (word == "left" ? "left" : "accepted"))
      list.time("completed-at", try setting.dates.time("at", of: record) ?? now)
      try tell(.handoffCompleted, record, .participation, list, in: database)
    case "intake-completed":
      var list = FieldList()
      list.date(
        "completed-on",
        try setting.dates.date("completed_on", of: record) ?? setting.dates.calendar.date(of: now))
      list.code("hold", try record.code("hold_no"))
      try tell(.intakeCompleted, record, .participation, list, in: database)
    case "intake-not-completed":
      try tell(.intakeNotCompleted, record, .participationNegative, FieldList(), in: database)
    case "status":
      var list = FieldList()
      list.code("status", try record.required("status"))
      list.date("as-of", try setting.dates.date("as_of", of: record))
      try tell(.participantStatus, record, .engagement, list, in: database)
    case "identity-confirm", "identity-reject":
      try answerQuestion(confirms: word == "identity-confirm", record, in: database)
    default:
      throw record.wrong(
        "command", "is not known",
        "Use acknowledged, declined, arrived, completed, intake-completed, status, revoke, "
          + "identity-confirm or identity-reject.")
    }
  }

  private func answerHandoff(
    _ word: String, _ record: IntakeRecord, in database: Database
  ) throws {
    let caseID = try record.required("referral_id")
    guard
      try Row.fetchOne(
        database, sql: "SELECT 1 FROM handoff WHERE case_id = ?", arguments: [caseID]) != nil
    else {
      throw record.wrong(
        "referral_id", "no hand-off of that number was asked of this agency", "Check the alert.")
    }
    let at = try setting.dates.time("at", of: record) ?? now
    var list = FieldList()
    let topic: Topic
    switch word {
    case "acknowledged":
      topic = .handoffAcknowledged
      list.code("responder", try record.required("staff_id"))
      if let minutes = record.optional("eta_minutes") {
        guard let count = Int64(minutes), (0...600).contains(count) else {
          throw record.wrong("eta_minutes", "is not a number of minutes", "Use 0 to 600.")
        }
        list.integer("eta-minutes", count)
      }
      list.time("acknowledged-at", at)
    case "declined":
      topic = .handoffDeclined
      list.code("responder", try record.code("staff_id"))
      list.code("reason", try record.code("reason") ?? "not-available")
    default:
      topic = .handoffArrived
      list.code("responder", try record.code("staff_id"))
      list.time("arrived-at", at)
    }
    try setting.send(
      setting.message(
        topic, at: now, caseID: CaseID(caseID),
        segments: [Segment(.operational, fields: list.fields)]), in: database)
    try database.execute(
      sql: "UPDATE handoff SET state = ? WHERE case_id = ?",
      arguments: [word == "declined" ? "asked" : word, caseID])
  }

  /// Says something about the person of a case.
  private func tell(
    _ topic: Topic, _ record: IntakeRecord, _ category: InformationCategory, _ list: FieldList,
    in database: Database
  ) throws {
    let caseID = try record.required("referral_id")
    guard
      let text = try String.fetchOne(
        database, sql: "SELECT alias FROM case_person WHERE case_id = ?", arguments: [caseID]),
      let alias = ParticipantAlias(text)
    else {
      throw record.wrong(
        "referral_id", "no person of that referral is known here",
        "Capture the person's release for the referral first.")
    }
    try setting.send(
      setting.message(
        topic, at: now, participant: alias, caseID: CaseID(caseID),
        segments: [
          Segment(
            category, authored: setting.dates.calendar.date(of: now), fields: list.fields)
        ]), in: database)
  }

  private func answerQuestion(
    confirms: Bool, _ record: IntakeRecord, in database: Database
  ) throws {
    let candidate = try record.required("candidate")
    guard
      let text = try String.fetchOne(
        database, sql: "SELECT alias FROM question WHERE candidate = ?", arguments: [candidate]),
      let alias = ParticipantAlias(text)
    else {
      throw record.wrong("candidate", "is not a question asked here", "See out/questions.")
    }
    try setting.send(
      setting.message(
        confirms ? .identityConfirmed : .identityRejected, at: now, participant: alias,
        segments: [Segment(.identity, fields: [Field("candidate", .code(candidate))])]),
      in: database)
    try database.execute(
      sql: "UPDATE question SET answer = ? WHERE candidate = ?",
      arguments: [confirms ? "confirmed" : "rejected", candidate])
  }
}
