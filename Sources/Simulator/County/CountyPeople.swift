/// Somebody who does not exist.
struct Person: Sendable {
  enum Role: String, Sendable {
    case participant
    /// Same name and birth date as a participant, another human being.
    case lookAlike = "look-alike"
    case nobody
  }

  var id: String
  var role: Role
  var last: String
  var first: String
  var middle: String
  var birth: CivilDate
  var aliases: [String]
  /// Empty where no fingerprint was ever taken.
  var stateID: String
  /// The jail's number for the human being, as opposed to one stay.
  var inmateNumber: Int
  /// Index of the participant that this look-alike is taken for.
  var resembles: Int?
}

/// The people of the county who meet any of the agencies in the year.
struct Population: Sendable {
  static let participants = 108
  static let resembled = [3, 9, 17, 26]
  /// People in the jail's books of the year, participants among them included.
  static let jailed = 6_000

  private(set) var people: [Person] = []

  /// Indices of everybody whom the jail books at least once, if it can.
  var jailIndices: [Int] { people.indices.filter { isJailed($0) } }

  /// About four participants in ten are booked in the year.
  func isJailed(_ index: Int) -> Bool { index >= Self.participants || index % 12 < 5 }

  init(seed: UInt64, year: Int) {
    var random = SeededGenerator(seed: seed, stream: "people")
    var identities: Set<String> = []
    let jailedParticipants = (0..<Self.participants).filter { $0 % 12 < 5 }.count
    let count = Self.participants + Self.jailed - jailedParticipants
    while people.count < count {
      var person = Self.draw(people.count, year: year, &random)
      if people.count < Self.participants {
        person.role = .participant
        if people.count % 10 < 3 && !isJailed(people.count) { person.stateID = "" }
      } else if people.count - Self.participants < Self.resembled.count {
        let original = Self.resembled[people.count - Self.participants]
        person.role = .lookAlike
        person.resembles = original
        person.last = people[original].last
        person.first = people[original].first
        person.birth = people[original].birth
      }
      let identity = "\(person.last)|\(person.first)|\(person.birth.dayNumber)"
      if identities.insert(identity).inserted || person.role == .lookAlike {
        people.append(person)
      }
    }
  }

  private static func draw(
    _ index: Int, year: Int, _ random: inout SeededGenerator
  ) -> Person {
    let last = random.pick(CountyNames.last)
    let first = random.pick(CountyNames.first)
    let age = 18 + min(random.within(0...55), random.within(0...45))
    let birth = CivilDate(year - 1 - age, 1, 1).adding(days: random.below(365))
    var aliases: [String] = []
    if random.chance(1, in: 6) { aliases.append(random.pick(CountyNames.street)) }
    if random.chance(1, in: 8) { aliases.append("\(random.pick(CountyNames.last)) \(first)") }
    return Person(
      id: "p-\(padded(index + 1, 4))", role: .nobody, last: last, first: first,
      middle: random.chance(3, in: 4) ? random.pick(CountyNames.middle) : "", birth: birth,
      aliases: aliases, stateID: "ZZ\(1_000_000 + index * 131 + random.below(131))",
      inmateNumber: 100_000 + index * 17 + random.below(17))
  }
}
