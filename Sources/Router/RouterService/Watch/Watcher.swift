import Dispatch
import HubModel
import Ledger
import Operations
import RouterCore
import Synchronization

/// Looks at the router from outside its thread, for whoever asks how it does: the ledger through a
/// read-only connection, the rest through ``LiveStatus``. However often it is asked, it reads the
/// ledger once a second at most, and less often where reading takes long.
final class Watcher: Sendable {
  /// One look.
  struct Sample: Sendable {
    var at: WallTime
    /// Nothing where the ledger could not be read; then `failure` says why.
    var ledger: LedgerReader.WatchReport?
    var failure: String?
    var live: LiveStatus.Snapshot
    /// Since the router's thread last came round.
    var turnAge: Duration
    var points: [DayRing.Point]
  }

  private struct Kept {
    var ring = DayRing()
    var sample: Sample?
    var isFreshUntil = ContinuousClock.now
  }

  let metrics: TurnMetrics
  let started = SystemClock().wall()
  private let reader: LedgerReader
  private let live: LiveStatus
  private let kept = Mutex(Kept())
  /// All reading happens here, one at a time.
  private let queue = DispatchQueue(label: "accord.watch")
  private let timer: Timer

  // A dispatch source is thread-safe; the library has not marked it so.
  private struct Timer: @unchecked Sendable { let source: any DispatchSourceTimer }

  init(reader: LedgerReader, live: LiveStatus, metrics: TurnMetrics) {
    self.reader = reader
    self.live = live
    self.metrics = metrics
    timer = Timer(source: DispatchSource.makeTimerSource(queue: queue))
  }

  /// Begins the day's points, the first of them now.
  func start() {
    timer.source.schedule(
      deadline: .now(), repeating: .milliseconds(Int(DayRing.step.milliseconds)))
    timer.source.setEventHandler { [weak self] in self?.addPoint() }
    timer.source.resume()
  }

  func stop() { timer.source.cancel() }

  /// The newest look, or a new one.
  func sample() async -> Sample {
    await withCheckedContinuation { continuation in
      queue.async { [self] in continuation.resume(returning: look()) }
    }
  }

  /// A new look, for an operator who asks; on a thread that may wait.
  func sampleNow() -> Sample { queue.sync { look(isFresh: true) } }

  /// How the router's thread does, without a look at the ledger.
  var turnAge: Duration { ContinuousClock.now - live.now.turnedAt }

  private func look(isFresh: Bool = false) -> Sample {
    let now = ContinuousClock.now
    let known = kept.withLock { $0.isFreshUntil > now ? $0.sample : nil }
    if let known, !isFresh { return known }
    let wall = SystemClock().wall()
    var ledger: LedgerReader.WatchReport?
    var failure: String?
    do { ledger = try reader.watch(at: wall) } catch { failure = "\(error)" }
    let snapshot = live.now
    let after = ContinuousClock.now
    return kept.withLock { kept in
      let sample = Sample(
        at: wall, ledger: ledger, failure: failure, live: snapshot,
        turnAge: after - snapshot.turnedAt, points: kept.ring.points)
      kept.sample = sample
      kept.isFreshUntil = after + max(.seconds(1), (after - now) * 10)
      return sample
    }
  }

  private func addPoint() {
    let sample = look()
    guard let ledger = sample.ledger else { return }
    let commits = metrics.book.distribution(RouterMetric.commit)
    func entries(_ kinds: AuditEntry.Kind...) -> Int {
      kinds.reduce(0) { $0 + (ledger.entries[$1] ?? 0) }
    }
    let oldest = ledger.lanes.values.compactMap(\.oldestPending).min()
    let point = DayRing.Point(
      at: sample.at, waiting: ledger.lanes.values.reduce(0) { $0 + $1.depth },
      oldestSeconds: oldest.map { Int((sample.at - $0).milliseconds / 1_000) } ?? 0,
      escrow: ledger.lanes.values.reduce(0) { $0 + $1.held })
    let totals = DayRing.Totals(
      released: entries(.released), withheld: entries(.withheld, .voided), held: entries(.held),
      errors: entries(.refused, .quarantined), commits: commits.count,
      commitSeconds: commits.sum)
    kept.withLock { kept in
      kept.ring.add(point, totals)
      kept.sample?.points = kept.ring.points
    }
  }
}

extension Watcher.Sample {
  /// Past this the router's thread does not come round as it should.
  static let slowTurn: Duration = .seconds(10)
  /// Past this it hangs, and a service manager may start it again.
  static let hungTurn: Duration = .seconds(120)

  /// What keeps the router from doing all of its work.
  var readiness: Readiness {
    let maintenance = "maintenance mode is on; 'accord router resume' ends it"
    return Readiness(faults + (live.isDraining ? [maintenance] : []))
  }

  /// The same, but for what an operator wanted so.
  var faults: [String] {
    var reasons: [String] = []
    if let fault = live.clockFault {
      reasons.append(
        "the clock is in doubt (\(fault)), and nothing is released; set it right, then "
          + "'accord clock accept'")
    }
    if live.isLowOnSpace {
      reasons.append(
        "disk space is low (\(live.freeBytes >> 20) MiB free): only releases, revocations and "
          + "cut-offs are taken; free the disk")
    }
    if turnAge > Self.slowTurn {
      reasons.append(
        "the router's thread has not come round for \(turnAge.components.seconds) s; look at the "
          + "disk, and at the log")
    }
    if let failure { reasons.append("the ledger could not be read: \(failure)") }
    return reasons
  }
}
