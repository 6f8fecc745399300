import Foundation
import Glibc
import HubClient
import HubModel
public import Operations

/// Looks at an agency's daemon from the outside in: its files, this machine, the way to the hub,
/// and what the running daemon says of itself.
public enum AdapterDoctor {
  /// - Parameters:
  ///   - path: of the daemon's configuration.
  ///   - others: further lines, about what this module does not know.
  public static func examine<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, configuration path: String,
    others: (AdapterConfiguration, _ isRunning: Bool) -> [DiagnosisLine]
  ) -> Diagnosis {
    var diagnosis = Diagnosis()
    guard let configuration = check(type, path, &diagnosis) else { return diagnosis }
    diagnosis.add([PlaceCheck.clock()])
    let health = try? AdapterHealth.load(state: configuration.stateDirectory)
    let now = SystemClock().wall()
    let isRunning = health.map {
      now.milliseconds - $0.at < AdapterHealth.stale.milliseconds && kill($0.process, 0) == 0
    } ?? false
    addReach(configuration, &diagnosis)
    diagnosis.add(others(configuration, isRunning))
    guard isRunning, let health else {
      diagnosis.add(
        .red, "daemon", health == nil ? "the daemon has never run" : "the daemon does not run",
        remedy: "Start it (see 'systemctl status'); the end of its log says why it ended.")
      return diagnosis
    }
    diagnosis.add(.green, "daemon", "the daemon runs, version \(health.version)")
    add(health, at: now, &diagnosis)
    return diagnosis
  }

  /// Everything that can be told without the daemon: the command `config check`.
  public static func checkConfiguration<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, _ path: String,
    others: (AdapterConfiguration) -> [DiagnosisLine]
  ) -> Diagnosis {
    var diagnosis = Diagnosis()
    if let configuration = check(type, path, &diagnosis) { diagnosis.add(others(configuration)) }
    return diagnosis
  }

  private static func check<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, _ path: String, _ diagnosis: inout Diagnosis
  ) -> AdapterConfiguration? {
    let configuration: AdapterConfiguration
    do {
      configuration = try AdapterConfiguration.load(path)
    } catch {
      for problem in error.problems {
        diagnosis.add(.red, "configuration", "\(problem)", remedy: "Mend this line.")
      }
      return nil
    }
    do {
      try DryRun.tryOut(type, configuration)
      diagnosis.add(.green, "configuration", "every key of \(path) is known and within bounds")
    } catch let error as ConfigurationError {
      for problem in error.problems {
        diagnosis.add(.red, "configuration", "\(problem)", remedy: "Mend this line.")
      }
    } catch {
      diagnosis.add(.red, "configuration", "\(error)", remedy: "Mend what it names.")
    }
    let onlooker = Onlooker(state: configuration.stateDirectory)
    if let line = onlooker.unjudged(configuration.keyFile, "key") {
      diagnosis.add([line])
    } else {
      addKeyFile(configuration, &diagnosis)
    }
    diagnosis.add([
      PlaceCheck.file(configuration.matchingKeyFile, "matching-key", isSecret: true, by: onlooker)
    ])
    diagnosis.add(PlaceCheck.folder(configuration.stateDirectory, "disk", by: onlooker))
    let folders = configuration.folders
    for folder in [folders.incoming, folders.outgoing, folders.done, folders.rejected] {
      // Their disks are looked at with less care: the state's is what must not fill.
      diagnosis.add(PlaceCheck.folder(folder, "folders", low: 16 << 20, by: onlooker))
    }
    return configuration
  }

  private static func addKeyFile(
    _ configuration: AdapterConfiguration, _ diagnosis: inout Diagnosis
  ) {
    do {
      _ = try KeyFile.load(configuration.keyFile)
      diagnosis.add(.green, "key", "the key can be read, by its owner alone")
    } catch {
      diagnosis.add(
        .red, "key", "\(error)", remedy: "See the path and its mode; 'key new' makes one.")
    }
  }

  private static func addReach(
    _ configuration: AdapterConfiguration, _ diagnosis: inout Diagnosis
  ) {
    let router = configuration.router
    let place = "\(router.host):\(router.submitPort)"
    guard PlaceCheck.isKnown(router.host) else {
      diagnosis.add(
        .red, "network", "the name \(router.host) is not known to this machine",
        remedy: "Is 'router.host' spelt right? Then look at its name service: 'getent hosts "
          + "\(router.host)'; /etc/hosts may name it, too.")
      return
    }
    guard let took = PlaceCheck.reach(router.host, router.submitPort, within: .seconds(3)) else {
      diagnosis.add(
        .red, "network", "nobody answers at \(place)",
        remedy: "Look at the network, the firewall and the tunnel between here and the hub; ask "
          + "its operator whether it runs.")
      return
    }
    let isQuick = took < Span(milliseconds: 500)
    diagnosis.add(
      isQuick ? .green : .yellow, "network", "\(place) answers within \(took.milliseconds) ms",
      remedy: isQuick ? nil : "The way to the hub is slow: look at the network.")
  }

  // MARK: What the daemon says

  static func add(
    _ health: AdapterHealth, at now: WallTime, _ diagnosis: inout Diagnosis
  ) {
    let waiting = health.dataWaiting + health.controlWaiting
    if health.isConnected {
      diagnosis.add(.green, "link", "the hub is reached; \(waiting) wait to be sent")
    } else {
      diagnosis.add(
        .red, "link", "the hub is not reached; \(waiting) wait to be sent",
        remedy: health.trouble ?? "See 'network' here, and the daemon's log.")
    }
    if health.isConnected, let trouble = health.trouble {
      diagnosis.add(.red, "link", trouble, remedy: "See what the sentence says to do.")
    }
    if let took = health.roundTrip {
      diagnosis.add(
        took < 1_000 ? .green : .yellow, "latency", "the hub answers within \(took) ms",
        remedy: took < 1_000 ? nil : "Look at the network, and ask the hub's operator.")
    }
    if let offset = health.clockOffset {
      let isOff = abs(offset) > 5_000
      diagnosis.add(
        isOff ? .yellow : .green, "clock",
        "the hub's clock and this one differ by \(offset) ms",
        remedy: isOff ? "Set up time synchronisation on both machines." : nil)
    }
    addHistory(health, at: now, &diagnosis)
    addKey(health, at: now, &diagnosis)
    addQueues(health, &diagnosis)
    for (name, standing) in health.connectors.sorted(by: { $0.key < $1.key }) {
      diagnosis.add([line(name, standing, at: now)])
    }
  }

  private static func addHistory(
    _ health: AdapterHealth, at now: WallTime, _ diagnosis: inout Diagnosis
  ) {
    guard health.isConnected, let last = health.historyAt else { return }
    let age = now - WallTime(milliseconds: last)
    let stands = age > AdapterHealth.historyStops
    diagnosis.add(
      stands ? .red : .green, "history",
      "the hub last told a checkpoint of its log \(age.milliseconds / 3_600_000) hours ago",
      remedy: stands
        ? "It answers, and should tell one at least daily: ask its operator, and tell the "
          + "program's auditor." : nil)
  }

  private static func addKey(
    _ health: AdapterHealth, at now: WallTime, _ diagnosis: inout Diagnosis
  ) {
    guard let end = health.keyExpiresAt.map({ WallTime(milliseconds: $0) }) else {
      return diagnosis.add(.green, "key", "the key has no end")
    }
    let left = end - now
    let days = left.milliseconds / 86_400_000
    let level: DiagnosisLine.Level =
      left < .days(3) ? .red : left < Limits.keyWarning ? .yellow : .green
    diagnosis.add(
      level, "key", days >= 0 ? "the key ends in \(days) days" : "the key has ended",
      remedy: level == .green
        ? nil : "'key new', have the operator enter the fingerprint, then 'key use'.")
  }

  private static func addQueues(_ health: AdapterHealth, _ diagnosis: inout Diagnosis) {
    let wrong = [
      (health.deadLetters, "message(s) were refused by the hub"),
      (health.setAside, "delivery(ies) could not be applied"),
    ].filter { $0.0 > 0 }
    for (count, what) in wrong {
      diagnosis.add(
        .yellow, "queue", "\(count) \(what)", remedy: "'queue list' says which, and why.")
    }
    if wrong.isEmpty { diagnosis.add(.green, "queue", "nothing was refused or set aside") }
    if health.openWarnings > 0 {
      diagnosis.add(
        .yellow, "warnings", "\(health.openWarnings) warning(s) that nobody has confirmed",
        remedy: "See the desk, or the files below 'out'.")
    }
    if health.releasesToConfirm > 0 {
      diagnosis.add(
        .yellow, "releases", "\(health.releasesToConfirm) wait for confirmation",
        remedy: "The command 'restored'.")
    }
  }

  private static func line(
    _ name: String, _ standing: ConnectorBoard.Standing, at now: WallTime
  ) -> DiagnosisLine {
    func ago(_ time: Int64?) -> String {
      time.map { "\(max(0, now.milliseconds - $0) / 1_000) s ago" } ?? "not since the start"
    }
    var text = "\(name): last success \(ago(standing.lastSuccess))"
    if let due = standing.nextDue {
      text += ", next due in \((due - now.milliseconds) / 1_000) s"
    }
    text += ", \(standing.taken) taken, \(standing.rejected) refused"
    if let problem = standing.problem {
      return DiagnosisLine(
        .red, "connector", "\(name): \(problem); last success \(ago(standing.lastSuccess))",
        remedy: "Look at the system that it reads or writes; it is tried again by itself.")
    }
    let isLate = standing.nextDue.map { now.milliseconds - $0 > 600_000 } ?? false
    return DiagnosisLine(
      isLate ? .yellow : .green, "connector", text,
      remedy: isLate ? "It is late: look at the system that it reads." : nil)
  }
}
