import Foundation

extension Encodable {
  /// What `--json` prints.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

struct Report: Codable {
  struct Throughput: Codable {
    /// Messages under way at once, and in flight to the recipient.
    var window: Int
    /// All was published at once: almost everything waited in the recipient's queue.
    var isAhead: Bool
    var slowedByMicroseconds: Int
    var messages: Int
    var seconds: Double
    var routerMicroseconds: Double
    var publisherMicroseconds: Double
    var consumerMicroseconds: Double
    var routerWrittenBytes: Double
    var perSecond: Double { Double(messages) / seconds }
  }
  struct Latency: Codable {
    var slowedByMicroseconds: Int
    var perSecond: Int
    var p50: Double
    var p99: Double
    var p999: Double
  }
  struct Backlog: Codable {
    var messages: Int
    var residentMegabytes: Double
    var peakMegabytes: Double
    var acceptedInSeconds: Double
    /// From the router's being killed to the last message's being applied.
    var deliveredInSeconds: Double
    /// Of the router that was started after the other was killed.
    var peakMegabytesDelivering: Double
  }

  var limits = MachineLimits()
  var seals = SealCost()
  var throughputs: [Throughput] = []
  var latencies: [Latency] = []
  var backlog: Backlog?

  mutating func add(_ result: Throughput) { throughputs.append(result) }

  func text() -> String {
    var lines = [
      "This machine, in this run (\(BenchMessage.bytes) bytes a message):",
      "  libzmq CURVE push/pull     \(whole(limits.curvePerSecond))/s",
      "  SQLite grouped inserts     \(whole(limits.insertsPerSecond))/s   "
        + "(1,024 a commit, flushed)",
      "  one flush                  \(fine(limits.flushMicroseconds)) µs",
      "",
      "Seals, of which there is one for each message below: \(fine(seals.sealMicroseconds)) µs to "
        + "make, \(fine(seals.checkMicroseconds)) µs to check, \(seals.sealBytes) bytes",
      "",
      "Published → durable → decided → audited → delivered → acknowledged:",
    ]
    for result in throughputs {
      let ahead = result.isAhead ? ", all published at once" : ""
      let slowed =
        result.slowedByMicroseconds > 0
        ? ", every flush slowed by \(result.slowedByMicroseconds) µs" : ""
      lines.append(
        "  window \(result.window)\(ahead)\(slowed): \(whole(result.perSecond))/s "
          + "(\(ratio(result.perSecond, limits.insertsPerSecond)) of the inserts, "
          + "\(ratio(result.perSecond, limits.curvePerSecond)) of CURVE)")
      lines.append(
        "    CPU a message: router \(fine(result.routerMicroseconds)) µs, publisher "
          + "\(fine(result.publisherMicroseconds)) µs, consumer "
          + "\(fine(result.consumerMicroseconds)) µs; router wrote "
          + "\(whole(result.routerWrittenBytes)) bytes a message")
    }
    if !latencies.isEmpty { lines += ["", "Published → applied, ms:"] }
    for result in latencies {
      let slowed = result.slowedByMicroseconds > 0 ? ", every flush slowed by 1 ms" : ""
      lines.append(
        "  at \(result.perSecond)/s\(slowed): p50 \(fine(result.p50)), p99 \(fine(result.p99)), "
          + "p99.9 \(fine(result.p999))")
    }
    if let backlog {
      lines += [
        "",
        "Backlog of \(backlog.messages) undelivered messages: router "
          + "\(fine(backlog.residentMegabytes)) MB resident, \(fine(backlog.peakMegabytes)) MB at "
          + "its peak; accepted in \(fine(backlog.acceptedInSeconds)) s",
        "  router killed; started again, it delivered them all, each once, in "
          + "\(fine(backlog.deliveredInSeconds)) s, "
          + "\(fine(backlog.peakMegabytesDelivering)) MB at its peak",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private func whole(_ value: Double) -> String { String(Int(value.rounded())) }
  private func fine(_ value: Double) -> String { String(format: "%.2f", value) }
  private func ratio(_ value: Double, _ limit: Double) -> String {
    limit > 0 ? String(format: "%.2f", value / limit) : "?"
  }
}
