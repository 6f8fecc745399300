import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct RoiCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roi", abstract: "Look at releases of information, or revoke one.",
    subcommands: [Show.self, Export.self, Holders.self, Revoke.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a release, or the newest ones. Never whose it is.")

    @Argument(help: "The release's id; without one, the newest releases are listed.")
    var id: String?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard case .releases(let reports) = try router.ask(.releases(id: id)) else {
        throw UnexpectedAnswer()
      }
      if output.json { return try Printing.json(reports) }
      print(ReleaseText(reports: reports, moment: Moment(now: SystemClock().wall())).text(
        .forTerminal))
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke a release. No later delivery will rely on it; it cannot be undone.",
      discussion: "Prints who holds copies of what went out before: they are told nothing.")

    @Argument(help: "The release's id.")
    var id: String
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard RoiID(id) != nil else {
        throw ValidationError("A release's id is 1 to 63 of a-z, 0-9 and -.")
      }
    }

    func run() throws {
      let answer = try router.ask(.revoke(release: id, reason: reason.reason))
      guard case .revoked(let done, let holders) = answer else {
        return try DoneText.print(answer, json: output.json)
      }
      if output.json { return try Printing.json(Revoked(done: done, holders: holders)) }
      let list = Holders.document(of: holders, in: SiteZone(.current))
      print(LogText.escaped(done) + "\n\n" + list.text(.forTerminal))
    }

    private struct Revoked: Encodable {
      let done: String
      let holders: HoldersReport
    }
  }

  struct Holders: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List who holds copies of what went out under a release, and from whom.",
      discussion: """
        With what was passed on or answered, link by link. It is a list for the privacy officer: \
        nobody on it is told or asked anything.
        """)

    @Argument(help: "The release's id.")
    var id: String
    @OptionGroup var document: DocumentOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var router: RouterOptions

    func run() throws {
      guard case .holders(let report) = try router.ask(.holders(release: id)) else {
        throw UnexpectedAnswer()
      }
      try document.write(Self.document(of: report, in: zone.site), or: report)
    }

    static func document(of report: HoldersReport, in zone: SiteZone) -> PrintedDocument {
      let now = SystemClock().wall()
      let times = report.holders.flatMap { $0.copies.map(\.at) }
        + report.terms.flatMap { [$0.signedAt, $0.expiresAt].compactMap { $0 } }
      return DisclosureDocuments(
        days: zone.days(times.map { WallTime(milliseconds: $0) } + [now]), now: now
      ).holders(report)
    }
  }
}

struct ReleaseText {
  let reports: [ReleaseReport]
  let moment: Moment

  func text(_ paint: Paint) -> String {
    guard !reports.isEmpty else {
      return "No release is on file yet. They appear here once an agency has captured one."
    }
    var table = Table(
      "RELEASE", "VERSION", "KIND", "STATE", "CAPTURED BY", "TOWARD", "INFORMATION", "FOR",
      "SIGNED", "ENDS")
    for report in reports {
      table.add(
        report.id, "\(report.version)", report.kind, state(of: report), report.capturedBy,
        Words.list(report.recipients, or: "-"), Words.list(report.categories, or: "-"),
        Words.list(report.purposes, or: "-"), moment.text(report.signedAt, or: "not signed"),
        moment.text(report.expiresAt, or: "by an event"))
    }
    return table.text(paint)
  }

  private func state(of report: ReleaseReport) -> String {
    if let end = report.expiresAt, report.state == RoiState.active.rawValue,
      end <= moment.now.milliseconds
    {
      return "ended"
    }
    let words = Words.release(report.state)
    return report.missing.isEmpty ? words : "\(words) (\(report.missing.joined(separator: ", ")))"
  }
}

/// What an act of the router is answered with.
enum DoneText {
  private struct Document: Encodable { let done: String }

  static func print(_ response: AdminResponse, json: Bool) throws {
    guard case .done(let text) = response else { throw UnexpectedAnswer() }
    if json { return try Printing.json(Document(done: text)) }
    Swift.print(LogText.escaped(text))
  }
}
