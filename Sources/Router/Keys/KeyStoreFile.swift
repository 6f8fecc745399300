import Foundation
import GRDB
import HubModel

#if canImport(Glibc)
  import Glibc
#endif

/// The key store's place on disk: wrapped keys, and the list of what was destroyed.
struct KeyStoreFile {
  let path: String

  /// "ACRK": tells a key store from any other SQLite file.
  static let applicationID: Int32 = 0x4143_524b

  /// Opens for writing, creating the file where there is none.
  func openForWriting() throws -> DatabaseQueue {
    try createOrRestrict()
    var configuration = Configuration()
    configuration.label = "accord-keys"
    configuration.prepareDatabase { database in
      // What is deleted is overwritten, in the file as in its log, which is cut after each shred.
      try database.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = 0;
          PRAGMA secure_delete = ON;
          PRAGMA temp_store = MEMORY;
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          """)
    }
    return try Self.naming("open") {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { try Self.refuseWhatIsNotOurs($0) }
      try Self.migrator.migrate(queue)
      return queue
    }
  }

  func openForReading() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "accord-keys-reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(2)
    return try Self.naming("open for reading") {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try Self.refuseWhatIsNotOurs($0) }
      return queue
    }
  }

  private static func refuseWhatIsNotOurs(_ database: Database) throws {
    let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard application == applicationID || objects == 0 else {
      throw KeyStoreError(.foreign, "open")
    }
    guard try !migrator.hasBeenSuperseded(database) else { throw KeyStoreError(.newer, "open") }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: schema)
      var generator = SystemRandomNumberGenerator()
      let id = MessageID(high: generator.next(), low: generator.next())
      try database.execute(
        sql: "INSERT INTO store (only_row, id, generation) VALUES (1, ?, 0)",
        arguments: [Data(id.bytes)])
    }
    return migrator
  }

  /// Kinds of keys stand in `KeyKind`. A participant's `handle` is what other files know the
  /// person's names by: with the row goes what ties a name to the participant. `master` tells
  /// which master key wrapped the row; a row with a parent is wrapped by that key instead.
  ///
  /// The store also remembers what a ledger that is put back to a backup must not forget: how far
  /// the ledger had come, and what was stopped, by the generation in which it was.
  private static let schema = """
    CREATE TABLE store (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      id BLOB NOT NULL, generation INTEGER NOT NULL, ledger TEXT, ledger_size INTEGER
    );
    CREATE TABLE data_key (
      id BLOB PRIMARY KEY,
      kind INTEGER NOT NULL, handle BLOB UNIQUE, parent BLOB, master BLOB NOT NULL,
      wrapped BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX data_key_parent ON data_key (parent) WHERE parent IS NOT NULL;
    CREATE INDEX data_key_kind ON data_key (kind, id) WHERE kind <> 1;
    CREATE TABLE shredded (
      id BLOB PRIMARY KEY, kind INTEGER NOT NULL, at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX shredded_person ON shredded (id) WHERE kind = 1;
    CREATE TRIGGER shredded_keeps BEFORE DELETE ON shredded
      BEGIN SELECT RAISE(ABORT, 'the shred list is append-only'); END;
    CREATE TRIGGER shredded_stays BEFORE UPDATE ON shredded
      BEGIN SELECT RAISE(ABORT, 'the shred list is append-only'); END;
    CREATE TABLE stopped (
      kind INTEGER NOT NULL, name TEXT NOT NULL, participant BLOB, generation INTEGER NOT NULL,
      PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    CREATE TRIGGER stopped_keeps BEFORE DELETE ON stopped
      BEGIN SELECT RAISE(ABORT, 'the stop list is append-only'); END;
    CREATE TRIGGER shredded_stay_so BEFORE INSERT ON data_key
      WHEN EXISTS (SELECT 1 FROM shredded WHERE id = NEW.id)
      BEGIN SELECT RAISE(ABORT, 'a destroyed key does not come back'); END;
    """

  /// SQLite gives its log and index files the mode of the database, so that is set first.
  private func createOrRestrict() throws {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      _ = close(descriptor)
      let folder = open(
        URL(fileURLWithPath: path).deletingLastPathComponent().path,
        O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // The new name itself must survive a power cut.
      guard folder >= 0, fsync(folder) == 0 else {
        throw KeyStoreError.system("flush the folder of the key store", path)
      }
      _ = close(folder)
    } else if errno != EEXIST || chmod(path, 0o600) != 0 {
      throw KeyStoreError.system("create or restrict to its owner", path)
    }
  }

  /// Turns GRDB's errors into the store's, without the statement or its values.
  static func naming<Value>(_ operation: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      let kind: KeyStoreError.Kind =
        switch error.resultCode {
        case .SQLITE_NOTADB: .foreign
        case .SQLITE_CORRUPT: .damaged
        default: .storage
        }
      throw KeyStoreError(kind, operation, code: error.extendedResultCode.rawValue)
    }
  }
}
