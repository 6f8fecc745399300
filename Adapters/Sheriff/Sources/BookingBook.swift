import AdapterKit
import GRDB
import HubModel

/// What the roster has shown of each booking, and the messages that follow from news about it.
/// Keeps numbers and keyed tokens, no names.
///
/// Files come late, twice and out of order, so each fact counts as of its own time:
///
/// | known | news | what happens |
/// |---|---|---|
/// | nothing | booked, listed | kept; `booking.created` |
/// | nothing | released | kept; `booking.released` (booked before the adapter's time) |
/// | inside | newer: other numbers, identity, court date | kept; `booking.created`, a correction |
/// | inside | released, and not seen inside since | kept; `booking.released` |
/// | released | booked or listed later than the release | inside again; a correction |
/// | any | older than what is known | nothing |
struct BookingBook {
  let setting: AdapterSetting
  let settings: SheriffSettings
  let dates: DateReader
  let now: WallTime

  enum Evidence {
    /// The person is inside at that time: booked, or on a full roster.
    case inside
    /// Says something of the booking, not that the person is inside.
    case update
  }

  struct Stay {
    var number: String
    var state: IdentityToken?
    var name: IdentityToken?
    var inmate: IdentityToken?
    var offenceClass: String?
    var courtDate: CivilDate?
    var bookedAt: WallTime
    var asOf: WallTime
    var seenInside: WallTime
    var releasedAsOf: WallTime?
  }

  /// - Returns: what was not understood and does not matter enough to reject the record.
  func arrive(
    _ record: IntakeRecord, _ evidence: Evidence, asOf: WallTime, in database: Database
  ) throws -> [String] {
    let number = try self.number(of: record)
    let known = try stay(number, in: database)
    var remarks: [String] = []
    let read = try self.read(record, number, asOf: asOf, &remarks)
    var stay = known ?? read.stay
    if evidence == .inside { stay.seenInside = max(stay.seenInside, asOf) }
    guard known != nil else {
      try keep(stay, in: database)
      try send(.bookingCreated, stay, former: read.former, at: stay.bookedAt, in: database)
      return remarks
    }
    var former: IdentityToken?
    var isNews = false
    if asOf >= stay.asOf {
      let before = stay
      stay.merge(read.stay)
      stay.asOf = asOf
      isNews = stay.tellsMore(than: before)
      if before.inmate != stay.inmate { former = before.inmate }
    }
    if evidence == .inside, let released = stay.releasedAsOf, asOf > released {
      stay.releasedAsOf = nil
      isNews = true
    }
    try keep(stay, in: database)
    if isNews && stay.releasedAsOf == nil {
      try send(
        .bookingCreated, stay, former: former, at: stay.bookedAt, isCorrection: true, in: database)
    }
    return remarks
  }

  /// - Parameter record: of the release; nil where the person is merely missing from a roster.
  func leave(
    _ number: String, at time: WallTime, asOf: WallTime, _ record: IntakeRecord?,
    in database: Database
  ) throws {
    var remarks: [String] = []
    let read = try record.map { try self.read($0, number, asOf: asOf, &remarks) }
    guard var stay = try stay(number, in: database) ?? read?.stay else { return }
    if let read { stay.merge(read.stay) }
    guard stay.releasedAsOf == nil, stay.seenInside <= asOf else { return }
    stay.releasedAsOf = asOf
    try keep(stay, in: database)
    try send(.bookingReleased, stay, former: nil, at: time, in: database)
  }

  func number(of record: IntakeRecord) throws -> String {
    guard let number = try record.code("booking_no") else {
      throw record.wrong("booking_no", "is empty", "Every booking has a number.")
    }
    return number
  }

  // MARK: Reading a record

  private func read(
    _ record: IntakeRecord, _ number: String, asOf: WallTime, _ remarks: inout [String]
  ) throws -> (stay: Stay, former: IdentityToken?) {
    let name = try RosterName(record)
    let person = PeopleBook.Person(
      lastName: name.last, firstName: name.first, birthDate: try dates.date("dob", of: record),
      stateID: record.optional("sid"))
    let tokens = setting.people.tokens(of: person)
    let inmate = inmateToken(record, "inmate_no")
    let bookedAt = try dates.time("booked_at", of: record) ?? asOf
    let stay = Stay(
      number: number, state: tokens.first { $0.kind == .stateID },
      name: tokens.first { $0.kind == .nameAndBirthDate }, inmate: inmate,
      offenceClass: lenient(record, &remarks) { try record.code("offense_class") },
      courtDate: lenient(record, &remarks) { try dates.date("next_court", of: record) },
      bookedAt: bookedAt, asOf: asOf, seenInside: min(bookedAt, asOf), releasedAsOf: nil)
    let former = inmateToken(record, "prev_inmate_no")
    return (stay, former == inmate ? nil : former)
  }

  private func inmateToken(_ record: IntakeRecord, _ field: String) -> IdentityToken? {
    record.optional(field).flatMap {
      setting.people.inmateToken($0, facility: setting.configuration.agency)
    }
  }

  /// "TBD" as a court date is no reason to keep a booking back.
  private func lenient<Value>(
    _ record: IntakeRecord, _ remarks: inout [String], _ read: () throws -> Value?
  ) -> Value? {
    do {
      return try read()
    } catch {
      remarks.append("\(error) The rest of the record was taken.")
      return nil
    }
  }

  // MARK: Keeping

  func inside(in database: Database) throws -> [(number: String, seen: WallTime)] {
    try Row.fetchAll(
      database, sql: "SELECT number, seen_inside FROM booking WHERE released_as_of IS NULL"
    ).map { ($0["number"], WallTime(milliseconds: $0["seen_inside"])) }
  }

  private func stay(_ number: String, in database: Database) throws -> Stay? {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM booking WHERE number = ?", arguments: [number])
    return row.map { Stay($0) }
  }

  private func keep(_ stay: Stay, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO booking (number, state_token, name_token, inmate_token,
          offence_class, court_date, booked_at, as_of, seen_inside, released_as_of)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        stay.number, stay.state?.data, stay.name?.data, stay.inmate?.data, stay.offenceClass,
        stay.courtDate?.description, stay.bookedAt.milliseconds, stay.asOf.milliseconds,
        stay.seenInside.milliseconds, stay.releasedAsOf?.milliseconds,
      ])
  }

  private func send(
    _ topic: Topic, _ stay: Stay, former: IdentityToken?, at time: WallTime,
    isCorrection: Bool = false, in database: Database
  ) throws {
    var list = FieldList()
    list.code("booking", stay.number)
    list.time("at", time)
    list.code("facility", settings.facility)
    list.code("offence-class", stay.offenceClass)
    list.date("court-date", stay.courtDate)
    let correction = isCorrection ? [Field("correction", .flag(true))] : []
    try setting.send(
      setting.message(
        topic, at: now, tokens: [stay.state, stay.name, stay.inmate, former].compactMap { $0 },
        segments: [Segment(.booking, fields: list.fields + correction)]), in: database)
  }
}
