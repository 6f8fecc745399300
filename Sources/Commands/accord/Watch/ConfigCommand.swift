import ArgumentParser
import Foundation
import HubModel
import Operations

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Look at the router's configuration.",
    subcommands: [Check.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check router.yaml and all that it names, without the router.",
      discussion: """
        Keys that are not known (with the nearest that is), values out of bounds, files that \
        cannot be read or that others may read, ports that are taken, certificates that have \
        ended. For root it judges as the router's own user would. Ends with 0 good, 1 warning, 2 \
        the router would not start.
        """)

    @Option(help: "The router's configuration file.")
    var config = RouterConfiguration.defaultPath
    @Flag(help: "The router runs, though it does not answer: its ports are in use by itself.")
    var running = false
    @OptionGroup var output: OutputOptions

    func run() throws {
      let unchanged = RouterUser.settle(config)
      var diagnosis = ConfigurationCheck.examine(config, isRunning: running)
      diagnosis.add(unchanged)
      if output.json {
        try Printing.json(diagnosis)
      } else {
        print(diagnosis.text(Paint.forTerminal.level))
      }
      if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
    }
  }
}

/// What can be told of a router's configuration from its files and this machine alone.
enum ConfigurationCheck {
  static func examine(_ path: String, isRunning: Bool) -> Diagnosis {
    var diagnosis = Diagnosis()
    if let line = noRouter(at: path) {
      diagnosis.add([line])
      return diagnosis
    }
    if let line = RouterUser.onlooker(path).unjudged(path, "configuration") {
      diagnosis.add([line])
      return diagnosis
    }
    let configuration: RouterConfiguration
    do {
      configuration = try RouterConfiguration.load(path)
    } catch {
      for problem in error.problems {
        diagnosis.add(
          .red, "configuration", "\(problem)",
          remedy: problem.text.hasPrefix("cannot be read:")
            ? "The router's user must be able to read it: 'chmod 644 \(path)'." : "Mend this line.")
      }
      return diagnosis
    }
    diagnosis.add(.green, "configuration", "every key of \(path) is known and within bounds")
    diagnosis.add(places(of: configuration, at: path))
    diagnosis.add(
      ports(of: configuration, isRunning: isRunning ? true : answers(configuration.adminSocket)))
    return diagnosis
  }

  /// Said on an agency's machine, where somebody asks for the wrong daemon, and before set-up.
  static func noRouter(at path: String) -> DiagnosisLine? {
    guard !FileManager.default.fileExists(atPath: path) || UnfilledFile.isUnfilled(path) else {
      return nil
    }
    return DiagnosisLine(
      .red, "configuration", "no router is set up here: \(path)",
      remedy: "'accord init' sets one up. An agency's daemon has a 'doctor' and a 'config check' "
        + "of its own, as 'accord-prosecutor doctor'.")
  }

  /// Whether a router has the ports itself, as it says to whoever may ask; `nil` where its socket
  /// is closed to this user.
  private static func answers(_ socket: String) -> Bool? {
    do {
      _ = try AdminSocket.ask(.status, at: socket, timeout: .seconds(2))
      return true
    } catch .forbidden {
      return nil
    } catch {
      return false
    }
  }

  /// What the configuration names, looked at as whoever asks may.
  static func places(of configuration: RouterConfiguration, at path: String) -> [DiagnosisLine] {
    let onlooker = RouterUser.onlooker(path, configuration)
    return files(of: configuration, at: path, by: onlooker)
      + health(of: configuration, by: onlooker)
      + RouterUser.unknownHolders(configuration.roles)
      + PlaceCheck.folder(configuration.stateDirectory, "disk", by: onlooker)
  }

