import ArgumentParser
import Foundation
import Operations
import RouterService
import Synchronization

@main
struct AccordRouter: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-router",
    abstract: "Forwards a participant's data between agencies only as their release allows.",
    discussion: """
      Runs in the foreground until SIGTERM or SIGINT. It stops by itself, with status 70, when it \
      could not keep a promise any more: a commit that failed, or a key check that ended.
      """,
    version: Version.text, subcommands: [Run.self, Restore.self], defaultSubcommand: Run.self)

  static func main() async {
    do {
      try await runParsed()
    } catch {
      exit(withError: parsingError(error))
    }
  }
}

/// Runs the router.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Run until told to stop.")

  @Option(name: .shortAndLong, help: "The router's configuration file.")
  var config: String = RouterConfiguration.defaultPath

  @Flag(help: "Check the configuration, the registry and the agreement, and exit.")
  var checkConfig = false

  func run() async throws {
    do {
      // Before the first key is read.
      try CoreDumps.forbid()
      let configuration = try RouterConfiguration.load(config)
      try ServiceUser.become(ownerOf: configuration.stateDirectory)
      if checkConfig {
        // Its findings, one by one and with more of them: 'accord config check'.
        let registry = try RegistryFile.load(configuration.registryFile).registry
        let now = SystemClock().wall()
        let agreement = try AgreementFile.load(configuration.agreementFile, now: now)
        try configuration.checkCriminalJusticeRoutes(
          carriers: [], registry: registry, on: agreement.calendar.date(of: now))
        _ = try KeyFile.load(configuration.keyFile)
        _ = try configuration.masterKey.load()
        print("configuration, registry, agreement and keys are good")
        return
      }
      // Before anybody hears that it is up, and may tell it to end.
      let (ends, end) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(1))
      let ending = Shutdown.onTermination { end.yield($0) }
      let service = try RouterService(configuration) { _ in
        // Written down in the log by then. Not exit(): nothing may run on while the process ends.
        _exit(70)
      }
      let reloading = Shutdown(on: [SIGHUP]) { _ in service.reload() }
      ServiceManager.sayReady()
      for await _ in ends { break }
      withExtendedLifetime((ending, reloading)) {}
      service.close()
    } catch {
      if let configuration = try? RouterConfiguration.load(config) {
        Complaint.note(error, in: configuration.log.logger("router"))
      }
      let text = Complaint.text(error, ofDaemon: "accord-router")
      FileHandle.standardError.write(Data("\(text)\n".utf8))
      throw ExitCode(Complaint.configurationStatus)
    }
  }
}
