import ArgumentParser
import Foundation
import Simulator

/// Runs the hub in virtual time, seed after seed.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the whole hub in virtual time on networks, disks and clocks that fail.",
    discussion: """
      Each seed is one run: days of a county's traffic and faults, then everything is mended and \
      judged. A run that the judge finds fault with is printed with the command that repeats it; \
      the exit code is then 1.
      """)

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  @Option(help: "How many seeds, one after the other.")
  var seeds: Int = 1

  @Option(help: "Virtual days of traffic in each run.")
  var days: Int = 3

  @Option(help: "Virtual hours of traffic in each run, in place of days.")
  var hours: Int?

  @Option(help: "Put this bug in, to see whether it is found.", transform: Self.bug(named:))
  var bug: PlantedBug?

  @Flag(help: "Nothing fails.")
  var calm = false

  @Flag(
    inversion: .prefixedNo,
    help: "Back the ledger up, put it back and clear it of what is old; else as the seed draws.")
  var upkeep: Bool?

  @Flag(help: "Print the totals as JSON.")
  var json = false

  private static func bug(named name: String) throws -> PlantedBug {
    guard let bug = PlantedBug(rawValue: name) else {
      let known = PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--bug \(name): is none of \(known)")
    }
    return bug
  }

  func validate() throws {
    guard seeds > 0, days > 0, hours ?? 1 > 0 else {
      throw ValidationError("give at least 1 seed and 1 day or hour")
    }
  }

  func run() throws {
    var total = SimulationTally()
    var failed: [UInt64] = []
    var digest: UInt64 = 0
    for number in seed..<seed + UInt64(seeds) {
      let simulation = Simulation(
        seed: number, hours: hours ?? days * 24, bug: bug, isCalm: calm,
        hasUpkeep: upkeep)
      let report = try simulation.run()
      total.add(report.tally)
      digest = (digest ^ report.digest) &* 0x100_0000_01b3
      guard !report.findings.isEmpty else { continue }
      failed.append(number)
      print("seed \(number):")
      for finding in report.findings { print("  \(finding)") }
      print("  again: \(simulation.rerun)")
    }
    try show(total, failed, digest)
    if !failed.isEmpty { throw ExitCode(1) }
  }

  private func show(
    _ total: SimulationTally, _ failed: [UInt64], _ digest: UInt64
  ) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let totals = try encoder.encode(Totals(seeds, failed, total, digest))
      print(String(decoding: totals, as: UTF8.self))
      return
    }
    let days = String(format: "%.0f", total.virtualDays)
    print("\(seeds) seeds, \(failed.count) failed; \(days) virtual days")
    print(
      "\(total.messages) messages, \(total.turns) turns, "
        + "\(total.restarts) starts of the router")
    print(
      "\(total.deliveries) deliveries sent, of them \(total.resends) again and "
        + "\(total.outcomes) to tell a sender of its message's fate; \(total.inPart) of a message "
        + "in part")
    print("\(total.takenWhileLow) statements taken while the router's disk was low")
    print(
      "\(total.framesLost) frames lost, \(total.unflushedWrites) unflushed writes met a crash; "
        + "\(total.faults.values.reduce(0, +)) faults:")
    for (kind, count) in total.faults.sorted(by: { $0.key < $1.key }) {
      print("  \(count)  \(kind)")
    }
    print("history \(String(digest, radix: 16))")
  }
}

/// The totals as a document.
private struct Totals: Encodable {
  let seeds: Int
  let failed: [UInt64]
  let virtualDays: Double
  let messages, turns, deliveries, resends, outcomes, inPart, framesLost: Int
  let history: String
  let faults: [String: Int]

  init(_ seeds: Int, _ failed: [UInt64], _ total: SimulationTally, _ digest: UInt64) {
    self.seeds = seeds
    self.failed = failed
    virtualDays = total.virtualDays
    messages = total.messages
    turns = total.turns
    deliveries = total.deliveries
    resends = total.resends
    outcomes = total.outcomes
    inPart = total.inPart
    framesLost = total.framesLost
    history = String(digest, radix: 16)
    faults = total.faults
  }
}
