/// How hostile a run's surroundings are; rates are per thousand. Each seed has a mix of its own:
/// what hides behind one kind of trouble shows where that kind is absent.
struct FaultPlan {
  var dropPerMille = 0
  var doublePerMille = 0
  var overtakePerMille = 0
  var longDelayPerMille = 0
  /// One fault of the larger kind on average every so many virtual minutes; 0: none.
  var minutesBetweenFaults = 0
  /// The larger kinds that this run knows.
  var kinds: [Fault] = []
  /// Something of the upkeep of a ledger on average every so many virtual minutes; 0: none of it.
  var minutesBetweenUpkeep = 0
  /// People whom everything is about; the fewer, the more their statements meet.
  var people = Traffic.people

  static let calm = FaultPlan()

  private init() {}

  /// - Parameter hasUpkeep: `nil`: as the seed draws it.
  init(seed: UInt64, _ hasUpkeep: Bool?) {
    var random = SeededGenerator(seed: seed, stream: "plan")
    dropPerMille = random.pick([0, 5, 50])
    doublePerMille = random.pick([0, 10, 100])
    overtakePerMille = random.pick([0, 5, 50])
    longDelayPerMille = random.pick([0, 10, 50])
    minutesBetweenFaults = random.pick([15, 30, 60])
    kinds = Fault.allCases.filter { _ in random.chance(3, in: 4) }
    if kinds.isEmpty { kinds = Fault.allCases }
    people = Array(people.prefix(random.within(1...people.count)))
    // Drawn apart: who draws no upkeep has the run that it would have without all this.
    var upkeep = SeededGenerator(seed: seed, stream: "upkeep plan")
    let isDrawn = upkeep.chance(1, in: 3)
    if hasUpkeep ?? isDrawn { minutesBetweenUpkeep = upkeep.pick([15, 30, 45]) }
  }

  func drops(_ random: inout SeededGenerator) -> Bool { random.chance(dropPerMille, in: 1_000) }
  func doubles(_ random: inout SeededGenerator) -> Bool {
    random.chance(doublePerMille, in: 1_000)
  }
  func overtakes(_ random: inout SeededGenerator) -> Bool {
    random.chance(overtakePerMille, in: 1_000)
  }
  /// In milliseconds.
  func delay(_ random: inout SeededGenerator) -> Int {
    random.chance(longDelayPerMille, in: 1_000)
      ? random.within(500...20_000) : random.within(1...40)
  }
}

/// The larger faults, drawn by weight.
enum Fault: String, CaseIterable, Sendable {
  case connectionLost = "connection lost"
  case partition
  case longAbsence = "agency absent for weeks"
  case routerKilled = "router killed"
  case routerKilledBetweenSends = "router killed between two sends"
  case routerDiskWrite = "router's disk fails a write"
  case routerDiskFlush = "router's disk fails a flush"
  case routerDiskFull = "router's disk full"
  case adapterKilled = "adapter killed"
  case adapterDiskWrite = "adapter's disk fails a write"
  case adapterDiskFlush = "adapter's disk fails a flush"
  case adapterDiskFull = "adapter's disk full"
  case spaceLow = "router's disk low on space"
  case clockJump = "clock jumped"
  case keyCutOff = "key cut off and replaced"
  case keyRotated = "key rotated"
  case agreementChanged = "agreement changed"
  case agreementScheduled = "agreement changed from a later date on"
  case peopleMerged = "two participants merged"
  case peopleSeparated = "merge undone"
  case operatorRevoked = "release revoked by the operator"
  case orderRecorded = "order of a court recorded"
}

/// What a run did, for the report.
public struct SimulationTally: Sendable {
  public internal(set) var faults: [String: Int] = [:]
  public internal(set) var framesLost = 0
  public internal(set) var unflushedWrites: Int64 = 0
  public internal(set) var turns = 0
  public internal(set) var messages = 0
  /// Frames on the release lanes, resends and voids among them.
  public internal(set) var deliveries = 0
  /// Deliveries whose number had gone out before in the same life of the router.
  public internal(set) var resends = 0
  /// Deliveries, sent for the first time, that tell a sender of its message's fate.
  public internal(set) var outcomes = 0
  /// Deliveries, sent for the first time, of some segments of a message and not of others.
  public internal(set) var inPart = 0
  /// Statements of consent that were taken while the router's disk was low.
  public internal(set) var takenWhileLow = 0
  public internal(set) var virtualDays = 0.0
  public internal(set) var restarts = 0

  public init() {}

  public mutating func add(_ other: SimulationTally) {
    faults.merge(other.faults, uniquingKeysWith: +)
    framesLost += other.framesLost
    unflushedWrites += other.unflushedWrites
    turns += other.turns
    messages += other.messages
    deliveries += other.deliveries
    resends += other.resends
    outcomes += other.outcomes
    inPart += other.inPart
    takenWhileLow += other.takenWhileLow
    virtualDays += other.virtualDays
    restarts += other.restarts
  }
}
