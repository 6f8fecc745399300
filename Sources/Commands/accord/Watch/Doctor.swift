import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at everything, and say in red, yellow and green what to do.",
    discussion: """
      On the router's machine, as root or the router's user; as an operator without either, files \
      that only the router may read are not judged. Changes nothing. Ends with 0 where \
      all is well, 1 where somebody should look, 2 where something does not work.
      """)

  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let unchanged = RouterUser.settle(router.config)
    var diagnosis = Doctor(router).examine()
    diagnosis.add(unchanged)
    if output.json {
      try Printing.json(diagnosis)
    } else {
      print(diagnosis.text(Paint.forTerminal.level))
    }
    if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
  }
}

extension Paint {
  func level(_ text: String, _ level: DiagnosisLine.Level) -> String {
    switch level {
    case .green: health(text, .good)
    case .yellow: health(text, .warning)
    case .red: health(text, .critical)
    }
  }
}

/// Looks at the router from the outside in: files first, then the machine, then what it says.
struct Doctor {
  private let options: RouterOptions
  private var diagnosis = Diagnosis()
  /// The router answers this user's questions.
  private var isTold = false

  init(_ options: RouterOptions) { self.options = options }

  func examine() -> Diagnosis {
    var doctor = self
    doctor.look()
    return doctor.diagnosis
  }

  private mutating func look() {
    if let line = ConfigurationCheck.noRouter(at: options.config) { return diagnosis.add([line]) }
    if let line = RouterUser.onlooker(options.config).unjudged(options.config, "configuration") {
      return diagnosis.add([line])
    }
    let configuration: RouterConfiguration
    do {
      configuration = try options.configuration()
      diagnosis.add(.green, "configuration", "\(options.config) is good")
    } catch {
      for problem in error.problems {
        diagnosis.add(
          .red, "configuration", "\(problem)",
          remedy: problem.text.hasPrefix("cannot be read:")
            ? "The router's user must be able to read it: 'chmod 644 \(options.config)'."
            : "Mend the line; 'accord config check' shows them all.")
      }
      return
    }
    diagnosis.add(ConfigurationCheck.places(of: configuration, at: options.config))
    diagnosis.add([PlaceCheck.clock()])
    let isUp = askRouter()
    diagnosis.add(ConfigurationCheck.ports(of: configuration, isRunning: isUp))
    guard isTold else { return }
    addHealth()
    addKeys()
    addIntegrity()
  }

  /// - Returns: whether the router runs; `nil` where this user cannot be told.
  private mutating func askRouter() -> Bool? {
    let asked = SystemClock()
    do {
      guard case .status(let status) = try options.ask(.status) else { throw UnexpectedAnswer() }
      isTold = true
      let took = (asked.tick() - Tick(milliseconds: 0)).milliseconds
      diagnosis.add(
        took < 1_000 ? .green : .yellow, "router", "the router answers within \(took) ms",
        remedy: took < 1_000 ? nil : "Look what else the machine does.")
      add(status)
      return true
    } catch AdminError.forbidden(let folder) {
      diagnosis.add(
        .yellow, "router", "the router cannot be asked as this user: \(folder) is closed to it",
        remedy: "Run this with sudo.")
      return nil
    } catch let refusal as RouterRefusal where refusal.stableCode == "not-allowed" {
      diagnosis.add(
        .yellow, "router", "the router runs, and tells this user nothing more: no role",
        remedy: "Run this with sudo, or have 'roles' in router.yaml give this user one.")
      return true
    } catch let error as AdminError {
      diagnosis.add(
        .red, "router", "\(error)",
        remedy: "See 'systemctl status accord-router', and the end of its log.")
      return false
    } catch {
      diagnosis.add(.red, "router", "\(error)", remedy: "Ask as root or as the router's user.")
      return false
    }
  }

  // MARK: What the router says

  private mutating func add(_ status: StatusReport) {
    let moment = Moment(now: WallTime(milliseconds: status.now))
    if let note = status.agreementNote {
      diagnosis.add(
        .yellow, "agreement", note,
        remedy: "'accord agreement check', then 'accord agreement activate'.")
    } else {
      diagnosis.add(
        .green, "agreement", "version \(status.agreementVersion) is in force")
    }
    if status.isDemonstration {
      diagnosis.add(
        .yellow, "agreement", "this is a demonstration: windows are shortened",
        remedy: "Activate an agreement without 'demonstration' before any real case.")
    }
    for agency in status.agencies {
      let health = StatusText.health(of: agency, now: status.now)
      let contact = moment.text(agency.lastContact, or: "never since the start")
      switch health {
      case .good:
        diagnosis.add(
          .green, "queue",
          "\(agency.agency): connected, \(agency.depth) waiting, \(agency.held) held")
      case .warning:
        diagnosis.add(
          .yellow, "queue",
          "\(agency.agency) is not connected; last heard \(contact); \(agency.depth) waiting",
          remedy: StatusText.waitsForAWord(agency, now: status.now)
            ? "Its daemon is heard: after a restore it waits for 'restored accept' there."
            : "Have the agency run its daemon's 'doctor'. What is for it is kept.")
      case .critical, .unknown:
        diagnosis.add(
          .red, "queue",
          "\(agency.agency): the oldest of \(agency.depth) waits since "
            + moment.text(agency.oldestPending, or: "long"),
          remedy: agency.isConnected
            ? "It is connected and takes nothing: look at its daemon's log and disk."
            : "Start the agency's daemon, or call the agency.")
      }
    }
    if status.unreviewedEmergencies > 0 {
      diagnosis.add(
        .yellow, "emergencies", "\(status.unreviewedEmergencies) not reviewed",
        remedy: "The privacy officer: 'accord emergency list'.")
    }
    for (agency, count) in status.unconfirmedReleases.sorted(by: { $0.key < $1.key }) {
      diagnosis.add(
        .yellow, "releases", "\(count) of \(agency) are suspended since the restore",
        remedy: "At the agency: the daemon's command 'restored'.")
    }
  }

