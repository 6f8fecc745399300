import AdapterKit
import ArgumentParser
import Desk
import Operations

@main
struct AccordSheriff: AdapterProgram {
  static let configuration = CommandConfiguration(
    commandName: "accord-sheriff",
    abstract: "The sheriff's adapter: referrals and the jail roster in, permitted status out.",
    version: Version.text,
    subcommands: [
      Run.self, Check.self, Confirm.self, Complete.self, Revoke.self, AcceptRoster.self,
      DeskCommand.self, ConfirmAlertCommand.self, NoticesCommand.self, ChainCommand.self,
      RestoredCommand.self, AgencyKeyCommand.self, DaemonQueueCommand.self, DaemonTraceCommand.self,
      DoctorCommand<SheriffAdapter>.self, ConfigCommand<SheriffAdapter>.self,
    ],
    defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(
        SheriffAdapter.self, configuration: options.config, beside: Desk(SheriffDesk.self))
    }
  }

  struct Confirm: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Confirm that a NOT SENT warning was seen; it is not repeated any more.")
    @Argument(help: "The message's id, from the warning.") var message: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      print(
        try CommandDrop.write("confirm", ["message": message], configuration: options.config))
    }
  }

  struct Complete: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "handoff-complete", abstract: "Say how a hand-off ended.")
    @Argument(help: "The referral's id.") var referral: String
    @Option(help: "accepted, declined or left.") var outcome: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      print(
        try CommandDrop.write(
          "handoff-complete", ["referral_id": referral, "outcome": outcome],
          configuration: options.config))
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report that the person takes the field release of a referral back.")
    @Argument(help: "The referral's id.") var referral: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      print(
        try CommandDrop.write("revoke", ["referral_id": referral], configuration: options.config))
    }
  }

  struct AcceptRoster: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept-roster",
      abstract: "Believe one full roster although many people are missing from it.")
    @Argument(help: "The file's name, as it will be dropped again.") var file: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      print(try CommandDrop.write("accept-roster", ["file": file], configuration: options.config))
    }
  }
}
