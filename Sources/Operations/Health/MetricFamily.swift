/// A family of metrics, as Prometheus has it: a name, a kind, and what it tells.
///
/// Names, kinds and labels are part of the interface: dashboards and alert rules are written by
/// them. No label ever names a person, a case or a message.
public struct MetricFamily: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case counter, gauge, histogram
  }

  public let name: String
  public let kind: Kind
  /// One line of text: the meaning, and the unit where the name does not end in it.
  public let help: String
  /// Upper bounds of a histogram's buckets, in the name's unit, growing; empty for other kinds.
  public let bounds: [Double]

  public init(_ name: String, _ kind: Kind, _ help: String, bounds: [Double] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.bounds = bounds
  }
}

/// One value of a family, under its labels.
public struct MetricSample: Hashable, Sendable {
  public var labels: [String: String]
  public var value: Double

  public init(_ value: Double, _ labels: [String: String] = [:]) {
    self.labels = labels
    self.value = value
  }

  public init(_ value: Int, _ labels: [String: String] = [:]) {
    self.init(Double(value), labels)
  }
}

/// What came into a histogram's buckets.
public struct MetricDistribution: Hashable, Sendable {
  /// Not summed up: one for each bound, and one for what lies above the last.
  public var counts: [UInt64]
  public var sum = 0.0
  public let bounds: [Double]

  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = [UInt64](repeating: 0, count: bounds.count + 1)
  }

  public var count: UInt64 { counts.reduce(0, +) }

  public mutating func observe(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }
}

/// Metrics as text, in the exposition format of Prometheus, version 0.0.4.
public struct Exposition {
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  public private(set) var text = ""

  public init() {}

  /// Writes a family's heading, and its values in the order of their labels. A family without
  /// values still has its heading, so that a rule that names it can be checked.
  public mutating func add(_ family: MetricFamily, _ samples: [MetricSample]) {
    head(family)
    let lines = samples.map { sample in
      "\(family.name)\(Self.labels(sample.labels)) \(Self.number(sample.value))\n"
    }
    text += lines.sorted().joined()
  }

  public mutating func add(_ family: MetricFamily, _ value: Double) {
    add(family, [MetricSample(value)])
  }

  /// Writes a histogram, its buckets summed up as the format has them.
  public mutating func add(
    _ family: MetricFamily, _ distributions: [(labels: [String: String], MetricDistribution)]
  ) {
    head(family)
    for (labels, distribution) in distributions {
      var total: UInt64 = 0
      for (index, count) in distribution.counts.enumerated() {
        total += count
        let isLast = index == distribution.bounds.count
        let bound = isLast ? "+Inf" : Self.number(distribution.bounds[index])
        let all = labels.merging(["le": bound]) { $1 }
        text += "\(family.name)_bucket\(Self.labels(all)) \(total)\n"
      }
      text += "\(family.name)_sum\(Self.labels(labels)) \(Self.number(distribution.sum))\n"
      text += "\(family.name)_count\(Self.labels(labels)) \(total)\n"
    }
  }

  private mutating func head(_ family: MetricFamily) {
    let help = family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    text += "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
  }

  private static func labels(_ labels: [String: String]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { key, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: "\\n")
      return "\(key)=\"\(escaped)\""
    }
    return "{\(pairs.joined(separator: ","))}"
  }

  /// As the format has it: whole numbers without a fraction.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value.rounded() == value, abs(value) < 1e15 { return "\(Int64(value))" }
    return "\(value)"
  }
}
