import ArgumentParser
import HubModel

/// For who builds packages: the configuration as a package brings it.
struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Print a daemon's commented configuration as it is before set-up.",
    shouldDisplay: false)

  @Argument(help: "router, or the role that the daemon serves.")
  var name: String

  func run() throws {
    let text =
      name == "router"
      ? RouterTemplate.unfilled : Role(rawValue: name).flatMap(AdapterTemplate.unfilled)
    guard let text else { throw ValidationError("There is no daemon of '\(name)'.") }
    print(text, terminator: "")
  }
}
