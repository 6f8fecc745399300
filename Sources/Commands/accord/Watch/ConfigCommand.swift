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
        ended. Ends with 0 good, 1 warning, 2 the router would not start.
        """)

    @Option(help: "The router's configuration file.")
    var config = RouterConfiguration.defaultPath
    @Flag(help: "The router runs, though it does not answer: its ports are in use by itself.")
    var running = false
    @OptionGroup var output: OutputOptions

    func run() throws {
      let diagnosis = ConfigurationCheck.examine(config, isRunning: running)
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
    let configuration: RouterConfiguration
    do {
      configuration = try RouterConfiguration.load(path)
    } catch {
      for problem in error.problems {
        diagnosis.add(.red, "configuration", "\(problem)", remedy: "Mend this line.")
      }
      return diagnosis
    }
    diagnosis.add(.green, "configuration", "every key of \(path) is known and within bounds")
    diagnosis.add(files(of: configuration))
    diagnosis.add(PlaceCheck.folder(configuration.stateDirectory, "disk"))
    diagnosis.add(
      ports(of: configuration, isRunning: isRunning || answers(configuration.adminSocket)))
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

  /// Whether a router has the ports itself, and says so to whoever may ask.
  private static func answers(_ socket: String) -> Bool {
    (try? AdminSocket.ask(.status, at: socket, timeout: .seconds(2))) != nil
  }

  /// Keys, registry, agreement, routes.
  static func files(of configuration: RouterConfiguration) -> [DiagnosisLine] {
    var lines: [DiagnosisLine] = []
    func attempt(_ check: String, _ good: String, _ remedy: String, _ body: () throws -> Void) {
      do {
        try body()
        lines.append(DiagnosisLine(.green, check, good))
      } catch {
        lines.append(DiagnosisLine(.red, check, "\(error)", remedy: remedy))
      }
    }
    attempt("key", "the router's key can be read, by its owner alone", "See the path and its mode.")
    { _ = try KeyFile.load(configuration.keyFile) }
    if case .credential(let name) = configuration.masterKey,
      ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] == nil
    {
      // Lent to the service alone, and rightly out of this command's reach.
      lines.append(
        DiagnosisLine(
          .green, "master-key", "the service manager lends it to the router as '\(name)'"))
    } else {
      attempt(
        "master-key", "the master key is reached",
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
    attempt("registry", "\(configuration.registryFile) is good", "Mend the line it names.") {
      registry = try RegistryFile.load(configuration.registryFile).registry
    }
    var agreement: ProgramAgreement?
    attempt("agreement", "\(configuration.agreementFile) is good", "'accord agreement check'.") {
      agreement = try AgreementFile.load(configuration.agreementFile, now: now)
    }
    if let registry, let agreement {
      attempt(
        "routes", "criminal-justice routes are as they must be",
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
    if let token = configuration.health.tokenFile {
      lines.append(PlaceCheck.file(token, "health", isSecret: true))
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
    of configuration: RouterConfiguration, isRunning: Bool
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
