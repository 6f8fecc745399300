import HubModel
import HubProtocol
import Logging
import Operations

/// How keys of the registry stand, and what to warn of.
enum KeyStanding {
  static func state(
    of key: Registry.Key, in registry: Registry, at now: WallTime
  ) -> KeyReport.State {
    if registry.cutOff.contains(key.fingerprint) { return .cutOff }
    guard let end = key.expiresAt else { return .inForce }
    if end <= now { return .ended }
    return end - now <= Limits.keyWarning ? .endsSoon : .inForce
  }

  /// Keys that end soon, and agencies whose every consumer's key has ended.
  static func warnings(_ registry: Registry, at now: WallTime) -> [String] {
    registry.agencies.values.sorted { $0.id < $1.id }.flatMap { agency in
      let states = agency.keys.map { ($0, state(of: $0, in: registry, at: now)) }
      // A successor is there: the overlap ends as it should.
      let isSucceeded = states.contains { $0.0.isConsumer && $0.1 == .inForce }
      var found = states.filter { $0.1 == .endsSoon && !(isSucceeded && $0.0.isConsumer) }.map {
        "key \($0.0.fingerprint) of \(agency.id) ends \($0.0.expiresAt?.iso8601 ?? "soon")"
      }
      let consumers = states.filter { $0.0.isConsumer && $0.1 != .cutOff }
      if !consumers.isEmpty, consumers.allSatisfy({ $0.1 == .ended }) {
        found.append("every consumer's key of \(agency.id) has ended: it gets nothing")
      }
      return found
    }
  }
}

/// Says in the log what ends soon, once a day.
final class KeyWatch {
  private let log: Logger
  private var next = Tick(milliseconds: Int64.min / 2)

  init(log: Logger) { self.log = log }

  func look(_ registry: Registry, at tick: Tick, _ now: WallTime) {
    guard tick >= next else { return }
    next = tick + .days(1)
    for warning in KeyStanding.warnings(registry, at: now) {
      log.warning(
        "a key needs a successor: 'accord key rotate'", metadata: ["key": "\(warning)"])
    }
  }
}
