import ArgumentParser
import HubModel
import Operations

struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "Check a program agreement.", subcommands: [Check.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check an agreement file before the router is asked to use it.",
      discussion: "Ends with 0 good, 1 warning, 2 critical.")

    @Argument(help: "The agreement file.")
    var file: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      let report = AgreementReport(file: file, now: SystemClock().wall())
      if output.json { try Printing.json(report) } else { print(report.text(.forTerminal)) }
      try report.health.exit()
    }
  }
}

/// What a check of an agreement found.
struct AgreementReport: Encodable {
  let file: String
  let state: String
  let program: String?
  let version: UInt32?
  /// SHA-256 of the file: what the router's log names.
  let hash: String?
  let paths: Int
  let problems: [String]
  let warnings: [String]

  init(file: String, now: WallTime) {
    self.file = file
    do {
      let agreement = try AgreementFile.load(file, now: now)
      program = agreement.program.text
      version = agreement.version
      hash = Hex.encode(agreement.contentHash)
      paths = agreement.paths.count
      problems = []
      var found: [String] = []
      if agreement.isDemonstration { found.append("it is a demonstration: not for a real county") }
      for exception in agreement.exceptions {
        found.append(
          "\(exception.path.topic) goes from \(exception.path.from.rawValue) to "
            + "\(exception.path.to.rawValue) without a release (\(exception.legalBasis))")
      }
      warnings = found
    } catch {
      program = nil
      version = nil
      hash = nil
      paths = 0
      problems = error.problems.map(\.description)
      warnings = []
    }
    state = Self.health(problems, warnings).word
  }

  var health: Health { Self.health(problems, warnings) }

  private static func health(_ problems: [String], _ warnings: [String]) -> Health {
    problems.isEmpty ? (warnings.isEmpty ? .good : .warning) : .critical
  }

  func text(_ paint: Paint) -> String {
    var lines = problems.map(LogText.escaped)
    lines += warnings.map { "warning: \(LogText.escaped($0))" }
    if let program, let version, let hash {
      lines.append("\(program) version \(version), \(paths) paths, SHA-256 \(hash)")
    }
    let summary =
      switch health {
      case .good: "Good: the router can use it."
      case .warning: "Usable, with warnings."
      case .critical, .unknown: "Not usable: the router would keep the agreement that it has."
      }
    return (lines + [paint.health(summary, health)]).joined(separator: "\n")
  }
}
