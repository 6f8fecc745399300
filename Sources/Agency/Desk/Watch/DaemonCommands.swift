public import AdapterKit
public import ArgumentParser
import Foundation
import HubModel
import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// A command's answer, on standard output.
private func say(_ text: String) {
  FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// Colours on a terminal whose owner wants them; they only repeat what the words say.
private func painted(_ text: String, _ level: DiagnosisLine.Level) -> String {
  let environment = ProcessInfo.processInfo.environment
  guard environment["NO_COLOR"] == nil, environment["TERM"] != "dumb", isatty(STDOUT_FILENO) == 1
  else { return text }
  let code = level == .green ? 32 : level == .yellow ? 33 : 31
  return "\u{1b}[\(code)m\(text)\u{1b}[0m"
}

private func tell(_ diagnosis: Diagnosis, json: Bool) throws {
  say(json ? try Listing.json(diagnosis) : diagnosis.text(painted))
  if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
}

/// `doctor`: everything about the daemon, in red, yellow and green.
public struct DoctorCommand<Adapter: AgencyAdapter>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "doctor",
      abstract: "Look at everything, and say in red, yellow and green what to do.",
      discussion: """
        As the daemon's user or root. Changes nothing. Ends with 0 where all is well, 1 where \
        somebody should look, 2 where something does not work.
        """)
  }
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var options: ConfigurationOption
  public init() {}

  public func run() throws {
    let diagnosis = AdapterDoctor.examine(Adapter.self, configuration: options.config) {
      configuration, isRunning in DeskCheck.lines(configuration, isRunning: isRunning)
    }
    try tell(diagnosis, json: json)
  }
}

/// `config check`: the configuration and all that it names, without the daemon.
public struct ConfigCommand<Adapter: AgencyAdapter>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "config", abstract: "Look at the daemon's configuration.",
      subcommands: [Check.self])
  }
  public init() {}

  public struct Check: ParsableCommand {
    public static var configuration: CommandConfiguration {
      CommandConfiguration(
        commandName: "check",
        abstract: "Check the file and all that it names, without the daemon.",
        discussion: """
          Keys that are not known (with the nearest that is), mappings, files that cannot be read \
          or that others may read, ports that are taken, certificates that end. Ends with 0 good, \
          1 warning, 2 the daemon would not start.
          """)
    }
    @Flag(help: "The daemon runs: its port is in use by itself.") var running = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption
    public init() {}

    public func run() throws {
      let diagnosis = AdapterDoctor.checkConfiguration(Adapter.self, options.config) {
        DeskCheck.lines($0, isRunning: running)
      }
      try tell(diagnosis, json: json)
    }
  }
}

/// The desk's section, its port and its certificate.
enum DeskCheck {
  static func lines(_ configuration: AdapterConfiguration, isRunning: Bool) -> [DiagnosisLine] {
    let settings: DeskSettings
    do {
      guard let found = try DeskSettings.load(configuration) else { return [] }
      settings = found
    } catch let error as ConfigurationError {
      return error.problems.map {
        DiagnosisLine(.red, "desk", "\($0)", remedy: "Mend this line.")
      }
    } catch {
      return [DiagnosisLine(.red, "desk", "\(error)")]
    }
    var lines: [DiagnosisLine] = []
    if let port = UInt16(exactly: settings.port) {
      lines.append(PlaceCheck.port(settings.bind, port, "desk", isOurs: isRunning))
    }
    if let token = settings.scrapeTokenFile {
      lines.append(PlaceCheck.file(token, "desk", isSecret: true))
    }
    if case .tls(let certificate, let key) = settings.transport {
      lines.append(PlaceCheck.file(key, "desk", isSecret: true))
      lines.append(certificateLine(certificate))
    }
    return lines
  }

  /// Asks openssl, which the desk needs for making one anyway.
  private static func certificateLine(_ path: String) -> DiagnosisLine {
    guard FileManager.default.isReadableFile(atPath: path) else {
      return DiagnosisLine(
        .red, "desk", "\(path) cannot be read",
        remedy: "'desk certificate' makes one for a start; see 'certificate' in the section.")
    }
    func holds(days: Int) -> Bool? {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "openssl", "x509", "-noout", "-checkend", "\(days * 86_400)", "-in", path,
      ]
      for output in [\Process.standardOutput, \Process.standardError] {
        process[keyPath: output] = FileHandle.nullDevice
      }
      do { try process.run() } catch { return nil }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
    guard let isValid = holds(days: 0), let isLong = holds(days: 30) else {
      return DiagnosisLine(
        .yellow, "desk", "the certificate's end is not known",
        remedy: "Install the package openssl.")
    }
    let remedy = "Replace it, or 'desk certificate' makes another; then restart the daemon."
    if !isValid {
      return DiagnosisLine(.red, "desk", "the certificate \(path) has ended", remedy: remedy)
    }
    return isLong
      ? DiagnosisLine(.green, "desk", "the certificate holds for a month or more")
      : DiagnosisLine(.yellow, "desk", "the certificate ends within a month", remedy: remedy)
  }
}
