import AdapterKit
import Desk
import GRDB
import HubClient
import HubModel

/// The sheriff's adapter. It keeps referral and booking numbers, their status and keyed tokens;
/// names stay in the records system.
struct SheriffAdapter: AgencyAdapter {
  static let role: Role? = .sheriff
  let setting: AdapterSetting
  let settings: SheriffSettings
  let dates: DateReader

  static let migrations = [
    AdapterMigration("sheriff") { database in
      try database.execute(
        sql: """
          CREATE TABLE referral (
            case_id TEXT PRIMARY KEY, incident TEXT, door TEXT NOT NULL,
            referred_at INTEGER NOT NULL, alias TEXT, release TEXT NOT NULL,
            release_outcome TEXT NOT NULL, release_version INTEGER NOT NULL DEFAULT 0,
            release_print BLOB, is_told INTEGER NOT NULL DEFAULT 0,
            handoff TEXT NOT NULL DEFAULT 'asked', hold TEXT NOT NULL DEFAULT '',
            decision TEXT NOT NULL DEFAULT '');
          CREATE TABLE outcome (
            message TEXT NOT NULL, recipient TEXT NOT NULL, case_id TEXT NOT NULL,
            topic TEXT NOT NULL, fate TEXT NOT NULL, reason TEXT,
            warnings INTEGER NOT NULL DEFAULT 0, is_confirmed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (message, recipient));
          CREATE TABLE booking (
            number TEXT PRIMARY KEY, state_token BLOB, name_token BLOB, inmate_token BLOB,
            offence_class TEXT, court_date TEXT, booked_at INTEGER NOT NULL,
            -- When what stands here was so, by the roster's own times.
            as_of INTEGER NOT NULL, seen_inside INTEGER NOT NULL, released_as_of INTEGER);
          CREATE INDEX booking_inside ON booking (number) WHERE released_as_of IS NULL;
          CREATE TABLE roster (id INTEGER PRIMARY KEY CHECK (id = 1), newest INTEGER NOT NULL);
          CREATE TABLE accepted_roster (name TEXT PRIMARY KEY);
          """)
    },
    SheriffDesk.migration, SealedForms.migration,
  ]

  var folders: [String] { ["referrals", "roster"] }
  var snapshotFolders: Set<String> { ["roster"] }

  init(_ setting: AdapterSetting) throws {
    self.setting = setting
    settings = try setting.configuration.adapter.read(SheriffSettings.read)
    dates = DateReader(calendar: setting.dates.calendar, order: settings.dateOrder)
  }

  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport {
    switch file.folder {
    case "referrals":
      try ReferralIntake(setting: setting, settings: settings, dates: dates, now: now)
        .take(file, in: database)
    case "roster":
      try RosterIntake(
        settings: settings, dates: dates, now: now,
        bookings: BookingBook(setting: setting, settings: settings, dates: dates, now: now)
      ).take(file, in: database)
    default: try SheriffCommands(setting: setting, now: now).take(file, in: database)
    }
  }
}
