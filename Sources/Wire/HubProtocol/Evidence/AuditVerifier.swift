import HubModel

/// What a verified export holds.
public struct AuditSummary: Codable, Hashable, Sendable {
  public var origin = ""
  public var entries: UInt64 = 0
  public var checkpoints: UInt64 = 0
  /// Lives of the ledger: 1, and one more for each restore.
  public var incarnations = 0
  /// Where each life after the first begins: the log was put back to a backup of so many entries.
  public var restores: [Restore] = []
  public struct Restore: Codable, Hashable, Sendable {
    public var position: UInt64
    public var incarnation: String
    /// Unix milliseconds.
    public var at: Int64
  }
  /// Entries behind the last checkpoint: nobody vouches for them yet.
  public var uncovered: UInt64 = 0
  /// Unix milliseconds of the first and last entry.
  public var first: Int64?
  public var last: Int64?
  /// Of the last checkpoint, in hexadecimal.
  public var root = ""
  /// Links of an agency's chain that agree with the export.
  public var links = 0
  /// Public keys that signed, in hexadecimal.
  public var keys: [String] = []
  public init() {}
}

/// Checks an export line by line: every leaf's hash and position, the tree, every checkpoint's
/// root and signature, the ledger's lives, and, where one is given, an agency's chain. It holds
/// the tree's right edge and the chain in memory, and nothing that grows with the log.
public struct AuditVerifier {
  private let trusted: [UInt8]?
  private var chain: [UInt64: AgencyChain.Link] = [:]
  private var lastOfChain: UInt64 = 0
  private var line = 0
  private var edge = CompactRange()
  private var keys: [[UInt8]] = []
  private var incarnation: Incarnation?
  private var last: Checkpoint?
  private var link: (number: UInt64, value: [UInt8]) = (0, [])
  private var isAtEnd = false
  private var summary = AuditSummary()

  /// - Parameters:
  ///   - key: the router's signing key as its operator published it, where it is known; without
  ///     it, the key that the export itself names is believed.
  ///   - chain: what an agency's adapter was told.
  public init(trusting key: [UInt8]? = nil, against chain: AgencyChain? = nil) {
    trusted = key
    guard let chain else { return }
    // A link that was told again after a restore stands for the same number: the last one counts.
    for link in chain.links { self.chain[link.number] = link }
    lastOfChain = chain.links.last?.number ?? 0
    for number in self.chain.keys where number > lastOfChain { self.chain[number] = nil }
  }

  /// Takes the next line, without its line break.
  public mutating func take(_ text: Substring) throws(AuditFlaw) {
    line += 1
    do throws(AuditFlaw) {
      guard !isAtEnd else { throw AuditFlaw(.malformed, "something stands behind the end") }
      try take(try AuditExportLine(reading: text))
    } catch {
      var placed = error
      placed.line = line
      throw placed
    }
  }

  /// The export has no more lines.
  public func finish() throws(AuditFlaw) -> AuditSummary {
    guard isAtEnd else {
      throw AuditFlaw(
        .cut, "the export ends without its last line: it was cut; make it again",
        position: edge.size, line: line)
    }
    for number in chain.keys.sorted() where number > link.number {
      throw AuditFlaw(
        .chain, "the agency was told of link \(number), and the export has "
          + "\(link.number == 0 ? "none" : "links through \(link.number) only"): make a newer "
          + "export; if the link is still missing, the log was rewritten")
    }
    return summary
  }

  private mutating func take(_ line: AuditExportLine) throws(AuditFlaw) {
    switch line {
    case .format:
      guard self.line == 1 else { throw AuditFlaw(.malformed, "the head stands twice") }
    case .origin(let origin):
      guard self.line == 2 else { throw AuditFlaw(.malformed, "the origin is not in line 2") }
      summary.origin = origin
      link.value = CheckpointChain.start(origin: origin)
    case .key(let key):
      guard edge.size == 0, !summary.origin.isEmpty, summary.checkpoints == 0 else {
        throw AuditFlaw(.malformed, "a key stands behind the entries")
      }
      keys.append(key)
      summary.keys.append(Hex.encode(key))
    case .entry(let position, let hash, let leaf): try take(position, hash, leaf)
    case .checkpoint(let checkpoint, let link): try take(checkpoint, link)
    case .end(let size):
      guard size == edge.size else {
        throw AuditFlaw(
          .position, "the end counts \(size) entries, and \(edge.size) are there",
          position: edge.size)
      }
      guard last != nil else {
        throw AuditFlaw(.signature, "no checkpoint vouches for the log")
      }
      summary.uncovered = edge.size - (last?.size ?? 0)
      isAtEnd = true
    }
    guard !summary.origin.isEmpty || self.line == 1 else {
      throw AuditFlaw(.malformed, "this is not an audit export: it begins otherwise")
    }
  }

