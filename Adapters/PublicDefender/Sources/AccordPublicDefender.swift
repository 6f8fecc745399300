import AdapterKit
import ArgumentParser
import Desk
import HubModel
import Operations

@main
struct AccordPublicDefender: AdapterProgram {
  static let configuration = CommandConfiguration(
    commandName: "accord-public-defender",
    abstract: "The public defender's adapter: notices of clients in, assignments out.",
    version: Version.text,
    subcommands: [
      Run.self, Check.self, Assign.self, Clients.self, DeskCommand.self, ConfirmAlertCommand.self,
      NoticesCommand.self, ChainCommand.self, RestoredCommand.self, AgencyKeyCommand.self,
      DaemonQueueCommand.self, DaemonTraceCommand.self, DoctorCommand<DefenderAdapter>.self,
      ConfigCommand<DefenderAdapter>.self,
    ],
    defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(
        DefenderAdapter.self, configuration: options.config, beside: Desk(DefenderDesk.self))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a file would send, and what is wrong with it. Sends nothing.",
      discussion: CheckedFile.exitCodes)
    @Argument(help: "A CSV or JSON file of assignments.") var file: String?
    @Option(help: "The connector by which it would come; else told by its name.")
    var connector: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let checked = CheckedFile(
        DefenderAdapter.self, file: file, connector: connector, configuration: options.config,
        json: json
      ) { configuration, _ in try DefenderSettings(configuration).assignments }
      print(checked.text)
      throw ExitCode(checked.exitCode)
    }
  }

  struct Assign: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say who represents a client; never type anything privileged here.")
    @Option(help: "The client, by the number in out/clients.csv.") var client: String
    @Option(help: "The attorney's name.") var attorney: String
    @Option(help: "The court case's number.") var courtCase: String?
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      print(
        try CommandDrop.write(
          "assign", ["client": client, "attorney": attorney, "case_no": courtCase],
          configuration: options.config))
    }
  }

  struct Clients: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List clients whom the hub has told of, the latest first.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let lines = try ClientLine.load(options.config)
      print(json ? try Listing.json(lines) : ClientLine.listing(lines))
    }
  }
}
