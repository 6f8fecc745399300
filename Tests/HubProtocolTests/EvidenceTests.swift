import Crypto
import HubModel
import HubProtocol
import Testing

/// A small log made by hand, and its export.
struct SmallLog {
  let key = SigningKey(
    Curve25519.Signing.PrivateKey(), fingerprint: KeyFingerprint("ab")!)
  var origin = "accord/lakewood-lead"
  var incarnation = Incarnation("life-1")!
  var edge = CompactRange()
  var lines: [AuditExportLine]
  var chain: [AgencyChain.Link] = []
  private(set) var last: Checkpoint?

  init() {
    lines = [.format, .origin(origin), .key(key.publicKey)]
    add(.ledgerOpened, detail: AuditOpening.new.detail)
  }

  mutating func add(_ kind: AuditEntry.Kind, detail: String = "") {
    let entry = AuditEntry(
      kind, at: WallTime(milliseconds: 1_750_000_000_000 + Int64(edge.size)), actor: .hub,
      detail: detail)
    let leaf = AuditLeaf.bytes(
      entry: entry, index: edge.size, incarnation: incarnation, salt: [])
    let hash = Merkle.leafHash(leaf)
    lines.append(.entry(position: edge.size, hash: hash, leaf: leaf))
    edge.append(hash)
  }

  mutating func checkpoint(isScheduled: Bool = true) throws {
    let made = Checkpoint(
      origin: origin, size: edge.size, root: edge.root, incarnation: incarnation,
      at: WallTime(milliseconds: 1_750_000_000_000))
    last = made
    let signed = try made.signed(by: key)
    guard isScheduled else {
      lines.append(.checkpoint(signed, link: nil))
      return
    }
    let number = UInt64(chain.count) + 1
    let salt = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32)
    let commitment = CheckpointChain.commitment(to: signed.note, salt: salt)
    chain.append(
      AgencyChain.Link(
        ledger: incarnation, number: number, commitment: commitment,
        value: CheckpointChain.value(
          after: chain.last?.value ?? CheckpointChain.start(origin: origin), number: number,
          commitment: commitment)))
    lines.append(.checkpoint(signed, link: .init(number: number, salt: salt)))
  }

  var told: AgencyChain {
    AgencyChain(agency: AgencyID("lakewood-so")!, origin: origin, links: chain)
  }

  func verify(
    _ changed: [AuditExportLine]? = nil, against chain: AgencyChain? = nil,
    trusting key: [UInt8]? = nil
  ) throws(AuditFlaw) -> AuditSummary {
    var verifier = AuditVerifier(trusting: key, against: chain)
    for line in changed ?? lines + [.end(size: edge.size)] {
      try verifier.take(line.text.dropLast())
    }
    return try verifier.finish()
  }

  func flaw(_ changed: [AuditExportLine], against chain: AgencyChain? = nil) -> AuditFlaw.Kind? {
    do throws(AuditFlaw) {
      _ = try verify(changed + [.end(size: edge.size)], against: chain)
      return nil
    } catch {
      return error.kind
    }
  }
}

@Suite("The log's tree")
struct TreeTests {
  private func leaves(_ count: UInt64) -> [[UInt8]] {
    (0..<count).map { Merkle.leafHash([UInt8(truncatingIfNeeded: $0), 7]) }
  }

  /// RFC 6962, 2.1, word for word.
  private func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
    if leaves.isEmpty { return Merkle.emptyRoot }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    return Merkle.nodeHash(root(leaves.prefix(half)), root(leaves.dropFirst(half)))
  }

  @Test("The kept edge gives the root that the standard gives, at every size")
  func edge() {
    var edge = CompactRange()
    for size in 0...70 as ClosedRange<UInt64> {
      #expect(edge.root == root(leaves(size)[...]))
      #expect(CompactRange(size: edge.size, hashes: edge.hashes) == edge)
      edge.append(leaves(size + 1)[Int(size)])
    }
    #expect(CompactRange(size: 3, hashes: edge.hashes) == nil)
    #expect(
      Hex.encode(Merkle.emptyRoot)
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("Every leaf of every tree has a path to its root, and to no other")
  func paths() {
    for size in 1...33 as ClosedRange<UInt64> {
      let all = leaves(size)
      let expected = root(all[...])
      for index in 0..<size {
        let path = InclusionProof.path(of: index, size: size) { level, place in
          let width = 1 << level
          return root(all[(Int(place) * width)..<(Int(place) + 1) * width])
        }
        let hash = all[Int(index)]
        #expect(
          InclusionProof.root(leafHash: hash, index: index, size: size, path: path) == expected)
        #expect(
          InclusionProof.root(
            leafHash: hash, index: index, size: size, path: path + [hash]) == nil)
        if size > 1 {
          let other = (index + 1) % size
          #expect(
            InclusionProof.root(leafHash: hash, index: other, size: size, path: path) != expected)
        }
      }
    }
  }
}

