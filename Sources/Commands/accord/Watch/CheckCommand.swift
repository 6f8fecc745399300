import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "One line and an exit code for a monitoring system.",
    discussion: """
      Ends with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, and prints one line with performance \
      data behind a bar, as Nagios and its kin read it. Cheapest first: connection, disk, queue, \
      escrow, keys, backup, clock, handoffs, ledger.
      """,
    subcommands: [
      Connection.self, Disk.self, Queue.self, Escrow.self, Keys.self, Backup.self, Clock.self,
      Handoffs.self, LedgerCheck.self,
    ])
}

/// What a check found, as one line.
struct Checked {
  var health: Health
  var text: String
  /// `name=value;warning;critical`, each.
  var data: [String]

  func line(_ name: String) -> String {
    let word =
      switch health {
      case .good: "OK"
      case .warning: "WARNING"
      case .critical: "CRITICAL"
      case .unknown: "UNKNOWN"
      }
    // A bar or a new line would end the text for whoever reads it.
    let safe = LogText.escaped(text).replacing("|", with: "/")
    let numbers = data.isEmpty ? "" : " | \(data.joined(separator: " "))"
    return "ACCORD \(name) \(word) - \(safe)" + numbers
  }

  /// Larger is worse.
  static func grade(_ value: Double, warning: Double, critical: Double) -> Health {
    value >= critical ? .critical : value >= warning ? .warning : .good
  }

  static func datum(
    _ name: String, _ value: Double, unit: String = "", _ warning: Double? = nil,
    _ critical: Double? = nil
  ) -> String {
    let bounds = [warning, critical].map { $0.map(Exposition.number) ?? "" }
    let tail = warning == nil && critical == nil ? "" : ";\(bounds.joined(separator: ";"))"
    return "\(name)=\(Exposition.number(value))\(unit)\(tail)"
  }
}

/// A check that asks the router.
protocol RouterCheck: ParsableCommand {
  static var word: String { get }
  var router: RouterOptions { get }
  func check() throws -> Checked
}

extension RouterCheck {
  func run() throws {
    let checked: Checked
    do {
      checked = try check()
    } catch let error as AdminError {
      checked = Checked(health: .critical, text: "\(error)", data: [])
    } catch {
      checked = Checked(health: .unknown, text: "\(error)", data: [])
    }
    print(checked.line(Self.word))
    try checked.health.exit()
  }

  func health() throws -> HealthReport {
    guard case .health(let report) = try router.ask(.health) else { throw UnexpectedAnswer() }
    return report
  }

  func status() throws -> StatusReport {
    guard case .status(let report) = try router.ask(.status) else { throw UnexpectedAnswer() }
    return report
  }
}

/// From which value on a check warns.
struct Thresholds: ParsableArguments {
  @Option(help: "Warn from this value on.") var warning: Double?
  @Option(help: "Call it critical from this value on.") var critical: Double?
}

extension CheckCommand {
  struct Connection: RouterCheck {
    static let word = "CONNECTION"
    static let configuration = CommandConfiguration(
      abstract: "Does the router answer and do its work, and are the agencies connected?")
    @OptionGroup var router: RouterOptions
    @Option(help: "Only this agency.") var agency: String?

    func check() throws -> Checked {
      let clock = SystemClock()
      let report = try health()
      let took = Double((clock.tick() - Tick(milliseconds: 0)).milliseconds) / 1_000
      let all = try status().agencies.filter { agency == nil || $0.agency == agency }
      guard agency == nil || !all.isEmpty else {
        return Checked(health: .unknown, text: "there is no agency of that id", data: [])
      }
      let away = all.filter { !$0.isConnected }.map(\.agency)
      let data = [
        Checked.datum("answer", took, unit: "s"),
        Checked.datum("connected", Double(all.count - away.count)),
        Checked.datum("agencies", Double(all.count)),
      ]
      if let reason = report.notReady.first {
        return Checked(health: .critical, text: reason, data: data)
      }
      if !away.isEmpty {
        return Checked(
          health: .warning, text: "not connected: \(away.joined(separator: ", "))", data: data)
      }
      return report.isDraining
        ? Checked(health: .warning, text: "maintenance mode is on", data: data)
        : Checked(health: .good, text: "\(all.count) agencies are connected", data: data)
    }
  }

