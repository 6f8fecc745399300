import HubModel
import HubProtocol
import RouterCore

/// Appends a turn's entries to the tamper-evident log and its tree.
struct LogWriting {
  /// Inner nodes of every so many levels are kept; the others follow from them.
  static let nodeLevels = 8

  private let ledger: Ledger
  private var edge: CompactRange
  private var salts: [UInt8] = []
  private var tally: [AuditEntry.Kind: Int64] = [:]

  init(_ ledger: Ledger) {
    self.ledger = ledger
    edge = ledger.edge
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
    let position = edge.size
    let leaf = AuditLeaf.bytes(
      entry: entry, index: position, incarnation: ledger.incarnation, salt: salt)
    let hash = Merkle.leafHash(leaf)
    let add = ledger.statements.log.addAudit
    add.uint(position).id(entry.message).blob(hash).blob(leaf)
    if salt.isEmpty { add.int(nil) } else { add.blob(salt) }
    try add.run()
    try edge.append(hash) { level, index, hash in
      guard level.isMultiple(of: Self.nodeLevels) else { return }
      try ledger.statements.log.addNode.int(Int64(level)).uint(index).blob(hash).run()
    }
    tally[entry.kind, default: 0] += 1
  }

  func finish() throws {
    guard edge.size != ledger.edge.size else { return }
    for (kind, count) in tally {
      try ledger.statements.log.tally.int(Int64(kind.rawValue)).int(count).run()
    }
    try ledger.statements.log.setEdge.uint(edge.size).blob(edge.hashes.flatMap { $0 }).run()
    // A turn that fails after this stops the ledger, so the edge cannot run ahead.
    ledger.edge = edge
  }
}
