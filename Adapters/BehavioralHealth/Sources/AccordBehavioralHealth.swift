import AdapterKit
import ArgumentParser
import Desk
import HubModel
import Operations

@main
struct AccordBehavioralHealth: AdapterProgram {
  static let configuration = CommandConfiguration(
    commandName: "accord-behavioral-health",
    abstract: "A provider's adapter: hand-off alerts, releases, intake, bookings.",
    version: Version.text,
    subcommands: [
      Run.self, Check.self, Cases.self, People.self, Acknowledge.self, Decline.self, Arrived.self,
      Completed.self, Intake.self, Status.self, Contact.self, Revoke.self, Identity.self,
      Suspend.self, Resume.self, Emergency.self, DeskCommand.self, ConfirmAlertCommand.self,
      NoticesCommand.self, ChainCommand.self, RestoredCommand.self, AgencyKeyCommand.self,
      DaemonQueueCommand.self, DaemonTraceCommand.self, DoctorCommand<ProviderAdapter>.self,
      ConfigCommand<ProviderAdapter>.self,
    ], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(
        ProviderAdapter.self, configuration: options.config, beside: Desk(ProviderDesk.self))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a file would send, and what is wrong with it. Sends nothing.",
      discussion: CheckedFile.exitCodes)
    @Argument(help: "A CSV or JSON file of any kind that the daemon takes.") var file: String?
    @Option(name: .customLong("as"), help: "The folder that it is meant for; told by its columns.")
    var kind: ProviderFolder?
    @Option(help: "The connector by which it would come; else told by its name.")
    var connector: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let checked = CheckedFile(
        ProviderAdapter.self, file: file, connector: connector, configuration: options.config,
        json: json
      ) { configuration, file in
        try (kind ?? ProviderFolder.telling(file, ProviderSettings(configuration).reader)).rawValue
      }
      print(checked.text)
      throw ExitCode(checked.exitCode)
    }
  }

  struct Cases: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List cases: hand-off, hold, who it is, by the hub's aliases.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      let lines = try ProviderLists.load(options.config) { try $0.cases() }
      print(json ? try Listing.json(lines) : CaseLine.listing(lines))
    }
  }

  struct People: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List people: what they signed, and what is not yet in effect.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      let lines = try ProviderLists.load(options.config) { try $0.people() }
      print(json ? try Listing.json(lines) : PersonLine.listing(lines))
    }
  }
}

extension ProviderFolder: ExpressibleByArgument {}