  private mutating func take(
    _ position: UInt64, _ hash: [UInt8], _ bytes: [UInt8]
  ) throws(AuditFlaw) {
    guard position == edge.size else {
      throw AuditFlaw(
        .position, "position \(edge.size) should stand here, and \(position) does: entries were "
          + "dropped, doubled or moved", position: edge.size)
    }
    guard Merkle.leafHash(bytes) == hash else {
      throw AuditFlaw(.leaf, "the entry does not have its hash: it was changed", position: position)
    }
    let leaf: AuditLeaf
    do throws(MalformedLeaf) {
      leaf = try AuditLeaf(decoding: bytes)
    } catch {
      throw AuditFlaw(
        .leaf, "the entry cannot be read at \(error.place); a newer 'accord' may be needed",
        position: position)
    }
    guard leaf.index == position else {
      throw AuditFlaw(
        .position, "the entry was written for position \(leaf.index)", position: position)
    }
    try follow(leaf)
    edge.append(hash)
    summary.entries = edge.size
    if position == 0 { summary.first = leaf.entry.at.milliseconds }
    summary.last = leaf.entry.at.milliseconds
  }

  /// A life of the ledger begins with an entry that says from what it goes on.
  private mutating func follow(_ leaf: AuditLeaf) throws(AuditFlaw) {
    guard leaf.incarnation != incarnation else { return }
    let isFirst = incarnation == nil
    let expected =
      isFirst
      ? AuditOpening.new.detail
      : last.map { AuditOpening.continuing(size: $0.size, root: $0.root).detail }
    guard leaf.entry.kind == .ledgerOpened, leaf.entry.detail == expected else {
      throw AuditFlaw(
        .incarnation,
        isFirst
          ? "the log does not begin with the entry that opens a new ledger"
          : "life \(leaf.incarnation) of the ledger begins without an entry that names the last "
            + "checkpoint before it", position: leaf.index)
    }
    incarnation = leaf.incarnation
    summary.incarnations += 1
    guard !isFirst else { return }
    summary.restores.append(
      .init(
        position: leaf.index, incarnation: leaf.incarnation.text,
        at: leaf.entry.at.milliseconds))
  }

  private mutating func take(
    _ signed: SignedCheckpoint, _ link: AuditExportLine.Link?
  ) throws(AuditFlaw) {
    let checkpoint = signed.checkpoint
    guard checkpoint.origin == summary.origin else {
      throw AuditFlaw(.order, "a checkpoint is of another log, \(checkpoint.origin)")
    }
    guard checkpoint.size == edge.size else {
      throw AuditFlaw(
        .order, "a checkpoint over \(checkpoint.size) entries stands behind \(edge.size)",
        position: edge.size)
    }
    guard let key = keys.first(where: { signed.isSigned(by: $0) }),
      trusted == nil || trusted == key
    else {
      throw AuditFlaw(
        .signature, "the checkpoint over \(checkpoint.size) entries is not signed by the router's "
          + "key", position: edge.size)
    }
    guard checkpoint.root == edge.root else {
      let since = last.map { "between \($0.size) and " } ?? "before "
      throw AuditFlaw(
        .root, "the entries do not lead to the checkpoint over \(checkpoint.size) entries: one "
          + "\(since)\(checkpoint.size) was changed", position: last?.size ?? 0)
    }
    guard incarnation == nil || checkpoint.incarnation == incarnation else {
      throw AuditFlaw(
        .incarnation, "the checkpoint names life \(checkpoint.incarnation) of the ledger, and "
          + "entries another", position: edge.size)
    }
    last = checkpoint
    summary.checkpoints += 1
    summary.root = Hex.encode(checkpoint.root)
    if let link { try take(link, of: signed) }
  }

  private mutating func take(
    _ next: AuditExportLine.Link, of checkpoint: SignedCheckpoint
  ) throws(AuditFlaw) {
    guard next.number == link.number + 1 else {
      throw AuditFlaw(.order, "link \(link.number + 1) should stand here, and \(next.number) does")
    }
    let commitment = CheckpointChain.commitment(to: checkpoint.note, salt: next.salt)
    let value = CheckpointChain.value(
      after: link.value, number: next.number, commitment: commitment)
    link = (next.number, value)
    guard let told = chain[next.number] else { return }
    guard told.commitment == commitment, told.value == value else {
      throw AuditFlaw(
        .chain, "link \(next.number), over \(checkpoint.checkpoint.size) entries, is not what the "
          + "agency was told: the log was rewritten before it", position: edge.size)
    }
    summary.links += 1
  }
}

/// What an entry of kind `ledgerOpened` says in its detail.
public enum AuditOpening: Hashable, Sendable {
  /// A ledger that begins.
  case new
  /// A ledger that was restored, and the last checkpoint that it holds.
  case continuing(size: UInt64, root: [UInt8])

  public var detail: String {
    switch self {
    case .new: "new"
    case .continuing(let size, let root): "continues \(size) \(Hex.encode(root))"
    }
  }
}
