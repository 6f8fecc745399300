import AdapterKit
import ArgumentParser

@main
struct AccordProsecutor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-prosecutor",
    abstract: "The prosecutor's adapter: hold notices out as files, decisions in.",
    subcommands: [Run.self, Decide.self], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(ProsecutorAdapter.self, configuration: options.config)
    }
  }

  struct Decide: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Decide a hold on filing.")
    @Argument(help: "opened, extended, released, filed, withdrawn or voided.") var decision: String
    @Option(help: "The incident's number.") var incident: String?
    @Option(help: "The hold's id.") var hold: String?
    @Option(help: "A code for the reason.") var reason: String?
    @Option(help: "The new last day, YYYY-MM-DD.") var due: String?
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      print(
        try CommandDrop.write(
          "decide",
          [
            "event": decision, "incident_no": incident, "hold_no": hold, "reason": reason,
            "due_on": due,
          ], configuration: options.config))
    }
  }
}
