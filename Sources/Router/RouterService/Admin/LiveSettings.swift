import HubModel
import HubProtocol
import Logging
import Operations
import RouterCore
import Synchronization

/// The configuration as it is in force, and reading it again while the router runs.
///
/// | key                                     | on reload                    |
/// |-----------------------------------------|------------------------------|
/// | `log.level`, `roles`, `health`,         | in force at once             |
/// | `submit-rate`, `submit-burst`,          |                              |
/// | `expunge-before-retention`, `retention` |                              |
/// | every other                             | in force after a restart     |
final class LiveSettings: Sendable {
  private let settings: Mutex<RouterConfiguration>
  /// What the file said at the start: of keys that take a restart, what runs.
  private let started: ConfigurationTrace?
  private let inbox: Inbox
  private let log: Logger
  /// Is told of new settings for health and metrics.
  private let onHealth: Mutex<(@Sendable (HealthSettings) -> Void)?> = Mutex(nil)

  static let reloadable = [
    "log.level", "roles", "health", "submit-rate", "submit-burst", "expunge-before-retention",
    "retention",
  ]

  init(_ configuration: RouterConfiguration, inbox: Inbox, log: Logger) {
    settings = Mutex(configuration)
    started = configuration.trace
    self.inbox = inbox
    self.log = log
  }

  var current: RouterConfiguration { settings.withLock { $0 } }

  func whenHealthChanges(_ change: @escaping @Sendable (HealthSettings) -> Void) {
    onHealth.withLock { $0 = change }
  }

  static func isReloadable(_ key: String) -> Bool {
    reloadable.contains { key == $0 || key.hasPrefix($0 + ".") }
  }

  /// Writes into the log that the configuration is another than at the last start.
  func noteStart() {
    let present = current
    guard let trace = present.trace else { return }
    let last = ConfigurationTrace.last(in: present.stateDirectory)
    let changes = last.map { trace.changes(since: $0) } ?? []
    if last == nil || !changes.isEmpty {
      let words = last == nil ? "first seen" : Self.words(changes)
      inbox.tell(
        .administration(
          .listing(
            .configurationChanged, of: nil, detail: "sha256=\(trace.hash) at start: \(words)"),
          ticket: 0))
    }
    remember(trace)
  }

  /// Reads the file again, puts in force what can be, and writes down what changed and who asked.
  /// What takes a restart is told as long as it does, also when nothing has changed meanwhile.
  /// - Throws: what is wrong with the file; nothing has changed then.
  func reload(by who: String) throws -> ReloadReport {
    let before = current
    guard let file = before.trace?.file, let old = before.trace else { return .nothing }
    let next = try RouterConfiguration.load(file)
    // A token that cannot be read would leave the port closed.
    _ = try ScrapeGuard(tokenFile: next.health.tokenFile, trustsThisMachine: true)
    guard let trace = next.trace else { return .nothing }
    let changed = trace.changes(since: old)
    let applied = changed.filter(Self.isReloadable)
    let report = ReloadReport(
      changed: changed, applied: applied, needsRestart: restarting(trace), hash: trace.hash)
    guard !changed.isEmpty else { return report }
    let detail = "sha256=\(trace.hash) reloaded by \(who): \(Self.words(changed))"
    guard case .done = inbox.ask(.listing(.configurationChanged, of: nil, detail: detail)) else {
      throw ReloadFailure.busy
    }
    apply(next, trace)
    remember(trace)
    log.notice(
      "configuration reloaded",
      metadata: [
        "in-force": "\(applied.joined(separator: " "))",
        "after-restart": "\(report.needsRestart.joined(separator: " "))",
      ])
    return report
  }

  /// Keys that run with another value than the file has.
  private func restarting(_ trace: ConfigurationTrace) -> [String] {
    started.map { trace.changes(since: $0).filter { !Self.isReloadable($0) } } ?? []
  }

  func tell(_ error: any Error) {
    log.error(
      "the configuration was not reloaded; nothing has changed", metadata: ["error": "\(error)"])
  }

  private func apply(_ next: RouterConfiguration, _ trace: ConfigurationTrace) {
    let (old, new) = settings.withLock { present in
      let old = present
      present.log.level = next.log.level
      present.roles = next.roles
      present.health = next.health
      present.submitRate = next.submitRate
      present.submitBurst = next.submitBurst
      present.expungeBeforeRetention = next.expungeBeforeRetention
      present.retention = next.retention
      // The file as it is now: the log has each change once.
      present.trace = trace
      return (old, present)
    }
    if new.log.level != old.log.level { LiveLogLevel.set(new.log.level) }
    if new.submitRate != old.submitRate || new.submitBurst != old.submitBurst {
      inbox.change(Intake.Bounds(rate: new.submitRate, burst: new.submitBurst))
    }
    if new.health != old.health { onHealth.withLock { $0 }?(new.health) }
  }

  private func remember(_ trace: ConfigurationTrace) {
    do {
      try trace.remember(in: current.stateDirectory)
    } catch {
      log.warning(
        "what the configuration said could not be noted", metadata: ["error": "\(error)"])
    }
  }

  /// Keys by name, and not more of them than an entry should hold.
  private static func words(_ keys: [String]) -> String {
    let shown = keys.prefix(40).joined(separator: " ")
    return keys.count > 40 ? shown + " and \(keys.count - 40) more" : shown
  }
}

enum ReloadFailure: Error, CustomStringConvertible {
  case busy
  var description: String { "the router did not confirm in time: nothing was changed; try again" }
}

extension ReloadReport {
  fileprivate static let nothing = ReloadReport(
    changed: [], applied: [], needsRestart: [], hash: "")
}
