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
  unowned let world: World
  private(set) var state: RouterState?
  private(set) var ledger: Ledger?
  private var tap: JournalTap?
  private var transport: SimulatedTransport?
  private var fresh: SeededIDs
  private var inbox: [(Session, [UInt8])] = []
  private var acts: [AdministrativeAct] = []
  private var isStepDue = false
  private var steps: UInt64 = 0
  /// Faults of the disk that have struck already.
  private var struckBefore: Int64 = 0
  /// Turns in a row that asked for another one at once.
  private var hurried = 0
  /// What operators have asked of the present turn.
  private(set) var actsOfTurn: [AdministrativeAct] = []
  /// The registry's file.
  var registry: Registry
  /// The master key lies elsewhere than the disk that fails.
  private static let master = SymmetricKey(data: [UInt8](repeating: 0x3c, count: 32))
  /// The first agreement's file; later ones are in the ledger.
  private let agreement: ProgramAgreement
  /// Whether the disk is below its reserve, and whether the router has been told.
  var isLowOnSpace = false { didSet { wake() } }
  private var toldLow = false
  /// The longest time without a turn: far longer than a daemon's, or a day would be idle turns.
  var rest = SimulatedAgency.pingEvery
  /// Sends of the next turn after which the process dies.
  var diesAfterSends: Int?

  // Beside the turns.
  var checkpointDue = Tick(milliseconds: 0)
  /// A link of the chain that the next turn is told of.
  var chained: ChainPoint?
  var isRetentionWanted = false
  var pass: RetentionPass?
  /// Whom the last chunk of retention named.
  var dueByRetention: [DueParticipant] = []
  var backups: [KeptBackup] = []
  var backupsMade = 0
  /// Processes that were started.
  private(set) var lives = 0
  var isBeingRestored = false
  /// Which backup is put back, and whether spools still have all that it lacks.
  var restoring: (backup: Int, covered: Bool)?
  var mustActivateAgain = false
  /// How many expungements have been looked into in this life.
  var judgedGone = 0

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

  func openKeys() throws -> KeyStore {
    try KeyStore(at: folder + "keys.sqlite", master: Self.master)
  }

  func start() {
    guard state == nil, !isBeingRestored else { return }
    clock.move(to: world.now)
    do {
      let ledger = try Ledger(at: folder + "ledger.sqlite", keys: openKeys())
      world.history.settle(entriesLogged: ledger.entriesLogged)
      if world.faults.minutesBetweenUpkeep > 0 { try ledger.openLog(at: clock.now()) }
      var recovered = try ledger.recover()
      world.change(&recovered)
      pass = try ledger.unfinishedRetention()
      let state = state(from: recovered)
      judgeClock(against: recovered.clock)
      world.history.operators.isLowOnSpace = false
      // Fresh numbers are never drawn twice, whatever became of those drawn before.
      fresh.begin()
      self.ledger = ledger
      tap = JournalTap(ledger, world: world)
      transport = SimulatedTransport(self, world: world)
      if recovered.agreementVersion == 0 {
        acts.append(
          .activate(agreement, text: SimulatedTown.text(of: agreement), effective: nil))
      }
      // The file may have changed while the router was away.
      acts.append(.replaceRegistry(registry))
      if let again = agreementAgain(after: recovered) { acts.append(again) }
      self.state = state
      world.tally.restarts += 1
      lives += 1
      judgedGone = 0
      wake()
    } catch {
      judge(error)
      die(effects: 0)
      restartLater()
    }
  }

  /// Whatever stops a router, its disk must have had a part in it.
  func judge(_ error: any Error) {
    let struck = faulty_disk_struck(folder)
    if !(error is Killed) && struck == struckBefore {
      world.history.note("the router stopped though its disk is good: \(error)")
    }
    struckBefore = struck
  }

  private func state(from recovered: Recovered) -> RouterState {
    let page = world.history.operators
    let waiting = recovered.agreements.filter { $0.version > recovered.agreementVersion }
    return RouterState(
      recovered: recovered, registry: registry,
      agreement: page.agreement(recovered.agreementVersion) ?? agreement,
      scheduled: waiting.compactMap { recorded in
        page.agreement(recorded.version).map {
          ScheduledAgreement($0, effective: recorded.effective)
        }
      }, window: world.window, silence: .minutes(10),
      clock: world.bug == .trustsAnyClock ? nil : clock.mark())
  }

  /// Whether a router that starts now can know that its clock was set.
  private func judgeClock(against seen: ClockMark?) {
    let now = clock.mark()
    guard let seen else {
      world.history.taken.trustedSkew = clock.skew
      return
    }
    // Of another boot only time that has run backwards shows.
    if seen.boot != now.boot && now.wall >= seen.wall {
      world.history.taken.trustedSkew = clock.skew
    }
  }

  /// The process ends at this instant, and the machine's disk with it if the power failed.
  func kill(powerFails: Bool) {
    guard isUp else { return }
    die(effects: powerFails ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR | FAULTY_DISK_CORRUPT : 0)
    restartLater()
  }

  func die(effects: Int) {
    // Without a power cut the kernel still has every write, flushed or not.
    world.tally.unflushedWrites += faulty_disk_crash(
      folder, world.random.next(), Int32(effects))
    if effects != 0 { clock.reboot() }
    ledger?.close()
    ledger = nil
    tap = nil
    transport = nil
    state = nil
    inbox = []
    acts = []
    actsOfTurn = []
    toldLow = false
    hurried = 0
    diesAfterSends = nil
    chained = nil
    pass = nil
    dueByRetention = []
    for link in world.links { link.dropAll() }
  }

  /// For good.
  func end() {
    ledger?.close()
    (ledger, tap, transport, state) = (nil, nil, nil, nil)
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
    let news = isLowOnSpace != toldLow ? isLowOnSpace : nil
    transport.begin(inbox, acts, chained, isLow: news, diesAfter: diesAfterSends)
    chained = nil
    if let news {
      toldLow = news
      world.history.operators.isLowOnSpace = news
    }
    actsOfTurn = acts
    inbox = []
    acts = []
    diesAfterSends = nil
    world.tally.turns += 1
    do {
      let time: any TurnClock = world.bug?.clock(of: clock) ?? clock
      let wait = try turn(&state, transport, tap, time)
      self.state = state
      if state.clockFault != nil { world.callOperator() }
      if let ledger { try keepUp(state, ledger) }
      hurried = wait.milliseconds <= 0 ? hurried + 1 : 0
      if hurried > 2_000 { world.history.note("the router's turns come to no end") }
      if wait.milliseconds <= 0 {
        wake()
      } else {
        steps += 1
        let mine = steps
        // The turn asks to be called each second, which here nothing would come of.
        let due = state.clockFault == nil ? state.nextDue : nil
        let pause = due.map { max(wait, $0 - time.now()) } ?? rest
        world.after(min(pause, rest)) { [self] in if mine == steps { wake() } }
      }
    } catch {
      // It stops and begins again from its ledger; so does an operator's service manager.
      judge(error)
      let powerFails = !(error is Killed) && world.random.chance(1, in: 2)
      die(effects: powerFails ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR : 0)
      restartLater()
    }
  }

  private func turn(
    _ state: inout RouterState, _ transport: SimulatedTransport, _ tap: JournalTap,
    _ time: some TurnClock
  ) throws -> Span {
    try state.turn(
      transport: transport, journal: tap, clock: time, fresh: &fresh,
      waiting: Span(milliseconds: 0))
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
