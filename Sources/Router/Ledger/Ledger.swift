import GRDB
import GRDBSQLite
import HubModel
import HubProtocol
public import Keys
public import RouterCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The router's journal on SQLite: what it accepted, decided, sent and was told, flushed before
/// anything is answered (see the article *How the ledger keeps its word*).
///
/// Owned by the router's one thread. While it is open no other process or part of this one can
/// write the file; ``LedgerReader`` reads it from other threads.
///
/// After a failure it is stopped: every later call throws, and a restart begins from what was
/// committed.
public final class Ledger: Journal {
  /// Where the database stands; its log and index files and the lock stand beside it.
  public let path: String

  private let lock: LedgerLock
  /// Seals what is written here.
  let keys: KeyStore
  private let queue: DatabaseQueue
  let connection: OpaquePointer
  let statements: Statements
  let json = StoredJSON()
  private var isStopped = false
  /// Pages in the write-ahead log, as SQLite tells after each commit.
  private let logPages: UnsafeMutablePointer<Int32>
  private var copiedPages: Int32 = 0
  /// Content was erased whose old bytes still stand in the write-ahead log. So it may be at the
  /// start, after a kill.
  var mustTruncate = true

  // What is remembered between turns; all of it bounded, and forgotten when a commit fails.
  var names = AgencyNames()
  var incarnation: Incarnation
  /// The right edge of the log's tree.
  var edge: CompactRange
  /// Entries of the log that are on disk.
  var committedSize: UInt64 = 0
  /// This is not the ledger's first life: what comes again may have been destroyed.
  var isRestored = false
  /// `nil`: not known, ask the table.
  var nextDue: WallTime??
  var recentCases = Recent<CaseID, CaseRecord>(capacity: Ledger.recentRecords)
  var recentPeople = Recent<ParticipantID, ParticipantRecord>(capacity: Ledger.recentRecords)
  static let recentRecords = 512
  /// A message that waits in a queue for its window is soon asked for again.
  var recentMessages = Recent<MessageID, StoredMessage>(capacity: Ledger.recentMessages)
  static let recentMessages = 2_048
  /// Larger ones are read again from the file; so twice 2,048 of this bounds the memory.
  static let recentMessageBytes = 4_096

  /// What the hub's own keys seal without a time of its own is of this time's.
  var hubTime = WallTime(milliseconds: 0)

  /// Opens the ledger, creating or migrating it where needed, and finishes what a crash left
  /// undone between it and its keys.
  /// - Parameters:
  ///   - path: of the database file, in a folder that exists.
  ///   - keys: the store that goes with it; ``close()`` closes it too.
  /// - Throws: ``LedgerError``: in use, newer than the program, not a ledger, not these keys', or
  ///   a failure of the disk; ``KeyStoreError``.
  public convenience init(at path: String, keys: KeyStore) throws {
    try self.init(at: path, keys: keys, settles: true)
  }

  /// - Parameter settles: false only for a restore, which settles with the keys once the ledger is
  ///   in its place.
  init(at path: String, keys: KeyStore, settles: Bool) throws {
    self.path = path
    self.keys = keys
    lock = try LedgerLock(beside: path)
    let queue = try LedgerFile(path: path).openForWriting()
    self.queue = queue
    let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    pages.initialize(to: 0)
    logPages = pages
    do {
      let connection = try queue.writeWithoutTransaction { database in
        guard let connection = database.sqliteConnection else {
          throw LedgerError(.stopped, "open")
        }
        sqlite3_wal_hook(
          connection,
          { context, _, _, pages in
            context?.assumingMemoryBound(to: Int32.self).pointee = pages
            return SQLITE_OK
          }, pages)
        return connection
      }
      self.connection = connection
      let statements = try queue.writeWithoutTransaction { _ in try Statements(on: connection) }
      self.statements = statements
      (incarnation, edge) = try queue.writeWithoutTransaction { _ in
        guard
          let incarnation: Incarnation = try statements.hub.incarnation.first({
            try statements.hub.incarnation.identifier(at: 0)
          })
        else { throw LedgerError(.damaged, "read incarnation") }
        return (incarnation, try statements.log.readEdge())
      }
    } catch {
      pages.deallocate()
      throw error
    }
    try queue.writeWithoutTransaction { database in
      do {
        try readNames()
        committedSize = edge.size
        isRestored = try hasBeenRestored(database)
        if settles { try settleKeys(database) }
        hubTime = try statements.hub.clock.first { statements.hub.clock.time(at: 0) } ?? hubTime
        try checkpointIfDue()
      } catch {
        isStopped = true
        throw error
      }
    }
  }

  deinit {
    close()
    logPages.deallocate()
  }

