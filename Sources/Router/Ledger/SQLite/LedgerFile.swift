import Foundation
import GRDB
import GRDBSQLite

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The ledger's place on disk: one writer at a time, readable by its owner alone.
struct LedgerFile {
  let path: String

  /// Pages of the write-ahead log after which the writing connection copies them back. At 8 KiB
  /// a page this bounds the log near 16 MiB and each pause to a few milliseconds.
  static let checkpointPages = 2_000
  static let pageBytes = 8_192
  /// Page cache of the writing connection, in KiB: the only memory that a large ledger fills.
  static let writerCacheKiB = 32 * 1_024
  static let readerCacheKiB = 4 * 1_024

  /// Opens for writing, creating the file where there is none.
  func openForWriting() throws -> DatabaseQueue {
    try createOrRestrict()
    try LogCheck.check(beside: path)
    var configuration = Configuration()
    configuration.label = "accord-ledger"
    // A failed commit is rolled back here; GRDB's check for open transactions would trap first.
    configuration.allowsUnsafeTransactions = true
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA page_size = \(Self.pageBytes);
          PRAGMA auto_vacuum = INCREMENTAL;
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = 0;
          PRAGMA journal_size_limit = 67108864;
          PRAGMA cache_size = -\(Self.writerCacheKiB);
          PRAGMA secure_delete = FAST;
          PRAGMA temp_store = MEMORY;
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          """)
    }
    return try naming("open") {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { try Self.refuseWhatIsNotOurs($0) }
      try Schema.migrator.migrate(queue)
      return queue
    }
  }

  /// Opens a ledger that a writer has open, for reading; it never checkpoints.
  func openForReading() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "accord-ledger-reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(2)
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA wal_autocheckpoint = 0;
          PRAGMA cache_size = -\(Self.readerCacheKiB);
          PRAGMA temp_store = MEMORY;
          PRAGMA trusted_schema = OFF;
          """)
    }
    return try naming("open for reading") {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try Self.refuseWhatIsNotOurs($0) }
      return queue
    }
  }

  /// Reads the whole file once.
  /// - Throws: where it is no ledger, or damaged.
  func checkWhole() throws {
    var configuration = Configuration()
    configuration.readonly = true
    try naming("check the backup") {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      try queue.unsafeRead { database in
        try Self.refuseWhatIsNotOurs(database)
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") != 0 else {
          throw LedgerError(.foreign, "check the backup")
        }
        guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
          throw LedgerError(.damaged, "check the backup")
        }
      }
    }
  }

  private static func refuseWhatIsNotOurs(_ database: Database) throws {
    let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard application == Schema.applicationID || objects == 0 else {
      throw LedgerError(.foreign, "open")
    }
    guard try !Schema.migrator.hasBeenSuperseded(database) else {
      throw LedgerError(.newer, "open")
    }
  }

  /// SQLite gives its log and index files the mode of the database, so that is set first.
  private func createOrRestrict() throws {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      _ = close(descriptor)
      try flushDirectory()
    } else if errno == EEXIST {
      // Opening and closing it here would drop locks that SQLite may hold in this process.
      guard chmod(path, 0o600) == 0 else { throw Self.system("restrict to its owner", path) }
    } else {
      throw Self.system("create", path)
    }
  }

  /// The new name itself must survive a power cut.
  private func flushDirectory() throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.system("open the ledger's folder", path) }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Self.system("flush the ledger's folder") }
  }

  static func system(_ operation: String, _ path: String? = nil) -> LedgerError {
    let words = String(cString: strerror(errno))
    return LedgerError(
      .storage, operation, code: errno, detail: path.map { "\($0): \(words)" } ?? words, path: path)
  }
}

/// Turns GRDB's errors into the ledger's, without the statement or its values.
func naming<Value>(_ operation: String, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let error as DatabaseError {
    let kind: LedgerError.Kind =
      switch error.resultCode {
      case .SQLITE_NOTADB: .foreign
      case .SQLITE_CORRUPT: .damaged
      default: .storage
      }
    throw LedgerError(
      kind, operation, code: error.extendedResultCode.rawValue,
      detail: error.message ?? "no detail")
  }
}

/// Held while a ledger is open for writing: an advisory lock on a file beside it, which the
/// kernel drops when the process ends, however it ends.
final class LedgerLock {
  private var descriptor: Int32

  init(beside path: String) throws {
    descriptor = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LedgerFile.system("open the lock file", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno
      release()
      if error == EWOULDBLOCK { throw LedgerError(.inUse, "lock") }
      throw LedgerError(
        .storage, "lock", code: error, detail: String(cString: strerror(error)))
    }
  }

  deinit { release() }

  func release() {
    if descriptor >= 0 { _ = close(descriptor) }
    descriptor = -1
  }
}

extension LedgerFile {
  /// Bytes from the kernel's generator, for salts; 256 at a time, as many as one call gives.
  static func randomBytes(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: count, by: 256) {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<min(start + 256, count)])
        guard getentropy(rest.baseAddress, rest.count) == 0 else {
          throw system("draw random bytes")
        }
      }
    }
    return bytes
  }
}
