import Crypto
import FaultyDisk
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore

/// A copy of the ledger, and what the judge knew when it was made.
struct KeptBackup {
  let path: String
  let taken: Taken
}

/// What a router's machine does beside its turns: checkpoints of the log, retention, backups, and
/// being put back to one of them.
extension SimulatedRouter {
  /// For how long a county of hours keeps what it need not keep longer.
  static let keepsContent = Span.hours(2)
  static let keepsPeople = Span.hours(4)
  private static let checkpointsEvery = Span.hours(1)

  /// Signs the log's checkpoints; the same in every run, so that a seed gives one history.
  static let signer: SigningKey? = {
    let seed = [UInt8](repeating: 0x51, count: 32)
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let fingerprint = KeyFingerprint("key-router")
    else { return nil }
    return SigningKey(key, fingerprint: fingerprint)
  }()

  // MARK: Between turns

  /// As the daemon does after each turn.
  func keepUp(_ state: RouterState, _ ledger: Ledger) throws {
    guard world.faults.minutesBetweenUpkeep > 0 else { return }
    if world.now >= checkpointDue, let signer = Self.signer {
      checkpointDue = world.now + Self.checkpointsEvery
      chained = try ledger.writeCheckpoint(
        of: world.town.program, by: signer, at: clock.now(), isScheduled: true)
      wake()
    }
    try judgeWhoIsGone(in: ledger)
    // By a clock in doubt nothing is old.
    guard state.clockFault == nil, !isLowOnSpace else { return }
    if isRetentionWanted { try beginRetention(ledger) }
    guard var going = pass else { return }
    let due = try ledger.retain(&going, asked: dueByRetention, now: clock.now())
    dueByRetention = due
    for person in due { ask(.retire(person.participant, position: person.position)) }
    try judgeWhatWasDestroyed(in: ledger, by: going)
    pass = going.isDone ? nil : going
    if pass != nil { wake() }
  }

  func runRetention() {
    isRetentionWanted = true
    wake()
  }

  private func beginRetention(_ ledger: Ledger) throws {
    isRetentionWanted = false
    guard pass == nil else { return }
    let now = clock.now()
    let haste = world.bug == .retiresTooEarly ? Span.hours(24) : Span(milliseconds: 0)
    func cutoff(_ age: Span) -> WallTime {
      WallTime(milliseconds: now.milliseconds - age.milliseconds + haste.milliseconds)
    }
    let fresh = RetentionPass(
      began: now, isDry: false, by: "timer",
      cutoffs: .init(
        content: cutoff(Self.keepsContent), bookings: cutoff(Self.keepsContent),
        people: cutoff(Self.keepsPeople)))
    try ledger.begin(fresh)
    pass = fresh
  }

  /// Before which time nothing may be destroyed by a run of retention.
  static func floor(of pass: RetentionPass, _ age: Span) -> WallTime {
    WallTime(milliseconds: pass.began - age.milliseconds)
  }

  private func judgeWhatWasDestroyed(in ledger: Ledger, by pass: RetentionPass) throws {
    let history = world.history
    history.floorOfPeople = Self.floor(of: pass, Self.keepsPeople)
    let gone = try unreadable(history.whatShouldBeReadable, in: ledger)
    history.judge(destroyed: gone, notBefore: Self.floor(of: pass, Self.keepsContent))
  }

  /// Nothing that was said of a person may be left once they are expunged, nor come back with a
  /// backup.
  func judgeWhoIsGone(in ledger: Ledger) throws {
    let history = world.history
    guard judgedGone != history.gone.count else { return }
    judgedGone = history.gone.count
    let theirs = history.shredded.intersection(history.accepted.keys)
    if try unreadable(theirs, in: ledger) != theirs {
      history.note("what was said of an expunged person can be read")
    }
  }

  /// Which of these say nothing any more.
  func unreadable(_ ids: Set<MessageID>, in ledger: Ledger) throws -> Set<MessageID> {
    var needs = Needs(dueBy: MachineClock.start)
    needs.named = ids
    let known = try ledger.load(needs).messages
    return ids.filter { id in
      known[id]?.message.segments.allSatisfy { $0.fields.isEmpty } ?? true
    }
  }

  // MARK: Backups

  /// Copies the ledger while the router goes on, and tells it.
  func backUp() {
    guard isUp, ledger != nil else { return }
    ask(.backup(.begun))
    let life = lives
    world.after(.seconds(Int64(world.upkeep.within(1...120)))) { [self] in
      // A process that ended takes the making of its backup along.
      guard isUp, life == lives else { return }
      clock.move(to: world.now)
      backupsMade += 1
      let path = world.backupFolder + "\(backupsMade)"
      do {
        let reader = try LedgerReader(at: folder + "ledger.sqlite")
        let backup = try reader.backUp(to: path, at: clock.now())
        guard faulty_disk_rename(path + ".part", path) != 0 else { throw Killed() }
        backups.append(KeptBackup(path: path, taken: world.history.taken))
        ask(.backup(.done(backup)))
      } catch {
        world.history.note("a backup could not be made: \(error)")
      }
    }
  }

  // MARK: Restoring

  /// The disk is lost; some time later an operator puts a backup in its place.
  func loseLedger() {
    guard isUp, !isBeingRestored, !backups.isEmpty else { return }
    // Mostly one of the two that spools count on; else what they have forgotten is gone.
    let isOld = world.upkeep.chance(1, in: 6)
    let first = isOld ? 0 : max(0, backups.count - 2)
    let chosen = first + world.upkeep.below(backups.count - first)
    isBeingRestored = true
    kill(powerFails: world.upkeep.chance(1, in: 2))
    restoring = (chosen, covered: chosen >= backups.count - 2)
    world.after(.minutes(Int64(world.upkeep.within(1...180)))) { [self] in restore() }
  }

  /// Tries until it is done; a disk that fails in the middle leaves either ledger whole.
  func restore() {
    guard isBeingRestored, let (chosen, isCovered) = restoring, let signer = Self.signer else {
      return
    }
    clock.move(to: world.now)
    let backup = backups[chosen]
    let order = RestoreOrder(
      program: world.town.program, key: signer, now: clock.now(), reason: "the disk is lost")
    do {
      _ = try LedgerRestore(
        folder + "ledger.sqlite", from: backup.path, in: SimulatedFiles(),
        keys: { [self] in try openKeys() }
      ).perform(order)
    } catch {
      judge(error)
      die(effects: world.upkeep.chance(1, in: 2) ? FAULTY_DISK_LOSE | FAULTY_DISK_TEAR : 0)
      faulty_disk_heal(folder)
      world.after(.minutes(Int64(world.upkeep.within(1...30)))) { [self] in restore() }
      return
    }
    world.history.putBack(to: backup.taken, isCovered: isCovered)
    // What was copied after it belongs to a life that is over.
    backups = [backup]
    (restoring, isBeingRestored) = (nil, false)
    mustActivateAgain = true
    start()
  }

  /// The agreement in force is the backup's; whoever restores activates the newest one again.
  func agreementAgain(after recovered: Recovered) -> AdministrativeAct? {
    guard mustActivateAgain else { return nil }
    mustActivateAgain = false
    let page = world.history.operators
    guard let newest = page.newest, newest.version > recovered.agreementVersion,
      !recovered.agreements.contains(where: { $0.version == newest.version })
    else { return nil }
    let date = page.date(of: newest.version).flatMap { $0 > clock.now() ? $0 : nil }
    return .activate(newest, text: SimulatedTown.text(of: newest), effective: date)
  }
}
