import HubModel
@testable import RouterCore
import Testing

/// Random histories in which revocations race with everything else.
enum RacingHistory {
  static let people = ["p0", "p1"]

  static func steps(_ seed: UInt64, length: Int) -> [CrashStep] {
    var author = Author(seed: seed)
    var steps: [CrashStep] = Town.agencies.map(CrashStep.greet)
    steps += [.turn(frames: 10)] + Town.agencies.map { .hear($0, 9) } + [.turn(frames: 10)]
    for person in people { steps += signing(person) }
    steps += [.submit(Town.sheriff), .submit(Town.harbor), .turn(frames: 4)]
    for _ in 0..<length { steps.append(step(&author)) }
    return steps
  }

  private static func signing(_ person: String) -> [CrashStep] {
    var field = Town.fieldRelease("r-\(person)-0")
    field.version = 1
    return [
      .say(Town.sheriff, .signed(field, of: person)),
      .say(Town.harbor, .signed(Town.fullRelease("r-\(person)-1"), of: person)),
    ]
  }

  private static func step(_ author: inout Author) -> CrashStep {
    let agency = author.random.pick(Town.agencies)
    switch Int.random(in: 0..<100, using: &author.random) {
    case 0..<16: return .say(agency, draft(by: agency, &author))
    case 16..<24: return .say(Town.sheriff, draft(by: Town.sheriff, &author))
    case 24..<30: return revoking(&author)
    case 30..<46: return .submit(agency)
    case 46..<48: return .goBack(agency)
    case 48..<62: return .hear(agency, Int.random(in: 1...6, using: &author.random))
    case 62..<67: return .acknowledge(agency)
    case 67..<70: return .replay(agency)
    case 70..<73: return .drop(agency)
    case 73..<80: return .greet(agency)
    case 80..<98: return .turn(frames: Int.random(in: 1...6, using: &author.random))
    default: return .pass(author.random.pick([.seconds(1), .minutes(4), .hours(3)]))
    }
  }

  private static func draft(by agency: AgencyID, _ author: inout Author) -> Draft {
    while true {
      let draft = author.draft(by: agency, about: people, prefix: "r")
      // Whom a booking of no known name is about is another test's question.
      if draft.topic != .bookingCreated { return draft }
    }
  }

  private static func revoking(_ author: inout Author) -> CrashStep {
    let agency = author.random.pick([Town.sheriff, Town.harbor])
    let person = author.random.pick(people)
    let one = Int.random(in: 0..<2, using: &author.random)
    let id = author.random.chance(75) ? "r-\(person)-\(one)" : nil
    let toward: [Party] =
      author.random.chance(40) ? [.agency(author.random.pick(Town.agencies))] : []
    return .say(agency, author.fixed(.revoked(id, of: person, toward: toward)))
  }

  /// Plays a history with crashes at the given places, then lets it come to rest.
  static func judge(
    _ steps: [CrashStep], seed: UInt64, strikes: Set<Int>, store: any CrashStore = MemoryStore(),
    bug: PlantedBug? = nil
  ) throws -> (judge: OrderJudge, places: Int, commits: [Int]) {
    let town = try CrashTown(seed: seed, store: store, bug: bug)
    town.faults.strikeAt = strikes
    for step in steps { try town.play(step) }
    let (places, commits) = (town.faults.count, town.faults.commits)
    try town.drain()
    return (OrderJudge(town), places, commits)
  }

  /// Crashes at random places of a history that is `places` long or so.
  static func strikes(_ seed: UInt64, among places: Int) -> Set<Int> {
    var random = Seeded(seed ^ 0xdead)
    let count = Int.random(in: 0...5, using: &random)
    return Set((0..<count).map { _ in Int.random(in: 1...max(1, places), using: &random) })
  }
}

@Suite("Revocations in order: random interleavings with crashes at every write")
struct RevocationOrderTests {
  private func report(_ judge: OrderJudge, _ seed: UInt64, _ strikes: Set<Int>) {
    guard !judge.problems.isEmpty else { return }
    let note = Seeds.rerun(seed, "RevocationOrderTests")
    Issue.record(
      "\(judge.problems.joined(separator: "; ")) [crashes at \(strikes.sorted())]; \(note)")
  }

  @Test("Nothing relies on what was revoked before it, wherever the router crashes",
    arguments: Seeds.shards(300))
  func interleavings(_ seeds: [UInt64]) throws {
    var (disclosures, voids, revocations) = (0, 0, 0)
    for seed in seeds {
      let steps = RacingHistory.steps(seed, length: 160)
      let strikes = RacingHistory.strikes(seed, among: 260)
      let judge = try RacingHistory.judge(steps, seed: seed, strikes: strikes).judge
      report(judge, seed, strikes)
      disclosures += judge.disclosures
      voids += judge.voids
      revocations += judge.acknowledgedRevocations
    }
    #expect(disclosures > 2 * seeds.count, "too little was disclosed to mean anything")
    #expect(revocations > seeds.count, "too little was revoked to mean anything")
    if seeds.count > 20 { #expect(voids > 0, "no resend ever met a revocation") }
  }

  @Test("One history, crashed at each of its writes and sends in turn",
    arguments: Seeds.shards(8))
  func everyWrite(_ seeds: [UInt64]) throws {
    for seed in seeds {
      let steps = RacingHistory.steps(seed &+ 7_000, length: 90)
      let whole = try RacingHistory.judge(steps, seed: seed, strikes: [])
      report(whole.judge, seed, [])
      for place in 1...max(1, whole.places) {
        report(
          try RacingHistory.judge(steps, seed: seed, strikes: [place]).judge, seed, [place])
      }
    }
  }

  @Test("The same on the real ledger, commits torn in the middle included",
    arguments: Seeds.shards(24))
  func onDisk(_ seeds: [UInt64]) throws {
    var torn = 0
    for seed in seeds {
      let steps = RacingHistory.steps(seed &+ 9_000, length: 110)
      let whole = try RacingHistory.judge(steps, seed: seed, strikes: [])
      // One of them in the middle of a commit, whatever the others meet.
      var strikes = RacingHistory.strikes(seed &+ 9_000, among: whole.places)
      strikes.insert(whole.commits[Int(seed) % whole.commits.count])
      let store = try LedgerStore(seed: seed)
      report(
        try RacingHistory.judge(steps, seed: seed, strikes: strikes, store: store).judge, seed,
        strikes)
      torn += store.tornCommits
    }
    if seeds.count > 4 { #expect(torn > 0, "no commit was ever cut off") }
  }

  @Test("The judge finds each mistake that a router could make", arguments: PlantedBug.allCases)
  func bites(_ bug: PlantedBug) throws {
    let bound: UInt64 = 60
    for seed in 1...bound {
      let steps = RacingHistory.steps(seed, length: 160)
      let strikes = RacingHistory.strikes(seed, among: 260)
      let judge = try RacingHistory.judge(steps, seed: seed, strikes: strikes, bug: bug).judge
      if !judge.problems.isEmpty { return }
    }
    Issue.record("\(bug) was not found within \(bound) seeds")
  }
}
