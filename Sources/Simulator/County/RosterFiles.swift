/// The jail's two exports: change records by month, and full rosters every quarter of an hour.
extension SampleCounty {
  private struct Change {
    var at: Moment
    var booking: Int
    /// `A` added, `R` released, `U` updated.
    var event: String
    var state: Moment
  }

  private static let changeColumns: [Table.Column] = [
    .init("event", "Record Type"), .init("changed_at", "Entered"),
    .init("booking_no", "Booking Number"), .init("inmate_no", "Inmate Number"),
    .init("prev_inmate_no", "Old Inmate Number"), .init("last_name", "Last Name"),
    .init("first_name", "First Name"), .init("middle_name", "Middle"),
    .init("dob", "Date of Birth"), .init("sid", "State ID"), .init("booked_at", "Booked"),
    .init("released_at", "Released"), .init("offense_class", "Class"),
    .init("statute", "Statute"), .init("next_court", "Next Court Date"),
    .init("court", "Court"),
  ]

  private var monthDialects: [Dialect] {
    [
      Dialect(nameCase: .upper), Dialect(crlf: true, nameCase: .upper),
      Dialect(crlf: true, byteOrderMark: true, nameCase: .upper),
      Dialect(latin1: true, nameCase: .upper), Dialect(reordered: true, nameCase: .upper),
      Dialect(crlf: true, nameCase: .upper),
      Dialect(crlf: true, americanDates: true, labels: true, nameCase: .title),
      Dialect(crlf: true, americanDates: true, labels: true, nameCase: .title),
      Dialect(latin1: true, americanDates: true, labels: true, reordered: true),
      Dialect(crlf: true, latin1: true, nameCase: .lower), Dialect(nameCase: .upper),
      Dialect(byteOrderMark: true, nameCase: .upper),
    ]
  }

  private func changes() -> [Change] {
    var random = SeededGenerator(seed: seed, stream: "change records")
    let start = Moment(CivilDate(year, 1, 1), hour: 0, minute: 0)
    let end = Moment(CivilDate(year + 1, 1, 1), hour: 0, minute: 0)
    var changes: [Change] = []
    for (index, booking) in jail.bookings.enumerated() {
      let lags = (random.within(5...40), random.within(1...20))
      if booking.bookedAt >= start {
        // What is entered before midnight of New Year's Eve belongs to this year's books.
        let entered = min(booking.bookedAt.adding(minutes: lags.0), end.adding(minutes: -1))
        changes.append(
          Change(at: entered, booking: index, event: "A", state: booking.bookedAt))
      }
      for entry in booking.entries.dropFirst() where entry.from >= start {
        changes.append(Change(at: entry.from, booking: index, event: "U", state: entry.from))
      }
      let gone = booking.releasedAt.adding(minutes: lags.1)
      changes.append(Change(at: gone, booking: index, event: "R", state: booking.releasedAt))
    }
    return changes.filter { $0.at < end }.sorted { ($0.at, $0.booking) < ($1.at, $1.booking) }
  }

  /// A release is a short record: what the booking said is left blank, and still holds.
  private func row(_ change: Change) -> [Cell] {
    let booking = jail.bookings[change.booking]
    let entry = booking.entry(at: change.state)
    let gone = change.event == "R"
    return [
      .text(change.event), .time(change.at), .text(booking.number),
      .text(String(entry.inmateNumber)), .text(entry.previousNumber.map { String($0) } ?? ""),
      .name(entry.last), .name(entry.first), .name(gone ? "" : entry.middle),
      .day(gone ? nil : entry.birth), .text(gone ? "" : entry.stateID), .time(booking.bookedAt),
      .time(gone ? booking.releasedAt : nil), .text(gone ? "" : entry.offense.offenseClass),
      .text(gone ? "" : entry.offense.statute), .day(gone ? nil : entry.nextCourt),
      .text(gone ? "" : entry.court),
    ]
  }

  private func mess(in changes: [Change]) -> [Mess] {
    var found: [Mess] = []
    let entries = changes.filter { $0.event != "R" }
      .map { jail.bookings[$0.booking].entry(at: $0.state) }
    if entries.contains(where: { $0.stateID.isEmpty }) { found.append(.blankStateID) }
    if entries.contains(where: { $0.previousNumber != nil }) { found.append(.changedInmateNumber) }
    let people = changes.map { population.people[jail.bookings[$0.booking].person] }
    if people.contains(where: { $0.role == .lookAlike }) { found.append(.lookAlike) }
    return found
  }

