import ArgumentParser
import Foundation
import Testing

@testable import accord
@testable import accord_behavioral_health
@testable import accord_prosecutor
@testable import accord_public_defender
@testable import accord_router
@testable import accord_sheriff

/// The commands of a page for operators: what stands in a line of code, or between back quotes.
struct DocumentedCommands {
  struct Command: Hashable, CustomStringConvertible {
    let line: Int
    let words: [String]
    var description: String { "line \(line): \(words.joined(separator: " "))" }
  }

  static let programs: [String: any ParsableCommand.Type] = [
    "accord": Accord.self, "accord-router": AccordRouter.self, "accord-sheriff": AccordSheriff.self,
    "accord-prosecutor": AccordProsecutor.self, "accord-public-defender": AccordPublicDefender.self,
    "accord-behavioral-health": AccordBehavioralHealth.self,
  ]

  let commands: [Command]

  init(_ text: String) {
    var found: [Command] = []
    var isCode = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") || line.trimmingCharacters(in: .whitespaces).hasPrefix("```") {
        isCode.toggle()
        continue
      }
      let pieces =
        isCode
        ? [Substring(line)]
        : line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map(\.element)
      for piece in pieces {
        found += Self.commands(in: String(piece)).map { Command(line: index + 1, words: $0) }
      }
    }
    commands = found
  }

  /// What runs something else, with what it takes before that.
  private static let runners: Set<String> = ["sudo", "systemd-run", "&&"]

  private static func commands(in text: String) -> [[String]] {
    let words = split(text)
    guard let first = words.first else { return [] }
    guard programs[first] != nil || runners.contains(first) else { return [] }
    guard let start = words.firstIndex(where: { programs[$0] != nil }) else { return [] }
    let rest = words[start...].prefix { !["|", ">", ">>", "&&", ";", "<"].contains($0) }
    // A unit's or package's name alone is no command.
    return rest.count > 1 ? [Array(rest)] : []
  }

  /// As a shell does, as far as these pages need.
  private static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in text {
      if character == "\"" {
        isQuoted.toggle()
      } else if character.isWhitespace && !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// Why a command is not one of its program's; `nil` where it is.
  static func problem(_ command: Command) -> String? {
    guard let program = programs[command.words[0]] else { return "no such program" }
    let arguments = Array(command.words.dropFirst())
    do {
      // One that is named without its arguments must be there; one with them must parse.
      _ = try program.parseAsRoot(arguments)
      return nil
    } catch {
      let code = program.exitCode(for: error)
      if code.isSuccess { return nil }
      let message = program.message(for: error)
      guard message.hasPrefix("Missing expected argument") else { return message }
      return unknownOption(arguments, program)
    }
  }

  /// What is left out hides what is wrong: each option must stand in the command's own help.
  private static func unknownOption(
    _ arguments: [String], _ program: any ParsableCommand.Type
  ) -> String? {
    let path = Array(arguments.prefix { !$0.hasPrefix("-") })
    do {
      // Running it throws the help as an error.
      var help = try program.parseAsRoot(path + ["--help"])
      try help.run()
      return "no help"
    } catch {
      let help = program.fullMessage(for: error)
      return arguments.first { $0.hasPrefix("--") && !help.contains($0) }
    }
  }
}

@Suite("Commands in the documents")
struct DocumentedCommandTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test(
    "Every command of the operators' pages exists, with every option that stands there",
    arguments: [
      "deploy/runbook.md", "deploy/network.md", "deploy/upgrading.md", "deploy/sizing.md",
      "deploy/security-review.md",
    ])
  func exist(_ page: String) throws {
    let documented = DocumentedCommands(try Self.text(page))
    for command in documented.commands {
      #expect(DocumentedCommands.problem(command) == nil, "\(page), \(command)")
    }
    if page == "deploy/runbook.md" { #expect(documented.commands.count >= 25) }
  }

  @Test("A command that does not exist is found, in a block of code and between back quotes")
  func finds() {
    let page = """
      Say `accord statsu` and `accord status`, in `/etc/accord`.
      ```
      sudo accord key cut-off lakewood-sheriff
      accord key cut-off lakewood-sheriff --resaon "lost"
      systemd-run -p User=accord-router accord-router restore --backup x --reason "y" --now
      accord key list | head
      ```
      """
    let documented = DocumentedCommands(page)
    #expect(documented.commands.count == 6)
    #expect(
      documented.commands.filter { DocumentedCommands.problem($0) != nil }.map(\.line)
        == [1, 4, 5])
  }
}
