import AdapterKit
import GRDB
import HubModel

/// Intake is completed; or it is not, which only the program office may hear.
struct IntakeReportForm {
  enum Result: String, CaseIterable { case completed, notCompleted = "not-completed" }

  let record: IntakeRecord
  let caseID: CaseID
  let result: Result
  let hold: String?
  let completedOn: CivilDate?

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    if record.optional("result") == nil {
      result = .completed
    } else {
      result = try record.choice("result", Result.self)
    }
    hold = try record.code("hold_no")
    completedOn = try dates.date("completed_on", of: record)
  }
}

struct StatusReport {
  enum Word: String, CaseIterable, Sendable {
    case intakeStarted = "intake-started"
    case engaged
    case notEngaged = "not-engaged"
    case active, inactive, closed
  }

  let record: IntakeRecord
  let caseID: CaseID
  let status: Word
  let asOf: CivilDate?

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    status = try record.choice("status", Word.self)
    asOf = try dates.date("as_of", of: record)
  }
}

struct ContactReport {
  let record: IntakeRecord
  let caseID: CaseID
  let kind: String
  let on: CivilDate?

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    guard let kind = try record.code("kind") else {
      throw record.wrong("kind", "is empty", "Give a code such as visit or phone.")
    }
    self.kind = kind
    on = try dates.date("on", of: record)
  }
}

/// Whether a possible match is the participant.
struct IdentityAnswer {
  enum Answer: String, CaseIterable, Sendable { case confirm, reject }

  let record: IntakeRecord
  let candidate: String
  let answer: Answer

  init(_ record: IntakeRecord) throws(IntakeError) {
    self.record = record
    candidate = try record.required("candidate")
    answer = try record.choice("answer", Answer.self)
  }
}

/// What case managers say of a participant, each under whatever release is in force for it.
extension ProviderAdapter {
  func report(_ form: IntakeReportForm, at now: WallTime, in database: Database) throws {
    let alias = try alias(of: form.caseID, form.record, in: database)
    let hold = try form.hold ?? CareCase.of(form.caseID, in: database).hold
    var list = FieldList()
    switch form.result {
    case .completed:
      let day = form.completedOn ?? setting.dates.calendar.date(of: now)
      guard
        try TakenRecord.isNew("intake", form.caseID.text, "\(day)", in: database)
      else { return }
      list.date("completed-on", day)
      list.code("hold", hold)
      try tell(
        .intakeCompleted, of: alias, form.caseID, .participation, list, at: now, in: database)
    case .notCompleted:
      list.code("hold", hold)
      try tell(
        .intakeNotCompleted, of: alias, form.caseID, .participationNegative, list, at: now,
        in: database)
    }
  }

  func report(_ form: StatusReport, at now: WallTime, in database: Database) throws {
    let alias = try alias(of: form.caseID, form.record, in: database)
    let mark = form.asOf?.description
    guard
      try TakenRecord.isNew(
        "status", form.caseID.text, form.status.rawValue, mark, in: database)
    else { return }
    var list = FieldList()
    list.code("status", form.status.rawValue)
    list.date("as-of", form.asOf ?? setting.dates.calendar.date(of: now))
    try tell(.participantStatus, of: alias, form.caseID, .engagement, list, at: now, in: database)
  }

  func report(_ form: ContactReport, at now: WallTime, in database: Database) throws {
    let alias = try alias(of: form.caseID, form.record, in: database)
    var list = FieldList()
    list.code("kind", form.kind)
    list.date("on", form.on ?? setting.dates.calendar.date(of: now))
    try tell(.contactLogged, of: alias, form.caseID, .contact, list, at: now, in: database)
  }

  /// Says something about the person of a case, labelled by who learnt it (42 CFR 2.12(e)(1)).
  func tell(
    _ topic: Topic, of alias: ParticipantAlias, _ caseID: CaseID,
    _ category: InformationCategory, _ list: FieldList, at now: WallTime, in database: Database
  ) throws {
    let message = setting.message(
      topic, at: now, participant: alias, caseID: caseID,
      segments: [
        Segment(
          category, labels: settings.ownLabels, authored: setting.dates.calendar.date(of: now),
          fields: list.fields)
      ])
    try setting.send(message, in: database)
    try cases.learn(message, at: now, in: database)
    try note(message, of: alias, at: now, in: database)
  }

  /// The alias of a case's person: the hub's, where it told of them.
  ///
  /// - Parameter makesOne: a case whose person nobody named yet gets an alias of the agency's own;
  ///   the hub joins it to the person by the case.
  func alias(
    of caseID: CaseID, _ record: IntakeRecord, in database: Database, makesOne: Bool = false
  ) throws -> ParticipantAlias {
    var file = try CareCase.of(caseID, in: database)
    if let alias = file.alias.flatMap({ ParticipantAlias($0) }) { return alias }
    guard makesOne else {
      throw record.wrong(
        "referral_id", "has no person that is known here",
        "Capture the person's release for the referral first.")
    }
    // Random throughout: an alias tells no time.
    let random = MessageID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    guard let alias = ParticipantAlias("p-\(random)") else {
      throw record.wrong("referral_id", "could not be given an alias", "Report this.")
    }
    file.alias = alias.text
    try file.save(database)
    return alias
  }

  func answer(_ answer: IdentityAnswer, at now: WallTime, in database: Database) throws {
    guard var question = try Question.fetchOne(database, key: answer.candidate),
      let alias = ParticipantAlias(question.alias)
    else {
      throw answer.record.wrong(
        "candidate", "is no question that was asked here", "See out/questions.")
    }
    guard question.answer.isEmpty else {
      throw answer.record.wrong(
        "candidate", "was answered before", "Call the program office to undo an answer.")
    }
    let confirms = answer.answer == .confirm
    try setting.send(
      setting.message(
        confirms ? .identityConfirmed : .identityRejected, at: now, participant: alias,
        segments: [Segment(.identity, fields: [Field("candidate", .code(question.candidate))])]),
      in: database)
    question.answer = confirms ? "confirmed" : "rejected"
    try question.update(database)
  }
}
