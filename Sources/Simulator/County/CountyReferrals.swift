/// The field ROI: the small release that is offered with the referral.
struct FieldROI: Sendable {
  enum Outcome: String, Sendable {
    case signed, refused, incapacity
    /// Not asked yet; the signed paper is scanned and sent later as a form of its own.
    case toFollow = ""
  }

  var outcome: Outcome
  var signedAt: Moment?
  var signer = ""
  var capacity = ""
  /// The document a guardian's authority rests on.
  var evidence = ""
  var witness = ""
  var recipients: [String] = []
  var information: [String] = []
  var purposes: [String] = []
  var expires: CivilDate?
  var imageHash = ""

  /// Everything is there that the form asks for, so that it can be in force.
  var isComplete: Bool {
    outcome == .signed && expires != nil && (capacity == "patient" || !evidence.isEmpty)
  }
}

/// What becomes of a referral (shares as in Santa Fe 2014-2016: 105 referrals, 9 ineligible,
/// 3 declined, 6 missed the window, 3 pending, 84 enrolled).
enum Course: String, CaseIterable, Sendable {
  case enrolled, ineligible, declined, missed, pending
}

/// Referrals whose turn is fixed, so that every year has each of the stories that matter.
enum Story: String, CaseIterable, Sendable {
  case plainArrestDiversion = "plain-arrest-diversion"
  case releaseFollows = "release-follows"
  case prosecutorNotNamed = "prosecutor-not-named"
  case refused
  case incapacity
  case windowRunsOut = "window-runs-out"
  case extended
  case withdrawn
  case voided
  case guardianWithoutEvidence = "guardian-without-evidence"
  case noExpiry = "release-without-expiry"
  case unansweredHandoff = "unanswered-hand-off"
  case revokedBeforeIntake = "revoked-before-intake"
  case plainSocialContact = "plain-social-contact"
  case plainCommunity = "plain-community"

  var door: Door {
    switch self {
    case .plainSocialContact: .socialContact
    case .plainCommunity: .community
    default: .arrestDiversion
    }
  }

  var course: Course {
    switch self {
    case .refused: .declined
    case .windowRunsOut, .revokedBeforeIntake: .missed
    case .withdrawn: .ineligible
    default: .enrolled
    }
  }
}

/// One referral form.
struct Referral: Sendable {
  var id = ""
  var door: Door
  var at: Moment
  var person = 0
  var incident = ""
  var offenses: [Offense] = []
  var badge = ""
  var callback = ""
  var place: MeetingPlace
  var safety = ""
  var language = ""
  var needs: [String] = []
  var provider = CountyAgency.harbor
  var complainantConsent = "not-applicable"
  var course = Course.enrolled
  var story: Story?
  var roi = FieldROI(outcome: .toFollow)
  /// Filled on a phone: arrives as a form of its own, not in the month's batch.
  var isMobile = false
  /// Known to the officer; often the state id is not.
  var stateIDKnown = true

  /// Gravest level among the offences.
  var level: String {
    for (code, name) in [("F", "felony"), ("G", "gross-misdemeanor"), ("M", "misdemeanor")]
    where offenses.contains(where: { $0.offenseClass == code }) { return name }
    return ""
  }
}

/// All referrals of the year, in their order.
struct ReferralYear: Sendable {
  static let total = 120
  static let doors: [(Door, Int)] = [(.arrestDiversion, 32), (.socialContact, 72), (.community, 16)]
  static let courses: [(Course, Int)] = [
    (.enrolled, 96), (.ineligible, 10), (.declined, 4), (.missed, 7), (.pending, 3),
  ]

  private(set) var referrals: [Referral] = []

  init(seed: UInt64, year: Int, population: Population) {
    var random = SeededGenerator(seed: seed, stream: "referrals")
    drawTimesAndDoors(year, &random)
    assignStoriesAndCourses(&random)
    assignPeople(&random)
    for index in referrals.indices {
      number(index, year, &random)
      fill(index, &random)
      referrals[index].roi = release(
        for: referrals[index], population.people[referrals[index].person], &random)
    }
  }