  struct Disk: RouterCheck {
    static let word = "DISK"
    static let configuration = CommandConfiguration(
      abstract: "Has the ledger's disk room? Thresholds in MiB free; less is worse.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds

    func check() throws -> Checked {
      let report = try health()
      let free = Double(report.freeBytes >> 20)
      let (warning, critical) = (thresholds.warning ?? 2_048, thresholds.critical ?? 256)
      let health: Health = free < critical ? .critical : free < warning ? .warning : .good
      return Checked(
        health: health,
        text: "\(Int(free)) MiB free, the ledger has \(report.ledgerBytes >> 20) MiB",
        data: [
          Checked.datum("free", free, unit: "MB", warning, critical),
          Checked.datum("ledger", Double(report.ledgerBytes), unit: "B"),
        ])
    }
  }

  struct Queue: RouterCheck {
    static let word = "QUEUE"
    static let configuration = CommandConfiguration(
      abstract: "Does anything wait for long? Thresholds in seconds of the oldest's age.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds
    @Option(help: "Only this agency.") var agency: String?

    func check() throws -> Checked {
      let report = try status()
      let all = report.agencies.filter { agency == nil || $0.agency == agency }
      guard agency == nil || !all.isEmpty else {
        return Checked(health: .unknown, text: "there is no agency of that id", data: [])
      }
      let (warning, critical) = (thresholds.warning ?? 300, thresholds.critical ?? 900)
      func age(_ agency: StatusReport.AgencyStatus) -> Double {
        agency.oldestPending.map { Double(max(0, report.now - $0)) / 1_000 } ?? 0
      }
      let worst = all.max { age($0) < age($1) }
      let oldest = worst.map(age) ?? 0
      let depth = all.reduce(0) { $0 + $1.depth }
      let data = [
        Checked.datum("oldest", oldest.rounded(), unit: "s", warning, critical),
        Checked.datum("depth", Double(depth)),
        Checked.datum("in_flight", Double(all.reduce(0) { $0 + $1.inFlight })),
      ] + all.map { Checked.datum("depth_\($0.agency)", Double($0.depth)) }
      let text = depth == 0
        ? "nothing waits"
        : "\(depth) wait, the oldest for \(Int(oldest)) s (\(worst?.agency ?? "-"))"
      return Checked(
        health: Checked.grade(oldest, warning: warning, critical: critical), text: text, data: data)
    }
  }

  struct Escrow: RouterCheck {
    static let word = "ESCROW"
    static let configuration = CommandConfiguration(
      abstract: "Does an escrow end soon? Thresholds: how many end within an hour.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds

    func check() throws -> Checked {
      let report = try health()
      let held = try status().agencies.reduce(0) { $0 + $1.held }
      let soon = Double(report.deadlinesWithinHour)
      let (warning, critical) = (thresholds.warning ?? 1, thresholds.critical ?? 10)
      return Checked(
        health: Checked.grade(soon, warning: warning, critical: critical),
        text: "\(held) held; \(report.deadlinesWithinHour) end within an hour, "
          + "\(report.deadlinesWithinDay) within a day",
        data: [
          Checked.datum("within_hour", soon, warning, critical),
          Checked.datum("within_day", Double(report.deadlinesWithinDay)),
          Checked.datum("held", Double(held)),
        ])
    }
  }

