import AdapterKit
import ArgumentParser

struct Intake: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say that intake is completed (or, to the program office alone, that it is not).")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The day, YYYY-MM-DD; today if left out.") var on: String?
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
  @Option(help: "engaged, not-engaged, active, inactive, intake-started or closed.")
  var status: StatusReport.Word
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "status", ["referral_id": referral, "status": status.rawValue],
        configuration: options.config))
  }
}

struct Contact: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Log a contact with a participant.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "A code, such as visit or phone.") var kind: String
  @Option(help: "The day, YYYY-MM-DD; today if left out.") var on: String?
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "contact", ["referral_id": referral, "kind": kind, "on": on],
        configuration: options.config))
  }
}

struct Revoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Revoke a participant's release: one, or all of them.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The release's id; all of the participant's if left out.") var release: String?
  @Option(help: "Only toward this agency or role; may stand several times.")
  var toward: [String] = []
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
  @Argument(help: "confirm or reject.") var answer: IdentityAnswer.Answer
  @Argument(help: "The question's number, from out/questions.") var candidate: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "identity-\(answer.rawValue)", ["candidate": candidate], configuration: options.config))
  }
}

extension IdentityAnswer.Answer: ExpressibleByArgument {}
extension StatusReport.Word: ExpressibleByArgument {}
