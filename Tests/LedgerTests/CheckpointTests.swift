import Crypto
import Foundation
import GRDB
import HubModel
import HubProtocol
import Ledger
import RouterCore
import Testing

@Suite("The log's tree and its checkpoints")
struct CheckpointTests {
  let folder: LedgerFolder
  let program = ProgramID("lakewood-lead")!
  let key = SigningKey(Curve25519.Signing.PrivateKey(), fingerprint: KeyFingerprint("ab")!)

  init() throws { folder = try LedgerFolder() }

  private func fill(_ ledger: Ledger, _ count: Int) throws {
    try ledger.commit(
      (0..<count).map { number in
        .audit(
          Sample.audit(
            number.isMultiple(of: 3) ? .withheld : .released, number))
      })
  }

  private func exported() throws -> [Substring] {
    let reader = try LedgerReader(at: folder.path)
    let head = try reader.auditHead(of: program)
    var text = head.text
    var next = head.next
    while let start = next {
      let page = try reader.auditPage(from: start, size: head.size)
      text += page.text
      next = page.next
    }
    return text.split(separator: "\n")
  }

  private func verified(against chain: AgencyChain? = nil) throws -> AuditSummary {
    var verifier = AuditVerifier(against: chain)
    for line in try exported() { try verifier.take(line) }
    return try verifier.finish()
  }

  @Test("An export of many pages verifies across restarts, with every checkpoint in it")
  func export() throws {
    var ledger = try folder.open()
    try ledger.openLog(at: .start)
    try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: true)
    for round in 0..<4 {
      try fill(ledger, 1_300)
      try ledger.writeCheckpoint(
        of: program, by: key, at: .after(2), isScheduled: round.isMultiple(of: 2))
      ledger.close()
      ledger = try folder.open()
      try ledger.openLog(at: .after(3))
    }
    #expect(ledger.logSize == 5_201)
    #expect(try verified().uncovered == 0)
    try fill(ledger, 5)
    let summary = try verified()
    #expect(summary.entries == 5_206)
    #expect(summary.checkpoints == 5)
    #expect(summary.uncovered == 5)
    #expect(summary.incarnations == 1)
    #expect(try ledger.recover().chain.number == 3)
  }

  @Test("A link of the chain is what every adapter computes from its commitment")
  func chain() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    for _ in 0..<3 {
      try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: true)
      try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: false)
    }
    let links = try ledger.facts { $0.links = [0, 2] }.links
    #expect(links[0]?.map(\.number) == [1, 2, 3])
    #expect(links[2]?.map(\.number) == [3])
    var value = CheckpointChain.start(origin: Checkpoint.origin(of: program))
    for link in links[0] ?? [] {
      value = CheckpointChain.value(
        after: value, number: link.number, commitment: link.commitment)
      #expect(link.value == value)
    }
    #expect(try ledger.recover().chain == ChainPoint(number: 3, value: value))
    #expect(try ledger.lastScheduledCheckpoint() == .after(1))
    let told = AgencyChain(
      agency: .sheriff, origin: Checkpoint.origin(of: program),
      links: (links[0] ?? []).map {
        .init(
          ledger: Incarnation("any")!, number: $0.number, commitment: $0.commitment,
          value: $0.value)
      })
    #expect(try verified(against: told).links == 3)
  }

  @Test("One disclosure or withholding can be proved, in trees of several thousand entries")
  func proofs() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try fill(ledger, 3_000)
    let reader = try LedgerReader(at: folder.path)
    func proof(_ message: Int, withholding: Bool = false) throws
      -> LedgerReader.ProofAnswer?
    {
      try reader.auditProof(
        of: .numbered(message), to: .provider, part: nil, isWithholding: withholding,
        program: program)
    }
    guard case .uncovered? = try proof(1) else {
      Issue.record("an entry that no checkpoint covers was proved")
      return
    }
    try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: true)
    try fill(ledger, 40)
    for message in [1, 2, 257, 1_024, 2_047, 2_999] {
      let isWithholding = message.isMultiple(of: 3)
      guard case .proof(let proof)? = try proof(message, withholding: isWithholding) else {
        Issue.record("no proof of \(message)")
        continue
      }
      let read = try AuditProof(reading: proof.text)
      #expect(read == proof)
      let leaf = try read.verified(trusting: key.publicKey)
      #expect(leaf.entry.kind == (isWithholding ? .withheld : .released))
      #expect(leaf.entry.message == .numbered(message))
      var moved = read
      moved.position ^= 1
      #expect(throws: AuditFlaw.self) { try moved.verified() }
      #expect(try self.isAbsent(proof, reader, message, !isWithholding))
    }
  }

  private func isAbsent(
    _ proof: AuditProof, _ reader: LedgerReader, _ message: Int, _ isWithholding: Bool
  ) throws -> Bool {
    try reader.auditProof(
      of: .numbered(message), to: .provider, part: nil, isWithholding: isWithholding,
      program: program) == nil
  }

  @Test("With its salts destroyed the log still verifies, and names nobody any more")
  func salts() throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try fill(ledger, 50)
    try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: true)
    ledger.close()
    try DatabaseQueue(path: folder.path).write {
      try $0.execute(sql: "UPDATE audit SET salt = NULL")
    }
    let again = try folder.open()
    #expect(try verified().entries == 51)
    try fill(again, 3)
    try again.writeCheckpoint(of: program, by: key, at: .after(2), isScheduled: true)
    #expect(try verified().entries == 54)
  }

  @Test("A ledger whose last entries do not belong to its tree does not open",
    arguments: [
      "DELETE FROM audit WHERE position = 9",
      "UPDATE audit SET hash = zeroblob(32) WHERE position = 9",
      "UPDATE audit_edge SET size = 9", "DELETE FROM audit_edge",
    ])
  func damaged(change: String) throws {
    let ledger = try folder.open()
    try ledger.openLog(at: .start)
    try fill(ledger, 9)
    ledger.close()
    try DatabaseQueue(path: folder.path).write {
      try $0.execute(sql: "DROP TRIGGER audit_keeps")
      try $0.execute(sql: "DROP TRIGGER audit_stays")
      try $0.execute(sql: change)
    }
    #expect(kind { try folder.open() } == .damaged)
  }

  @Test("A checkpoint can be neither changed nor deleted")
  func appendOnly() throws {
    let ledger = try folder.open()
    try ledger.writeCheckpoint(of: program, by: key, at: .after(1), isScheduled: true)
    ledger.close()
    let database = try DatabaseQueue(path: folder.path)
    for sql in ["DELETE FROM checkpoint", "UPDATE checkpoint SET note = ''"] {
      #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
    }
  }
}