  private mutating func drawTimesAndDoors(_ year: Int, _ random: inout SeededGenerator) {
    let first = CivilDate(year, 1, 2)
    let span = CivilDate(year, 12, 30).dayNumber - first.dayNumber
    let hours = [2, 2, 1, 1, 1, 1, 2, 4, 5, 6, 6, 6, 6, 7, 7, 8, 8, 8, 8, 7, 6, 6, 5, 3]
    var doors = random.shuffled(Self.doors.flatMap { Array(repeating: $0.0, count: $0.1) })
    var times: Set<Moment> = []
    while times.count < Self.total {
      times.insert(
        Moment(
          first.adding(days: random.below(span)), hour: random.weighted(hours),
          minute: random.below(60)))
    }
    for at in times.sorted() {
      let door = doors.removeLast()
      referrals.append(Referral(door: door, at: at, place: random.pick(MeetingPlace.all)))
    }
  }

  private mutating func assignStoriesAndCourses(_ random: inout SeededGenerator) {
    var pool = Dictionary(uniqueKeysWithValues: Self.courses)
    var open = Story.allCases
    for index in referrals.indices {
      if let turn = open.firstIndex(where: { $0.door == referrals[index].door }) {
        let story = open.remove(at: turn)
        referrals[index].story = story
        referrals[index].course = story.course
        pool[story.course, default: 0] -= 1
      }
    }
    var plain = referrals.indices.filter { referrals[$0].story == nil }
    for index in plain.suffix(pool[.pending] ?? 0) { referrals[index].course = .pending }
    plain.removeLast(pool[.pending] ?? 0)
    var courses = random.shuffled(
      Self.courses.filter { $0.0 != .pending }
        .flatMap { Array(repeating: $0.0, count: pool[$0.0] ?? 0) })
    for index in plain { referrals[index].course = courses.removeLast() }
  }

  /// One in ten is a person who was referred before (Lewis County: 419 referrals, 378 people).
  private mutating func assignPeople(_ random: inout SeededGenerator) {
    let late = referrals.indices.filter { $0 >= 45 && referrals[$0].story == nil }
    let again = Set(random.shuffled(late).prefix(Self.total - Population.participants))
    var unused = random.shuffled(Array(0..<Population.participants))
    var returned: Set<Int> = []
    for index in referrals.indices {
      guard again.contains(index) else {
        referrals[index].person = unused.removeLast()
        continue
      }
      let earliest = referrals[index].at.adding(minutes: -30 * 1440)
      let candidates = referrals[..<index].filter {
        $0.at < earliest && $0.story == nil && !returned.contains($0.person)
      }
      let person = random.pick(candidates).person
      returned.insert(person)
      referrals[index].person = person
    }
  }

  private mutating func number(_ index: Int, _ year: Int, _ random: inout SeededGenerator) {
    let short = padded(year % 100, 2)
    referrals[index].id = "lr-\(short)-\(padded(index + 1, 4))"
    if referrals[index].door != .community {
      let day = referrals[index].at.date.dayNumber - CivilDate(year, 1, 1).dayNumber
      let running = day * 118 + referrals[index].at.minuteOfDay / 15
      referrals[index].incident = "\(short)-\(padded(running * 10 + index % 10, 6))"
    }
  }

  private mutating func fill(_ index: Int, _ random: inout SeededGenerator) {
    var referral = referrals[index]
    if referral.door == .arrestDiversion {
      referral.offenses = [random.pick(Offense.divertible)]
      if random.chance(1, in: 4) {
        let second = random.pick(Offense.divertible)
        if second.statute != referral.offenses[0].statute { referral.offenses.append(second) }
      }
      referral.complainantConsent = random.pick(["yes", "yes", "yes", "not-applicable", "no"])
    }
    referral.badge =
      referral.door == .community
      ? random.pick(FormCodes.referrers) : String(410 + random.below(38))
    referral.callback = CountyNames.phone(random.below(60))
    referral.safety = random.pick(FormCodes.safety)
    referral.language = random.pick(FormCodes.languages)
    referral.needs = Array(random.shuffled(FormCodes.needs).prefix(random.below(4)))
    let cedar = random.chance(1, in: 5)
    if cedar && referral.story == nil { referral.provider = CountyAgency.cedar }
    referral.isMobile =
      referral.door != .community && random.chance(1, in: 8) && referral.story == nil
      || referral.story == .plainArrestDiversion || referral.story == .releaseFollows
    referral.stateIDKnown = random.chance(3, in: 5)
    referrals[index] = referral
  }
}
