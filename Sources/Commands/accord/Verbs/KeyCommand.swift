import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Enrol, list, rotate, end and cut off keys of agencies.",
    discussion: """
      An agency makes its key itself ('key new' of its daemon) and sends the public half; its \
      fingerprint is compared by telephone. No secret travels. Every act is an entry of the log.
      """,
    subcommands: [List.self, Enrol.self, Rotate.self, End.self, CutOff.self])

  struct CutOff: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cut-off",
      abstract: "Cut off a key, or all keys of an agency, at once and for good.",
      discussion: """
        The registry file is changed first, then a running router is told, which closes the
        agency's connections. Ends with 1 where the router does not answer: the key is cut off
        when it starts.
        """)

    @Argument(help: "A key's fingerprint, or an agency's id.")
    var target: String
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let path = try router.configuration().registryFile
      let keys = try cutOff(in: path, at: SystemClock().wall())
      var unanswered: [String] = []
      for key in keys {
        do {
          _ = try router.ask(.cutOff(fingerprint: key.text, reason: reason.reason))
        } catch {
          unanswered.append("\(key): \(error)")
        }
      }
      if output.json {
        try Printing.json(Report(cutOff: keys.map(\.text), registry: path, problems: unanswered))
      } else {
        for key in keys { print("\(key) is cut off in \(path).") }
        if unanswered.isEmpty { print("The router has closed its connections.") }
      }
      guard unanswered.isEmpty else {
        for problem in unanswered { Printing.complain(problem) }
        Printing.complain("cut off in the registry file alone; stop the router if it still runs")
        throw ExitCode(Health.warning.rawValue)
      }
    }

    /// Enters the keys into the registry file; which keys they are.
    func cutOff(in path: String, at now: WallTime) throws -> [KeyFingerprint] {
      var file = try RegistryFile.load(path)
      let keys = try Self.keys(of: target, in: file)
      let known = file.registry.cutOff
      for key in keys where !known.contains(key) {
        file.cutOffs.append(.init(fingerprint: key, at: now, reason: reason.reason))
      }
      try file.write(to: path, overwrites: true)
      return keys
    }

    static func keys(of target: String, in file: RegistryFile) throws -> [KeyFingerprint] {
      if let agency = file.agencies.first(where: { $0.id.text == target }) {
        guard !agency.keys.isEmpty else { throw CountyError("\(target) has no key") }
        return agency.keys.map(\.fingerprint)
      }
      guard let fingerprint = KeyFingerprint(target), file.registry.owner(of: fingerprint) != nil
      else {
        throw CountyError(
          "'\(LogText.escaped(target))' is neither an agency nor a key of the registry: "
            + "'accord agency list' shows both")
      }
      return [fingerprint]
    }

    private struct Report: Encodable {
      let cutOff: [String]
      let registry: String
      let problems: [String]
    }
  }
}
