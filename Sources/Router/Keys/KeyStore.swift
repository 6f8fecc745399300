public import Crypto
import Foundation
import GRDB
import GRDBSQLite
public import HubModel
import HubProtocol

/// The router's keys at rest, in a file of their own: one for each participant, one for each
/// message that waits, the hub's own; all wrapped by the master key (see the article *Keys*).
///
/// Owned by the router's one thread, as the ledger is. New keys are kept in memory until
/// ``flush()``, which the ledger calls before it commits what they seal.
public final class KeyStore {
  let queue: DatabaseQueue
  let master: Wrapping
  let masterName: [UInt8]
  private let path: String
  /// Names this store, so that a ledger can tell its own from another's.
  public let id: [UInt8]
  /// Grows with every flush: a store that lags behind its ledger was restored from a backup.
  public private(set) var generation: UInt64
  private var indexKey: SymmetricKey?
  private var random = RandomPool()

  /// How many keys are kept unwrapped, twice: 8,192 use about 2 MiB.
  public static let remembered = 8_192
  private var keys = Recent<MessageID, SymmetricKey>(capacity: KeyStore.remembered)
  private var handles = Recent<MessageID, MessageID>(capacity: KeyStore.remembered)
  private var people = Recent<MessageID, MessageID>(capacity: KeyStore.remembered)
  private var pending: [MessageID: WrappedKey] = [:]
  private var pendingKeys: [MessageID: SymmetricKey] = [:]
  var pendingStops: [Stop] = []
  var isFlushNeeded = false

  /// Keys older than these 30 days seal nothing new.
  static let hubPeriod: Int64 = 30 * 86_400_000

  /// Opens the store, creating it where there is none.
  /// - Parameters:
  ///   - path: of the database file, in a folder that exists.
  ///   - master: wraps every key.
  ///   - before: the master key that was replaced; what it wrapped is wrapped anew before this
  ///     returns.
  /// - Throws: ``KeyStoreError``: another master key's, not a key store, or a failure of the disk.
  public init(at path: String, master: SymmetricKey, before: SymmetricKey? = nil) throws {
    self.path = path
    self.master = Wrapping(key: master)
    masterName = Wrapping.name(of: master)
    let queue = try KeyStoreFile(path: path).openForWriting()
    self.queue = queue
    (id, generation) = try KeyStoreFile.naming("open") {
      try queue.read { database in
        guard let row = try Row.fetchOne(database, sql: "SELECT id, generation FROM store") else {
          throw KeyStoreError(.damaged, "open")
        }
        return ([UInt8](row[0] as Data), UInt64(bitPattern: row[1] as Int64))
      }
    }
    if let before { try rewrap(from: before) }
    try checkMaster()
    indexKey = try makeIndexKey()
  }

  /// Lets go of the file; using the store afterwards throws.
  public func close() { try? queue.close() }

  // MARK: Sealing

  /// Seals bytes under the owner's key, made where there is none yet.
  /// - Parameter place: where the bytes stand, such as a message's id: they open nowhere else.
  /// - Returns: `nil` where the owner's key was destroyed.
  public func seal(
    _ bytes: [UInt8], for owner: KeyOwner, _ thing: SealedThing, at place: [UInt8]
  ) throws -> [UInt8]? {
    let keyID: MessageID
    let key: SymmetricKey?
    switch owner {
    case .participant(let person):
      keyID = person.value
      key = try self.key(keyID) ?? makePersonKey(person)
    case .message(let message):
      keyID = message
      key = try self.key(keyID)
    case .hub(let time):
      keyID = MessageID(high: 0, low: Self.period(of: time))
      key = try self.key(keyID) ?? make(keyID, .hub)
    }
    guard let key else { return nil }
    return try Sealing.seal(bytes, under: key, named: keyID, thing, at: place, &random)
  }

