/// What the jail's screen shows about one stay.
struct JailEntry: Sendable {
  var inmateNumber: Int
  /// The number this entry had before a merge or correction; shown from then on.
  var previousNumber: Int?
  var last: String
  var first: String
  var middle: String
  var birth: CivilDate
  var stateID: String
  var offense: Offense
  var nextCourt: CivilDate?
  var court: String
}

/// One stay in jail.
struct Booking: Sendable {
  var number: String
  var person: Int
  var bookedAt: Moment
  var releasedAt: Moment
  /// States of the entry, each from its minute on; the first is the booking itself.
  var entries: [(from: Moment, entry: JailEntry)]

  func entry(at moment: Moment) -> JailEntry {
    (entries.last { $0.from <= moment } ?? entries[0]).entry
  }

  func isInside(at moment: Moment) -> Bool { bookedAt <= moment && moment < releasedAt }
}

/// The jail's books: all stays that touch the year.
///
/// About 9,000 bookings of 6,000 people and 180 inmates on a day, that is a mean stay of a week,
/// while more than half are out within thirty hours.
struct Jail: Sendable {
  static let bookingsOfTheYear = 9_000
  static let longestStayDays = 100

  private(set) var bookings: [Booking] = []

  /// The day whose full rosters are written out.
  let fullDay: CivilDate

  /// - Parameter guest: a person who is booked in the afternoon of the full day, so that the
  ///   rosters of that day have somebody whom a release covers.
  init(seed: UInt64, year: Int, population: Population, guest: Int?) {
    fullDay = CivilDate(year, 6, 17)
    var random = SeededGenerator(seed: seed, stream: "jail")
    let start = CivilDate(year, 1, 1)
    let days = CivilDate(year + 1, 1, 1).dayNumber - start.dayNumber
    var arrivals: [Moment] = []
    while arrivals.count < Self.bookingsOfTheYear {
      arrivals.append(Self.arrival(start.adding(days: random.below(days)), &random))
    }
    let before = Self.bookingsOfTheYear * Self.longestStayDays / days
    for _ in 0..<before {
      arrivals.append(
        Self.arrival(start.adding(days: -1 - random.below(Self.longestStayDays)), &random))
    }
    arrivals.sort()
    let guests = guest.map { [$0] } ?? []
    book(arrivals, from: Moment(start, hour: 0, minute: 0), population, guests, &random)
    mergeOnFullDay()
  }

  private static func arrival(_ date: CivilDate, _ random: inout SeededGenerator) -> Moment {
    let hours = [9, 8, 7, 5, 3, 2, 2, 2, 3, 4, 5, 5, 5, 6, 6, 7, 7, 7, 7, 7, 8, 8, 9, 9]
    return Moment(date, hour: random.weighted(hours), minute: random.below(60))
  }

  private static func stayMinutes(_ random: inout SeededGenerator) -> Int {
    switch random.below(100) {
    case ..<55: random.within(180...1_800)
    case ..<80: random.within(1_440...7_200)
    case ..<94: random.within(7_200...36_000)
    default: random.within(36_000...longestStayDays * 1440)
    }
  }

  private mutating func book(
    _ arrivals: [Moment], from start: Moment, _ population: Population,
    _ guests: [Int], _ random: inout SeededGenerator
  ) {
    let afternoon = Moment(fullDay, hour: 14, minute: 0)
    var guests = guests
    var turns = Self.turns(population, &random)
    let everybody = population.jailIndices
    var free: [Int: Moment] = [:]
    // Last year's numbers go on from about where its books would stand.
    var counts = [start.date.year - 1: max(0, Self.bookingsOfTheYear - arrivals.count / 4)]
    for bookedAt in arrivals {
      let releasedAt = bookedAt.adding(minutes: Self.stayMinutes(&random))
      let isFree = { (person: Int) in free[person].map { $0 < bookedAt } ?? true }
      let ofTheYear = bookedAt >= start
      var person: Int
      if let guest = guests.last, bookedAt >= afternoon, isFree(guest) {
        person = guests.removeLast()
      } else if ofTheYear {
        let turn = turns.indices.suffix(200).last { isFree(turns[$0]) } ?? turns.count - 1
        person = turns.remove(at: turn)
      } else {
        person = random.pick(everybody)
      }
      while !isFree(person) { person = random.pick(everybody) }
      let year = bookedAt.date.year
      counts[year, default: 0] += 1
      let first = draw(population.people[person], bookedAt, releasedAt, &random)
      guard releasedAt > start else { continue }
      free[person] = releasedAt.adding(minutes: 120)
      bookings.append(
        Booking(
          number: "\(padded(year % 100, 2))-\(padded(counts[year] ?? 0, 5))", person: person,
          bookedAt: bookedAt, releasedAt: releasedAt, entries: first))
    }
  }

  /// Whose turn it is, last first: everybody once, then mostly the same few again.
  private static func turns(
    _ population: Population, _ random: inout SeededGenerator
  ) -> [Int] {
    let everybody = population.jailIndices
    let often = Array(random.shuffled(everybody).prefix(everybody.count / 4))
    var turns = everybody
    while turns.count < bookingsOfTheYear {
      turns.append(random.pick(random.chance(3, in: 4) ? often : everybody))
    }
    return random.shuffled(turns)
  }

  /// A merge that happens while the full rosters of one day are written, so that they show it.
  private mutating func mergeOnFullDay() {
    let at = Moment(fullDay, hour: 11, minute: 5)
    let evening = Moment(fullDay.adding(days: 1), hour: 0, minute: 0)
    let morning = Moment(fullDay, hour: 0, minute: 0)
    guard
      let index = bookings.firstIndex(where: {
        $0.bookedAt < morning && $0.releasedAt > evening && $0.entries.count == 1
      })
    else { return }
    var entry = bookings[index].entries[0].entry
    let permanent = entry.inmateNumber
    bookings[index].entries[0].entry.inmateNumber = 900_000 + index
    entry.previousNumber = 900_000 + index
    entry.inmateNumber = permanent
    bookings[index].entries.append((at, entry))
  }
}
