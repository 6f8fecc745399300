import ArgumentParser
import HubProtocol

struct ReasonOption: ParsableArguments {
  @Option(help: "Why, for the log; no names.")
  var reason: String

  func validate() throws {
    guard StatedReason.isOne(reason) else {
      throw ValidationError("--reason must be \(StatedReason.rule).")
    }
  }
}
