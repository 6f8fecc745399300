import AdapterKit
import GRDB
import HubModel

/// What somebody on call says to a hand-off.
struct HandoffAnswer {
  enum Action: String, CaseIterable, Sendable {
    case acknowledged, declined, arrived, completed
  }

  enum Outcome: String, CaseIterable, Sendable {
    case accepted, declined, left
  }

  /// An ETA beyond it is a slip of the keyboard.
  static let etaMinutes = 0...600

  let record: IntakeRecord
  let caseID: CaseID
  let action: Action
  let at: WallTime?
  let staff: String?
  let eta: Int?
  let outcome: Outcome?
  let reason: String?

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    action = try record.choice("action", Action.self)
    at = try dates.time("at", of: record)
    staff = try record.code("staff_id")
    if let text = record.optional("eta_minutes") {
      guard let minutes = Int(text), Self.etaMinutes.contains(minutes) else {
        throw record.wrong(
          "eta_minutes", "is not a number of minutes", "Use 0 to \(Self.etaMinutes.upperBound).")
      }
      eta = minutes
    } else {
      eta = nil
    }
    // A table keeps why somebody declined in the same column as how a hand-off ended.
    let named = try record.code("reason")
    reason = named == nil ? try record.code("outcome") : named
    if action == .completed {
      outcome = try record.choice("outcome", Outcome.self)
    } else {
      outcome = nil
    }
    if action == .acknowledged && staff == nil {
      throw record.wrong("staff_id", "is empty", "Say who goes: the officer is told the code.")
    }
  }
}

extension IntakeRecord {
  func caseID() throws(IntakeError) -> CaseID {
    guard let caseID: CaseID = try identifier("referral_id") else {
      throw wrong("referral_id", "is empty or missing", "Fill it in.")
    }
    return caseID
  }
}

extension ProviderAdapter {
  func answer(_ answer: HandoffAnswer, at now: WallTime, in database: Database) throws {
    let file = try CareCase.of(answer.caseID, in: database)
    guard file.request != nil || (answer.action == .completed && file.alias != nil) else {
      throw answer.record.wrong(
        "referral_id", "is of no hand-off that was asked of this agency", "Check the alert.")
    }
    guard
      try TakenRecord.isNew(
        "answer", answer.caseID.text, answer.action.rawValue, answer.at?.iso8601, in: database)
    else { return }
    let at = answer.at ?? now
    var list = FieldList()
    switch answer.action {
    case .acknowledged:
      list.code("responder", answer.staff)
      list.integer("eta-minutes", answer.eta.map(Int64.init))
      list.time("acknowledged-at", at)
      try reply(.handoffAcknowledged, file, answer.caseID, list, at: now, in: database)
    case .declined:
      list.code("responder", answer.staff)
      list.code("reason", answer.reason ?? "not-available")
      try reply(.handoffDeclined, file, answer.caseID, list, at: now, in: database)
    case .arrived:
      list.code("responder", answer.staff)
      list.time("arrived-at", at)
      try reply(.handoffArrived, file, answer.caseID, list, at: now, in: database)
    case .completed:
      list.code("outcome", answer.outcome?.rawValue)
      list.time("completed-at", at)
      let alias = try alias(of: answer.caseID, answer.record, in: database, makesOne: true)
      try tell(
        .handoffCompleted, of: alias, answer.caseID, .participation, list, at: now, in: database)
    }
  }

  /// An answer names no person: it says who comes and when.
  private func reply(
    _ topic: Topic, _ file: CareCase, _ caseID: CaseID, _ list: FieldList, at now: WallTime,
    in database: Database
  ) throws {
    var message = setting.message(
      topic, at: now, caseID: caseID, segments: [Segment(.operational, fields: list.fields)])
    message.inReplyTo = file.request.flatMap { MessageID($0) }
    try setting.send(message, in: database)
    try cases.learn(message, at: now, in: database)
  }
}
