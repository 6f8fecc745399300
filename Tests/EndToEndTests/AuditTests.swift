import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Operations
import Testing

/// The log of a real router, exported, verified by two programs, tampered with and rewritten.
@Suite("The audit log", .serialized, .timeLimit(.minutes(15)))
struct AuditTests {
  static let verifier = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("ForeignVerifier/verify_export.py")

  /// A county whose router signs its log every second.
  private func town() throws -> Town {
    let town = try Town()
    let path = town.path("router.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("checkpoint-seconds: 3600", with: "checkpoint-seconds: 1")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return town
  }

  /// Some disclosures to the prosecutor, and one withholding.
  private func story(
    in town: Town
  ) async throws -> (provider: TownAgency, prosecutor: TownAgency, messages: [MessageID]) {
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    try provider.sign(
      "roi-1", participant: "person-1", toward: [prosecutor], [.participation], [.diversion])
    var messages: [MessageID] = []
    for day in 0..<6 {
      messages.append(
        try provider.completeIntake("person-1", on: CivilDate(day: 20_000 + day)))
    }
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 6) }
    return (provider, prosecutor, messages)
  }

  private func export(_ town: Town, to name: String) throws -> String {
    let path = town.path(name)
    let result = try town.accord("audit", "export", "--output", path)
    try #require(result.status == 0, "\(result.output)")
    return path
  }

  private func verify(_ file: String, chain: String? = nil) throws -> (swift: Int32, python: Int32)
  {
    let told = chain.map { ["--chain", $0] } ?? []
    let swift = try Program.run("accord", ["audit", "verify", file] + told)
    let python = try Program.run(
      "/usr/bin/python3", [Self.verifier.path, file] + told,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    return (swift.status, python.status)
  }

  private func save(_ lines: [Substring], _ name: String, in town: Town) throws -> String {
    let path = town.path(name)
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("An export verifies in two languages; whatever is done to it, it verifies in neither")
  func tampering() async throws {
    let town = try town()
    let router = try town.startRouter()
    let (provider, prosecutor, _) = try await story(in: town)
    let links = prosecutor.link.events()
    try await prosecutor.waits(for: links) {
      if case .historyExtended(let through) = $0 { through >= 2 } else { false }
    }
    let program = try #require(ProgramID("lakewood"))
    let chain = town.path("prosecutor.chain")
    try Data(prosecutor.store.chain(of: prosecutor.id, program: program).text.utf8)
      .write(to: URL(fileURLWithPath: chain))
    let file = try export(town, to: "log.export")
    #expect(try verify(file, chain: chain) == (0, 0))
    #expect(try Program.run("accord", ["audit", "verify", chain]).status == 3)
    let lines = try String(contentsOfFile: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let entries = lines.indices.filter { lines[$0].hasPrefix("entry ") }
    let last = try #require(lines.lastIndex { $0.hasPrefix("checkpoint ") })
    func damage(_ name: String, _ change: (inout [Substring]) throws -> Void) throws {
      var changed = lines
      try change(&changed)
      #expect(
        try verify(save(changed, "\(name).export", in: town), chain: chain) == (2, 2), "\(name)")
    }
    try damage("dropped") { $0.remove(at: entries[4]) }
    try damage("swapped") { $0.swapAt(entries[4], entries[5]) }
    try damage("cut") { $0.removeLast(3) }
    try damage("cut-line") { $0[$0.count - 2] = "end 1" }
    let first = try #require(lines.firstIndex { $0.hasPrefix("checkpoint 1 ") })
    try damage("unlinked") { $0.remove(at: first) }
    // A byte of each kind of line.
    for index in [1, 2, entries[3], last, lines.count - 2] {
      for offset in [0.3, 0.6, 0.95] {
        try damage("byte-\(index)-\(offset)") {
          var bytes = Array($0[index].utf8)
          let place = min(bytes.count - 1, Int(Double(bytes.count) * offset))
          bytes[place] = bytes[place] == UInt8(ascii: "2") ? UInt8(ascii: "3") : UInt8(ascii: "2")
          $0[index] = Substring(String(decoding: bytes, as: UTF8.self))
        }
      }
    }
    // A changed entry under a hash that fits it: its place in the tree gives it away.
    try damage("forked") {
      let words = $0[entries[6]].split(separator: " ")
      let bytes = try #require(Data(base64Encoded: String(words[3])))
      var leaf = try AuditLeaf(decoding: [UInt8](bytes))
      leaf.entry.at = WallTime(milliseconds: leaf.entry.at.milliseconds + 1)
      let line = AuditExportLine.entry(
        position: leaf.index, hash: Merkle.leafHash(leaf.bytes), leaf: leaf.bytes)
      $0[entries[6]] = line.text.dropLast()
    }
    provider.link.stop()
    prosecutor.link.stop()
    router.stop()
  }

  @Test("A disclosure is proved from a file alone, and a withholding only where there was one")
  func proofs() async throws {
    let town = try town()
    let router = try town.startRouter()
    let (provider, prosecutor, messages) = try await story(in: town)
    let receipts = provider.link.events()
    try provider.store.publish(
      provider.message(
        .roiRevoked, .careCoordination, participant: "person-1", case: nil,
        consent: .revocation(RoiRevocation(id: RoiID("roi-1")))), role: provider.role)
    try await provider.waits(for: receipts) {
      if case .receipted(.control, _) = $0 { true } else { false }
    }
    let late = try provider.completeIntake("person-1", on: CivilDate(day: 20_100))
    _ = try town.totals { ($0.partsByFate["withheld"] ?? 0) == 1 }
    func prove(_ message: MessageID, _ more: String...) throws -> Program.Result {
      try Program.run(
        "accord",
        [
          "audit", "prove", "--message", message.description, "--recipient",
          "lakewood-prosecutor", "--config", town.path("router.yaml"), "--output",
          town.path("proof"),
        ] + more)
    }
    let cases = [(messages[2], [], "released"), (late, ["--withholding"], "withheld")]
    for (message, more, kind) in cases {
      let made = try more.isEmpty ? prove(message) : prove(message, more[0])
      #expect(made.status == 0, "\(made.output)")
      let checked = try Program.run("accord", ["audit", "check-proof", town.path("proof")])
      #expect(checked.status == 0)
      #expect(checked.output.contains(kind) && checked.output.contains(message.description))
    }
    #expect(try prove(messages[2], "--withholding").status != 0)
    #expect(try prove(late).status != 0)
    var text = try String(contentsOfFile: town.path("proof"), encoding: .utf8)
    text = text.replacing("position ", with: "position 1")
    try Data(text.utf8).write(to: URL(fileURLWithPath: town.path("proof")))
    #expect(try Program.run("accord", ["audit", "check-proof", town.path("proof")]).status == 2)
    provider.link.stop()
    prosecutor.link.stop()
    router.stop()
  }

  @Test("Not even the hub's operator can rewrite the past unseen")
  func rewritten() async throws {
    let town = try town()
    var router = try town.startRouter()
    let (provider, prosecutor, messages) = try await story(in: town)
    let links = prosecutor.link.events()
    try await prosecutor.waits(for: links) {
      if case .historyExtended(let through) = $0 { through >= 2 } else { false }
    }
    let program = try #require(ProgramID("lakewood"))
    let chain = town.path("prosecutor.chain")
    try Data(prosecutor.store.chain(of: prosecutor.id, program: program).text.utf8)
      .write(to: URL(fileURLWithPath: chain))
    let refused = prosecutor.link.events()
    router.stop()
    // The operator has the ledger and the router's key, and uses both with skill.
    try LedgerForgery(
      path: town.path("state/router/ledger.sqlite"), program: program,
      key: KeyFile.load(town.path("keys/router.yaml")).signer
    ).forget(messages[1])
    router = try town.startRouter()
    try await prosecutor.waits(for: refused) {
      if case .historyRefused = $0 { true } else { false }
    }
    #expect(try prosecutor.store.historyRefusal() != nil)
    // By itself the forged log is without fault; against what the agency kept it is not.
    let file = try export(town, to: "forged.export")
    #expect(try verify(file) == (0, 0))
    #expect(try verify(file, chain: chain) == (2, 2))
    provider.link.stop()
    prosecutor.link.stop()
    router.stop()
  }
}

/// Rewrites a log so that it is consistent in itself again.
private struct LedgerForgery {
  let path: String
  let program: ProgramID
  let key: SigningKey

  /// Has the log say that a message was withheld where it was released.
  func forget(_ message: MessageID) throws {
    try DatabaseQueue(path: path).write { database in
      for trigger in ["audit_keeps", "audit_stays", "checkpoint_keeps", "checkpoint_stays"] {
        try database.execute(sql: "DROP TRIGGER \(trigger)")
      }
      var edge = CompactRange()
      var edges: [CompactRange] = [edge]
      for row in try Row.fetchAll(
        database, sql: "SELECT position, leaf FROM audit ORDER BY position")
      {
        var leaf = try AuditLeaf(decoding: [UInt8](row[1] as Data))
        if leaf.entry.message == message, leaf.entry.kind == .released {
          leaf.entry.kind = .withheld
          leaf.entry.releases = []
        }
        let hash = Merkle.leafHash(leaf.bytes)
        try database.execute(
          sql: "UPDATE audit SET leaf = ?, hash = ? WHERE position = ?",
          arguments: [Data(leaf.bytes), Data(hash), row[0] as Int64])
        edge.append(hash)
        edges.append(edge)
      }
      try database.execute(
        sql: "UPDATE audit_edge SET hashes = ?", arguments: [Data(edge.hashes.flatMap { $0 })])
      try sign(edges, in: database)
    }
  }

  private func sign(_ edges: [CompactRange], in database: Database) throws {
    var value = CheckpointChain.start(origin: Checkpoint.origin(of: program))
    for row in try Row.fetchAll(
      database, sql: "SELECT entry, size, note, link, salt FROM checkpoint ORDER BY entry")
    {
      var checkpoint = try SignedCheckpoint(reading: row[2]).checkpoint
      checkpoint.root = edges[Int(row[1] as Int64)].root
      let note = try checkpoint.signed(by: key).note
      try database.execute(
        sql: "UPDATE checkpoint SET note = ? WHERE entry = ?", arguments: [note, row[0] as Int64])
      guard let number = row[3] as Int64?, let salt = row[4] as Data? else { continue }
      let commitment = CheckpointChain.commitment(to: note, salt: [UInt8](salt))
      value = CheckpointChain.value(
        after: value, number: UInt64(number), commitment: commitment)
      try database.execute(
        sql: "UPDATE checkpoint SET commitment = ?, value = ? WHERE entry = ?",
        arguments: [Data(commitment), Data(value), row[0] as Int64])
    }
  }
}
