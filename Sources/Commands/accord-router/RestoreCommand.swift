import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Ledger
import Operations
import RouterService

/// Puts a backup of the ledger in place. The router is stopped meanwhile.
struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a backup of the ledger in place of what the stopped router had.",
    discussion: """
      Without --confirm it says what it would come to and changes nothing. The key store \
      (keys.sqlite) stays as it is: it knows what was destroyed and stopped since the backup. If \
      it was lost too, put its newest backup in place first.

      The ledger gets a new life, by a signed entry of its log. Every agency confirms it at its \
      own adapter ('restored accept'), sends again what the backup lacks, and confirms the \
      releases that it captured ('restored confirm'); until then they are suspended. The ledger \
      that was there is put aside beside it.
      """)

  @Option(name: .shortAndLong, help: "The router's configuration file.")
  var config: String = RouterConfiguration.defaultPath
  @Option(help: "The backup: a file that 'accord backup ledger' made. It is only read.")
  var backup: String
  @Option(help: "Why, for the log; no names.")
  var reason: String
  @Flag(help: "Do it.")
  var confirm = false
  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func validate() throws {
    guard StatedReason.isOne(reason) else {
      throw ValidationError("--reason must be \(StatedReason.rule).")
    }
  }

  private struct Document: Encodable {
    let isDone: Bool
    let report: RestoreReport
    let kept: String?
  }

  func run() throws {
    do {
      try CoreDumps.forbid()
      let configuration = try RouterConfiguration.load(config)
      try ServiceUser.become(ownerOf: configuration.stateDirectory)
      let restore = try RouterRestore(configuration, from: backup)
      let (report, kept): (RestoreReport, String?) =
        confirm ? try restore.perform(because: reason) : (try restore.preview(), nil)
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let document = Document(isDone: confirm, report: report, kept: kept)
        print(String(decoding: try encoder.encode(document), as: UTF8.self))
      } else {
        print(text(report, kept))
      }
    } catch {
      let text = Complaint.text(error, ofDaemon: "accord-router restore")
      FileHandle.standardError.write(Data("\(text)\n".utf8))
      throw ExitCode(Complaint.configurationStatus)
    }
  }

  private func text(_ report: RestoreReport, _ kept: String?) -> String {
    let time = WallTime(milliseconds: report.through).iso8601
    var lines = [
      "The backup is of life \(report.continued): \(report.entries) entries, to \(time)."
    ]
    let waiting = report.unconfirmed.sorted { $0.key < $1.key }
      .map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    lines += [
      "Releases to be confirmed by the agency that captured them: "
        + (waiting.isEmpty ? "none" : waiting) + ".",
      "Stopped since, by the key store: \(report.revoked) releases revoked, "
        + "\(report.suspended) suspended, \(report.cutOff) keys cut off.",
    ]
    if report.held + report.heldNames > 0 {
      lines.append(
        "On legal hold as before: \(report.held) people, and whoever comes by one of "
          + "\(report.heldNames) names that the backup does not know.")
    }
    if report.apart > 0 {
      lines.append(
        "Told apart as before: \(report.apart) people who count as one with others in the backup.")
    }
    guard confirm else {
      return (lines + ["Nothing was changed. Add --confirm to do it."]).joined(separator: "\n")
    }
    lines.append("\(report.requeued) deliveries that were under way are decided anew.")
    if let kept { lines.append("The ledger that was there lies at \(kept)") }
    lines += [
      "The ledger's new life is \(report.incarnation).",
      "Start the router, and read this id to every agency by telephone; each says to its adapter:",
      "  restored accept \(report.incarnation)",
      "  restored confirm --all     (after 'restored releases' was looked through)",
      "The agreement in force is the backup's: compare 'accord agreement show' with the file.",
    ]
    return lines.joined(separator: "\n")
  }
}
