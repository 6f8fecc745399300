import Crypto
import FaultyDisk
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore

/// Ends a turn where a process would have died.
struct Killed: Error {}

/// The router's machine: the real turn over the real ledger, on a disk, a network and a clock
/// that fail.
final class SimulatedRouter {
  let folder: String
  let clock = MachineClock()
  private unowned let world: World
  private(set) var state: RouterState?
  private var ledger: Ledger?
  private var tap: JournalTap?
  private var transport: SimulatedTransport?
  private var fresh: SeededIDs
  private var inbox: [(Session, [UInt8])] = []
  private var acts: [AdministrativeAct] = []
  private var isStepDue = false
  private var steps: UInt64 = 0
  var registry: Registry
  var agreement: ProgramAgreement
  /// The master key lies elsewhere than the disk that fails.
  private static let master = SymmetricKey(data: [UInt8](repeating: 0x3c, count: 32))
  /// Sends of the next turn after which the process dies.
  var diesAfterSends: Int?

  init(folder: String, registry: Registry, agreement: ProgramAgreement, world: World) {
    self.folder = folder
    self.registry = registry
    self.agreement = agreement
    self.world = world
    fresh = SeededIDs(seed: world.seed)
  }

  var isUp: Bool { state != nil }
  func isCutOff(_ fingerprint: KeyFingerprint) -> Bool {
    state?.registry.holder(of: fingerprint) == nil
  }

  // MARK: Life

  func start() {
    guard state == nil else { return }
    clock.move(to: world.now)
    do {
      let keys = try KeyStore(at: folder + "keys.sqlite", master: Self.master)
      let ledger = try Ledger(at: folder + "ledger.sqlite", keys: keys)
      world.history.settle(entriesLogged: ledger.entriesLogged)
      let tap = JournalTap(ledger, world: world)
      let recovered = try ledger.recover()
      let state = RouterState(
        recovered: recovered, registry: registry, agreement: agreement, window: world.window,
        silence: .minutes(10))
      for key in recovered.cutOff { registry.cutOff(key) }
      // Fresh numbers are never drawn twice, whatever became of those drawn before.
      fresh.begin()
      self.ledger = ledger
      self.tap = tap
      transport = SimulatedTransport(self, world: world)
      if recovered.agreementVersion != agreement.version
        || recovered.agreementHash != agreement.contentHash
      {
        acts.append(.activate(agreement))
      }
      self.state = state
      world.tally.restarts += 1
      wake()
    } catch {
      die(effects: 0)
      restartLater()
    }
  }

  /// The process ends at this instant, and the machine's disk with it if the power failed.
  func kill(powerFails: Bool) {
    guard isUp else { return }
    die(effects: powerFails ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR | FAULTY_DISK_CORRUPT : 0)
    restartLater()
  }

  private func die(effects: Int) {
    // Without a power cut the kernel still has every write, flushed or not.
    world.tally.unflushedWrites += faulty_disk_crash(
      folder, world.random.next(), Int32(effects))
    ledger?.close()
    ledger = nil
    tap = nil
    transport = nil
    state = nil
    inbox = []
    acts = []
    diesAfterSends = nil
    for link in world.links { link.drop(told: true) }
  }

  private func restartLater() {
    world.after(.seconds(Int64(world.random.within(1...600)))) { [self] in
      faulty_disk_heal(folder)
      start()
    }
  }

  // MARK: Work

  func receive(_ frame: [UInt8], from session: Session) {
    guard isUp else { return }
    inbox.append((session, frame))
    wake()
  }

  func ask(_ act: AdministrativeAct) {
    guard isUp else { return }
    acts.append(act)
    wake()
  }

  func wake() {
    guard !isStepDue, isUp else { return }
    isStepDue = true
    world.after(Span(milliseconds: 1)) { [self] in
      isStepDue = false
      step()
    }
  }

  private func step() {
    guard var state, let tap, let transport else { return }
    clock.move(to: world.now)
    transport.begin(inbox, acts, diesAfter: diesAfterSends)
    inbox = []
    acts = []
    diesAfterSends = nil
    world.tally.turns += 1
    do {
      let now = world.bug?.frozenClock ?? clock
      let wait = try state.turn(
        transport: transport, journal: tap, clock: now, fresh: &fresh,
        waiting: Span(milliseconds: 0))
      self.state = state
      registry = state.registry
      agreement = state.agreement
      if wait.milliseconds <= 0 {
        wake()
      } else {
        steps += 1
        let mine = steps
        // The turn asks to be called each second, which here nothing would come of.
        let rest = state.nextDue.map { max(wait, $0 - clock.now()) } ?? SimulatedAgency.pingEvery
        world.after(min(rest, SimulatedAgency.pingEvery)) { [self] in if mine == steps { wake() } }
      }
    } catch {
      // It stops and begins again from its ledger; so does an operator's service manager.
      let powerFails = !(error is Killed) && world.random.chance(1, in: 2)
      die(effects: powerFails ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR : 0)
      restartLater()
    }
  }
}

/// Random ids of each agency's own, the same for the same seed.
struct SeededIDs: FreshIDs {
  private let seed: UInt64
  private var life = 0
  private var streams: [AgencyID: SeededGenerator] = [:]

  init(seed: UInt64) { self.seed = seed }

  mutating func begin() {
    life += 1
    streams = [:]
  }

  mutating func random(for agency: AgencyID) -> (UInt64, UInt64) {
    var stream =
      streams[agency] ?? SeededGenerator(seed: seed, stream: "fresh/\(life)/\(agency)")
    defer { streams[agency] = stream }
    return (stream.next(), stream.next())
  }
}
