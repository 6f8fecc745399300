import FaultyDisk
import Foundation
import HubModel
import Operations
import RouterCore
import ZeroMQ

/// One run: a router, five agencies, a network, disks and clocks, and what happens to them; all
/// of it from one seed, in virtual time.
final class World {
  let seed: UInt64
  let bug: PlantedBug?
  let faults: FaultPlan
  let window: Int
  var random: SeededGenerator
  /// For backups, restores and the destroying of what is old: drawn apart, so that a run without
  /// them is what it always was.
  var upkeep: SeededGenerator
  var tally = SimulationTally()
  let history = History()
  private(set) var now = Tick(milliseconds: 0)
  private var agenda = Agenda()
  private(set) var router: SimulatedRouter!
  private(set) var agencies: [SimulatedAgency] = []
  var links: [SimulatedLink] { agencies.map(\.link) }
  let town: SimulatedTown
  var struck: [AgencyID: Int64] = [:]
  /// Somebody is on their way to look at the router's clock.
  var isOperatorCalled = false
  /// Keys that were made since the beginning.
  var keysMade = 0
  /// Everything is being set right.
  var isMending = false
  private let folder: String
  /// On another machine than the router's.
  var backupFolder: String { folder + "backups/" }

  init(seed: UInt64, bug: PlantedBug?, faults: FaultPlan) throws {
    self.seed = seed
    self.bug = bug
    self.faults = faults
    random = SeededGenerator(seed: seed, stream: "world")
    upkeep = SeededGenerator(seed: seed, stream: "upkeep")
    window = [4, 16, 64][random.below(3)]
    guard faulty_disk_install() == 0 else { throw SimulationError.noDisk }
    faulty_disk_seed(seed)
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-sim-\(UUID().uuidString)").path + "/"
    town = try SimulatedTown()
    for place in ["router", "backups"] {
      try FileManager.default.createDirectory(
        atPath: folder + place, withIntermediateDirectories: true)
    }
    router = SimulatedRouter(
      folder: folder + "router/", registry: town.registry, agreement: town.agreement,
      world: self)
    history.registry = town.registry
    history.operators.learn(town.agreement, effective: nil)
    history.operators.admit(town.registry)
    for agency in town.registry.agencies.values.sorted(by: { $0.id < $1.id }) {
      let place = folder + "\(agency.id)/"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      agencies.append(SimulatedAgency(agency, folder: place, keys: town.keys, world: self))
    }
  }

  /// Lets go of everything; what is to come holds the world, so it does not end by itself.
  func end() {
    agenda = Agenda()
    router.end()
    for agency in agencies { agency.end() }
    faulty_disk_forget(folder)
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      // A folder that is left in the temporary one harms nobody.
      return
    }
  }

  func start() {
    router.start()
    for agency in agencies { agency.start() }
  }

  func agency(_ id: AgencyID) -> SimulatedAgency? { agencies.first { $0.id == id } }
  func wake(_ id: AgencyID) { agency(id)?.wake() }

  // MARK: Time

  func after(_ span: Span, _ act: @escaping () -> Void) {
    agenda.add(at: now + max(span, Span(milliseconds: 0)), act)
  }

  /// For the bug of a ledger that is put back as it was, without a life of its own.
  private var firstLife: Incarnation?
  func change(_ recovered: inout Recovered) {
    let first = firstLife ?? recovered.incarnation
    firstLife = first
    if bug == .keepsIncarnation { recovered.incarnation = first }
  }

  /// Lets everything happen that falls before `end`, unless the judge has seen enough.
  func run(until end: Tick) {
    while !isOver, let next = agenda.next, next <= end {
      now = next
      agenda.take()?()
    }
    now = max(now, end)
  }

  /// Of a planted bug one finding is enough; otherwise a few tell more than one.
  var isOver: Bool { history.findings.count >= (bug == nil ? 20 : 1) }
}

public enum SimulationError: Error, CustomStringConvertible {
  case noDisk
  public var description: String { "SQLite did not take the simulated disk" }
}

/// The town that every run happens in: five agencies under the usual agreement.
struct SimulatedTown {
  let program: ProgramID
  let registry: Registry
  let agreement: ProgramAgreement
  let keys: CurveKeyPair

  /// What stands for the file of a version.
  static func text(of agreement: ProgramAgreement) -> [UInt8] {
    Array("version \(agreement.version)".utf8)
  }

  init() throws {
    let roles: [(String, Role)] = [
      ("cedar", .behavioralHealth), ("defender", .publicDefender),
      ("harbor", .behavioralHealth), ("prosecutor", .prosecutor), ("sheriff", .sheriff),
    ]
    var agencies: [Registry.Agency] = []
    for (index, (name, role)) in roles.enumerated() {
      guard let id = AgencyID(name) else { continue }
      let keys = KeyFingerprint("key-\(name)-0").map {
        [Registry.Key(fingerprint: $0, curve: [], signing: [], isConsumer: true)]
      }
      agencies.append(
        Registry.Agency(
          id: id, name: name, role: role, isPart2Program: role == .behavioralHealth,
          releasePort: UInt16(7_440 + index), keys: keys ?? [], maySendUnsealed: true))
    }
    registry = Registry(agencies: agencies)
    guard let program = ProgramID("simulated") else { throw SimulationError.noDisk }
    self.program = program
    let text = DefaultAgreement(
      program: program, timeZone: "America/Los_Angeles", dutyLine: "555 0100",
      isDemonstration: false
    ).text
    agreement = try AgreementFile.parse(
      text, file: "simulated agreement", now: MachineClock.start)
    keys = try CurveKeyPair.generate()
  }
}