  /// Keys, registry, agreement, routes.
  private static func files(
    of configuration: RouterConfiguration, at path: String, by onlooker: Onlooker
  ) -> [DiagnosisLine] {
    var lines: [DiagnosisLine] = []
    func attempt(
      _ check: String, _ file: String?, _ good: String, _ remedy: String, _ body: () throws -> Void
    ) {
      if let line = file.flatMap({ onlooker.unjudged($0, check) }) { return lines.append(line) }
      do {
        try body()
        lines.append(DiagnosisLine(.green, check, good))
      } catch {
        lines.append(DiagnosisLine(.red, check, "\(error)", remedy: remedy))
      }
    }
    let give = "Give it to \(onlooker.daemonName) by 'chown', mode 600; or mend the path."
    attempt(
      "key", configuration.keyFile, "the router's key can be read, by its owner alone", give
    ) { _ = try KeyFile.load(configuration.keyFile) }
    if case .credential(let name) = configuration.masterKey,
      ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] == nil
    {
      // Lent to the service alone, and rightly out of this command's reach.
      lines.append(RouterUser.credential(name, of: path, by: onlooker))
    } else {
      let file: String? = if case .file(let path) = configuration.masterKey { path } else { nil }
      attempt(
        "master-key", file, "the master key is reached",
        "Without it nothing at rest can be read: find it before the router is restarted."
      ) { _ = try configuration.masterKey.load() }
    }
    if configuration.masterKeyBefore != nil {
      lines.append(
        DiagnosisLine(
          .yellow, "master-key", "the replaced master key is still configured",
          remedy: "After one start, take 'master-key-before' away and destroy its file."))
    }
    let now = SystemClock().wall()
    var registry: Registry?
    let mend = "Mend the line it names; \(onlooker.daemonName) must be able to read the file."
    attempt(
      "registry", configuration.registryFile, "\(configuration.registryFile) is good", mend
    ) {
      registry = try RegistryFile.load(configuration.registryFile).registry
    }
    var agreement: ProgramAgreement?
    attempt(
      "agreement", configuration.agreementFile, "\(configuration.agreementFile) is good",
      "'accord agreement check'; \(onlooker.daemonName) must be able to read the file."
    ) {
      agreement = try AgreementFile.load(configuration.agreementFile, now: now)
    }
    if let registry, let agreement {
      attempt(
        "routes", nil, "criminal-justice routes are as they must be",
        "See the article on criminal-justice routes."
      ) {
        try configuration.checkCriminalJusticeRoutes(
          carriers: [], registry: registry, on: agreement.calendar.date(of: now))
      }
      if agreement.program != configuration.program {
        lines.append(
          DiagnosisLine(
            .red, "agreement",
            "the agreement is of program \(agreement.program), not of \(configuration.program)",
            remedy: "Give both the same."))
      }
    }
    return lines
  }

  /// What the section `health` names.
  private static func health(
    of configuration: RouterConfiguration, by onlooker: Onlooker
  ) -> [DiagnosisLine] {
    var lines: [DiagnosisLine] = []
    if let token = configuration.health.tokenFile {
      lines.append(PlaceCheck.file(token, "health", isSecret: true, by: onlooker))
    }
    if !["127.0.0.1", "::1", "localhost"].contains(configuration.health.bind),
      configuration.health.tokenFile == nil, configuration.health.isOn
    {
      lines.append(
        DiagnosisLine(
          .yellow, "health", "served on \(configuration.health.bind), where nobody has a token",
          remedy: "Give 'health.token-file', or bind to 127.0.0.1."))
    }
    return lines
  }

  static func ports(
    of configuration: RouterConfiguration, isRunning: Bool?
  ) -> [DiagnosisLine] {
    var lines = [
      PlaceCheck.port(
        configuration.listenHost, configuration.submitPort, "ports", isOurs: isRunning)
    ]
    let registry = try? RegistryFile.load(configuration.registryFile).registry
    for agency in (registry?.agencies.values.sorted { $0.id < $1.id }) ?? [] {
      let tunnel = configuration.criminalJusticeRoutes.first { $0.agency == agency.id }?.bind
      lines.append(
        PlaceCheck.port(
          tunnel ?? configuration.listenHost, agency.releasePort, "ports", isOurs: isRunning))
    }
    if configuration.health.isOn {
      lines.append(
        PlaceCheck.port(
          configuration.health.bind, configuration.health.port, "ports", isOurs: isRunning))
    }
    return lines
  }
}
