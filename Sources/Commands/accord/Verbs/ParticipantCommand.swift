import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct ParticipantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "participant",
    abstract: "Look after one participant's records.",
    subcommands: [Expunge.self, Hold.self, Unhold.self, Holds.self])

  struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep everything about a person, whatever its age: a legal hold.",
      discussion: """
        Until it is lifted, neither retention nor 'participant expunge' removes anything about \
        them, under all names that count as theirs. Releases and revocations work as ever.
        """)
    @OptionGroup var person: HeldPerson
    func run() throws { try person.hold(true) }
  }

  struct Unhold: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lift a legal hold.", discussion: "Retention counts again from the next run on.")
    @OptionGroup var person: HeldPerson
    func run() throws { try person.hold(false) }
  }

  struct Holds: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List who is on legal hold, since when and why.")
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let answer = try router.ask(.legalHolds)
      guard case .legalHolds(let report) = answer else {
        return try DoneText.print(answer, json: output.json)
      }
      if output.json { return try Printing.json(report) }
      print(Self.text(report))
    }

    static func text(_ report: HoldsReport) -> String {
      var lines = report.people.isEmpty ? ["Nobody is on legal hold."] : []
      for person in report.people {
        let since = WallTime(milliseconds: person.since).iso8601
        lines.append("\(since)  \(person.names.joined(separator: ", "))")
        lines.append("  \(LogText.escaped(person.reason ?? "the log does not say why any more"))")
      }
      if report.awaitedNames > 0 {
        lines.append(
          "\(report.awaitedNames) names wait since a restore: whoever comes by one is put on hold.")
      }
      return lines.joined(separator: "\n")
    }
  }

  struct Expunge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Destroy everything that can be read of a person, in the ledger and its backups.",
      discussion: """
        Without --confirm it only says what there is. With it the router revokes every release of \
        the person, ends what waits about them, and destroys the key under which everything about \
        them is sealed, under all names that count as theirs. It cannot be undone. The log stays, \
        names nobody and still verifies. Agencies keep what they were given: 'accord' cannot \
        reach into their systems.
        """)

    @Argument(help: "AGENCY/ALIAS")
    var name: String
    @Flag(help: "Do it.")
    var confirm = false
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let answer = try router.ask(
        .expunge(name: name, reason: reason.reason, confirmed: confirm))
      guard case .expungement(let report) = answer else {
        return try DoneText.print(answer, json: output.json)
      }
      if output.json { return try Printing.json(report) }
      print(Self.text(report))
    }

    static func text(_ report: ExpungementReport) -> String {
      let until = WallTime(milliseconds: report.retainedUntil).iso8601.prefix(10)
      let lines = [
        "Nothing was done. With --confirm, this can never be read again:",
        "  \(report.messages) messages, known under \(report.participants) participant id(s)",
        "  \(report.waiting) of their parts still wait, and would end",
        "  \(report.releases) releases in force, which would be revoked",
        "Their records are to be kept until \(until)"
          + (report.releases > 0 ? ", counted as if every release ended today." : "."),
      ]
      let refusal =
        report.isRefused
        ? ["This site refuses to expunge before that (expunge-before-retention in router.yaml)."]
        : []
      return (lines + refusal).joined(separator: "\n")
    }
  }
}

/// Whom a legal hold is about.
struct HeldPerson: ParsableArguments {
  @Argument(help: "AGENCY/ALIAS")
  var name: String
  @OptionGroup var reason: ReasonOption
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func hold(_ isOn: Bool) throws {
    try DoneText.print(
      router.ask(.legalHold(name: name, isOn: isOn, reason: reason.reason)), json: output.json)
  }
}
