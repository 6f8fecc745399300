import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct EmergencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emergency",
    abstract: "The privacy officer's queue of accesses in medical emergencies (42 CFR 2.51).",
    discussion: """
      Medical personnel open one through their agency's adapter. It ends by itself; each is to be
      looked at, on the next day at the latest.
      """,
    subcommands: [List.self, Review.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Those that nobody has reviewed. Ends with 1 where there are any.")

    @Flag(help: "Reviewed ones, too.") var all = false
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let response = try router.ask(.emergencies(all: all))
      guard case .emergencies(let reports) = response else {
        try DoneText.print(response, json: output.json)
        return
      }
      if output.json {
        try Printing.json(reports)
      } else if reports.isEmpty {
        print(all ? "No emergency was ever declared." : "Nothing waits for review.")
      } else {
        for report in reports { print(Self.text(report)) }
      }
      if reports.contains(where: { $0.reviewedAt == nil }) { throw ExitCode(1) }
    }

    static func text(_ report: EmergencyReport) -> String {
      func time(_ milliseconds: Int64) -> String {
        WallTime(milliseconds: milliseconds).iso8601
      }
      var lines = [
        "\(report.id)  \(report.agency), \(time(report.openedAt)) to \(time(report.closesAt))",
        "  recipient    \(LogText.escaped(report.recipientName)), "
          + LogText.escaped(report.affiliation),
        "  declared by  \(LogText.escaped(report.declaredBy))",
        "  nature       \(LogText.escaped(report.nature))",
      ]
      if let reviewed = report.reviewedAt {
        lines.append(
          "  reviewed     \(time(reviewed)): \(LogText.escaped(report.finding ?? ""))")
      } else {
        lines.append("  NOT REVIEWED: accord emergency review \(report.id) --finding ...")
      }
      return lines.joined(separator: "\n")
    }
  }

  struct Review: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that the privacy officer has looked at one, and what came of it.")

    @Argument(help: "As 'accord emergency list' prints it.") var id: String
    @Option(help: "What was found, for the log; no names.") var finding: String
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard StatedReason.isOne(finding) else {
        throw ValidationError("--finding must be \(StatedReason.rule).")
      }
    }

    func run() throws {
      try DoneText.print(
        try router.ask(.reviewEmergency(id: id, finding: finding)), json: output.json)
    }
  }
}

struct OrderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "Orders of a court under 42 CFR part 2, subpart E.",
    subcommands: [Record.self])

  struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record an order: it permits what it lists, to whom it lists.",
      discussion: """
        The privacy officer reads the order and enters what it says. A subpoena or a warrant alone
        is no order (42 CFR 2.61); 2.64 never serves a purpose of 2.65. Recording one again
        under its id replaces it.
        """)

    @Option(help: "AGENCY/ALIAS of the person.") var participant: String
    @Option(help: "The order's own id, such as order-26-17.") var id: String
    @Option(help: "2.64, 2.65, 2.66 or 2.67.") var section: String
    @Option(help: "Day of issue, as 2026-11-21.") var issued: String
    @Option(help: "Last day on which it holds.") var expires: String
    @Option(help: "Agency or role that may tell; may be repeated.") var discloser: [String]
    @Option(help: "Agency or role that may be told; may be repeated.") var recipient: [String]
    @Option(help: "Category of information; may be repeated.") var category: [String]
    @Option(help: "Sensitivity label that it covers; may be repeated.") var label: [String] = []
    @Flag(help: "The court made the findings that the section asks for.") var findings = false
    @Flag(help: "Whoever must be heard had notice, or the section asks for none.")
    var notice = false
    @Flag(help: "Confidential communications are covered (42 CFR 2.63).")
    var communications = false
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard let issued = CivilDate(issued), let expires = CivilDate(expires) else {
        throw ValidationError("--issued and --expires are dates, as 2026-11-21.")
      }
      let document = CourtOrderDocument(
        id: id, section: section, issuedAt: SiteCalendar.utc.time(on: issued).milliseconds,
        expiresAt: SiteCalendar.utc.end(of: expires).milliseconds, disclosers: discloser,
        recipients: recipient, categories: category, labels: label, hasFindings: findings,
        hasNotice: notice, coversCommunications: communications)
      try DoneText.print(
        try router.ask(
          .recordOrder(document, participant: participant, reason: reason.reason)),
        json: output.json)
    }
  }
}
