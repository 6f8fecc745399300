import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the ledger, or the key store, while the router goes on; check a copy.",
    discussion: """
      Two files with two lives. A backup of the ledger names nobody and may be kept for long. One \
      of the key store opens what was destroyed after it: keep it for days only, and apart from \
      the ledger's. 'accord-router restore' puts a ledger back.

      What the older of the last two ledger backups lacks, the agencies' adapters keep, and send \
      again after a restore. Ends with 0 where the copy is whole on disk, 2 where it is not.
      """,
    subcommands: [OfLedger.self, OfKeys.self, Keep.self, Verify.self])

  struct OfLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ledger", abstract: "Copy the ledger to a new file.")
    @OptionGroup var copy: CopyOptions
    func run() throws { try copy.make(.ledger) }
  }

  struct OfKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keys", abstract: "Copy the key store to a new file.")
    @OptionGroup var copy: CopyOptions
    func run() throws { try copy.make(.keys) }
  }
}

struct CopyOptions: ParsableArguments {
  @Argument(help: "The file to write, on the router's machine; nothing may be there.")
  var file: String
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func make(_ what: BackupReport.What) throws {
    let report = try BackupWork(router).perform(what, file)
    if output.json {
      try Printing.json(report)
    } else if report.state == .done {
      let entries = what == .ledger ? ", \(report.entries) entries" : ""
      print("\(LogText.escaped(report.path)) is whole: \(report.bytes) bytes\(entries).")
    } else {
      Printing.complain(report.problem ?? "another backup was asked for meanwhile")
    }
    if report.state != .done { try Health.critical.exit() }
  }
}

/// Work with backups that the router does, and a person waits for.
struct BackupWork {
  let router: RouterOptions

  init(_ router: RouterOptions) { self.router = router }

  /// - Returns: how it ended; ``BackupReport/State/failed`` too where somebody else's came between.
  func perform(_ what: BackupReport.What, _ file: String) throws -> BackupReport {
    let path = URL(fileURLWithPath: file).standardizedFileURL.path
    var report = try ask(.backup(what, path: path))
    while report.state == .running && report.path == path {
      Thread.sleep(forTimeInterval: 0.1)
      report = try ask(.backupState)
    }
    guard report.path == path else {
      return BackupReport(
        .failed, what, path: path, problem: "another backup was asked for meanwhile: do it again")
    }
    return report
  }

  private func ask(_ request: AdminRequest) throws -> BackupReport {
    guard case .backup(let report) = try router.ask(request) else { throw UnexpectedAnswer() }
    return report
  }
}
