import HubModel
public import Keys

/// Puts a backup in a ledger's place (see the article *Restoring a backup*).
///
/// Nothing of the ledger that was there is destroyed: its files are put aside under names of their
/// own. A crash at any moment leaves either ledger whole; then the restore is done again.
public struct LedgerRestore {
  /// Of the ledger.
  let path: String
  let backup: String
  let openKeys: () throws -> KeyStore
  let files: any RestoreFiles

  /// - Parameters:
  ///   - path: where the ledger stands, or stood.
  ///   - backup: a copy that was made of it; it stays as it is.
  ///   - keys: opens the key store in place, which must not be older than the backup.
  public init(_ path: String, from backup: String, keys: @escaping () throws -> KeyStore) {
    self.init(path, from: backup, in: SystemFiles(), keys: keys)
  }

  package init(
    _ path: String, from backup: String, in files: any RestoreFiles,
    keys: @escaping () throws -> KeyStore
  ) {
    self.path = path
    self.backup = backup
    self.files = files
    openKeys = keys
  }

  private var copy: String { path + ".restoring" }

  /// What SQLite keeps of a database, by what stands behind its name. A journal is there only where
  /// a disk failed or a process ended before the write-ahead log was in use; left beside another
  /// database, it would be undone into it.
  private static let files = ["", "-wal", "-shm", "-journal"]

  /// What it would come to; the ledger stays as it is.
  /// - Throws: ``LedgerError``: in use, not a ledger, damaged, not this key store's.
  public func preview(_ order: RestoreOrder) throws -> RestoreReport {
    let lock = try LedgerLock(beside: path)
    defer { lock.release() }
    defer { removeCopy() }
    let ledger = try openCopy()
    defer { ledger.close() }
    return try ledger.plan(order).report
  }

  /// Does it. The router must be stopped.
  /// - Returns: what came of it, and where the ledger that was replaced lies, if there was one.
  public func perform(_ order: RestoreOrder) throws -> (report: RestoreReport, kept: String?) {
    let report: RestoreReport
    let kept: String?
    do {
      let lock = try LedgerLock(beside: path)
      defer { lock.release() }
      defer { removeCopy() }
      report = try openNewLife(order)
      kept = try putAside(at: order.now)
      try files.rename(copy, to: path)
      try files.flushFolder(of: path)
    }
    // Opening it settles with the key store: whoever is on the shred list is gone again.
    let ledger = try Ledger(at: path, keys: openKeys())
    defer { ledger.close() }
    try ledger.writeCheckpoint(
      of: order.program, by: order.key, at: order.now, isScheduled: true)
    return (report, kept)
  }

  private func openNewLife(_ order: RestoreOrder) throws -> RestoreReport {
    let ledger = try openCopy()
    defer { ledger.close() }
    return try ledger.openNewLife(order, replacing: ledger.keys.ledgerMark()?.incarnation)
  }

  private func openCopy() throws -> Ledger {
    removeCopy()
    guard files.exists(backup) else {
      throw LedgerError(.storage, "open the backup", detail: "there is no such file")
    }
    do {
      try files.copy(backup, to: copy)
    } catch {
      throw LedgerError(.storage, "copy the backup", detail: "check the disk's space")
    }
    // Before anything is written into it.
    try LedgerFile(path: copy).checkWhole()
    let keys = try openKeys()
    do {
      let ledger = try Ledger(at: copy, keys: keys, settles: false)
      try ledger.checkKeys()
      return ledger
    } catch {
      keys.close()
      throw error
    }
  }

  private func removeCopy() {
    for suffix in Self.files + [".lock"] {
      // What is not there cannot be removed, and need not be.
      try? files.remove(copy + suffix)
    }
  }

  /// Gives the present ledger's files second names, and only then takes the first ones away: its
  /// logs belong to it, and must never meet another database.
  /// - Returns: where the ledger lies now; nothing where there was none.
  private func putAside(at now: WallTime) throws -> String? {
    var aside = path + ".before-\(now.milliseconds)"
    while files.exists(aside) { aside += "-again" }
    let isThere = files.exists(path)
    if isThere {
      for suffix in Self.files where suffix != "-shm" && files.exists(path + suffix) {
        try files.link(path + suffix, to: aside + suffix)
      }
      try files.flushFolder(of: path)
    }
    for suffix in Self.files where files.exists(path + suffix) {
      try files.remove(path + suffix)
    }
    return isThere ? aside : nil
  }
}