@Suite("Checkpoints and exports")
struct ExportTests {
  private func log() throws -> SmallLog {
    var log = SmallLog()
    for _ in 0..<5 { log.add(.released) }
    try log.checkpoint()
    log.add(.withheld)
    try log.checkpoint(isScheduled: false)
    try log.checkpoint()
    log.add(.consentChanged, detail: "x")
    try log.checkpoint()
    return log
  }

  @Test("A checkpoint is a signed note, and any change of it shows")
  func notes() throws {
    let log = try log()
    guard case .checkpoint(let signed, _) = log.lines.last else { return }
    #expect(try SignedCheckpoint(reading: signed.note) == signed)
    #expect(signed.isSigned(by: log.key.publicKey))
    #expect(!signed.isSigned(by: SmallLog().key.publicKey))
    #expect(signed.note.hasPrefix("accord/lakewood-lead\n8\n"))
    let other = signed.note.replacing("\n8\n", with: "\n7\n")
    #expect(try !SignedCheckpoint(reading: other).isSigned(by: log.key.publicKey))
    for bad in ["", "x", signed.note + "\n", String(signed.note.dropLast()), "\n\n\n\n\n\n\n"] {
      #expect(throws: AuditFlaw.self) { try SignedCheckpoint(reading: bad) }
    }
  }

  @Test("A whole export verifies, alone and against an agency's chain")
  func whole() throws {
    let log = try log()
    let summary = try log.verify(against: log.told, trusting: log.key.publicKey)
    #expect(summary.entries == 8)
    #expect(summary.checkpoints == 4)
    #expect(summary.links == 3)
    #expect(summary.uncovered == 0)
    #expect(try AgencyChain(reading: log.told.text) == log.told)
    #expect(throws: AuditFlaw.self) { try log.verify(trusting: SmallLog().key.publicKey) }
  }

  @Test("Whatever is dropped, doubled, moved, changed or cut is found and named")
  func tampered() throws {
    let log = try log()
    var lines = log.lines
    lines.remove(at: 5)
    #expect(log.flaw(lines) == .position)
    lines = log.lines
    lines.swapAt(5, 6)
    #expect(log.flaw(lines) == .position)
    lines = log.lines
    lines.insert(lines[5], at: 5)
    #expect(log.flaw(lines) == .position)
    lines = log.lines
    guard case .entry(let position, let hash, var leaf) = lines[6] else { return }
    leaf[leaf.count - 20] ^= 1
    lines[6] = .entry(position: position, hash: hash, leaf: leaf)
    #expect(log.flaw(lines) == .leaf)
    // With a hash that fits, the leaf's place in the tree gives it away.
    var changed = try AuditLeaf(decoding: [UInt8](leafBytes(log.lines[6])))
    changed.entry.at = WallTime(milliseconds: 1)
    lines[6] = .entry(
      position: position, hash: Merkle.leafHash(changed.bytes), leaf: changed.bytes)
    #expect(log.flaw(lines) == .root)
    lines = log.lines
    lines.removeLast(1)
    #expect(throws: AuditFlaw.self) { try log.verify(lines) }
    let scheduled = log.lines.indices.filter {
      if case .checkpoint(_, .some) = log.lines[$0] { true } else { false }
    }
    lines = log.lines
    lines.remove(at: scheduled[0])
    #expect(log.flaw(lines) == .order)
    lines = log.lines
    lines[2] = .key(SmallLog().key.publicKey)
    #expect(log.flaw(lines) == .signature)
  }

  private func leafBytes(_ line: AuditExportLine) -> [UInt8] {
    if case .entry(_, _, let leaf) = line { leaf } else { [] }
  }

  @Test("A history that was rewritten and signed anew does not agree with an agency's chain")
  func forked() throws {
    let honest = try log()
    var forked = SmallLog()
    for _ in 0..<5 { forked.add(.resent) }
    try forked.checkpoint()
    forked.add(.withheld)
    try forked.checkpoint()
    forked.add(.consentChanged)
    try forked.checkpoint()
    #expect(try forked.verify().entries == 8)
    #expect(forked.flaw(forked.lines, against: honest.told) == .chain)
    // A log that ends before what the agency was told of.
    var short = honest.told
    short.links.append(
      .init(
        ledger: honest.incarnation, number: 4, commitment: [UInt8](repeating: 1, count: 32),
        value: [UInt8](repeating: 1, count: 32)))
    #expect(honest.flaw(honest.lines, against: short) == .chain)
  }

  @Test("A new life of the ledger begins with an entry that names the checkpoint before it")
  func lives() throws {
    var log = try log()
    var silent = log
    silent.incarnation = Incarnation("life-2")!
    silent.add(.accepted)
    try silent.checkpoint()
    #expect(silent.flaw(silent.lines) == .incarnation)
    let before = try #require(log.last)
    log.incarnation = Incarnation("life-2")!
    log.add(
      .ledgerOpened,
      detail: AuditOpening.continuing(size: before.size, root: before.root).detail)
    try log.checkpoint()
    #expect(try log.verify().incarnations == 2)
  }
}
