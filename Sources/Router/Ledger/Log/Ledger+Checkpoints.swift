public import HubModel
public import HubProtocol
import RouterCore

extension Ledger {
  /// Begins the log of a ledger that has none, with the entry that says so. On any other ledger
  /// it does nothing.
  public func openLog(at now: WallTime) throws {
    guard edge.size == 0 else { return }
    try commit([
      .audit(
        AuditEntry(
          .ledgerOpened, at: now, actor: .hub, detail: AuditOpening.new.detail))
    ])
  }

  /// Entries in the log.
  public var logSize: UInt64 { edge.size }

  /// When the last scheduled checkpoint was written; `nil` before the first.
  public func lastScheduledCheckpoint() throws -> WallTime? {
    try onConnection { try statements.log.chain().at }
  }

  /// Vouches for the log as it stands, on disk when this returns.
  ///
  /// - Parameters:
  ///   - isScheduled: whether it is a link of the chain that the agencies are told. One that an
  ///     operator asks for is not: agencies shall learn nothing from when operators work.
  /// - Returns: where the chain stands.
  @discardableResult
  public func writeCheckpoint(
    of program: ProgramID, by key: SigningKey, at now: WallTime, isScheduled: Bool
  ) throws -> ChainPoint {
    let origin = Checkpoint.origin(of: program)
    let signed = try Checkpoint(
      origin: origin, size: edge.size, root: edge.root, incarnation: incarnation, at: now
    ).signed(by: key)
    let point = try writing {
      let log = statements.log
      var point = try log.chain().point
      let add = log.addCheckpoint.uint(edge.size).text(signed.note).blob(key.publicKey)
        .int(now.milliseconds)
      guard isScheduled else {
        try add.int(nil).int(nil).int(nil).int(nil).run()
        return point
      }
      let salt = try LedgerFile.randomBytes(CheckpointChain.saltBytes)
      let commitment = CheckpointChain.commitment(to: signed.note, salt: salt)
      let before = point.number == 0 ? CheckpointChain.start(origin: origin) : point.value
      point.number += 1
      point.value = CheckpointChain.value(
        after: before, number: point.number, commitment: commitment)
      try add.uint(point.number).blob(salt).blob(commitment).blob(point.value).run()
      return point
    }
    // So that a ledger that somebody puts back by hand is recognised, at most one interval late.
    if isScheduled { try keys.note(mark) }
    return point
  }
}

extension LogStatements {
  /// The right edge as it was kept, held against the log itself.
  /// - Throws: ``LedgerError`` of kind `damaged`, where the two do not go together.
  func readEdge() throws -> CompactRange {
    let last = try lastAudit.first { lastAudit.optionalUInt(at: 0) }.flatMap { $0 }
    let kept = try edge.first { (edge.uint(at: 0), edge.blob(at: 1)) }
    let size = last.map { $0 + 1 } ?? 0
    guard let kept else {
      guard size == 0 else { throw Self.damaged }
      return CompactRange()
    }
    let width = Merkle.hashBytes
    let hashes = stride(from: 0, to: kept.1.count, by: width).map {
      Array(kept.1[$0..<min($0 + width, kept.1.count)])
    }
    guard kept.0 == size, let range = CompactRange(size: size, hashes: hashes) else {
      throw Self.damaged
    }
    try compare(range)
    return range
  }

  /// The edge must follow from the log's last entries and the nodes that are kept. The rest of
  /// the log is for `accord audit verify`: to read all of it at each start would take too long.
  private func compare(_ range: CompactRange) throws {
    var start: UInt64 = 0
    for (index, bit) in (0..<64).reversed().filter({ range.size >> $0 & 1 == 1 }).enumerated() {
      guard try node(bit, start >> UInt64(bit)) == range.hashes[index] else { throw Self.damaged }
      start += 1 << UInt64(bit)
    }
  }

  /// The root of a perfect subtree.
  func node(_ level: Int, _ index: UInt64) throws -> [UInt8] {
    let kept = level - level % LogWriting.nodeLevels
    let count = UInt64(1) << UInt64(level - kept)
    let first = index * count
    var row: [[UInt8]] = []
    if kept == 0 {
      try hashes.uint(first).uint(first + count).rows { row.append(hashes.blob(at: 0)) }
    } else {
      try nodes.int(Int64(kept)).uint(first).uint(first + count).rows {
        row.append(nodes.blob(at: 0))
      }
    }
    guard row.count == Int(count) else { throw Self.damaged }
    while row.count > 1 {
      row = stride(from: 0, to: row.count, by: 2).map { Merkle.nodeHash(row[$0], row[$0 + 1]) }
    }
    return row[0]
  }

  /// Where the chain stands, and since when.
  func chain() throws -> (point: ChainPoint, at: WallTime?) {
    try lastLink.first {
      (
        ChainPoint(number: lastLink.uint(at: 0), value: lastLink.blob(at: 1)),
        lastLink.time(at: 2)
      )
    } ?? (ChainPoint(), nil)
  }

  func links(after number: UInt64) throws -> [ChainLink] {
    var found: [ChainLink] = []
    try links.uint(number).int(Int64(Limits.chainLinks)).rows {
      found.append(
        ChainLink(
          number: links.uint(at: 0), commitment: links.blob(at: 1), value: links.blob(at: 2)))
    }
    return found
  }

  private static let damaged = LedgerError(
    .damaged, "read log", detail: "the tree's edge does not belong to the entries")
}
