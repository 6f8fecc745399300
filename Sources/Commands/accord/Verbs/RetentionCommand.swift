import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct RetentionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "Look at, or remove, what the ledger has kept for long enough.",
    discussion: """
      The section 'retention' of router.yaml says for how long each kind is kept; below the floor \
      that the law sets the router does not start. The router does a run each day by itself, at \
      'run-at'. Log, fates, decisions and agreements are kept for good: they name nobody once a \
      person's key is destroyed. 'accord participant hold' keeps everything about one person.
      """,
    subcommands: [Preview.self, Run.self])

  struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count what a run would remove, by kind. Removes nothing.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions
    func run() throws { try RetentionWork(router, output).perform(isPreview: true) }
  }

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove it now.",
      discussion: """
        In small steps between the router's turns; it goes on when this command is stopped, and \
        after a crash. What it removed is counted in the log.
        """)
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions
    func run() throws { try RetentionWork(router, output).perform(isPreview: false) }
  }
}

/// A run of retention that a person waits for.
struct RetentionWork {
  let router: RouterOptions
  let output: OutputOptions

  init(_ router: RouterOptions, _ output: OutputOptions) {
    self.router = router
    self.output = output
  }

  func perform(isPreview: Bool) throws {
    var report = try ask(.retention(preview: isPreview))
    while report.state == .running {
      Thread.sleep(forTimeInterval: 0.1)
      report = try ask(.retentionState)
    }
    if output.json { return try Printing.json(report) }
    print(Self.text(report))
  }

  private func ask(_ request: AdminRequest) throws -> RetentionReport {
    guard case .retention(let report) = try router.ask(request) else { throw UnexpectedAnswer() }
    return report
  }

  static func text(_ report: RetentionReport) -> String {
    func day(_ kind: RetentionSettings.Kind) -> String {
      let time = WallTime(milliseconds: report.before[kind.rawValue] ?? 0)
      return "before " + time.iso8601.prefix(10)
    }
    var lines = [
      report.isPreview ? "Nothing was removed. A run would remove:" : "Removed:",
      "  the content of \(report.messages) messages, \(report.contentBytes) bytes, "
        + "\(day(.content))",
      "  \(report.bookings) bookings of nobody in the program, \(day(.bookings))",
      "  everything about \(report.people) people of whom nothing was done or in effect since, "
        + "\(day(.people))",
    ]
    if !report.isPreview {
      lines.append("The ledger's file is smaller by \(report.freedBytes) bytes.")
    }
    if report.onLegalHold > 0 {
      lines.append("On legal hold, and kept whole: \(report.onLegalHold) people.")
    }
    return lines.joined(separator: "\n")
  }
}
