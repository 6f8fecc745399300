import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct RouterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router", abstract: "Maintenance: drain, resume, reload, safe to stop.",
    subcommands: [Drain.self, Resume.self, Reload.self, SafeToStop.self])

  struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take nothing new, and deliver what is here.",
      discussion: """
        Agencies are told, and keep what they send in their spools. Releases, revocations and \
        cut-offs are taken all the same. Ends with 'resume', or when the router is restarted.
        """)
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    func run() throws { try Said.print(router.ask(.drain(true, reason: reason.reason))) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take everything again.")
    @Option(help: "Why; for the log.") var reason = "done"
    @OptionGroup var router: RouterOptions
    func run() throws { try Said.print(router.ask(.drain(false, reason: reason))) }
  }

  struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read router.yaml again, as SIGHUP does.",
      discussion: """
        In force at once: log.level, roles, health, submit-rate, submit-burst, \
        expunge-before-retention, retention. Every other key takes a restart, and is named. A file \
        with a mistake changes nothing. Ends with 1 where something waits for a restart.
        """)
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard case .reloaded(let report) = try router.ask(.reload) else { throw UnexpectedAnswer() }
      if output.json {
        try Printing.json(report)
      } else {
        for line in Self.lines(report) { print(LogText.escaped(line)) }
      }
      if !report.needsRestart.isEmpty { try Health.warning.exit() }
    }

    /// What the file has and what runs, as the operator asks.
    static func lines(_ report: ReloadReport) -> [String] {
      let rest = report.needsRestart.joined(separator: ", ")
      let after = rest.isEmpty ? [] : ["After a restart: \(rest)."]
      if report.changed.isEmpty { return ["The file says what it said before."] + after }
      if report.applied.isEmpty && rest.isEmpty { return ["The file says what runs."] }
      return ["In force now: \(Words.list(report.applied, or: "nothing"))."] + after
    }
  }

  struct SafeToStop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what would be in the way of stopping the router now.",
      discussion: """
        Nothing is ever lost by stopping it: what was accepted is flushed, and what was not waits \
        in the agencies' spools. But somebody may wait for a hand-off. Ends with 0 where nothing \
        is in the way, 1 where somebody should wait a moment, 3 where it cannot be told.
        """)
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
      let isSafe: Bool
      let obstacles: [String]
      let notes: [String]
    }

    func run() throws {
      let health: HealthReport
      let status: StatusReport
      do {
        guard case .health(let told) = try router.ask(.health),
          case .status(let standing) = try router.ask(.status)
        else { throw UnexpectedAnswer() }
        (health, status) = (told, standing)
      } catch {
        Printing.complain(of: error)
        return try Health.unknown.exit()
      }
      let (obstacles, notes) = Self.judge(health, status)
      if output.json {
        try Printing.json(
          Report(isSafe: obstacles.isEmpty, obstacles: obstacles, notes: notes))
      } else {
        let paint = Paint.forTerminal
        for line in obstacles { print(paint.health("wait: \(LogText.escaped(line))", .warning)) }
        for line in notes { print("note: \(LogText.escaped(line))") }
        print(
          obstacles.isEmpty
            ? paint.health("Safe: nothing is in the way of stopping the router.", .good)
            : health.isDraining
              ? "Nothing new is taken already; ask again in a moment."
              : "'accord router drain' takes nothing new; ask again in a moment.")
      }
      if !obstacles.isEmpty { try Health.warning.exit() }
    }

    static func judge(
      _ health: HealthReport, _ status: StatusReport
    ) -> (obstacles: [String], notes: [String]) {
      var obstacles: [String] = []
      var notes = ["everything accepted is flushed; agencies' spools keep the rest"]
      if health.isBackupRunning {
        obstacles.append("a backup is being made: it would not count")
      }
      if health.openHandoffs > 0 {
        obstacles.append("\(health.openHandoffs) hand-off(s) wait for their answer")
      }
      for agency in status.agencies {
        guard let count = health.timeCritical[agency.agency], count > 0 else { continue }
        let text = "\(count) urgent message(s) are on their way to \(agency.agency)"
        if agency.isConnected {
          obstacles.append(text + ", which is connected: they go in a moment")
        } else {
          notes.append(text + ", which is away: they wait either way")
        }
      }
      if health.isRedeciding {
        notes.append("what is held is being decided again; that goes on after the start")
      }
      let inFlight = status.agencies.reduce(0) { $0 + $1.inFlight }
      if inFlight > 0 {
        notes.append("\(inFlight) deliveries are not confirmed; they are sent again if need be")
      }
      if !health.isDraining { notes.append("maintenance mode is off: new messages still come") }
      return (obstacles, notes)
    }
  }
}

/// What an act answered.
enum Said {
  static func print(_ response: AdminResponse) throws {
    guard case .done(let text) = response else { throw UnexpectedAnswer() }
    Swift.print("Done: \(LogText.escaped(text)).")
  }
}
