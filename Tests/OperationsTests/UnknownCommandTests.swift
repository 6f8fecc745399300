import ArgumentParser
import Operations
import Testing

@Suite("A command that is not there")
struct UnknownCommandTests {
  private struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "program", subcommands: [Status.self, Keys.self, Hidden.self])
  }
  private struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status")
    @Flag var json = false
  }
  private struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "key", subcommands: [Rotate.self], aliases: ["keys"])
  }
  private struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rotate")
    @Argument var agency: String
  }
  private struct Hidden: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sample", shouldDisplay: false)
  }
  private struct Daemon: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "daemon", subcommands: [Status.self, Run.self], defaultSubcommand: Run.self)
  }
  private struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run")
  }

  private func said(of arguments: [String], by program: any ParsableCommand.Type) -> String {
    do {
      _ = try program.parseAsRoot(arguments)
      return "no error"
    } catch {
      return program.message(for: program.parsingError(error, of: arguments))
    }
  }

  @Test(
    "A misspelt command is named, with the one that is meant",
    arguments: [
      (["stauts"], "Unknown command 'program stauts'. Did you mean 'program status'?"),
      (
        ["key", "rotat", "sheriff"],
        "Unknown command 'program key rotat'. Did you mean 'program key rotate'?"
      ),
      (
        ["keys", "rotat"],
        "Unknown command 'program keys rotat'. Did you mean 'program keys rotate'?"
      ),
      (["turn-off"], "Unknown command 'program turn-off'."),
      (["sampel"], "Unknown command 'program sampel'."),
      (["sta\u{1B}tus"], "Unknown command 'program sta\\u{1b}tus'. Did you mean 'program status'?"),
    ])
  func misspelt(_ arguments: [String], _ expected: String) {
    #expect(said(of: arguments, by: Program.self) == expected)
  }

  @Test("What else is wrong is said as the library says it")
  func others() {
    #expect(said(of: ["status", "--jsn"], by: Program.self).contains("'--jsn'"))
    #expect(said(of: ["key", "rotate"], by: Program.self).contains("<agency>"))
    #expect(said(of: ["status", "stray"], by: Program.self).contains("Unexpected argument 'stray'"))
  }

  @Test("A program that runs without a command being named is asked for one only where it is near")
  func defaults() {
    #expect(
      said(of: ["statsu"], by: Daemon.self)
        == "Unknown command 'daemon statsu'. Did you mean 'daemon status'?")
    #expect(said(of: ["elsewhere"], by: Daemon.self).contains("Unexpected argument 'elsewhere'"))
  }
}
