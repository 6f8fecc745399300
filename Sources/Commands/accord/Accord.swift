import ArgumentParser
import Operations

/// The operator's command line. It reads configuration files and asks the router over its admin
/// socket; it never opens the router's ledger.
@main
struct Accord: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord",
    abstract: "Set up and look after an Accord hub.",
    discussion: """
      Commands that ask the router find it by --config (its router.yaml) or --socket.
      Checks end with 0 good, 1 warning, 2 critical, 3 unknown.
      """,
    version: Version.text,
    subcommands: [
      InitCommand.self, JoinCommand.self, AgencyCommand.self, KeyCommand.self, StatusCommand.self,
      MessageCommand.self, ExplainCommand.self, RoiCommand.self, HeldCommand.self,
      TotalsCommand.self, ClockCommand.self, EmergencyCommand.self, OrderCommand.self,
      IdentityCommand.self, ParticipantCommand.self, AgreementCommand.self, AuditCommand.self,
      ConsentCommand.self, BackupCommand.self, RetentionCommand.self, ArchiveCommand.self,
      DoctorCommand.self, CheckCommand.self, ConfigCommand.self, RouterCommand.self,
      QueueCommand.self, TailCommand.self, TraceCommand.self, ErrorsCommand.self,
      TemplateCommand.self,
    ])

  /// As the library's own, and with the code by which an error can be looked up.
  static func main() {
    do {
      // Set-up, enrolment and others read secret keys.
      try CoreDumps.forbid()
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard error is any CodedError else { exit(withError: parsingError(error)) }
      Printing.complain(of: error)
      exit(withError: ExitCode.failure)
    }
  }
}
