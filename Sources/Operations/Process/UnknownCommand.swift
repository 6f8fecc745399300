public import ArgumentParser

extension ParsableCommand {
  /// What to say where arguments could not be parsed: a word that is no command of this program is
  /// named as that, with the command that somebody may have meant; all else as the library says it.
  /// - Parameter arguments: as typed, without the program's name; those of this process if none are
  ///   given.
  public static func parsingError(
    _ error: any Error, of arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) -> any Error {
    guard exitCode(for: error) == .validationFailure else { return error }
    var command: any ParsableCommand.Type = self
    var path = configuration.commandName ?? _commandName
    for word in arguments {
      let commands = command.configuration.subcommands
      guard !commands.isEmpty, !word.hasPrefix("-"), word != "help" else { return error }
      if let next = commands.first(where: { $0.typedNames.contains(word) }) {
        command = next
        path += " \(word)"
        continue
      }
      let shown = commands.filter { $0.configuration.shouldDisplay }.flatMap { $0.typedNames }
      let typed = LogText.escaped(word)
      if let meant = NearestWord.to(word, among: shown) {
        return ValidationError(
          "Unknown command '\(path) \(typed)'. Did you mean '\(path) \(meant)'?")
      }
      // The word may be meant for the command that runs when none is named.
      return command.configuration.defaultSubcommand == nil
        ? ValidationError("Unknown command '\(path) \(typed)'.") : error
    }
    return error
  }

  private static var typedNames: [String] {
    [configuration.commandName ?? _commandName] + configuration.aliases
  }
}
