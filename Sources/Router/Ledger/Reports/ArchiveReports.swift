import Foundation
import GRDB
public import HubModel
public import HubProtocol

/// What is kept and old, with all that it says, for an archive of the site's own.
extension LedgerReader {
  /// Messages in one page, and characters after which it ends.
  public static let archivedPerPage = 256
  public static let archivedBytesPerPage = 1 << 20

  /// The newest checkpoint and the key that signed it; `nil` before the first.
  public func lastCheckpoint() throws -> (checkpoint: SignedCheckpoint, key: [UInt8])? {
    try reading("read checkpoint") { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT note, key FROM checkpoint ORDER BY entry DESC LIMIT 1")
      guard let row else { return nil }
      guard let checkpoint = try? SignedCheckpoint(reading: row[0]) else {
        throw LedgerError(.damaged, "read checkpoint")
      }
      return (checkpoint, [UInt8](row[1] as Data))
    }
  }

  /// Messages that were accepted before an instant and can still be read, in the order of ids.
  /// - Parameters:
  ///   - after: the message behind which the page begins.
  ///   - size: of the log, under the checkpoint to which the paths lead.
  /// - Returns: the lines, and where the next page begins.
  public func archived(
    before: WallTime, after: MessageID?, size: UInt64
  ) throws -> (lines: [ArchiveLine], next: MessageID?) {
    guard let keys else { throw LedgerError(.otherKeys, "write archive") }
    return try reading("write archive") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT m.id, m.accepted_at, m.header, p.body
          FROM message m LEFT JOIN payload p ON p.id = m.payload WHERE m.id > ? ORDER BY m.id
          LIMIT ?
          """, arguments: [Data(after?.bytes ?? []), Self.archivedPerPage])
      let paths = try LogPaths(database, size: size)
      defer { paths.finish() }
      var lines: [ArchiveLine] = []
      var bytes = 0
      var seen = 0
      while let row = try rows.next() {
        guard let id = MessageID(bytes: [UInt8](row[0] as Data)) else {
          throw LedgerError(.damaged, "write archive")
        }
        seen += 1
        let isOld = (row[1] as Int64) < before.milliseconds
        let sealed: Data? = isOld ? row[3] : nil
        if let sealed, let content = try keys.open([UInt8](sealed), .content, at: id.bytes) {
          let line = try Self.archived(
            id, acceptedAt: row[1], header: [UInt8](row[2] as Data), content, paths, in: database)
          lines.append(line)
          bytes += content.count
        }
        if bytes >= Self.archivedBytesPerPage { return (lines, id) }
        if seen == Self.archivedPerPage { return (lines, id) }
      }
      return (lines, nil)
    }
  }

  private static func archived(
    _ id: MessageID, acceptedAt: Int64, header: [UInt8], _ content: [UInt8], _ paths: LogPaths,
    in database: Database
  ) throws -> ArchiveLine {
    guard let message = try? StoredEnvelope.message(header: header, content: content) else {
      throw LedgerError(.damaged, "write archive", detail: "a message cannot be read")
    }
    let entries = try Row.fetchAll(
      database, sql: "SELECT position, leaf FROM audit WHERE message = ? ORDER BY position",
      arguments: [Data(id.bytes)])
    let parts = try parts(of: id, message, in: database)
    let log: [ArchivedMessage.Entry] = try entries.compactMap { row in
      let position = UInt64(bitPattern: row[0] as Int64)
      return try paths.path(of: position).map {
        .init(position: position, leaf: [UInt8](row[1] as Data), path: $0)
      }
    }
    guard let document = try? CloudEventsJSON.document(of: message) else {
      return ArchiveLine(
        message: ArchivedMessage(
          id: id, acceptedAt: acceptedAt, header: header, content: content, parts: parts, log: log))
    }
    return ArchiveLine(
      message: ArchivedMessage(
        id: id, acceptedAt: acceptedAt, document: String(decoding: document, as: UTF8.self),
        parts: parts, log: log))
  }
}

/// Paths from entries of the log to one checkpoint.
private struct LogPaths {
  private let preparer: Preparer
  private let log: LogStatements
  private let size: UInt64

  init(_ database: Database, size: UInt64) throws {
    guard let connection = database.sqliteConnection else {
      throw LedgerError(.stopped, "write archive")
    }
    preparer = Preparer(on: connection)
    log = try LogStatements(preparer)
    self.size = size
  }

  /// - Returns: `nil` for an entry that the checkpoint does not cover.
  func path(of position: UInt64) throws -> [[UInt8]]? {
    guard position < size else { return nil }
    return try InclusionProof.path(of: position, size: size, node: log.node)
  }

  func finish() { preparer.finish() }
}