  /// Opens what ``seal(_:for:_:at:)`` sealed.
  /// - Returns: `nil` where its key was destroyed.
  /// - Throws: where the bytes or their place are not those that were sealed, and where the store
  ///   never had the key.
  public func open(
    _ bytes: [UInt8], _ thing: SealedThing, at place: [UInt8]
  ) throws -> [UInt8]? {
    let sealed = try Sealing.read(bytes)
    guard let key = try key(sealed.keyID) else {
      guard try isShredded(sealed.keyID) else {
        throw KeyStoreError(.missing, "open a sealed \(thing.rawValue)")
      }
      return nil
    }
    return try Sealing.open(sealed, under: key, thing, at: place)
  }

  /// The hub's key period of a time, which a ledger notes beside what that key seals.
  public static func period(of time: WallTime) -> UInt64 {
    UInt64(clamping: time.milliseconds / hubPeriod)
  }

  /// What stands in a file in place of a name or number: 16 bytes of a keyed hash.
  public func index(_ thing: IndexedThing, _ pieces: [UInt8]...) throws -> [UInt8] {
    guard let indexKey else { throw KeyStoreError(.missing, "look up an index") }
    return Sealing.index(thing, pieces, under: indexKey)
  }

  // MARK: Whose

  /// By what other files know the names of a participant; made where there is none yet.
  /// - Returns: `nil` where the participant was shredded.
  public func handle(of person: ParticipantID) throws -> MessageID? {
    if let handle = try knownHandle(of: person) { return handle }
    guard try makePersonKey(person) != nil else { return nil }
    return pending[person.value]?.handle
  }

  /// As ``handle(of:)``, but `nil` too where there is none yet.
  public func knownHandle(of person: ParticipantID) throws -> MessageID? {
    if let known = handles.value(of: person.value) { return known }
    guard let handle = try row(person.value)?.handle else { return nil }
    handles.remember(handle, of: person.value)
    return handle
  }

  /// Whose handle it is; `nil` where they were shredded.
  public func participant(of handle: MessageID) throws -> ParticipantID? {
    if let known = people.value(of: handle) { return ParticipantID(known) }
    // A new person's handle is remembered until it is flushed and can be read.
    let found =
      try pending.values.first { $0.handle == handle }?.id
      ?? reading("read keys") { database in
        try Data.fetchOne(
          database.cachedStatement(sql: "SELECT id FROM data_key WHERE handle = ?"),
          arguments: [Data(handle.bytes)])
      }.flatMap { MessageID(bytes: $0) }
    guard let found else { return nil }
    people.remember(found, of: handle)
    return ParticipantID(found)
  }

  /// Whether the key was here and is destroyed for good.
  public func isShredded(_ id: MessageID) throws -> Bool {
    try reading("read the shred list") { database in
      try Row.fetchOne(
        database.cachedStatement(sql: "SELECT 1 FROM shredded WHERE id = ?"),
        arguments: [Data(id.bytes)]) != nil
    }
  }

  /// Every participant on the shred list.
  public func shreddedParticipants() throws -> [ParticipantID] {
    try ids("SELECT id FROM shredded WHERE kind = 1").map { ParticipantID($0) }
  }

  /// Messages that have a key of their own.
  public func messagesWithKeys() throws -> [MessageID] {
    try ids("SELECT id FROM data_key WHERE kind = 2")
  }

  /// Periods of the hub's keys.
  public func hubPeriods() throws -> [UInt64] {
    try ids("SELECT id FROM data_key WHERE kind = 3").map(\.low)
  }

  // MARK: New keys

  /// Gives a message a key of its own, which can be destroyed without its participant's.
  /// - Parameter person: whose key wraps it, so that it goes with theirs; `nil`: nobody's yet.
  public func giveKey(to message: MessageID, of person: ParticipantID?) throws {
    guard try key(message) == nil else { return }
    guard let person else {
      _ = try make(message, .message)
      return
    }
    guard let parent = try key(person.value) ?? makePersonKey(person) else { return }
    try keep(
      SymmetricKey(size: .bits256), id: message, .message, parent: person.value,
      by: Wrapping(key: parent))
  }

