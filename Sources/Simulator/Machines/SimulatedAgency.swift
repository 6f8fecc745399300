import FaultyDisk
import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations
import Synchronization
import ZeroMQ

/// One agency's machine: the real client loop and store, on a disk, a network and a clock that
/// fail. What it applied stands in a table of its own store, and is read there at the end.
final class SimulatedAgency {
  let id: AgencyID
  let role: Role
  let folder: String
  let clock = MachineClock()
  let link: SimulatedLink
  private unowned let world: World
  private(set) var store: AdapterStore?
  private var loop: LinkLoop?
  private var wire: SimulatedWire?
  private var recorder = Recorder()
  private var isStepDue = false
  private var steps: UInt64 = 0
  private let configuration: LinkConfiguration
  /// Far rarer than in a county, or a virtual day would be heartbeats.
  static let pingEvery = Span.minutes(2)
  /// Absent agencies stay so until this.
  var isAway = false
  /// What its people have on paper of releases.
  private var captured = CapturedForms()
  private var isNewLifeSeen = false
  private var mustConfirm = false

  init(_ agency: Registry.Agency, folder: String, keys: CurveKeyPair, world: World) {
    id = agency.id
    role = agency.role
    self.folder = folder
    self.world = world
    link = SimulatedLink(
      agency: agency.id, key: agency.keys[0].fingerprint, world: world)
    configuration = LinkConfiguration(
      agency: agency.id, role: agency.role, program: world.town.program,
      routerHost: "router", routerKey: keys.publicKey, keys: keys, pingEvery: Self.pingEvery)
  }

  func start() {
    guard loop == nil, !isAway else { return }
    clock.move(to: world.now)
    do {
      let store = try AdapterStore(
        path: folder + "store.sqlite", migrations: [AppliedTable.migration], clock: clock.system)
      let wire = SimulatedWire(link, bug: world.bug)
      recorder = Recorder()
      loop = try LinkLoop(
        configuration: configuration, store: store, handler: recorder, log: Self.quiet,
        wire: wire, clock: clock.system)
      self.store = store
      self.wire = wire
      wake()
    } catch {
      die(powerFails: false)
    }
  }

  private static let quiet: Logger = {
    var log = Logger(label: "simulated agency") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    return log
  }()

  func kill(powerFails: Bool, away: Span? = nil) {
    guard loop != nil else { return }
    die(powerFails: powerFails, away: away)
  }

  private func die(powerFails: Bool, away: Span? = nil) {
    let effects = powerFails ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR | FAULTY_DISK_CORRUPT : 0
    link.disconnect()
    world.tally.unflushedWrites += faulty_disk_crash(
      folder, world.random.next(), Int32(effects))
    loop = nil
    wire = nil
    store = nil
    link.events = []
    isAway = true
    world.after(away ?? .seconds(Int64(world.random.within(1...900)))) { [self] in
      faulty_disk_heal(folder)
      isAway = false
      start()
    }
  }

  /// For good.
  func end() { (loop, wire, store) = (nil, nil, nil) }

  // MARK: Work

  /// Says something, if the machine is up: on disk when this returns.
  func say(_ message: HubModel.Message) {
    guard let store else { return }
    clock.move(to: world.now)
    do {
      try store.publish(message, role: role)
    } catch is Refusal {
      world.history.refusedAtHome += 1
      return
    } catch {
      // The disk failed it: whether the message is spooled is known after the restart.
      world.history.uncertain.insert(message.id)
      world.history.said[message.id] = (message, id)
      die(powerFails: world.random.chance(1, in: 2))
      return
    }
    world.history.said[message.id] = (message, id)
    captured.note(message)
    wire?.isWoken = true
    wake()
  }

  // MARK: After a restore of the hub's ledger

  /// Somebody telephones the hub's operator, and accepts its new life; then they look through
  /// what was captured here and say it again.
  private func lookForNewLife(_ loop: LinkLoop) {
    guard let life = loop.standing.unconfirmedLedger, !isNewLifeSeen else { return }
    isNewLifeSeen = true
    world.after(patience(90)) { [self] in
      isNewLifeSeen = false
      guard let store, let wire, self.loop?.standing.unconfirmedLedger == life else { return }
      clock.move(to: world.now)
      do {
        try store.confirmIncarnation(life)
        if world.bug == .forgetsInbox {
          try store.write { try $0.execute(sql: "DELETE FROM inbox") }
        }
        mustConfirm = true
      } catch {
        return die(powerFails: world.random.chance(1, in: 2))
      }
      wire.isWoken = true
      wake()
      confirmReleases()
    }
  }

