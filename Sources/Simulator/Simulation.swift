import FaultyDisk
import HubModel

/// A run of the whole hub in one process and in virtual time: the router's real turn over its
/// real ledger, the agencies' real client loops over their real stores, on a network, disks and
/// clocks that fail, judged by an oracle of its own.
public struct Simulation: Sendable {
  public var seed: UInt64
  /// Virtual hours of traffic and faults; mending and judging come after.
  public var hours: Int
  public var bug: PlantedBug?
  public var isCalm: Bool
  /// Whether the ledger is backed up, put back, and cleared of what is old; `nil`: as the seed
  /// draws it, for one in three.
  public var hasUpkeep: Bool?

  public init(
    seed: UInt64, hours: Int, bug: PlantedBug? = nil, isCalm: Bool = false,
    hasUpkeep: Bool? = nil
  ) {
    self.hasUpkeep = hasUpkeep
    self.seed = seed
    self.hours = hours
    self.bug = bug
    self.isCalm = isCalm
  }

  public struct Report: Sendable {
    public let seed: UInt64
    /// What the judge found; empty is good. Never participant data: kinds and agencies only.
    public let findings: [String]
    public let tally: SimulationTally
    /// One number for everything that was committed and sent, in order.
    public let digest: UInt64
  }

  /// The command that runs it again.
  public var rerun: String {
    "accord-sim run --seed \(seed) "
      + (hours % 24 == 0 ? "--days \(hours / 24)" : "--hours \(hours)")
      + (bug.map { " --bug \($0.rawValue)" } ?? "") + (isCalm ? " --calm" : "")
      + (hasUpkeep.map { $0 ? " --upkeep" : " --no-upkeep" } ?? "")
  }

  /// - Throws: ``SimulationError`` where it cannot begin. Not to be called from two threads at
  ///   once: the disk is the process's.
  public func run() throws -> Report {
    let world = try World(
      seed: seed, bug: bug, faults: isCalm ? .calm : FaultPlan(seed: seed, hasUpkeep))
    defer { world.end() }
    world.start()
    let end = Tick(milliseconds: Span.hours(Int64(hours)).milliseconds)
    var traffic = Traffic(seed: seed, people: world.faults.people)
    world.speak(&traffic, until: end)
    if !world.isOver { world.mend() }
    if !world.isOver { Verdict(world: world).look() }
    world.tally.messages = world.history.said.count
    world.tally.takenWhileLow = world.history.takenWhileLow
    world.tally.virtualDays = Double(world.now.milliseconds) / 86_400_000
    return Report(
      seed: seed, findings: world.history.findings, tally: world.tally,
      digest: world.history.digest)
  }
}

extension World {
  /// The county's days: bursts of messages, hours of silence, faults in between.
  func speak(_ traffic: inout Traffic, until end: Tick) {
    scheduleChaos(until: end)
    scheduleUpkeep(until: end)
    while now < end && !isOver {
      for _ in 0..<random.within(1...6) {
        let agency = random.pick(agencies)
        agency.clock.move(to: now)
        let time = max(agency.clock.now(), MachineClock.start)
        agency.say(traffic.next(by: agency.id, agency.role, at: time))
        run(until: now + Span(milliseconds: Int64(random.within(0...400))))
      }
      let minutes = random.chance(1, in: 6) ? random.within(30...600) : random.within(1...20)
      run(until: min(end, now + .minutes(Int64(minutes))))
    }
  }

  /// Faults end, everyone comes back, what is on its way arrives, and deadlines pass.
  func mend() {
    for agency in agencies {
      faulty_disk_heal(agency.folder)
      agency.clock.correct()
      agency.link.mend()
      agency.isAway = false
      agency.start()
    }
    isMending = true
    // Whoever was called to look at the clock comes now.
    isOperatorCalled = false
    faulty_disk_heal(router.folder)
    router.isLowOnSpace = false
    router.clock.correct()
    router.restore()
    router.start()
    run(until: now + .hours(1))
    for agency in agencies { agency.start() }
    router.start()
    // Where a ledger was put back just now, people come first.
    run(until: now + (router.backupsMade > 0 ? .hours(2) : .minutes(30)))
    Verdict(world: self).lookAtEscrow()
    // Past the escrow's deadline, which is 14 days here, in the quiet: heartbeats of weeks would
    // be most of the run.
    for agency in agencies { agency.kill(powerFails: false, away: .days(17)) }
    router.rest = .hours(6)
    run(until: now + .days(17))
    router.rest = SimulatedAgency.pingEvery
    if faults.minutesBetweenUpkeep > 0 { router.runRetention() }
    run(until: now + .hours(1))
  }
}
