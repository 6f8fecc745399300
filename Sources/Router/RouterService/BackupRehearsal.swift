import Crypto
import Foundation
import HubModel
import HubProtocol
import Keys
import Ledger
import Operations

/// Restores a backup beside the ledger in use, and checks what came of it: a backup that was never
/// restored is a hope.
///
/// It goes the whole way of a restore, with a copy of today's key store, in a folder that is gone
/// afterwards; then every entry of the log is hashed and every checkpoint's signature checked, as
/// an auditor does.
struct BackupRehearsal {
  let backup: String
  /// Where there is room for another ledger, and only the router may look.
  let parent: URL
  let keysPath: String
  let master: SymmetricKey
  let program: ProgramID
  let signer: SigningKey

  init(
    of backup: String, in parent: URL, keysPath: String, master: SymmetricKey, program: ProgramID,
    signer: SigningKey
  ) {
    self.backup = backup
    self.parent = parent
    self.keysPath = keysPath
    self.master = master
    self.program = program
    self.signer = signer
  }

  func perform() throws -> BackupReport {
    let files = FileManager.default
    let folder = parent.appendingPathComponent("rehearsal-\(UUID().uuidString)")
    try files.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? files.removeItem(at: folder) }
    let ledger = folder.appendingPathComponent("ledger.sqlite").path
    let keys = folder.appendingPathComponent("keys.sqlite").path
    try KeyReader(at: keysPath, master: master).backUp(to: keys)
    let restore = LedgerRestore(ledger, from: backup) { try KeyStore(at: keys, master: master) }
    let report = try restore.perform(
      RestoreOrder(
        program: program, key: signer, now: SystemClock().wall(), reason: "rehearsal")
    ).report
    let summary = try verify(LedgerReader(at: ledger))
    guard summary.uncovered == 0, summary.entries >= report.entries else {
      throw RehearsalFailure(entries: summary.entries, of: report.entries)
    }
    let bytes = try files.attributesOfItem(atPath: backup)[.size] as? Int64 ?? 0
    var outcome = BackupReport(
      .done, .verify, path: backup, entries: report.entries, bytes: bytes)
    outcome.checkpoints = summary.checkpoints
    outcome.through = report.through
    return outcome
  }

  /// As 'accord audit export' and 'verify' do, page by page.
  private func verify(_ reader: LedgerReader) throws -> AuditSummary {
    var verifier = AuditVerifier()
    var page = try reader.auditHead(of: program)
    let size = page.size
    while true {
      for line in page.text.split(separator: "\n") { try verifier.take(line) }
      guard let next = page.next else { break }
      page = try reader.auditPage(from: next, size: size)
    }
    return try verifier.finish()
  }
}

struct RehearsalFailure: Error, CustomStringConvertible {
  let entries: UInt64
  let of: UInt64
  var description: String {
    "of the backup's \(of) entries \(entries) stand in the restored log, or the last are not "
      + "signed: do not rely on this backup, and make another"
  }
}
