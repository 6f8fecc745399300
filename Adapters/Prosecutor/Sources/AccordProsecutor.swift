import AdapterKit
import ArgumentParser
import Desk
import HubModel
import Operations

@main
struct AccordProsecutor: AdapterProgram {
  static let configuration = CommandConfiguration(
    commandName: "accord-prosecutor",
    abstract: "The prosecutor's adapter: holds on filing in and out, decisions in.",
    version: Version.text,
    subcommands: [
      Run.self, Check.self, Decide.self, Holds.self, Find.self, DeskCommand.self,
      ConfirmAlertCommand.self, NoticesCommand.self, ChainCommand.self, RestoredCommand.self,
      AgencyKeyCommand.self, DaemonQueueCommand.self, DaemonTraceCommand.self,
      DoctorCommand<ProsecutorAdapter>.self, ConfigCommand<ProsecutorAdapter>.self,
    ],
    defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(
        ProsecutorAdapter.self, configuration: options.config,
        beside: Desk(ProsecutorDesk.self))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a file would send, and what is wrong with it. Sends nothing.",
      discussion: CheckedFile.exitCodes)
    @Argument(help: "A CSV or JSON file of decisions.") var file: String?
    @Option(help: "The connector by which it would come; else told by its name.")
    var connector: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let checked = CheckedFile(
        ProsecutorAdapter.self, file: file, connector: connector, configuration: options.config,
        json: json
      ) { configuration, _ in try ProsecutorSettings(configuration).decisions }
      print(checked.text)
      throw ExitCode(checked.exitCode)
    }
  }

  struct Decide: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decide a hold: the daemon takes it at its next look.")
    @Option(help: "The incident's number.") var incident: String?
    @Option(help: "The hold's id.") var hold: String?
    @Argument(help: "opened, extended, released, filed, withdrawn or voided.")
    var event: Decision.Event
    @Option(help: "A code for why; needed for all but opened.") var reason: String?
    @Option(help: "Last day of the window, YYYY-MM-DD; otherwise the site's rule counts.")
    var due: String?
    @OptionGroup var options: ConfigurationOption

    func validate() throws {
      guard incident != nil || hold != nil else {
        throw ValidationError("Name the hold: --incident NUMBER or --hold ID.")
      }
      if let due, CivilDate(due) == nil { throw ValidationError("--due takes YYYY-MM-DD.") }
      if event == .extended && due == nil {
        throw ValidationError("An extension needs its last day: --due YYYY-MM-DD.")
      }
      if event != .opened && reason == nil {
        throw ValidationError("Give a code for why: --reason CODE.")
      }
      if let reason, !FieldValue.isCode(reason) {
        throw ValidationError("--reason takes a code without spaces.")
      }
    }

    func run() throws {
      print(
        try CommandDrop.write(
          "decide",
          [
            "incident_no": incident, "hold_no": hold, "event": event.rawValue, "reason": reason,
            "due_on": due,
          ], configuration: options.config))
    }
  }

  struct Holds: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List holds, what needs action first.")
    @Flag(help: "Show ended holds too.") var all = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let lines = try HoldLine.load(options.config).filter { all || !$0.isEnded }
      print(json ? try Listing.json(lines) : HoldLine.listing(lines))
    }
  }

  struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Find a hold by incident number.")
    @Option(help: "The incident's number.") var incident: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let lines = try HoldLine.load(options.config).filter {
        $0.incident.lowercased() == incident.lowercased()
      }
      if json {
        print(try Listing.json(lines))
      } else if lines.isEmpty {
        print("No hold on this incident has been released to this office.")
      } else {
        print(HoldLine.listing(lines))
      }
    }
  }
}

extension Decision.Event: ExpressibleByArgument {}
