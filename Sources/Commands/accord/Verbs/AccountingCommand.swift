import ArgumentParser
import Explaining
import Foundation
import HubModel
import HubProtocol
import Operations

extension ConsentCommand {
  struct Accounting: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List every disclosure about a person: when, to whom, what, by what right.",
      discussion: """
        The accounting of 45 CFR 164.528 and 42 CFR 2.25. That it was made is written into the \
        log. The HTML page prints with page numbers; for a PDF: chromium --headless \
        --no-pdf-header-footer --print-to-pdf=FILE.pdf FILE.html
        """)

    @OptionGroup var question: PersonQuestion
    @OptionGroup var document: DocumentOptions
    @OptionGroup var router: RouterOptions

    func run() throws {
      let record = try question.ask(router)
      try document.write(question.documents(of: record).accounting(record), or: record)
    }
  }

  struct Recipients: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List who received information about a person, when, and briefly what.",
      discussion: """
        The list that an intermediary gives on request under 42 CFR 2.24. That it was made is \
        written into the log.
        """)

    @OptionGroup var question: PersonQuestion
    @Flag(help: "Only those whom a release reaches by their role (a general designation).")
    var generalDesignation = false
    @OptionGroup var document: DocumentOptions
    @OptionGroup var router: RouterOptions

    func run() throws {
      let record = try question.ask(router)
      try document.write(
        question.documents(of: record).recipients(record, generalOnly: generalDesignation),
        or: record)
    }
  }
}

/// Which form a document takes, and where it goes.
struct DocumentOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  @Option(help: "text, json, or html: one page, ready to print.")
  var format = Format.text
  @Flag(help: "The same as --format json.")
  var json = false
  @Option(name: .shortAndLong, help: "The file to write; '-' for standard output.")
  var output = "-"

  func write(_ document: PrintedDocument, or record: some Encodable) throws {
    let text: String
    switch json ? .json : format {
    case .text: text = document.text(output == "-" ? .forTerminal : Paint(isOn: false)) + "\n"
    case .json: text = try Printing.text(record) + "\n"
    case .html: text = document.html
    }
    let stream = try OutputStream(output)
    try stream.write(text)
    try stream.close()
  }
}

/// About whom, and which days.
struct PersonQuestion: ParsableArguments {
  @Option(help: "The person as an agency names them: AGENCY/ALIAS.")
  var participant: String
  @Option(help: "The first day, YYYY-MM-DD; without it, three years ago.")
  var from: String?
  @Option(help: "The last day, YYYY-MM-DD; without it, today.")
  var to: String?
  @OptionGroup var zone: ZoneOption

  func validate() throws {
    for (name, text) in [("--from", from), ("--to", to)] {
      guard text.map({ CivilDate($0) == nil }) ?? false else { continue }
      throw ValidationError("\(name): a day is YYYY-MM-DD.")
    }
    if let from, let to, let first = CivilDate(from), let last = CivilDate(to), last < first {
      throw ValidationError("--to must not lie before --from.")
    }
  }

  /// The disclosures of these days, page by page.
  func ask(_ router: RouterOptions) throws -> DisclosureRecord {
    let today = zone.site.date(of: SystemClock().wall())
    let last = to.flatMap { CivilDate($0) } ?? today
    let first = from.flatMap { CivilDate($0) } ?? today.yearsBefore(3)
    let start = zone.site.midnight(of: first).milliseconds
    let end = zone.site.midnight(of: last.adding(days: 1)).milliseconds
    var pages: [DisclosurePage] = []
    repeat {
      let request = AdminRequest.disclosures(
        participant: participant, from: start, to: end, after: pages.last?.next)
      guard case .disclosures(let page) = try router.ask(request) else { throw UnexpectedAnswer() }
      pages.append(page)
    } while pages.last?.next != nil
    return DisclosureRecord(participant: participant, from: start, to: end, pages: pages)
  }

  func documents(of record: DisclosureRecord) -> DisclosureDocuments {
    let now = SystemClock().wall()
    let times = record.disclosures.map(\.at) + record.notices.map(\.at)
      + record.terms.flatMap { [$0.signedAt, $0.expiresAt].compactMap { $0 } }
      + [record.from, record.to - 1]
    return DisclosureDocuments(
      days: zone.site.days(times.map { WallTime(milliseconds: $0) } + [now]), now: now)
  }
}

/// In whose time days begin and clocks are read.
struct ZoneOption: ParsableArguments {
  @Option(help: "The time zone, such as America/Los_Angeles; without it, this machine's.")
  var zone: String?

  func validate() throws {
    guard let zone, TimeZone(identifier: zone) == nil else { return }
    throw ValidationError("--zone: no such time zone.")
  }

  var site: SiteZone { SiteZone(zone.flatMap { TimeZone(identifier: $0) } ?? .current) }
}
