import AdapterKit
import Foundation
import GRDB
import HubModel

/// The jail's roster, full or as changes, compared with what is known and made into bookings and
/// releases. Everyone in it goes to the router as keyed tokens; who is a participant is the
/// router's to find, and for everyone else it keeps a number and nothing more.
struct RosterIntake {
  let setting: AdapterSetting
  let settings: SheriffSettings
  let now: WallTime

  static let aliases = [
    "booking_number": "booking_no", "booking": "booking_no", "bkg_no": "booking_no",
    "inmate_number": "inmate_no", "inmate": "inmate_no", "previous_inmate_number": "prev_inmate_no",
    "prior_inmate_number": "prev_inmate_no", "previous_inmate_no": "prev_inmate_no",
    "last": "last_name", "first": "first_name", "middle": "middle_name", "date_of_birth": "dob",
    "birth_date": "dob", "state_id": "sid", "state_id_number": "sid", "booked": "booked_at",
    "booking_date": "booked_at", "booked_date_time": "booked_at", "released": "released_at",
    "release_date": "released_at", "record_type": "event", "changed": "changed_at",
    "offense": "offense_class", "class": "offense_class", "next_court_date": "next_court",
    "court_date": "next_court",
  ]

  func take(_ file: IntakeFile, in database: Database) throws -> IntakeReport {
    let reader = TableReader(columns: settings.columns, aliases: Self.aliases)
    var table = try file.records(
      reader, required: ["booking_no", "inmate_no", "last_name", "first_name"])
    let isChanges = table.records.contains { $0.values["event"] != nil }
      || file.name.lowercased().contains("changes")
    if isChanges { return try takeChanges(&table, in: database) }
    return try takeFull(table, file: file, in: database)
  }

  // MARK: Changes

  private func takeChanges(
    _ table: inout TableReader.Table, in database: Database
  ) throws -> IntakeReport {
    var report = IntakeReport()
    try report.each(table) { record in
      switch try record.required("event").uppercased() {
      case "A", "U": try arrive(record, in: database)
      case "R":
        try leave(
          try record.required("booking_no"),
          at: try setting.dates.time("released_at", of: record) ?? now, record, in: database)
      default: throw record.wrong("event", "is not known", "Use A, R or U.")
      }
    }
    return report
  }

  // MARK: Full rosters

  private func takeFull(
    _ table: TableReader.Table, file: IntakeFile, in database: Database
  ) throws -> IntakeReport {
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
    let stamp = file.name.filter(\.isNumber)
    let newest = try String.fetchOne(database, sql: "SELECT newest FROM roster WHERE id = 1") ?? ""
    let isLate = !stamp.isEmpty && stamp.count == newest.count && stamp < newest
    let present = Set(
      try String.fetchAll(database, sql: "SELECT number FROM booking WHERE is_released = 0"))
    let listed = Set(table.records.compactMap { $0.optional("booking_no") })
    let gone = present.subtracting(listed)
    if !isLate && gone.count > 20 && gone.count * 100 > present.count * settings.largestShrink {
      throw IntakeError(
        "misses \(gone.count) of the \(present.count) people in jail",
        remedy: "Check the export; if it is right, raise largest-shrink-percent for once.")
    }
    var report = IntakeReport()
    try report.each(table) { try arrive($0, in: database) }
    if isLate {
      // What came later knows better who is still there.
      report.remarks.append("Older than a roster taken before: nobody was counted as released.")
    } else {
      for number in gone.sorted() { try leave(number, at: now, nil, in: database) }
      if !stamp.isEmpty {
        try database.execute(
          sql: "INSERT OR REPLACE INTO roster (id, newest) VALUES (1, ?)", arguments: [stamp])
      }
    }
    return report
  }

  // MARK: One booking

  private struct Booking {
    var number: String
    var inmate: String
    var formerInmate: String?
    var person: PeopleBook.Person
    var offenceClass: String?
    var courtDate: CivilDate?
    var bookedAt: WallTime
  }

