import CoreMetrics
import HubModel
import Operations
import RouterCore
import Synchronization

/// What the router's own thread counts. Each of them costs an atomic or an uncontended lock, once
/// for a turn and not for a message.
final class TurnMetrics: Sendable {
  let book = MetricsBook(RouterMetric.counted)
  private let commits: Timer
  private let batches: Recorder
  private let answers: Timer
  private let open = Atomic<Int>(0)

  init() {
    commits = Timer(label: RouterMetric.commit.name, dimensions: [], factory: book)
    batches = Recorder(
      label: RouterMetric.batch.name, dimensions: [], aggregate: true, factory: book)
    answers = Timer(label: RouterMetric.handoffAnswer.name, dimensions: [], factory: book)
  }

  func took(events: Int) {
    if events > 0 { batches.record(events) }
  }

  func committed(within time: Duration) { commits.recordNanoseconds(time.nanoseconds) }

  /// A frame was refused, which is rare: no handler needs to be kept for it.
  func limited(_ agency: AgencyID) {
    Counter(
      label: RouterMetric.rateLimited.name, dimensions: [("agency", agency.text)], factory: book
    ).increment()
  }

  func answered(after span: Span) { answers.recordMilliseconds(max(0, span.milliseconds)) }

  var openHandoffs: Int {
    get { open.load(ordering: .relaxed) }
    set { open.store(newValue, ordering: .relaxed) }
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}

/// A journal that times its commits, and the hand-offs that they bring. Owned by the router's
/// thread.
final class MeasuredJournal: Journal {
  private let journal: any Journal
  private let metrics: TurnMetrics
  /// When each hand-off was requested that has no answer yet. Forgotten at a restart: hand-offs
  /// are answered within minutes.
  private var requested: [CaseID: WallTime] = [:]
  private static let mostOpen = 4_096

  init(_ journal: any Journal, _ metrics: TurnMetrics) {
    self.journal = journal
    self.metrics = metrics
  }

  func recover() throws -> Recovered { try journal.recover() }

  func load(_ needs: Needs) throws -> Facts { try journal.load(needs) }

  func commit(_ entries: [JournalEntry]) throws {
    let start = ContinuousClock.now
    try journal.commit(entries)
    metrics.committed(within: ContinuousClock.now - start)
    for case .accepted(let stored) in entries where stored.basis == .submitted { note(stored) }
  }

  private func note(_ stored: StoredMessage) {
    guard let id = stored.message.caseID else { return }
    switch stored.message.topic {
    case .handoffRequested:
      // More than any county has at once: the oldest was given up long ago.
      if requested.count >= Self.mostOpen,
        let oldest = requested.min(by: { $0.value < $1.value })?.key
      {
        requested[oldest] = nil
      }
      requested[id] = stored.acceptedAt
    case .handoffAcknowledged, .handoffDeclined:
      guard let start = requested.removeValue(forKey: id) else { return }
      metrics.answered(after: stored.acceptedAt - start)
    case .handoffCompleted: requested[id] = nil
    default: return
    }
    metrics.openHandoffs = requested.count
  }
}
