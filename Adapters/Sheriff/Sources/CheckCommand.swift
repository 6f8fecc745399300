import AdapterKit
import ArgumentParser
import Foundation
import Operations

extension AccordSheriff {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a file would send, and what is wrong with it. Sends nothing.",
      discussion: CheckedFile.exitCodes)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case referrals, roster }

    @Argument(help: "A referral form or a jail roster.") var file: String?
    @Option(name: .customLong("as"), help: "referrals or roster; else as the file shows.")
    var kind: Kind?
    @Option(help: "The connector by which it would come; else told by its name.")
    var connector: String?
    @Flag(help: "As JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let checked = CheckedFile(
        SheriffAdapter.self, file: file, connector: connector, configuration: options.config,
        json: json
      ) { configuration, file in
        let settings = try configuration.adapter.read(SheriffSettings.read)
        return (kind ?? Self.kind(of: file.bytes, name: file.name, settings)).rawValue
      }
      print(checked.text)
      throw ExitCode(checked.exitCode)
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