  private mutating func addHealth() {
    guard case .health(let health)? = try? options.ask(.health) else {
      return diagnosis.add(.yellow, "health", "the router does not tell how it does")
    }
    let moment = Moment(now: WallTime(milliseconds: health.now))
    for reason in health.notReady {
      diagnosis.add(.red, "ready", reason, remedy: "See what the sentence says to do.")
    }
    if health.notReady.isEmpty { diagnosis.add(.green, "ready", "the router does all of its work") }
    if health.isDraining {
      diagnosis.add(
        .yellow, "ready", "maintenance mode is on: nothing new is taken",
        remedy: "'accord router resume' ends it.")
    }
    let escrow = "\(health.deadlinesWithinHour) end within an hour, "
      + "\(health.deadlinesWithinDay) within a day"
    diagnosis.add(
      health.deadlinesWithinHour > 0 ? .yellow : .green, "escrow", escrow,
      remedy: health.deadlinesWithinHour > 0
        ? "'accord held list' says which; a signed release lets it go on." : nil)
    for (agency, count) in health.setAside.sorted(by: { $0.key < $1.key }) where count > 0 {
      diagnosis.add(
        .yellow, "errors", "\(agency)'s adapter could not apply \(count)",
        remedy: "'accord queue list errors', and at the agency 'queue list'.")
    }
    let age = health.newestBackup.map { health.now - $0 }
    diagnosis.add(
      Self.level(ofBackup: age), "backup",
      "the newest backup of the ledger: " + moment.text(health.newestBackup, or: "there is none"),
      remedy: Self.level(ofBackup: age) == .green
        ? nil : Self.backupRemedy)
    if let worst = health.commitWorst {
      diagnosis.add(
        worst > 500 ? .yellow : .green, "commit",
        "99 of 100 commits take at most \(Int(worst.rounded(.up))) ms",
        remedy: worst > 500 ? "Look for what else writes to the ledger's disk." : nil)
    }
  }

  /// The packages bring the timers; they wait for a key to encrypt to.
  static let backupRemedy =
    "Put a public key of age into /etc/accord/backup-recipients; the timers accord-backup-ledger "
    + "and accord-backup-keys then run every night ('systemctl list-timers'). Without the "
    + "packages: 'accord backup ledger FILE', every day, on another disk."

  static func level(ofBackup age: Int64?) -> DiagnosisLine.Level {
    guard let age else { return .yellow }
    if age > Span.days(7).milliseconds { return .red }
    return age > Span.hours(36).milliseconds ? .yellow : .green
  }

  private mutating func addKeys() {
    guard case .keys(let keys)? = try? options.ask(.keys) else { return }
    let now = SystemClock().wall()
    for key in keys where key.state != .cutOff {
      let name = "\(key.agency) \(key.fingerprint.prefix(12))… (\(key.use))"
      switch key.state {
      case .inForce: diagnosis.add(.green, "keys", "\(name) is in force")
      case .endsSoon:
        diagnosis.add(
          .yellow, "keys",
          "\(name) ends " + Moment(now: now).text(key.expiresAt, or: "soon"),
          remedy: "'accord key rotate' with the fingerprint that the agency reads out.")
      case .ended:
        diagnosis.add(
          .yellow, "keys", "\(name) has ended",
          remedy: "Take it out of the registry once it has a successor; see 'accord key --help'.")
      case .cutOff: break
      }
    }
    let consumers = Dictionary(grouping: keys.filter { $0.use == "consumer" }, by: \.agency)
    for (agency, all) in consumers.sorted(by: { $0.key < $1.key })
    where all.allSatisfy({ $0.state == .ended || $0.state == .cutOff }) {
      diagnosis.add(
        .red, "keys", "\(agency) has no consumer's key in force: it gets nothing",
        remedy: "'accord key enrol' a new one.")
    }
  }

  private mutating func addIntegrity() {
    do {
      guard case .integrity(let report) = try options.ask(.integrity) else { return }
      if report.problems.isEmpty {
        diagnosis.add(
          .green, "ledger",
          "the newest \(report.checked) of \(report.entries) log entries are what they were")
      }
      for problem in report.problems {
        diagnosis.add(
          .red, "ledger", problem,
          remedy: "Stop the router, keep the files as they are, and see 'Restoring a backup'.")
      }
    } catch {
      diagnosis.add(.yellow, "ledger", "the ledger was not looked into: \(error)")
    }
  }
}
