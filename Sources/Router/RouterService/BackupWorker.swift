import Crypto
import Foundation
import HubModel
import HubProtocol
import Keys
import Ledger
import Logging
import Operations
import RouterCore
import Synchronization

/// Makes backups on a thread of its own, so that neither the router nor an operator's question
/// waits for one; one at a time.
final class BackupWorker: Sendable {
  private let ledgerPath: String
  private let keysPath: String
  private let master: SymmetricKey
  private let program: ProgramID
  private let signer: SigningKey
  private let inbox: Inbox
  private let log: Logger
  private let report = Mutex(BackupReport(.none, .ledger, path: ""))

  init(
    ledgerPath: String, keysPath: String, master: SymmetricKey, program: ProgramID,
    signer: SigningKey, inbox: Inbox, log: Logger
  ) {
    self.program = program
    self.signer = signer
    self.ledgerPath = ledgerPath
    self.keysPath = keysPath
    self.master = master
    self.inbox = inbox
    self.log = log
  }

  /// A connection of its own for reports.
  func reader() throws -> LedgerReader {
    try LedgerReader(at: ledgerPath, keys: KeyReader(at: keysPath, master: master))
  }

  var state: BackupReport { report.withLock { $0 } }

  /// - Returns: whether it has begun; not while another one is being made.
  func begin(_ what: BackupReport.What, path: String) -> Bool {
    let isFree = report.withLock { report in
      guard report.state != .running else { return false }
      report = BackupReport(.running, what, path: path)
      return true
    }
    guard isFree else { return false }
    Thread.detachNewThread { [self] in
      let outcome: BackupReport
      do {
        outcome = try make(what, path: path)
        log.notice(
          what == .verify ? "a backup was rehearsed" : "a backup was made",
          metadata: ["of": "\(what.rawValue)", "bytes": "\(outcome.bytes)"])
      } catch {
        outcome = BackupReport(.failed, what, path: path, problem: "\(error)")
        log.error("a backup failed", metadata: ["of": "\(what.rawValue)", "error": "\(error)"])
      }
      report.withLock { $0 = outcome }
    }
    return true
  }

  private func make(_ what: BackupReport.What, path: String) throws -> BackupReport {
    var entries: UInt64 = 0
    switch what {
    case .keys: try KeyReader(at: keysPath, master: master).backUp(to: path)
    case .ledger: entries = try copyLedger(to: path).entries
    case .verify:
      return try BackupRehearsal(
        of: path, in: URL(fileURLWithPath: ledgerPath).deletingLastPathComponent(),
        keysPath: keysPath, master: master, program: program, signer: signer
      ).perform()
    }
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64 ?? 0
    return BackupReport(.done, what, path: path, entries: entries, bytes: bytes)
  }

  /// The router is told before the copy begins and when it is whole: what spools may forget
  /// depends on it.
  private func copyLedger(to path: String) throws -> Backup {
    guard case .done = inbox.ask(.backup(.begun)) else { throw BackupFailure.busy }
    do {
      let backup = try LedgerReader(at: ledgerPath).backUp(to: path, at: SystemClock().wall())
      guard case .done = inbox.ask(.backup(.done(backup)), seconds: 60) else {
        throw BackupFailure.busy
      }
      return backup
    } catch {
      _ = inbox.ask(.backup(.failed))
      throw error
    }
  }
}

enum BackupFailure: Error, CustomStringConvertible {
  case busy
  var description: String {
    "the router did not confirm in time, so the copy does not count: make another"
  }
}
