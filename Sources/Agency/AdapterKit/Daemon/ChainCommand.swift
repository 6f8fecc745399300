public import ArgumentParser
import Foundation
import HubClient
import HubProtocol
import Operations

/// Prints what this agency was told of the hub's checkpoints, for the auditor to hold against the
/// hub's log: `accord audit verify EXPORT --chain FILE`. It tells nothing of any person.
public struct ChainCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "chain",
    abstract: "Print this agency's chain over the hub's log, for the auditor.",
    discussion: """
      Save it to a file and give it to the auditor, who runs 'accord audit verify EXPORT --chain \
      FILE'. Ends with 2 where the hub told of a history that does not lead on from it.
      """)

  @OptionGroup var options: ConfigurationOption
  public init() {}

  public func run() throws {
    let configuration = try AdapterConfiguration.load(options.config)
    let path = configuration.stateDirectory + "/adapter.sqlite"
    guard FileManager.default.fileExists(atPath: path) else {
      throw ValidationError("There is no store at \(path): the daemon has never run.")
    }
    let store = try AdapterStore(path: path)
    let chain = try store.chain(of: configuration.agency, program: configuration.program)
    FileHandle.standardOutput.write(Data(chain.text.utf8))
    if let refusal = try store.historyRefusal() {
      FileHandle.standardError.write(Data("critical: \(refusal)\n".utf8))
      throw ExitCode(2)
    }
  }
}
