import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct HeldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "held", abstract: "Look at what waits for a release.", subcommands: [List.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the messages that wait for a release, oldest first.")

    @Option(help: "Only what waits on its way to this agency.")
    var agency: String?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard case .held(let reports) = try router.ask(.held(agency: agency)) else {
        throw UnexpectedAnswer()
      }
      if reports.isEmpty { try KnownNames.check(agencies: [agency], router) }
      if output.json { return try Printing.json(reports) }
      print(
        HeldText(reports: reports, moment: Moment(now: SystemClock().wall()), agency: agency).text(
          .forTerminal))
    }
  }
}

struct HeldText {
  let reports: [HeldReport]
  let moment: Moment
  /// On the way to which alone.
  var agency: String?

  func text(_ paint: Paint) -> String {
    guard !reports.isEmpty else {
      return agency.map { "Nothing to \($0) waits for a release." }
        ?? "Nothing waits for a release. All is well."
    }
    var table = Table("MESSAGE", "TOPIC", "FROM", "TO", "ACCEPTED", "WAITS UNTIL", "RELEASE")
    for report in reports {
      table.add(
        report.message, report.topic, report.source, report.recipient,
        moment.text(report.acceptedAt), moment.text(report.until, or: "-"),
        report.release ?? "any that covers it")
    }
    return table.text(paint)
  }
}

struct TotalsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "totals", abstract: "Show how many messages there are, by where they stand.")

  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard case .totals(let report) = try router.ask(.totals) else { throw UnexpectedAnswer() }
    if output.json { return try Printing.json(report) }
    print(TotalsText(report: report).text(.forTerminal))
  }
}

struct TotalsText {
  let report: TotalsReport

  func text(_ paint: Paint) -> String {
    var fates = Table("PARTS", "STAND")
    for (fate, count) in report.partsByFate.sorted(by: { $0.key < $1.key }) {
      fates.add("\(count)", Words.fate(fate))
    }
    var audit = Table("ENTRIES", "IN THE LOG")
    for (kind, count) in report.auditByKind.sorted(by: { $0.key < $1.key }) {
      audit.add("\(count)", kind)
    }
    return [
      "\(report.messages) messages; \(report.noMatches) bookings of nobody known here; "
        + "ledger \(report.ledgerBytes / 1_024) KiB",
      "", fates.isEmpty ? "No message has a recipient yet." : fates.text(paint), "",
      audit.isEmpty ? "The log is empty." : audit.text(paint),
    ].joined(separator: "\n")
  }
}
