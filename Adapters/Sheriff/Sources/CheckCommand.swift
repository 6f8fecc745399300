import AdapterKit
import ArgumentParser
import Foundation
import Operations

extension AccordSheriff {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a file would send, and what is wrong with it. Sends nothing.",
      discussion: "Ends with 0 where all is good, 1 where some records are bad, 2 where none is "
        + "usable, 3 where the file or the configuration cannot be read.")

    enum Kind: String, CaseIterable, ExpressibleByArgument { case referrals, roster }

    @Argument(help: "A referral form or a jail roster.") var file: String
    @Option(name: .customLong("as"), help: "referrals or roster; else as the file shows.")
    var kind: Kind?
    @Flag(help: "As JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let result: DryRun
      do {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let configuration = try AdapterConfiguration.load(options.config)
        let settings = try configuration.adapter.read(SheriffSettings.read)
        let folder = kind ?? Self.kind(of: bytes, name: file, settings)
        result = try DryRun(
          SheriffAdapter.self, file: file, folder: folder.rawValue, configuration: configuration)
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        throw ExitCode(3)
      }
      print(json ? try OutputFile("check", json: result).text : result.text)
      throw ExitCode(result.exitCode)
    }

    /// A referral has a referral number.
    static func kind(of bytes: Data, name: String, _ settings: SheriffSettings) -> Kind {
      let reader = TableReader(columns: settings.columns, aliases: ReferralIntake.aliases)
      let file = IntakeFile(folder: "", name: name, bytes: bytes)
      guard let table = try? file.records(reader, required: ["referral_id"]) else { return .roster }
      return table.has("referral_id") ? .referrals : .roster
    }
  }
}
