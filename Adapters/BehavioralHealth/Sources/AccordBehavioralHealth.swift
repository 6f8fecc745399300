import AdapterKit
import ArgumentParser

@main
struct AccordBehavioralHealth: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-behavioral-health",
    abstract: "A provider's adapter: hand-off alerts, releases, intake, bookings.",
    subcommands: [
      Run.self, Acknowledge.self, Decline.self, Arrived.self, Completed.self, Intake.self,
      Status.self, Revoke.self, Identity.self,
    ], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run until told to stop.")
    @OptionGroup var options: ConfigurationOption
    func run() async throws {
      try await AdapterDaemon.run(ProviderAdapter.self, configuration: options.config)
    }
  }
}

/// A hand-off, answered on the spot.
struct Acknowledge: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Answer a hand-off: on the way.")
  @Argument(help: "The referral's id, from the alert.") var referral: String
  @Option(help: "Who goes, by staff code.") var responder: String
  @Option(help: "Minutes until there.") var eta: Int?
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "acknowledged",
        ["referral_id": referral, "staff_id": responder, "eta_minutes": eta.map(String.init)],
        configuration: options.config))
  }
}

struct Decline: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer a hand-off: cannot go; the next on call is asked.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "Who answers, by staff code.") var responder: String?
  @Option(help: "A code for the reason.") var reason: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "declined", ["referral_id": referral, "staff_id": responder, "reason": reason],
        configuration: options.config))
  }
}

struct Arrived: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Say that somebody has arrived.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "Who arrived, by staff code.") var responder: String?
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "arrived", ["referral_id": referral, "staff_id": responder],
        configuration: options.config))
  }
}

struct Completed: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Say how a hand-off ended.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "accepted, declined or left.") var outcome: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "completed", ["referral_id": referral, "outcome": outcome],
        configuration: options.config))
  }
}

struct Intake: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say that intake is completed (or, to the program office alone, that it is not).")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The day, YYYY-MM-DD.") var on: String?
  @Flag(help: "Not completed.") var not = false
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        not ? "intake-not-completed" : "intake-completed",
        ["referral_id": referral, "completed_on": on], configuration: options.config))
  }
}

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Tell a participant's status.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "engaged, not-engaged or closed.") var status: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "status", ["referral_id": referral, "status": status], configuration: options.config))
  }
}

struct Revoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Revoke a participant's release: one, or all of them.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The release's id; all of the participant's if left out.") var release: String?
  @Option(help: "Only toward this agency; may stand several times.") var toward: [String] = []
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "revoke",
        [
          "referral_id": referral, "roi_id": release,
          "recipients": toward.isEmpty ? nil : toward.joined(separator: ";"),
        ], configuration: options.config))
    print("Not yet in effect: see out/releases.csv for the router's receipt.")
  }
}

struct Identity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer whether a possible match is the participant.")
  @Argument(help: "confirm or reject.") var answer: String
  @Argument(help: "The question's number, from out/questions.") var candidate: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "identity-\(answer)", ["candidate": candidate], configuration: options.config))
  }
}
