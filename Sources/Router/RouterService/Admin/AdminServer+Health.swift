import HubModel
import HubProtocol
import Ledger
import Operations

extension AdminServer {
  func health() throws -> HealthReport {
    let sample = watcher.sampleNow()
    let ledger = sample.ledger ?? .init()
    let commits = watcher.metrics.book.distribution(RouterMetric.commit)
    return HealthReport(
      version: Version.text, now: sample.at.milliseconds,
      startedAt: watcher.started.milliseconds, notReady: sample.faults,
      isDraining: sample.live.isDraining,
      turnAge: sample.turnAge.components.seconds * 1_000, freeBytes: sample.live.freeBytes,
      ledgerBytes: ledger.bytes, deadlines: ledger.deadlines.map(\.milliseconds),
      deadlinesWithinHour: ledger.deadlinesWithinHour,
      deadlinesWithinDay: ledger.deadlinesWithinDay,
      newestBackup: ledger.newestBackup?.milliseconds,
      newestCheckpoint: ledger.newestCheckpoint?.milliseconds,
      openHandoffs: watcher.metrics.openHandoffs,
      isBackupRunning: backups.state.state == .running,
      isRedeciding: sample.live.isRedeciding,
      timeCritical: Self.named(try reader.timeCritical(Self.urgent)),
      setAside: Self.named(ledger.quarantined),
      commitMedian: commits.quantile(0.5).map { $0 * 1_000 },
      commitWorst: commits.quantile(0.99).map { $0 * 1_000 })
  }

  /// What somebody waits for now.
  private static let urgent: WordSet<Topic> = [
    .handoffRequested, .handoffDetails, .handoffAcknowledged, .handoffDeclined,
    .handoffUnanswered, .holdRequested, .holdReviewDue, .emergencyOpened, .emergencyDeclared,
  ]

  private static func named(_ counts: [AgencyID: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { ($0.key.text, $0.value) })
  }
}

extension MetricDistribution {
  /// The bound below which this share of the observations lies; `nil` where there are none, or it
  /// lies above the last bound.
  func quantile(_ share: Double) -> Double? {
    let wanted = (Double(count) * share).rounded(.up)
    guard wanted > 0 else { return nil }
    var total = 0.0
    for (index, count) in counts.enumerated() {
      total += Double(count)
      if total >= wanted { return index < bounds.count ? bounds[index] : nil }
    }
    return nil
  }
}