  /// A message turned out to be about a participant: its own key, if it has one, goes with theirs.
  public func adopt(_ message: MessageID, by person: ParticipantID) throws {
    guard let own = try key(message), let parent = try key(person.value) ?? makePersonKey(person)
    else { return }
    try keep(
      own, id: message, .message, parent: person.value, by: Wrapping(key: parent))
  }

  public func hasOwnKey(_ message: MessageID) throws -> Bool { try key(message) != nil }

  /// Makes what is new durable. The ledger commits only after this has returned.
  /// - Parameter mark: what the ledger has committed so far.
  /// - Returns: whether anything was written.
  @discardableResult
  public func flush(_ mark: LedgerMark? = nil) throws -> Bool {
    guard isFlushNeeded else { return false }
    let next = generation + 1
    try writing("write keys") { database in
      if let mark { try Self.write(mark, in: database) }
      try write(pendingStops, generation: next, in: database)
      let insert = try database.cachedStatement(
        sql: """
          INSERT INTO data_key (id, kind, handle, parent, master, wrapped) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE
          SET parent = excluded.parent, master = excluded.master, wrapped = excluded.wrapped
          """)
      for row in pending.values {
        try insert.execute(arguments: [
          Data(row.id.bytes), row.kind.rawValue, row.handle.map { Data($0.bytes) },
          row.parent.map { Data($0.bytes) }, Data(row.master), row.wrapped,
        ])
      }
    }
    pending = [:]
    pendingKeys = [:]
    pendingStops = []
    isFlushNeeded = false
    return true
  }

  // MARK: Destroying

  /// Destroys keys, and those that they wrap, for good: durable on return. Doing it again changes
  /// nothing.
  /// - Parameters:
  ///   - messages: those, too, that are to be known as destroyed though no key was their own: sent
  ///     again to a ledger that was put back, they are not taken.
  ///   - mark: what the ledger has committed so far.
  public func destroy(
    participants: [ParticipantID], messages: [MessageID], at time: WallTime,
    _ mark: LedgerMark? = nil
  ) throws {
    guard !participants.isEmpty || !messages.isEmpty else { return }
    try flush()
    var gone: Set<MessageID> = []
    try writing("destroy keys") { database in
      if let mark { try Self.write(mark, in: database) }
      let all = participants.map { ($0.value, KeyKind.participant) }
        + messages.map { ($0, KeyKind.message) }
      for (id, kind) in all {
        let key = Data(id.bytes)
        let children = try Data.fetchAll(
          database, sql: "SELECT id FROM data_key WHERE parent = ?", arguments: [key])
        for child in children + [key] {
          try database.execute(
            sql: "INSERT INTO shredded (id, kind, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [
              child, (child == key ? kind : .message).rawValue, time.milliseconds,
            ])
          // Overwritten before it is deleted, so that no page keeps the old bytes.
          try database.execute(
            sql: "UPDATE data_key SET wrapped = zeroblob(length(wrapped)) WHERE id = ?",
            arguments: [child])
          try database.execute(sql: "DELETE FROM data_key WHERE id = ?", arguments: [child])
          if let id = MessageID(bytes: child) { gone.insert(id) }
        }
      }
    }
    for id in gone { keys.forget(id) }
    handles.forgetAll()
    people.forgetAll()
    try cutLog()
  }

  /// Drops keys that never sealed anything that was committed. They may be made again.
  public func forget(messages: [MessageID], hubPeriods: [UInt64] = []) throws {
    let all = messages + hubPeriods.map { MessageID(high: 0, low: $0) }
    guard !all.isEmpty else { return }
    try writing("forget keys") { database in
      for id in all {
        try database.execute(
          sql: "DELETE FROM data_key WHERE id = ? AND kind IN (2, 3)",
          arguments: [Data(id.bytes)])
      }
    }
    for id in all { keys.forget(id) }
    try cutLog()
  }
}

