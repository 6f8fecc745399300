public import GRDB

/// Tables of an adapter's own, in the same file as spool and inbox, so that its effects and the
/// hub's bookkeeping share their transactions.
///
/// Names that begin with `hub_`, and `spool`, `submission`, `inbox`, `dead_letter` and
/// `quarantine`, are taken.
public struct AdapterMigration: Sendable {
  /// Names the step for ever: a migration runs once in the life of a store.
  public let name: String
  public let migrate: @Sendable (Database) throws -> Void

  public init(_ name: String, migrate: @escaping @Sendable (Database) throws -> Void) {
    self.name = name
    self.migrate = migrate
  }
}

enum StoreSchema {
  /// HubClient's own steps first, then the adapter's in the order given.
  static func migrator(
    source: @escaping @Sendable () -> String, then migrations: [AdapterMigration]
  ) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("hub-client/1") { database in
      try database.execute(sql: first)
      try database.execute(
        sql: "INSERT INTO hub_state (id, source) VALUES (1, ?)", arguments: [source()])
    }
    // Which segments were applied: after a restore of the hub's ledger the same message may come
    // cut otherwise. Of what was applied before that was kept, nothing is known (NULL).
    migrator.registerMigration("hub-client/2") { database in
      try database.execute(sql: "ALTER TABLE inbox ADD COLUMN segments BLOB")
    }
    for migration in migrations {
      migrator.registerMigration("adapter/\(migration.name)", migrate: migration.migrate)
    }
    return migrator
  }

  /// A life of the router's ledger is `announced` until somebody confirms it; `restored` counts
  /// those that were.
  ///
  /// An entry is the sequence in bits 60 and 61, the submit number below. A spool row goes once
  /// the hub's backup holds the message; `submission` still answers what became of it. Its entry
  /// is null where the numbers began anew since: the message had its receipt then.
  private static let first = """
    CREATE TABLE hub_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      source TEXT NOT NULL,
      ledger TEXT,
      applied INTEGER,
      announced TEXT,
      restored INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE hub_sequence (
      id INTEGER PRIMARY KEY,
      next INTEGER NOT NULL,
      receipted INTEGER NOT NULL,
      pruned INTEGER NOT NULL
    ) STRICT;
    INSERT INTO hub_sequence VALUES (0, 1, 0, 0), (1, 1, 0, 0);
    CREATE TABLE spool (
      entry INTEGER PRIMARY KEY,
      message BLOB NOT NULL,
      body BLOB NOT NULL,
      leaves BLOB NOT NULL
    ) STRICT;
    CREATE TABLE submission (
      message BLOB PRIMARY KEY,
      entry INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE dead_letter (
      message BLOB PRIMARY KEY,
      sequence INTEGER NOT NULL,
      number INTEGER NOT NULL,
      code TEXT NOT NULL,
      place TEXT NOT NULL,
      body BLOB NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE inbox (
      message BLOB NOT NULL,
      part INTEGER NOT NULL,
      number INTEGER NOT NULL,
      PRIMARY KEY (message, part)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE quarantine (
      ledger TEXT NOT NULL,
      number INTEGER NOT NULL,
      reason TEXT NOT NULL,
      delivery BLOB NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (ledger, number)
    ) STRICT;
    CREATE TABLE hub_signer (
      fingerprint TEXT PRIMARY KEY,
      agency TEXT NOT NULL,
      signing BLOB NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE hub_chain (
      entry INTEGER PRIMARY KEY,
      ledger TEXT NOT NULL,
      number INTEGER NOT NULL,
      commitment BLOB NOT NULL,
      value BLOB NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX hub_chain_number ON hub_chain (number);
    CREATE TABLE hub_refusal (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      reason TEXT NOT NULL,
      known INTEGER NOT NULL,
      told INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
    """
}
