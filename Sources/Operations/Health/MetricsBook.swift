public import CoreMetrics
import Synchronization

/// Where a daemon's counters and histograms are kept: the back of swift-metrics, for one router or
/// one desk, and not for the whole process, so that two in one process do not mix.
///
/// Only the families it was made for are kept. A label beyond them counts nowhere: what a library
/// makes up cannot fill the memory.
public final class MetricsBook: MetricsFactory {
  private struct Key: Hashable {
    let family: String
    let labels: [String: String]
  }

  private struct Kept {
    var counters: [Key: KeptCounter] = [:]
    var histograms: [Key: KeptHistogram] = [:]
  }

  private let families: [String: MetricFamily]
  private let kept = Mutex(Kept())

  public init(_ families: [MetricFamily]) {
    self.families = Dictionary(
      families.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Writes a counter or histogram as it stands.
  public func write(_ family: MetricFamily, to exposition: inout Exposition) {
    let kept = kept.withLock { $0 }
    guard family.kind == .histogram else {
      let counters = kept.counters.filter { $0.key.family == family.name }
      return exposition.add(
        family, counters.map { MetricSample(Double($0.value.value), $0.key.labels) })
    }
    let histograms = kept.histograms.filter { $0.key.family == family.name }
    exposition.add(family, histograms.map { ($0.key.labels, $0.value.distribution) })
  }

  /// The sum of a counter over all of its labels.
  public func total(_ family: MetricFamily) -> Int64 {
    kept.withLock { kept in
      kept.counters.filter { $0.key.family == family.name }.map(\.value.value).reduce(0, +)
    }
  }

  /// What came into a histogram without labels.
  public func distribution(_ family: MetricFamily) -> MetricDistribution {
    kept.withLock { $0.histograms[Key(family: family.name, labels: [:])]?.distribution }
      ?? MetricDistribution(bounds: family.bounds)
  }

  // MARK: swift-metrics

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    guard families[label]?.kind == .counter else { return NOOPMetricsHandler.instance }
    let key = Self.key(label, dimensions)
    return kept.withLock { kept in
      let counter = kept.counters[key] ?? KeptCounter()
      kept.counters[key] = counter
      return counter
    }
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    histogram(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  // Kept for the daemon's life: a counter that began again would look like a restart.
  public func destroyCounter(_ handler: any CounterHandler) {}
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> KeptHistogram? {
    guard let family = families[label], family.kind == .histogram else { return nil }
    let key = Self.key(label, dimensions)
    return kept.withLock { kept in
      let histogram = kept.histograms[key] ?? KeptHistogram(bounds: family.bounds)
      kept.histograms[key] = histogram
      return histogram
    }
  }

  private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
    Key(family: label, labels: Dictionary(dimensions, uniquingKeysWith: { first, _ in first }))
  }
}

private final class KeptCounter: CounterHandler {
  private let count = Atomic<Int64>(0)
  var value: Int64 { count.load(ordering: .relaxed) }
  func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { count.store(0, ordering: .relaxed) }
}

/// Of a recorder in the family's own unit, of a timer in seconds.
private final class KeptHistogram: RecorderHandler, TimerHandler {
  private let kept: Mutex<MetricDistribution>

  init(bounds: [Double]) { kept = Mutex(MetricDistribution(bounds: bounds)) }

  var distribution: MetricDistribution { kept.withLock { $0 } }

  func record(_ value: Int64) { record(Double(value)) }
  func record(_ value: Double) { kept.withLock { $0.observe(value) } }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
