/// How a stay's entry comes to be, with the slips that real booking desks make, and how it is
/// corrected later.
extension Jail {
  func draw(
    _ person: Person, _ bookedAt: Moment, _ releasedAt: Moment,
    _ random: inout SeededGenerator
  ) -> [(from: Moment, entry: JailEntry)] {
    let court = bookedAt.date.adding(days: random.within(0...20)).nextBusinessDay
    var entry = JailEntry(
      inmateNumber: person.inmateNumber, last: person.last, first: person.first,
      middle: person.middle, birth: person.birth, stateID: person.stateID,
      offense: random.pick(Offense.booked),
      nextCourt: random.chance(5, in: 6) ? court : nil, court: Self.court(&random))
    if entry.nextCourt == nil { entry.court = "" }
    let correct = entry
    let slip = random.below(100)
    let number = 900_000 + random.below(90_000)
    let letter = random.below(64)
    switch slip {
    case 0: entry.inmateNumber = number
    case 1, 2: entry.last = Self.misspelled(entry.last, at: letter)
    case 3: entry.birth = Self.swapped(entry.birth)
    case 4, 5: entry.middle = ""
    case 6..<18: entry.stateID = ""
    case 18..<24: entry.nextCourt = nil
    default: break
    }
    var entries = [(from: bookedAt, entry: entry)]
    let correcting = bookedAt.adding(minutes: random.within(60...900))
    if slip < 24, correcting < releasedAt.adding(minutes: -60) {
      // A misspelled name or birth date is seldom noticed before the person is out again.
      let noticed = slip == 0 || slip >= 6 || random.chance(1, in: 3)
      if noticed {
        var corrected = correct
        corrected.previousNumber = slip == 0 ? number : nil
        entries.append((correcting, corrected))
      }
    } else if let day = entry.nextCourt, releasedAt.date > day.adding(days: 2) {
      // After the hearing the court sets the next one.
      var heard = correct
      heard.nextCourt = day.adding(days: random.within(7...21)).nextBusinessDay
      entries.append((Moment(day, hour: random.within(10...16), minute: 30), heard))
    }
    return entries
  }

  private static func court(_ random: inout SeededGenerator) -> String {
    switch random.below(100) {
    case 0: "Lakewood District Court\nDept 2, 2nd floor"
    case 1, 2: "Superior Ct, Dept 4"
    case ..<70: "LDC-\(random.within(1...4))"
    default: "LSC-\(random.within(1...3))"
    }
  }

  /// Two neighbouring letters change places.
  static func misspelled(_ name: String, at position: Int) -> String {
    var letters = Array(name)
    guard letters.count > 3 else { return name + "e" }
    let index = 1 + position % (letters.count - 2)
    if letters[index] == letters[index + 1] {
      letters.remove(at: index)
    } else {
      letters.swapAt(index, index + 1)
    }
    return String(letters)
  }

  /// Day and month change places where that is a date.
  static func swapped(_ date: CivilDate) -> CivilDate {
    date.day <= 12 ? CivilDate(date.year, date.day, date.month) : date
  }
}
