import HubModel
import HubProtocol
import RouterCore

/// Appends a turn's entries to the tamper-evident log.
struct LogWriting {
  private let ledger: Ledger
  private var next: UInt64
  private var salts: [UInt8] = []
  private var tally: [AuditEntry.Kind: Int64] = [:]

  init(_ ledger: Ledger) {
    self.ledger = ledger
    next = ledger.nextAudit
  }

  /// Draws the randomness of the whole turn at once: a call to the kernel for each entry would
  /// cost as much as hashing it.
  mutating func prepareSalts(for entries: [JournalEntry]) throws {
    let count = entries.count {
      if case .audit(let entry) = $0 { entry.participant != nil } else { false }
    }
    salts = try LedgerFile.randomBytes(count * AuditLeaf.saltBytes)
  }

  mutating func write(_ entry: AuditEntry) throws {
    // An entry about nobody has no salt: nothing in its leaf needs one.
    let salt = entry.participant == nil ? [] : Array(salts.suffix(AuditLeaf.saltBytes))
    salts.removeLast(salt.count)
    let leaf = AuditLeaf.bytes(
      entry: entry, index: next, incarnation: ledger.incarnation, salt: salt)
    let add = ledger.statements.log.addAudit
    add.uint(next).id(entry.message).blob(Merkle.leafHash(leaf)).blob(leaf)
    if salt.isEmpty { add.int(nil) } else { add.blob(salt) }
    try add.run()
    next += 1
    tally[entry.kind, default: 0] += 1
  }

  func finish() throws {
    for (kind, count) in tally {
      try ledger.statements.log.tally.int(Int64(kind.rawValue)).int(count).run()
    }
    // A turn that fails after this stops the ledger, so the count cannot run ahead.
    ledger.nextAudit = next
  }
}
