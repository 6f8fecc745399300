import AdapterKit
import Foundation
import GRDB
import HubClient
import HubModel
import Operations

/// A behavioral-health provider's adapter.
struct ProviderAdapter: AgencyAdapter {
  let setting: AdapterSetting
  /// Run with a case number when somebody must be called; no personal data in its arguments.
  let alertCommand: String?

  static let migrations = [
    AdapterMigration("behavioral-health") { database in
      try database.execute(
        sql: """
          CREATE TABLE handoff (
            case_id TEXT PRIMARY KEY, requested_at INTEGER NOT NULL, place TEXT NOT NULL,
            callback TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0);
          CREATE TABLE case_person (
            case_id TEXT PRIMARY KEY, alias TEXT NOT NULL, release TEXT);
          CREATE TABLE rota (
            starts INTEGER NOT NULL, ends INTEGER NOT NULL, tier INTEGER NOT NULL,
            staff TEXT NOT NULL, phone TEXT NOT NULL);
          CREATE TABLE release (
            id TEXT PRIMARY KEY, version INTEGER NOT NULL, case_id TEXT NOT NULL,
            alias TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL);
          CREATE TABLE question (
            candidate TEXT PRIMARY KEY, alias TEXT NOT NULL, origin TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '');
          """)
    }
  ]

  var folders: [String] {
    ["on-call", "releases", "revocations", "intake", "status", "acknowledgements", "referrals"]
  }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    alertCommand = try setting.configuration.adapter.read { fields in
      .some(fields.optional("alert-command", .path))
    }
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    let reader = TableReader()
    var report = IntakeReport()
    if file.folder == "on-call" {
      let table = try file.records(
        reader, required: ["starts_at", "ends_at", "tier", "staff_id", "phone"])
      try takeRota(table, &report, in: database)
      return report
    }
    let answers = ProviderAnswers(setting: setting, now: now)
    let releases = ProviderReleases(setting: setting, now: now)
    let required = file.isJSON ? [] : ["referral_id"]
    try report.each(try file.records(reader, required: required)) { record in
      try database.inSavepoint {
        switch file.folder {
        case "releases": try releases.sign(record, in: database)
        case "revocations": try releases.revoke(record, in: database)
        case "referrals": try releases.refer(record, in: database)
        case "intake": try answers.answer("intake-completed", record, in: database)
        case "status": try answers.answer("status", record, in: database)
        case "acknowledgements":
          try answers.answer(try record.required("action"), record, in: database)
        default:
          let command = try record.required("command")
          if command == "revoke" {
            try releases.revoke(record, in: database)
          } else {
            try answers.answer(command, record, in: database)
          }
        }
        return .commit
      }
    }
    return report
  }

  /// A new rota replaces the one before, whole.
  private func takeRota(
    _ table: TableReader.Table, _ report: inout IntakeReport, in database: Database
  ) throws {
    try database.execute(sql: "DELETE FROM rota")
    try report.each(table) { record in
      guard let starts = try setting.dates.time("starts_at", of: record),
        let ends = try setting.dates.time("ends_at", of: record), starts < ends
      else { throw record.wrong("ends_at", "is not after starts_at", "Mend the shift.") }
      let tier = try record.required("tier")
      let rank = ["primary": 0, "backup": 1][tier] ?? Int(tier) ?? 2
      try database.execute(
        sql: "INSERT INTO rota (starts, ends, tier, staff, phone) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          starts.milliseconds, ends.milliseconds, rank, try record.required("staff_id"),
          try record.required("phone"),
        ])
    }
  }
}
