import AdapterKit
import Foundation
import GRDB
import HubModel

/// The jail's roster, full or as changes, compared with what is known and made into bookings and
/// releases. Everyone in it goes to the router as keyed tokens; who is a participant is the
/// router's to find, and for everyone else it keeps a number and nothing more.
struct RosterIntake {
  let settings: SheriffSettings
  let dates: DateReader
  let now: WallTime
  let bookings: BookingBook

  /// Fewer missing people than this are believed whatever share of a small jail they are.
  private static let alwaysBelieved = 5

  static let aliases = [
    "booking_number": "booking_no", "booking": "booking_no", "bkg_no": "booking_no",
    "booking_id": "booking_no", "bookingnumber": "booking_no", "bookingno": "booking_no",
    "inmate_number": "inmate_no", "inmatenumber": "inmate_no", "inmate": "inmate_no",
    "inmate_id": "inmate_no",
    "previous_inmate_number": "prev_inmate_no", "prior_inmate_number": "prev_inmate_no",
    "previous_inmate_no": "prev_inmate_no", "old_inmate_number": "prev_inmate_no",
    "last": "last_name", "lastname": "last_name", "surname": "last_name",
    "first": "first_name", "firstname": "first_name", "given_name": "first_name",
    "middle": "middle_name", "inmate_name": "name", "full_name": "name",
    "date_of_birth": "dob", "birth_date": "dob", "birthdate": "dob", "birthday": "dob",
    "state_id": "sid", "state_id_number": "sid", "sid_number": "sid", "state_id_no": "sid",
    "booked": "booked_at", "booking_date": "booked_at", "booked_date_time": "booked_at",
    "book_date": "booked_at", "booking_date_time": "booked_at", "intake_date": "booked_at",
    "released": "released_at", "release_date": "released_at", "release_date_time": "released_at",
    "record_type": "event", "event_type": "event", "action": "event",
    "changed": "changed_at", "entered": "changed_at", "event_time": "changed_at",
    "last_updated": "changed_at", "offense": "offense_class", "class": "offense_class",
    "offence_class": "offense_class", "charge_class": "offense_class",
    "next_court_date": "next_court", "court_date": "next_court",
  ]

  func take(_ file: IntakeFile, in database: Database) throws -> IntakeReport {
    let reader = TableReader(columns: settings.columns, aliases: Self.aliases)
    let table = try file.records(reader, required: ["booking_no"])
    guard table.has("name") || (table.has("last_name") && table.has("first_name")) else {
      throw IntakeError(
        line: 1, field: "last_name, first_name", "no such column",
        remedy: "Export it, or say in the configuration under 'columns' what it is called.")
    }
    let isChanges =
      switch settings.roster {
      case .full: false
      case .changes: true
      case .auto: table.has("event") || file.name.lowercased().contains("changes")
      }
    return try isChanges
      ? takeChanges(table, in: database) : takeFull(table, name: file.name, in: database)
  }

  // MARK: Changes

  private func takeChanges(
    _ table: TableReader.Table, in database: Database
  ) throws -> IntakeReport {
    guard table.has("event") else {
      throw IntakeError(
        line: 1, field: "event", "no such column",
        remedy: "Export it, or name the file without 'changes' if it is a full roster.")
    }
    var report = IntakeReport()
    var remarks: [String] = []
    try report.each(table, in: database) { record in
      let event = try settings.event(record)
      let number = try bookings.number(of: record)
      let released = try dates.time("released_at", of: record)
      let asOf = try dates.time("changed_at", of: record)
        ?? released ?? dates.time("booked_at", of: record) ?? now
      switch event {
      case .booked: remarks += try bookings.arrive(record, .inside, asOf: asOf, in: database)
      case .updated: remarks += try bookings.arrive(record, .update, asOf: asOf, in: database)
      case .released:
        try bookings.leave(
          number, at: released ?? asOf, asOf: max(asOf, released ?? asOf), record, in: database)
      }
    }
    report.remarks += remarks
    return report
  }

  // MARK: Full rosters

  private func takeFull(
    _ table: TableReader.Table, name: String, in database: Database
  ) throws -> IntakeReport {
    try refuseCut(table)
    var report = IntakeReport()
    let asOf = self.asOf(name, &report)
    let newest = try Int64.fetchOne(database, sql: "SELECT newest FROM roster WHERE id = 1")
      .map { WallTime(milliseconds: $0) }
    let listed = Set(table.records.compactMap { try? $0.code("booking_no") })
    // Nobody who was seen inside later can have left by then.
    let inside = try bookings.inside(in: database).filter { $0.seen <= asOf }
    let gone = inside.map(\.number).filter { !listed.contains($0) }.sorted()
    let isLate = newest.map { asOf < $0 } ?? false
    if !isLate {
      try refuseShrunken(gone: gone.count, inside: inside.count, name: name, in: database)
    }
    let unreadable = table.bad.count + table.records.count { $0.optional("booking_no") == nil }
    var remarks: [String] = []
    try report.each(table, in: database) {
      remarks += try bookings.arrive($0, .inside, asOf: asOf, in: database)
    }
    report.remarks += remarks
    guard !isLate else {
      // What came later knows better who is still there.
      report.remarks.append("Older than a roster taken before: nobody was counted as released.")
      return report
    }
    if unreadable > 0 {
      report.remarks.append(
        "\(unreadable) line(s) do not show whose they are: nobody was counted as released.")
    } else {
      for number in gone {
        try bookings.leave(number, at: asOf, asOf: asOf, nil, in: database)
      }
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO roster (id, newest) VALUES (1, ?)",
      arguments: [asOf.milliseconds])
    return report
  }

  private func refuseCut(_ table: TableReader.Table) throws(IntakeError) {
    if table.isTruncated {
      throw IntakeError(
        "ends within a record, so it does not show everyone",
        remedy: "Transfer the roster again, whole. Nobody was counted as released.")
    }
    if table.records.isEmpty {
      throw IntakeError(
        "has a header and nobody in it",
        remedy: "Export it again. Nobody was counted as released.")
    }
  }

  private func refuseShrunken(
    gone: Int, inside: Int, name: String, in database: Database
  ) throws {
    try database.execute(sql: "DELETE FROM accepted_roster WHERE name = ?", arguments: [name])
    let isAccepted = database.changesCount > 0
    guard !isAccepted, gone > Self.alwaysBelieved, gone * 100 > inside * settings.largestShrink
    else { return }
    throw IntakeError(
      "misses \(gone) of the \(inside) people in jail; nobody was counted as released",
      remedy: "Check the export. If it is right, run 'accord-sheriff accept-roster \(name)' and "
        + "drop it again.")
  }

  /// When the roster was true: by the digits in its name, `20260617-1015`, else when it arrived.
  private func asOf(_ name: String, _ report: inout IntakeReport) -> WallTime {
    let stamp = /(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})[-_.T ]?(\d{2})[-_.]?(\d{2})/
    guard let found = name.firstMatch(of: stamp),
      let year = Int(found.1), let month = Int(found.2), let day = Int(found.3),
      let hour = Int(found.4), let minute = Int(found.5), hour < 24, minute < 60,
      let date = CivilDate(year: year, month: month, day: day)
    else { return now }
    let time = dates.calendar.time(on: date, minute: hour * 60 + minute)
    guard time <= now + .days(1) else {
      report.remarks.append("The time in its name has not come yet; it counts as of its arrival.")
      return now
    }
    return time
  }
}