  /// Copies the write-ahead log back and lets go of the file. Nothing is lost without it: what
  /// was committed is found again by whoever opens the ledger next.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    isStopped = true
    queue.writeWithoutTransaction { _ in
      sqlite3_wal_hook(connection, nil, nil)
      statements.finish()
    }
    try? queue.close()
    keys.close()
    lock.release()
  }
  private var isClosed = false

  // MARK: The port

  public func recover() throws -> Recovered {
    try onConnection { try reading { try readRecovered() } }
  }

  public func load(_ needs: Needs) throws -> Facts {
    try onConnection { try reading { try FactsLoading(self, needs).facts() } }
  }

  public func commit(_ entries: [JournalEntry]) throws {
    guard !entries.isEmpty else { return }
    try onConnection {
      try statements.turn.begin.run()
      let doomed: Doomed
      do {
        var writing = TurnWriting(self)
        doomed = try writing.write(entries)
        // What they seal must never be on disk before they are.
        try flushKeys()
        try statements.turn.commit.run()
      } catch {
        // SQLite may have rolled back by itself; then this fails, and says nothing new.
        try? statements.turn.rollback.run()
        throw error
      }
      committedSize = edge.size
      try destroy(doomed)
      try checkpointIfDue()
    }
  }

  /// How many entries the log has, this turn's included once it is committed.
  package var entriesLogged: UInt64 { edge.size }

  /// Bytes that the ledger's file system has left for it; the service's threshold judges them.
  public func freeBytes() throws -> UInt64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw LedgerFile.system("ask for free space") }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  /// Whether the store is this ledger's, and has every key that it uses.
  func checkKeys() throws {
    try queue.writeWithoutTransaction { try checkKeyStore($0) }
  }

  // MARK: The connection

  /// Any failure stops the ledger: after a failed flush the kernel may have dropped what it
  /// could not write, so a second try would report a success that is none.
  func onConnection<Value>(_ body: () throws -> Value) throws -> Value {
    guard !isStopped else { throw LedgerError(.stopped, "use a stopped ledger") }
    do {
      return try queue.writeWithoutTransaction { _ in try body() }
    } catch {
      isStopped = true
      forgetAll()
      throw error
    }
  }

  /// Runs `body` in one transaction, flushed before this returns.
  func writing<Value>(_ body: () throws -> Value) throws -> Value {
    try onConnection {
      try statements.turn.begin.run()
      do {
        let value = try body()
        try statements.turn.commit.run()
        return value
      } catch {
        try? statements.turn.rollback.run()
        throw error
      }
    }
  }

  /// One transaction, so that SQLite takes its read lock once and not for each statement.
  private func reading<Value>(_ body: () throws -> Value) throws -> Value {
    try statements.turn.beginRead.run()
    let value: Value
    do {
      value = try body()
    } catch {
      try? statements.turn.rollback.run()
      throw error
    }
    try statements.turn.commit.run()
    return value
  }

  func forgetAll() {
    nextDue = nil
    recentCases.forgetAll()
    recentPeople.forgetAll()
    recentMessages.forgetAll()
  }

  func checkpointIfDue() throws {
    let pages = logPages.pointee
    // Fewer than were copied: SQLite has begun the log again from its start.
    if pages < copiedPages { copiedPages = 0 }
    guard mustTruncate || pages - copiedPages >= LedgerFile.checkpointPages else { return }
    // Erased content also stands in the log until the log is cut; a reader in the middle of a
    // snapshot makes that wait for the next turn.
    let mode = mustTruncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
    switch sqlite3_wal_checkpoint_v2(connection, nil, mode, nil, nil) {
    case SQLITE_OK:
      copiedPages = mustTruncate ? 0 : pages
      mustTruncate = false
    case SQLITE_BUSY: return
    default: throw LedgerError(sqlite: connection, "copy the log back")
    }
  }
}

extension Ledger {
  /// How SQLite was told to write, as it says itself.
  public struct Settings: Hashable, Sendable {
    public var journal: String
    /// 2 is FULL: every commit is flushed before it returns.
    public var synchronous: Int
    public init(journal: String, synchronous: Int) {
      self.journal = journal
      self.synchronous = synchronous
    }
  }

  public func settings() throws -> Settings {
    try onConnection {
      let journal = try Prepared("read settings", "PRAGMA journal_mode", on: connection)
      let synchronous = try Prepared("read settings", "PRAGMA synchronous", on: connection)
      return Settings(
        journal: try journal.first { journal.text(at: 0) } ?? "",
        synchronous: Int(try synchronous.first { synchronous.int(at: 0) } ?? 0))
    }
  }
}
