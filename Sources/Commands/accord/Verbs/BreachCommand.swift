import ArgumentParser
import Explaining
import Foundation
import HubModel
import HubProtocol
import Operations

extension ConsentCommand {
  struct Breach: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List whom a breach at one agency affects: all that it was handed in a time.",
      discussion: """
        For the notices of 42 CFR 2.16(b) and 45 CFR 164.404, as after a stolen key: first \
        'accord key cut-off', then this. It names people as agencies know them; that it was made, \
        and why, is written into the log.
        """)

    @Option(help: "The agency at which it happened.")
    var recipient: String
    @Option(help: "The first day on which it may have been so, YYYY-MM-DD.")
    var from: String
    @Option(help: "The last day, YYYY-MM-DD; without it, today.")
    var to: String?
    @OptionGroup var reason: ReasonOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var document: DocumentOptions
    @OptionGroup var router: RouterOptions

    func validate() throws {
      guard let first = CivilDate(from) else {
        throw ValidationError("--from: a day is YYYY-MM-DD.")
      }
      if let to {
        guard let last = CivilDate(to) else {
          throw ValidationError("--to: a day is YYYY-MM-DD.")
        }
        if last < first { throw ValidationError("--to must not lie before --from.") }
      }
    }

    func run() throws {
      let now = SystemClock().wall()
      let today = zone.site.date(of: now)
      let first = CivilDate(from) ?? today
      let last = to.flatMap { CivilDate($0) } ?? today
      let request = AdminRequest.breach(
        recipient: recipient, from: zone.site.midnight(of: first).milliseconds,
        to: zone.site.midnight(of: last.adding(days: 1)).milliseconds, reason: reason.reason)
      guard case .breach(let report) = try router.ask(request) else { throw UnexpectedAnswer() }
      let times = report.people.flatMap { $0.disclosures.map(\.at) } + [report.from, report.to - 1]
      let days = zone.site.days(times.map { WallTime(milliseconds: $0) } + [now])
      try document.write(
        DisclosureDocuments(days: days, now: now).breach(report), or: report)
    }
  }
}

extension DisclosureDocuments {
  /// 42 CFR 2.16(b); 45 CFR 164.404.
  func breach(_ report: BreachReport) -> PrintedDocument {
    let rows = report.people.flatMap { person in
      person.disclosures.map { disclosure in
        [
          person.names.joined(separator: ", "), when(disclosure.at), disclosure.from.words,
          disclosure.what, CodeWords.purpose(disclosure.purpose).brief,
          disclosure.isPart2 ? "yes" : "no", disclosure.arrival, disclosure.message,
          "\(disclosure.entry)",
        ]
      }
    }
    let none =
      report.expunged == 0
      ? "" : " Of \(report.expunged) more people nothing is left: they were expunged."
    return PrintedDocument(
      title: "People affected by a breach at \(report.recipient.words)",
      facts: [
        ("Program", report.program), ("Recipient", report.recipient.words),
        (
          "Period",
          "\(days.day(WallTime(milliseconds: report.from))) to "
            + days.day(WallTime(milliseconds: report.to - 1))
        ),
        ("People", "\(report.people.count)"), ("Disclosures", "\(rows.count)"),
        ("Made on", "\(days.day(now)), \(days.clock(now))"), ("Times", days.zone),
      ],
      sections: [
        .init(
          heading: "What the recipient was handed",
          none: "The recipient was handed nothing about anybody in this period.",
          columns: [
            "Person", "When", "From", "Information", "Purpose", "Part 2", "Arrived", "Message",
            "Log entry",
          ], rows: rows)
      ],
      closing: [
        "Everything about a person that the hub handed to this recipient in the period, whoever "
          + "held the recipient's key. Who must be told, by when and by whom is for the privacy "
          + "officer (42 CFR 2.16(b); 45 CFR 164.404 to 164.408)." + none,
      ])
  }
}
