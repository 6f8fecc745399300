public import Crypto
import Foundation
import GRDB
public import HubModel
import HubProtocol

/// Opens what is sealed for an operator's reports, on a read-only connection of its own. It keeps
/// no key: each is unwrapped when it is needed, so that what was destroyed a moment ago is gone
/// here too.
public final class KeyReader: Sendable {
  private let queue: DatabaseQueue
  private let master: Wrapping

  /// - Parameter path: of a store that a ``KeyStore`` has open.
  public init(at path: String, master: SymmetricKey) throws {
    queue = try KeyStoreFile(path: path).openForReading()
    self.master = Wrapping(key: master)
  }

  /// - Returns: `nil` where the key is not there (any more).
  public func open(
    _ bytes: [UInt8], _ thing: SealedThing, at place: [UInt8]
  ) throws -> [UInt8]? {
    let sealed = try Sealing.read(bytes)
    guard let key = try key(sealed.keyID) else { return nil }
    return try Sealing.open(sealed, under: key, thing, at: place)
  }

  /// As ``KeyStore/index(_:_:)``.
  public func index(_ thing: IndexedThing, _ pieces: [UInt8]...) throws -> [UInt8] {
    guard let key = try key(KeyRows.indexID) else { throw KeyStoreError(.missing, "read keys") }
    return Sealing.index(thing, pieces, under: key)
  }

  /// Whose handle it is; `nil` where they were shredded.
  public func participant(of handle: MessageID) throws -> ParticipantID? {
    try reading { database in
      try Data.fetchOne(
        database, sql: "SELECT id FROM data_key WHERE handle = ?",
        arguments: [Data(handle.bytes)])
    }.flatMap { MessageID(bytes: $0) }.map { ParticipantID($0) }
  }

  public func handle(of person: ParticipantID) throws -> MessageID? {
    try reading { try KeyRows.one(person.value, in: $0) }?.handle
  }

  /// Copies the store as it stands. Keep such copies for days only, and apart from the ledger's:
  /// what is destroyed later can be read with them.
  public func backUp(to path: String) throws {
    _ = try DatabaseCopy(to: path).make(from: queue) { _ in }
  }

  private func key(_ id: MessageID) throws -> SymmetricKey? {
    guard let row = try reading({ try KeyRows.one(id, in: $0) }) else { return nil }
    guard let parent = row.parent else { return try master.unwrap(row) }
    guard let outer = try key(parent) else { return nil }
    return try Wrapping(key: outer).unwrap(row)
  }

  private func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try KeyStoreFile.naming("read keys") { try queue.read(body) }
  }
}

/// Rows of the key store.
enum KeyRows {
  /// Under which the index key stands: no other id has its form.
  static let indexID = MessageID(high: .max, low: .max)
  private static let columns = "id, kind, handle, parent, master, wrapped"

  static func one(_ id: MessageID, in database: Database) throws -> WrappedKey? {
    let read = try database.cachedStatement(
      sql: "SELECT \(columns) FROM data_key WHERE id = ?")
    return try Row.fetchOne(read, arguments: [Data(id.bytes)]).map(key)
  }

  static func all(of master: [UInt8], limit: Int, in database: Database) throws -> [WrappedKey] {
    try Row.fetchAll(
      database,
      sql: "SELECT \(columns) FROM data_key WHERE parent IS NULL AND master = ? LIMIT ?",
      arguments: [Data(master), limit]
    ).map(key)
  }

  private static func key(_ row: Row) throws -> WrappedKey {
    guard let id = MessageID(bytes: row[0] as Data), let kind = KeyKind(rawValue: row[1]) else {
      throw KeyStoreError(.damaged, "read keys")
    }
    return WrappedKey(
      id: id, kind: kind, handle: (row[2] as Data?).flatMap { MessageID(bytes: $0) },
      parent: (row[3] as Data?).flatMap { MessageID(bytes: $0) }, master: [UInt8](row[4] as Data),
      wrapped: row[5])
  }
}
