import Foundation
import GRDB
public import HubModel
public import HubProtocol

/// The log as the auditor gets it: an export page by page, and proofs of single entries.
extension LedgerReader {
  /// Entries in one page of an export: about a megabyte.
  public static let entriesPerPage: UInt64 = 2_048

  /// The head of an export, and how many entries it is to hold.
  public func auditHead(of program: ProgramID) throws -> AuditPage {
    try reading("export log") { database in
      let keys = try Data.fetchAll(
        database, sql: "SELECT key FROM checkpoint GROUP BY key ORDER BY min(entry)")
      let size = try Int64.fetchOne(database, sql: "SELECT size FROM audit_edge") ?? 0
      let lines =
        [.format, .origin(Checkpoint.origin(of: program))] + keys.map { .key([UInt8]($0)) }
        as [AuditExportLine]
      return AuditPage(
        text: lines.map(\.text).joined(), next: 0, size: UInt64(bitPattern: size))
    }
  }

  /// A page of an export of `size` entries, from a position on: entries, each followed by the
  /// checkpoints over what is there by then.
  public func auditPage(from start: UInt64, size: UInt64) throws -> AuditPage {
    try reading("export log") { database in
      let end = min(size, start + Self.entriesPerPage)
      var checkpoints = try Self.checkpoints(from: start, through: end, in: database)[...]
      var text = ""
      func close(_ size: UInt64) {
        while let first = checkpoints.first, first.size == size {
          text += first.line.text
          checkpoints.removeFirst()
        }
      }
      // Those over what the page before ended with stand there.
      if start == 0 { close(0) } else { checkpoints = checkpoints.drop { $0.size == start } }
      let rows = try Row.fetchCursor(
        database, sql: """
          SELECT position, hash, leaf FROM audit WHERE position >= ? AND position < ?
          ORDER BY position
          """, arguments: [Int64(bitPattern: start), Int64(bitPattern: end)])
      while let row = try rows.next() {
        let position = UInt64(bitPattern: row[0] as Int64)
        text += AuditExportLine.entry(
          position: position, hash: [UInt8](row[1] as Data), leaf: [UInt8](row[2] as Data)
        ).text
        close(position + 1)
      }
      if end == size { text += AuditExportLine.end(size: size).text }
      return AuditPage(text: text, next: end == size ? nil : end, size: size)
    }
  }

  /// The proof of one entry about a message and a recipient.
  ///
  /// - Parameters:
  ///   - isWithholding: of a withholding instead of a disclosure. For the auditor alone: to an
  ///     agency it would answer a question that it may not ask.
  ///   - part: narrows to one part; else the first entry counts.
  /// - Returns: `nil` where there is no such entry.
  public func auditProof(
    of message: MessageID, to recipient: AgencyID, part: UInt16?, isWithholding: Bool,
    program: ProgramID
  ) throws -> ProofAnswer? {
    let kinds: Set<AuditEntry.Kind> =
      isWithholding ? [.withheld, .voided, .lapsed] : [.released]
    return try reading("prove entry") { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT position, leaf FROM audit WHERE message = ? ORDER BY position",
        arguments: [Data(message.bytes)])
      while let row = try rows.next() {
        let leaf = [UInt8](row[1] as Data)
        guard let entry = try? AuditLeaf(decoding: leaf).entry, kinds.contains(entry.kind),
          entry.recipient == recipient, part == nil || entry.part == part
        else { continue }
        let position = UInt64(bitPattern: row[0] as Int64)
        return try Self.proof(of: position, leaf, program, in: database)
      }
      return nil
    }
  }

  public enum ProofAnswer: Sendable {
    case proof(AuditProof)
    /// No checkpoint covers the entry yet.
    case uncovered
  }

  private static func proof(
    of position: UInt64, _ leaf: [UInt8], _ program: ProgramID, in database: Database
  ) throws -> ProofAnswer {
    let row = try Row.fetchOne(
      database, sql: "SELECT note, key FROM checkpoint WHERE size > ? ORDER BY entry DESC LIMIT 1",
      arguments: [Int64(bitPattern: position)])
    guard let row else { return .uncovered }
    let checkpoint: SignedCheckpoint
    do throws(AuditFlaw) {
      checkpoint = try SignedCheckpoint(reading: row[0])
    } catch {
      throw LedgerError(.damaged, "prove entry", detail: "a checkpoint cannot be read")
    }
    guard let connection = database.sqliteConnection else {
      throw LedgerError(.stopped, "prove entry")
    }
    let preparer = Preparer(on: connection)
    defer { preparer.finish() }
    let log = try LogStatements(preparer)
    let path = try InclusionProof.path(
      of: position, size: checkpoint.checkpoint.size, node: log.node)
    return .proof(
      AuditProof(
        origin: Checkpoint.origin(of: program), key: [UInt8](row[1] as Data), position: position,
        leaf: leaf, path: path, checkpoint: checkpoint))
  }

  private static func checkpoints(
    from start: UInt64, through end: UInt64, in database: Database
  ) throws -> [(size: UInt64, line: AuditExportLine)] {
    let rows = try Row.fetchCursor(
      database, sql: """
        SELECT size, note, link, salt FROM checkpoint WHERE size >= ? AND size <= ? ORDER BY entry
        """, arguments: [Int64(bitPattern: start), Int64(bitPattern: end)])
    var found: [(UInt64, AuditExportLine)] = []
    while let row = try rows.next() {
      let signed: SignedCheckpoint
      do throws(AuditFlaw) {
        signed = try SignedCheckpoint(reading: row[1])
      } catch {
        throw LedgerError(.damaged, "export log", detail: "a checkpoint cannot be read")
      }
      let link = (row[2] as Int64?).map {
        AuditExportLine.Link(
          number: UInt64(bitPattern: $0), salt: [UInt8](row[3] as Data? ?? Data()))
      }
      found.append((UInt64(bitPattern: row[0] as Int64), .checkpoint(signed, link: link)))
    }
    return found
  }
}