  struct Keys: RouterCheck {
    static let word = "KEYS"
    static let configuration = CommandConfiguration(
      abstract: "Does a key end? Thresholds in days; fewer are worse.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds

    func check() throws -> Checked {
      guard case .keys(let keys) = try router.ask(.keys) else { throw UnexpectedAnswer() }
      let now = SystemClock().wall().milliseconds
      let (warning, critical) = (thresholds.warning ?? 30, thresholds.critical ?? 7)
      let ends = keys.filter { $0.state == .inForce || $0.state == .endsSoon }
        .compactMap { key in key.expiresAt.map { (key.agency, Double($0 - now) / 86_400_000) } }
      guard let next = ends.min(by: { $0.1 < $1.1 }) else {
        return Checked(
          health: .good, text: "\(keys.count) keys, none of them with an end",
          data: [Checked.datum("keys", Double(keys.count))])
      }
      let days = next.1.rounded(.down)
      let health: Health = days < critical ? .critical : days < warning ? .warning : .good
      return Checked(
        health: health, text: "the next key to end is \(next.0)'s, in \(Int(days)) days",
        data: [Checked.datum("days", days, warning, critical)])
    }
  }

  struct Backup: RouterCheck {
    static let word = "BACKUP"
    static let configuration = CommandConfiguration(
      abstract: "Is the newest backup of the ledger fresh? Thresholds in hours.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds

    func check() throws -> Checked {
      let report = try health()
      let (warning, critical) = (thresholds.warning ?? 36, thresholds.critical ?? 72)
      guard let newest = report.newestBackup else {
        return Checked(health: .critical, text: "the ledger was never backed up", data: [])
      }
      let hours = Double(report.now - newest) / 3_600_000
      return Checked(
        health: Checked.grade(hours, warning: warning, critical: critical),
        text: "the newest backup is \(Int(hours)) h old",
        data: [Checked.datum("age", (hours * 3_600).rounded(), unit: "s", warning * 3_600,
          critical * 3_600)])
    }
  }

  struct Clock: RouterCheck {
    static let word = "CLOCK"
    static let configuration = CommandConfiguration(
      abstract: "Is the clock trusted, and kept right?")
    @OptionGroup var router: RouterOptions

    func check() throws -> Checked {
      if let fault = try status().clockHeld {
        return Checked(
          health: .critical, text: "\(fault); nothing is released: 'accord clock accept'",
          data: [])
      }
      return SystemClock.isSynchronised
        ? Checked(health: .good, text: "trusted, and synchronised", data: [])
        : Checked(
          health: .warning, text: "trusted, but nothing synchronises it", data: [])
    }
  }

  struct Handoffs: RouterCheck {
    static let word = "HANDOFFS"
    static let configuration = CommandConfiguration(
      abstract: "Do hand-offs and holds get through? Thresholds: how many wait for an agency.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var thresholds: Thresholds

    func check() throws -> Checked {
      let report = try health()
      let waiting = Double(report.timeCritical.values.reduce(0, +))
      let (warning, critical) = (thresholds.warning ?? 5, thresholds.critical ?? 20)
      return Checked(
        health: Checked.grade(waiting, warning: warning, critical: critical),
        text: "\(report.openHandoffs) wait for an answer, \(Int(waiting)) urgent messages for an "
          + "agency",
        data: [
          Checked.datum("open", Double(report.openHandoffs)),
          Checked.datum("urgent", waiting, warning, critical),
        ])
    }
  }

  struct LedgerCheck: RouterCheck {
    static let word = "LEDGER"
    static let configuration = CommandConfiguration(
      commandName: "ledger",
      abstract: "Are the newest entries of the log what their hashes say?",
      discussion: "Reads the newest two thousand entries, and every page of a small ledger. "
        + "'accord audit verify' over an export is the whole check.")
    @OptionGroup var router: RouterOptions

    func check() throws -> Checked {
      guard case .integrity(let report) = try router.ask(.integrity) else {
        throw UnexpectedAnswer()
      }
      let data = [
        Checked.datum("entries", Double(report.entries)),
        Checked.datum("checked", Double(report.checked)),
      ]
      guard let problem = report.problems.first else {
        return Checked(
          health: .good, text: "the newest \(report.checked) of \(report.entries) entries are good",
          data: data)
      }
      return Checked(health: .critical, text: problem, data: data)
    }
  }
}
