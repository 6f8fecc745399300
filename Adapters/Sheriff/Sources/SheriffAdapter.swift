import AdapterKit
import GRDB
import HubClient
import HubModel
import Operations

/// The sheriff's adapter. It keeps referral and booking numbers and their status; names stay in
/// the records system and in the person index that makes aliases.
struct SheriffAdapter: AgencyAdapter {
  let setting: AdapterSetting
  let settings: SheriffSettings

  static let migrations = [
    AdapterMigration("sheriff") { database in
      try database.execute(
        sql: """
          CREATE TABLE referral (
            case_id TEXT PRIMARY KEY, incident TEXT, door TEXT NOT NULL,
            referred_at INTEGER NOT NULL, alias TEXT, release TEXT NOT NULL,
            release_outcome TEXT NOT NULL,
            handoff TEXT NOT NULL DEFAULT 'asked', hold TEXT NOT NULL DEFAULT '');
          CREATE TABLE not_sent (
            message TEXT PRIMARY KEY, case_id TEXT, topic TEXT NOT NULL, recipient TEXT NOT NULL,
            reminders INTEGER NOT NULL DEFAULT 0, fate TEXT NOT NULL);
          CREATE TABLE booking (
            number TEXT PRIMARY KEY, inmate TEXT NOT NULL, last_name TEXT NOT NULL,
            first_name TEXT NOT NULL, birth_date TEXT, state_id TEXT, offence_class TEXT,
            court_date TEXT, booked_at INTEGER NOT NULL, is_released INTEGER NOT NULL DEFAULT 0);
          CREATE TABLE roster (id INTEGER PRIMARY KEY CHECK (id = 1), newest TEXT NOT NULL);
          """)
    }
  ]

  var folders: [String] { ["referrals", "roster"] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    settings = try setting.configuration.adapter.read(SheriffSettings.read)
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    switch file.folder {
    case "referrals":
      return try ReferralIntake(setting: setting, settings: settings, now: now)
        .take(file, in: database)
    case "roster":
      return try RosterIntake(setting: setting, settings: settings, now: now)
        .take(file, in: database)
    default: return try takeCommand(file, at: now, in: database)
    }
  }

  private func takeCommand(
    _ file: IntakeFile, at now: WallTime, in database: Database
  ) throws -> IntakeReport {
    for record in try FormReader.read(file.bytes) {
      switch try record.required("command") {
      case "confirm":
        let id = try record.required("message")
        let message = setting.message(
          .outcomeConfirmed, at: now,
          segments: [Segment(.operational, fields: [Field("message", .code(id))])])
        try setting.send(message, in: database)
      case "handoff-complete":
        let caseID = try record.required("referral_id")
        guard
          let row = try Row.fetchOne(
            database, sql: "SELECT alias, release FROM referral WHERE case_id = ?",
            arguments: [caseID]),
          let alias = (row["alias"] as String?).flatMap({ ParticipantAlias($0) })
        else {
          throw record.wrong("referral_id", "is not a referral of ours", "Check the number.")
        }
        let message = setting.message(
          .handoffCompleted, at: now, participant: alias, caseID: CaseID(caseID),
          release: RoiID(row["release"] as String),
          segments: [
            Segment(
              .participation,
              fields: [
                Field("outcome", .code(try record.required("outcome"))),
                Field("completed-at", .time(now)),
              ])
          ])
        try setting.send(message, in: database)
      default:
        throw record.wrong("command", "is not known", "Use confirm or handoff-complete.")
      }
    }
    return IntakeReport(taken: 1)
  }
}

/// The sheriff's own section of the configuration.
struct SheriffSettings: Sendable {
  /// Column names of the records system, by field.
  var columns: [String: String]
  var facility: String
  /// A full roster that shrinks by more than this share of the jail is not believed, in percent.
  var largestShrink: Int
  /// Read out in a NOT SENT warning.
  var dutyLine: String

  static func read(_ fields: YAMLFields) -> SheriffSettings? {
    let columns = fields.value("columns", .keyed(byTextOf: .text()), default: [])
    return SheriffSettings(
      columns: Dictionary(columns.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
      facility: fields.value("facility", .code, default: "main"),
      largestShrink: fields.value("largest-shrink-percent", .integer(1...100), default: 40),
      dutyLine: fields.value("duty-line", .text(), default: "the program's duty line"))
  }
}