  func changeFiles() -> [SampleFile] {
    let all = changes()
    let late = CivilDate(year, 9, 28)
    var files: [SampleFile] = []
    var last: [Change] = []
    for month in 1...12 {
      let next = month == 12 ? CivilDate(year + 1, 1, 1) : CivilDate(year, month + 1, 1)
      let name = "sheriff/roster/changes-\(year)-\(padded(month, 2))"
      var mine = all.filter { $0.at.date.month == month }
      if month == 9 {
        var table = Table(Self.changeColumns)
        table.rows = mine.filter { $0.at.date >= late }.map(row)
        let mess = self.mess(in: mine.filter { $0.at.date >= late })
        files.append(
          file(
            name + "-late.csv", table, monthDialects[8], mess: mess + [.lateFile],
            arrives: Moment(CivilDate(year, 11, 3), hour: 9, minute: 12)))
        mine.removeAll { $0.at.date >= late }
      }
      var mess = self.mess(in: mine)
      var table = Table(Self.changeColumns)
      if month == 6 {
        table.rows = last.suffix(40).map(row)
        mess.append(.repeatedRows)
      }
      table.rows += mine.map(row)
      last = mine
      files.append(
        file(
          name + ".csv", table, monthDialects[month - 1], mess: mess,
          arrives: Moment(next, hour: 0, minute: 20)))
    }
    return files
  }

  // MARK: A day of full rosters

  private static let fullColumns: [Table.Column] = [
    .init("booking_no", "Booking Number"), .init("inmate_no", "Inmate Number"),
    .init("prev_inmate_no", "Old Inmate Number"), .init("last_name", "Last Name"),
    .init("first_name", "First Name"), .init("dob", "Date of Birth"), .init("sid", "State ID"),
    .init("booked_at", "Booked"), .init("offense_class", "Class"),
    .init("next_court", "Next Court Date"), .init("court", "Court"),
  ]

  private func fullDialect(quarter: Int) -> Dialect {
    switch quarter {
    case ..<24: Dialect(crlf: true, nameCase: .upper)
    case ..<36: Dialect(crlf: true, byteOrderMark: true, nameCase: .upper)
    case ..<48: Dialect(latin1: true, nameCase: .title)
    case ..<60: Dialect(reordered: true, nameCase: .lower)
    case ..<76: Dialect(crlf: true, americanDates: true, labels: true, nameCase: .upper)
    default: Dialect(nameCase: .upper)
    }
  }

  func fullDayFiles() -> [SampleFile] {
    let day = String(jail.fullDay.iso.filter { $0 != "-" })
    let name = { (clock: String) in "sheriff/roster/full-day/roster-\(day)-\(clock)" }
    var files: [SampleFile] = []
    for quarter in 0..<96 {
      let at = Moment(jail.fullDay, hour: quarter / 4, minute: quarter % 4 * 15)
      let inside = quarter == 13 ? [] : jail.bookings.filter { $0.isInside(at: at) }
      var table = Table(Self.fullColumns)
      table.rows = inside.map { row($0, at: at) }
      var mess: [Mess] = []
      let entries = inside.map { $0.entry(at: at) }
      if entries.contains(where: { $0.stateID.isEmpty }) { mess.append(.blankStateID) }
      if entries.contains(where: { $0.previousNumber != nil }) { mess.append(.changedInmateNumber) }
      let stem = name(String(at.clock.filter { $0 != ":" }))
      var one = file(
        stem + ".csv", table, fullDialect(quarter: quarter), mess: mess,
        arrives: at.adding(minutes: 2))
      switch quarter {
      case 13: one.mess.append(.emptyRoster)
      case 41:
        one.arrives = at.adding(minutes: 24)
        one.mess.append(.lateFile)
      case 55:
        one.bytes.removeLast(one.bytes.count * 2 / 5)
        one.mess.append(.truncatedFile)
      case 64:
        var again = one
        again.path = stem + "-2.csv"
        again.arrives = at.adding(minutes: 9)
        again.mess.append(.repeatedFile)
        files.append(again)
      default: break
      }
      files.append(one)
    }
    return files
  }

  private func row(_ booking: Booking, at moment: Moment) -> [Cell] {
    let entry = booking.entry(at: moment)
    return [
      .text(booking.number), .text(String(entry.inmateNumber)),
      .text(entry.previousNumber.map { String($0) } ?? ""), .name(entry.last),
      .name(entry.first), .day(entry.birth), .text(entry.stateID), .time(booking.bookedAt),
      .text(entry.offense.offenseClass), .day(entry.nextCourt), .text(entry.court),
    ]
  }
}
