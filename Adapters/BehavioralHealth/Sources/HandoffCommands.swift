import AdapterKit
import ArgumentParser

/// A hand-off, answered on the spot.
struct Acknowledge: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Answer a hand-off: on the way.")
  @Argument(help: "The referral's id, from the alert.") var referral: String
  @Option(help: "Who goes, by staff code.") var responder: String
  @Option(help: "Minutes until there.") var eta: Int?
  @OptionGroup var options: ConfigurationOption

  func validate() throws {
    if let eta, !HandoffAnswer.etaMinutes.contains(eta) {
      throw ValidationError("--eta takes minutes, 0 to \(HandoffAnswer.etaMinutes.upperBound).")
    }
  }

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
  @Option(help: "accepted, declined or left.") var outcome: HandoffAnswer.Outcome
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "completed", ["referral_id": referral, "outcome": outcome.rawValue],
        configuration: options.config))
  }
}

extension HandoffAnswer.Outcome: ExpressibleByArgument {}