  private func confirmReleases() {
    world.after(patience(180)) { [self] in
      guard mustConfirm else { return }
      guard loop != nil else { return confirmReleases() }
      mustConfirm = false
      clock.move(to: world.now)
      let now = max(clock.now(), MachineClock.start)
      for message in captured.again(by: id, at: now, &world.random) { say(message) }
    }
  }

  private func patience(_ minutes: Int) -> Span {
    .minutes(Int64(world.isMending ? world.random.within(1...5) : world.random.within(1...minutes)))
  }

  /// Most of the time somebody at the desk sees that a message waits, and says so.
  private func confirm(_ waiting: [MessageID]) {
    for message in waiting where world.random.chance(3, in: 4) {
      world.after(.minutes(Int64(world.random.within(1...90)))) { [self] in
        guard loop != nil else { return }
        clock.move(to: world.now)
        let now = max(clock.now(), MachineClock.start)
        let confirmation = Traffic.confirmation(of: message, by: id, at: now, &world.random)
        if let confirmation { say(confirmation) }
      }
    }
  }

  func wake() {
    guard !isStepDue, loop != nil else { return }
    isStepDue = true
    world.after(Span(milliseconds: 1)) { [self] in
      isStepDue = false
      step()
    }
  }

  /// Steps in one virtual minute; far more than a county gives reason for is a storm.
  private var minute: (Int64, Int) = (0, 0)

  private func countStep() {
    let now = world.now.milliseconds / 60_000
    minute = minute.0 == now ? (now, minute.1 + 1) : (now, 1)
    if minute.1 == 20_000 { world.history.note("\(id)'s client comes to no rest") }
  }

  private func step() {
    guard let loop else { return }
    countStep()
    clock.move(to: world.now)
    loop.step()
    confirm(recorder.takeWaiting())
    lookForNewLife(loop)
    let next = loop.nextStep
    steps += 1
    let mine = steps
    // One alarm at a time: a later step sets its own.
    world.after(max(Span(milliseconds: 1), next - world.now)) { [self] in
      if mine == steps { wake() }
    }
    if faulty_disk_struck(folder) > world.struck[id, default: 0] {
      world.struck[id] = faulty_disk_struck(folder)
      die(powerFails: world.random.chance(1, in: 2))
    }
  }

  /// Whether nothing of its own is on its way any more.
  var isIdle: Bool {
    guard let loop else { return false }
    return loop.standing.isConnected && loop.standing.dataDepth == 0
      && loop.standing.controlDepth == 0
  }
}

/// What an agency applied, in its own store: the judge reads it there.
enum AppliedTable {
  static let migration = AdapterMigration("simulated/1") { database in
    try database.execute(
      sql: """
        CREATE TABLE applied (
          entry INTEGER PRIMARY KEY, number INTEGER NOT NULL, message TEXT NOT NULL,
          part INTEGER NOT NULL, segments TEXT NOT NULL, ledger TEXT
        )
        """)
  }

  /// By which a segment is told from the others of its message, however the message is cut.
  static func name(of segment: Segment) -> String {
    segment.fields.map(\.name).joined(separator: " ")
  }
}

private final class Recorder: DeliveryHandler {
  private struct Waiting {
    var applied: [MessageID] = []
    var committed: [MessageID] = []
  }
  /// Own messages that wait for a release, as the router has told.
  private let waiting = Mutex(Waiting())

  func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO applied (number, message, part, segments, ledger)
        VALUES (?, ?, ?, ?, (SELECT ledger FROM hub_state))
        """,
      arguments: [
        Int64(number), content.message.id.description, Int(content.part),
        content.message.segments.map(AppliedTable.name).joined(separator: ";"),
      ])
    guard content.message.topic == .outcome, content.message.code("fate") == "held",
      let about = content.message.code("message").flatMap({ MessageID($0) })
    else { return }
    waiting.withLock { $0.applied.append(about) }
  }

  func afterCommit() {
    waiting.withLock {
      $0.committed += $0.applied
      $0.applied = []
    }
  }

  /// Those of which the store knows, each once.
  func takeWaiting() -> [MessageID] {
    waiting.withLock { waiting in
      defer { waiting.committed = [] }
      return waiting.committed
    }
  }
}
