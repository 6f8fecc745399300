public import ArgumentParser

extension AsyncParsableCommand {
  /// Runs the command that the arguments name, whether it waits or not.
  public static func runParsed() async throws {
    var command = try parseAsRoot()
    if var running = command as? any AsyncParsableCommand {
      try await running.run()
    } else {
      try command.run()
    }
  }
}
