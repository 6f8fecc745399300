import AdapterKit
import GRDB
import HubModel

/// What a person at the sheriff's office says by a command.
struct SheriffCommands {
  let setting: AdapterSetting
  let now: WallTime

  func take(_ file: IntakeFile, in database: Database) throws -> IntakeReport {
    var report = IntakeReport()
    for record in try FormReader.read(file.bytes) {
      try take(record, in: database)
      report.taken += 1
    }
    return report
  }

  private func take(_ record: IntakeRecord, in database: Database) throws {
    let common: Set<String> = ["command", "said-at"]
    switch try record.required("command") {
    case "confirm":
      try record.allow(only: common.union(["message"]))
      try confirm(record, in: database)
    case "handoff-complete":
      try record.allow(only: common.union(["referral_id", "outcome"]))
      try complete(record, in: database)
    case "revoke":
      try record.allow(only: common.union(["referral_id"]))
      try revoke(record, in: database)
    case "accept-roster":
      try record.allow(only: common.union(["file"]))
      try database.execute(
        sql: "INSERT OR IGNORE INTO accepted_roster (name) VALUES (?)",
        arguments: [try record.required("file")])
    default:
      throw record.wrong(
        "command", "is not known", "Use confirm, handoff-complete, revoke or accept-roster.")
    }
  }

  private func confirm(_ record: IntakeRecord, in database: Database) throws {
    let id = try record.required("message")
    try database.execute(
      sql: "UPDATE outcome SET is_confirmed = 1 WHERE message = ?", arguments: [id])
    guard database.changesCount > 0 else {
      throw record.wrong("message", "is in no warning", "Copy it from the NOT SENT file.")
    }
    let cases = try String.fetchAll(
      database, sql: "SELECT DISTINCT case_id FROM outcome WHERE message = ?", arguments: [id])
    for caseID in cases {
      try Alarms.confirm(.notSent, about: caseID, by: "a command", at: now, in: database)
    }
    try setting.send(
      setting.message(
        .outcomeConfirmed, at: now,
        segments: [Segment(.operational, fields: [Field("message", .code(id))])]), in: database)
  }

  private func complete(_ record: IntakeRecord, in database: Database) throws {
    let referral = try referral(record, in: database)
    let outcome = try record.required("outcome")
    guard ["accepted", "declined", "left"].contains(outcome) else {
      throw record.wrong("outcome", "is not known", "Use accepted, declined or left.")
    }
    try setting.send(
      setting.message(
        .handoffCompleted, at: now, participant: referral.alias, caseID: referral.id,
        release: referral.release,
        segments: [
          Segment(
            .participation,
            fields: [Field("outcome", .code(outcome)), Field("completed-at", .time(now))])
        ]), in: database)
    try database.execute(
      sql: "UPDATE referral SET handoff = ? WHERE case_id = ?",
      arguments: ["completed: \(outcome)", referral.id.text])
  }

  /// The field release is taken back; it overtakes whatever waits to be sent.
  private func revoke(_ record: IntakeRecord, in database: Database) throws {
    let referral = try referral(record, in: database)
    try setting.send(
      setting.message(
        .roiRevoked, at: now, participant: referral.alias, caseID: referral.id,
        consent: .revocation(RoiRevocation(id: referral.release))), in: database)
    try database.execute(
      sql: "UPDATE referral SET release_outcome = 'revoked' WHERE case_id = ?",
      arguments: [referral.id.text])
  }

  private func referral(
    _ record: IntakeRecord, in database: Database
  ) throws -> (id: CaseID, alias: ParticipantAlias, release: RoiID) {
    let text = try record.required("referral_id")
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT case_id, alias, release FROM referral WHERE case_id = ?",
        arguments: [text]),
      let id = CaseID(row["case_id"] as String), let release = RoiID(row["release"] as String),
      let alias = (row["alias"] as String?).flatMap({ ParticipantAlias($0) })
    else {
      throw record.wrong("referral_id", "is not a referral of ours", "Check the number.")
    }
    return (id, alias, release)
  }
}