  /// New, or known with something that identifies the person better than before.
  private func arrive(_ record: IntakeRecord, in database: Database) throws {
    guard let number = try record.code("booking_no") else {
      throw record.wrong("booking_no", "is empty", "Every booking has a number.")
    }
    let known = try Row.fetchOne(
      database, sql: "SELECT * FROM booking WHERE number = ?", arguments: [number])
    let inmate = try record.required("inmate_no")
    // The former number stays on later records of the stay: it counts once, when it changes.
    let recorded: String? = known?["inmate"]
    let former = recorded == nil ? record.optional("prev_inmate_no") : recorded
    let booking = Booking(
      number: number, inmate: inmate, formerInmate: former == inmate ? nil : former,
      person: PeopleBook.Person(
        lastName: try record.required("last_name"), firstName: try record.required("first_name"),
        birthDate: try setting.dates.date("dob", of: record)
          ?? (known?["birth_date"] as String?).flatMap { CivilDate($0) },
        stateID: record.optional("sid") ?? known?["state_id"]),
      offenceClass: try record.code("offense_class") ?? known?["offence_class"],
      courtDate: try setting.dates.date("next_court", of: record)
        ?? (known?["court_date"] as String?).flatMap { CivilDate($0) },
      bookedAt: try setting.dates.time("booked_at", of: record)
        ?? known.map { WallTime(milliseconds: $0["booked_at"]) } ?? now)
    let isBetterKnown =
      known.map {
        ($0["state_id"] as String?) != booking.person.stateID
          || ($0["inmate"] as String) != booking.inmate
      } ?? false
    try keep(booking, in: database)
    if known == nil || isBetterKnown {
      try send(.bookingCreated, booking, at: booking.bookedAt, isBetterKnown, in: database)
    }
  }

  private func leave(
    _ number: String, at time: WallTime, _ record: IntakeRecord?, in database: Database
  ) throws {
    if try Row.fetchOne(
      database, sql: "SELECT 1 FROM booking WHERE number = ?", arguments: [number]) == nil
    {
      // Booked before the adapter's time: known from the release itself.
      guard let record else { return }
      try keep(
        Booking(
          number: number, inmate: try record.required("inmate_no"), formerInmate: nil,
          person: PeopleBook.Person(
            lastName: try record.required("last_name"),
            firstName: try record.required("first_name"),
            birthDate: try setting.dates.date("dob", of: record), stateID: record.optional("sid")),
          offenceClass: try record.code("offense_class"), courtDate: nil,
          bookedAt: try setting.dates.time("booked_at", of: record) ?? time), in: database)
    }
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM booking WHERE number = ? AND is_released = 0",
        arguments: [number])
    else { return }
    try database.execute(
      sql: "UPDATE booking SET is_released = 1 WHERE number = ?", arguments: [number])
    let booking = Booking(
      number: number, inmate: row["inmate"], formerInmate: nil,
      person: PeopleBook.Person(
        lastName: row["last_name"], firstName: row["first_name"],
        birthDate: (row["birth_date"] as String?).flatMap { CivilDate($0) },
        stateID: row["state_id"]),
      offenceClass: row["offence_class"], courtDate: nil,
      bookedAt: WallTime(milliseconds: row["booked_at"]))
    try send(.bookingReleased, booking, at: time, false, in: database)
  }

  private func keep(_ booking: Booking, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO booking (number, inmate, last_name, first_name, birth_date, state_id,
          offence_class, court_date, booked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (number) DO UPDATE SET inmate = excluded.inmate,
          last_name = excluded.last_name, first_name = excluded.first_name,
          birth_date = excluded.birth_date, state_id = excluded.state_id,
          offence_class = excluded.offence_class, court_date = excluded.court_date
        """,
      arguments: [
        booking.number, booking.inmate, booking.person.lastName, booking.person.firstName,
        booking.person.birthDate?.description, booking.person.stateID, booking.offenceClass,
        booking.courtDate?.description, booking.bookedAt.milliseconds,
      ])
  }

  private func send(
    _ topic: Topic, _ booking: Booking, at time: WallTime, _ isCorrection: Bool,
    in database: Database
  ) throws {
    var fields = [
      Field("booking", .code(booking.number)), Field("at", .time(time)),
      Field("facility", .code(settings.facility)),
    ]
    if let offence = booking.offenceClass { fields.append(Field("offence-class", .code(offence))) }
    if let date = booking.courtDate { fields.append(Field("court-date", .date(date))) }
    if isCorrection { fields.append(Field("correction", .flag(true))) }
    let numbers = [booking.inmate, booking.formerInmate].compactMap { $0 }
    let tokens =
      setting.people.tokens(of: booking.person)
      + numbers.compactMap {
        setting.people.inmateToken($0, facility: setting.configuration.agency)
      }
    try setting.send(
      setting.message(
        topic, at: now, tokens: tokens, segments: [Segment(.booking, fields: fields)]),
      in: database)
  }
}
