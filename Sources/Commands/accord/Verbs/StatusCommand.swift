import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show, for each agency, whether it is connected and what waits for it.",
    discussion: "A check: ends with 0 good, 1 warning, 2 critical, 3 unknown.")

  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let report: StatusReport
    do {
      guard case .status(let answer) = try router.ask(.status) else { throw UnexpectedAnswer() }
      report = answer
    } catch let error as AdminError {
      Printing.complain(of: error)
      return try Health.critical.exit()
    } catch {
      Printing.complain(of: error)
      return try Health.unknown.exit()
    }
    // What it does not tell leaves the status as it is.
    var standing: HealthReport?
    if case .health(let told)? = try? router.ask(.health) { standing = told }
    let text = StatusText(
      report: report, moment: Moment(now: .init(milliseconds: report.now)), standing: standing)
    if output.json {
      try Printing.json(report)
    } else {
      print(text.text(.forTerminal))
    }
    try text.health.exit()
  }
}

/// The status page, apart from where it comes from.
struct StatusText {
  /// The age of the oldest waiting message from which on an operator should look.
  static let longWait = Span.minutes(15)

  let report: StatusReport
  let moment: Moment
  /// What keeps the router itself from its work.
  var standing: HealthReport?

  /// Of agencies and router together.
  var health: Health {
    let own: Health =
      standing.map { !$0.notReady.isEmpty ? .critical : $0.isDraining ? .warning : .good } ?? .good
    return max(Self.health(of: report), own)
  }

  static func health(of report: StatusReport) -> Health {
    if report.clockHeld != nil { return .critical }
    let agencies = report.agencies.map { health(of: $0, now: report.now) }.max() ?? .warning
    let needsAPerson =
      report.agreementNote != nil || report.unreviewedEmergencies > 0
      || !report.unconfirmedReleases.isEmpty || !report.keyWarnings.isEmpty
    return needsAPerson ? max(agencies, .warning) : agencies
  }

  static func health(of agency: StatusReport.AgencyStatus, now: Int64) -> Health {
    if let oldest = agency.oldestPending, now - oldest > longWait.milliseconds { return .critical }
    return agency.isConnected ? .good : .warning
  }

  /// An agency whose daemon is heard and takes no deliveries: as one does that waits, after a
  /// restore, for somebody there to accept the hub's new ledger.
  static func waitsForAWord(_ agency: StatusReport.AgencyStatus, now: Int64) -> Bool {
    guard !agency.isConnected, let heard = agency.lastContact else { return false }
    return now - heard < Span.minutes(1).milliseconds
  }

  func text(_ paint: Paint) -> String {
    var lines = [
      "Program \(report.program), agreement version \(report.agreementVersion), "
        + "ledger \(report.ledgerIncarnation)"
    ]
    if report.isDemonstration {
      lines.append("DEMONSTRATION: windows are shortened; this is not a real county.")
    }
    if let note = report.agreementNote {
      lines.append(paint.health("AGREEMENT: \(LogText.escaped(note)).", .warning))
    }
    if report.unreviewedEmergencies > 0 {
      lines.append(
        paint.health(
          "EMERGENCY ACCESS: \(report.unreviewedEmergencies) not reviewed by the privacy officer; "
            + "see 'accord emergency list'.", .warning))
    }
    lines += report.keyWarnings.map { paint.health("KEYS: \(LogText.escaped($0)).", .warning) }
    if !report.unconfirmedReleases.isEmpty {
      let waiting = report.unconfirmedReleases.sorted { $0.key < $1.key }
        .map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
      lines.append(
        paint.health(
          "RESTORED: releases are suspended until the agency that captured them confirms them: "
            + "\(waiting).", .warning))
    }
    if let fault = report.clockHeld {
      lines.append(
        "CLOCK IN DOUBT: \(fault). Nothing is released. Set the clock right if it is wrong, then "
          + "run 'accord clock accept'.")
    }
    lines += ownTrouble(paint)
    guard !report.agencies.isEmpty else {
      return (lines + ["", "No agency yet: 'accord agency invite ID:ROLE' lets one join."])
        .joined(separator: "\n")
    }
    var table = Table(
      "AGENCY", "ROLE", "STATE", "LAST CONTACT", "WAITING", "OLDEST", "SENT", "HELD", "CONFIRMED")
    for agency in report.agencies {
      table.add(
        agency.agency, agency.role, state(agency),
        moment.text(agency.lastContact, or: "never"), "\(agency.depth)",
        moment.text(agency.oldestPending, or: "-"), "\(agency.inFlight)", "\(agency.held)",
        "\(agency.deliveredThrough)")
    }
    // Of the agencies: the agreement's note and the clock's fault speak for themselves.
    let health = report.agencies.map { Self.health(of: $0, now: report.now) }.max() ?? .warning
    lines += ["", table.text(paint), ""]
    // Nor is anything called good while nothing new is taken.
    let isGood = health == .good && self.health <= .warning && standing?.isDraining != true
    if report.clockHeld == nil, isGood || health != .good {
      lines.append(paint.health(summary(health), health))
    }
    return lines.joined(separator: "\n")
  }

  /// Maintenance, and what keeps the router from its work; the clock has a line of its own.
  private func ownTrouble(_ paint: Paint) -> [String] {
    guard let standing else { return [] }
    let reasons = standing.notReady.filter { !$0.hasPrefix("the clock is in doubt") }
    var lines = reasons.map { paint.health("ROUTER: \(LogText.escaped($0)).", .critical) }
    if standing.isDraining {
      lines.append(
        paint.health(
          "MAINTENANCE: nothing new is taken but releases and revocations, and agencies keep the "
            + "rest; 'accord router resume' ends it.", .warning))
    }
    return lines
  }

  private func state(_ agency: StatusReport.AgencyStatus) -> String {
    switch Self.health(of: agency, now: report.now) {
    case .good: "connected"
    case .warning where Self.waitsForAWord(agency, now: report.now): "heard, takes none"
    case .warning: "not connected"
    case .critical, .unknown: agency.isConnected ? "connected, but not taking" : "not connected"
    }
  }

  private func summary(_ health: Health) -> String {
    switch health {
    case .good: "Good: every agency is connected and nothing waits for long."
    case .warning where report.agencies.contains { Self.waitsForAWord($0, now: report.now) }:
      "Warning: an agency is heard and takes no deliveries. After a restore its daemon waits for "
        + "'restored accept' there; else look at its adapter's log. What is for it is kept."
    case .warning:
      "Warning: an agency is not connected. What is for it is kept; look at its adapter's log."
    case .critical, .unknown:
      "Critical: something has waited for more than \(Self.longWait.words). "
        + "Start the agency's adapter, or call the agency."
    }
  }
}