// MARK: - Rows

extension KeyStore {
  /// The unwrapped key; `nil` where there is none.
  private func key(_ id: MessageID) throws -> SymmetricKey? {
    if let known = pendingKeys[id] ?? keys.value(of: id) { return known }
    guard let row = try row(id) else { return nil }
    let key: SymmetricKey
    if let parent = row.parent {
      guard let outer = try self.key(parent) else { throw KeyStoreError(.damaged, "read keys") }
      key = try Wrapping(key: outer).unwrap(row)
    } else {
      guard row.master == masterName else { throw KeyStoreError(.wrongMaster, "read keys") }
      key = try master.unwrap(row)
    }
    keys.remember(key, of: id)
    return key
  }

  private func row(_ id: MessageID) throws -> WrappedKey? {
    if let new = pending[id] { return new }
    return try reading("read keys") { database in
      try KeyRows.one(id, in: database)
    }
  }

  private func makePersonKey(_ person: ParticipantID) throws -> SymmetricKey? {
    guard try !isShredded(person.value) else { return nil }
    var generator = SystemRandomNumberGenerator()
    let handle = MessageID(high: generator.next(), low: generator.next())
    let key = SymmetricKey(size: .bits256)
    try keep(key, id: person.value, .participant, handle: handle, by: master)
    handles.remember(handle, of: person.value)
    people.remember(person.value, of: handle)
    return key
  }

  private func make(_ id: MessageID, _ kind: KeyKind) throws -> SymmetricKey {
    let key = SymmetricKey(size: .bits256)
    try keep(key, id: id, kind, by: master)
    return key
  }

  private func keep(
    _ key: SymmetricKey, id: MessageID, _ kind: KeyKind, handle: MessageID? = nil,
    parent: MessageID? = nil, by wrapping: Wrapping
  ) throws {
    pending[id] = WrappedKey(
      id: id, kind: kind, handle: handle, parent: parent, master: parent == nil ? masterName : [],
      wrapped: try wrapping.wrap(key, id: id, kind: kind, handle: handle, parent: parent))
    pendingKeys[id] = key
    keys.remember(key, of: id)
    isFlushNeeded = true
  }

  private func makeIndexKey() throws -> SymmetricKey {
    if let known = try key(KeyRows.indexID) { return known }
    let key = try make(KeyRows.indexID, .index)
    try flush()
    return key
  }

  private func ids(_ sql: String) throws -> [MessageID] {
    try reading("read keys") { try Data.fetchAll($0, sql: sql) }.compactMap { MessageID(bytes: $0) }
  }

  func reading<Value>(_ what: String, _ body: (Database) throws -> Value) throws -> Value {
    try KeyStoreFile.naming(what) { try queue.writeWithoutTransaction(body) }
  }

  /// One transaction, flushed, that also moves the generation on.
  func writing(_ what: String, _ body: (Database) throws -> Void) throws {
    let next = generation + 1
    try KeyStoreFile.naming(what) {
      try queue.write { database in
        try body(database)
        try database.execute(
          sql: "UPDATE store SET generation = ?", arguments: [Int64(bitPattern: next)])
      }
    }
    generation = next
    if next.isMultiple(of: 512) { try cutLog() }
  }

  /// Copies the write-ahead log back and cuts it to nothing; where a reader still needs it, a
  /// later turn does.
  func cutLog() throws {
    try reading("copy the log back") { database in
      guard let connection = database.sqliteConnection else { return }
      let code = sqlite3_wal_checkpoint_v2(
        connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
      guard code == SQLITE_OK || code == SQLITE_BUSY else {
        throw KeyStoreError(.storage, "copy the log back", code: code)
      }
    }
  }
}
