import AdapterKit
import ArgumentParser

@main
struct AccordPublicDefender: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-public-defender",
    abstract: "The public defender's adapter: clients' notices out, assignments in.",
    subcommands: [Run.self, Assign.self], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(DefenderAdapter.self, configuration: options.config)
    }
  }

  struct Assign: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Assign counsel to a client.")
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
}
