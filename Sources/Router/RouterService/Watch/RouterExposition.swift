import HubModel
import Ledger
import Operations

/// `/metrics`, from one look at the router.
struct RouterExposition {
  private typealias Metric = RouterMetric
  private var exposition = Exposition()
  private let sample: Watcher.Sample
  private let metrics: TurnMetrics

  static func text(_ sample: Watcher.Sample, _ metrics: TurnMetrics) -> String {
    var writing = RouterExposition(sample, metrics)
    writing.router()
    writing.agencies()
    writing.keys()
    writing.ledger()
    writing.counted()
    return writing.exposition.text
  }

  private init(_ sample: Watcher.Sample, _ metrics: TurnMetrics) {
    self.sample = sample
    self.metrics = metrics
  }

  private mutating func router() {
    let live = sample.live
    exposition.add(
      Metric.build,
      [MetricSample(1, ["version": Version.text, "agreement": "\(live.agreementVersion)"])])
    exposition.add(Metric.ready, sample.readiness.isReady ? 1 : 0)
    exposition.add(Metric.draining, live.isDraining ? 1 : 0)
    exposition.add(Metric.clockHeld, live.clockFault == nil ? 0 : 1)
    exposition.add(Metric.diskLow, live.isLowOnSpace ? 1 : 0)
    exposition.add(Metric.diskFree, Double(live.freeBytes))
    exposition.add(Metric.turnAge, Double(sample.turnAge.components.seconds))
  }

  private mutating func agencies() {
    let live = sample.live
    let lanes = sample.ledger?.lanes ?? [:]
    let agencies = live.registry.agencies.keys.sorted()
    func each(
      _ family: MetricFamily, _ value: (AgencyID, LedgerReader.LaneReport) -> Double?
    ) {
      exposition.add(
        family,
        agencies.compactMap { agency in
          value(agency, lanes[agency] ?? .init()).map { MetricSample($0, ["agency": agency.text]) }
        })
    }
    each(Metric.connected) { agency, _ in live.contacts[agency]?.isConnected == true ? 1 : 0 }
    each(Metric.lastContact) { agency, _ in live.contacts[agency]?.lastContact?.seconds }
    each(Metric.depth) { _, lane in Double(lane.depth) }
    each(Metric.oldest) { _, lane in
      lane.oldestPending.map { max(0, sample.at.seconds - $0.seconds) } ?? 0
    }
    each(Metric.inFlight) { _, lane in Double(lane.inFlight) }
    each(Metric.escrow) { _, lane in Double(lane.held) }
    each(Metric.aside) { agency, _ in Double(sample.ledger?.quarantined[agency] ?? 0) }
  }

  private mutating func keys() {
    let registry = sample.live.registry
    let samples = registry.agencies.values.flatMap { agency in
      agency.keys.compactMap { key -> MetricSample? in
        guard let end = key.expiresAt, !registry.cutOff.contains(key.fingerprint) else {
          return nil
        }
        // Enough of the fingerprint to tell an agency's keys apart.
        let labels = [
          "agency": agency.id.text, "key": String(key.fingerprint.text.prefix(12)),
          "use": key.use.rawValue,
        ]
        return MetricSample(end.seconds - sample.at.seconds, labels)
      }
    }
    exposition.add(Metric.keyExpiry, samples)
  }

  private mutating func ledger() {
    let ledger = sample.ledger ?? .init()
    exposition.add(Metric.ledgerBytes, Double(ledger.bytes))
    exposition.add(
      Metric.nextDeadline, ledger.deadlines.prefix(1).map { MetricSample($0.seconds) })
    exposition.add(
      Metric.deadlinesNear,
      [
        MetricSample(ledger.deadlinesWithinHour, ["within": "1h"]),
        MetricSample(ledger.deadlinesWithinDay, ["within": "1d"]),
      ])
    func counts(_ label: String, _ kinds: [AuditEntry.Kind]) -> [MetricSample] {
      kinds.map { MetricSample(ledger.entries[$0] ?? 0, [label: $0.word]) }
    }
    exposition.add(Metric.messages, counts("result", [.accepted, .refused, .noMatch]))
    exposition.add(
      Metric.decisions,
      counts(
        "outcome", [.released, .resent, .permitted, .held, .withheld, .voided, .lapsed]))
    exposition.add(Metric.emergencies, Double(ledger.unreviewedEmergencies))
    exposition.add(Metric.unconfirmed, Double(ledger.unconfirmedReleases))
    exposition.add(Metric.backup, ledger.newestBackup.map { [MetricSample($0.seconds)] } ?? [])
    exposition.add(
      Metric.checkpoint, ledger.newestCheckpoint.map { [MetricSample($0.seconds)] } ?? [])
  }

  private mutating func counted() {
    exposition.add(Metric.handoffsOpen, Double(metrics.openHandoffs))
    for family in Metric.counted { metrics.book.write(family, to: &exposition) }
  }
}

extension WallTime {
  fileprivate var seconds: Double { Double(milliseconds) / 1_000 }
}
