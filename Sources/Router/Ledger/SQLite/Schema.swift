import GRDB
import HubModel

/// The ledger's tables, version by version. A version that has been released never changes.
enum Schema {
  /// "ACRD": tells a ledger from any other SQLite file.
  static let applicationID: Int32 = 0x4143_5244

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      for table in [identity, messages, people, log] { try database.execute(sql: table) }
      var generator = SystemRandomNumberGenerator()
      let incarnation = MessageID(high: generator.next(), low: generator.next()).description
      try database.execute(
        sql: "INSERT INTO ledger (only_row, incarnation) VALUES (1, ?)", arguments: [incarnation])
    }
    migrator.registerMigration("2") { database in try database.execute(sql: holds) }
    return migrator
  }

  /// Which life of the store this is, and names that other tables hold as small numbers. A life
  /// that a restore began continues another one at a size of the log, and replaced the one that
  /// the key store had heard of last. What is older than `archived` an archive holds.
  private static let identity = """
    CREATE TABLE ledger (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      incarnation TEXT NOT NULL, key_store BLOB, key_generation INTEGER,
      escrow_tail INTEGER NOT NULL DEFAULT 1, redecision BLOB, archived INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE agency (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE agreement (
      activation INTEGER PRIMARY KEY,
      version INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL
    );
    CREATE TABLE agreement_text (
      version INTEGER PRIMARY KEY, hash BLOB NOT NULL, text BLOB NOT NULL,
      effective INTEGER NOT NULL, recorded_at INTEGER NOT NULL
    );
    CREATE TABLE cut_off (
      fingerprint TEXT PRIMARY KEY, at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE ended_key (
      fingerprint TEXT PRIMARY KEY, at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE source (
      agency INTEGER NOT NULL, incarnation TEXT NOT NULL,
      data INTEGER NOT NULL DEFAULT 0, control INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (agency, incarnation)
    ) WITHOUT ROWID;
    CREATE TABLE refusal (
      agency INTEGER NOT NULL, incarnation TEXT NOT NULL, sequence INTEGER NOT NULL,
      number INTEGER NOT NULL, code TEXT NOT NULL, place TEXT NOT NULL,
      PRIMARY KEY (agency, incarnation, sequence, number)
    ) WITHOUT ROWID;
    CREATE TABLE backup (
      entry INTEGER PRIMARY KEY, at INTEGER NOT NULL, entries INTEGER NOT NULL
    );
    CREATE TABLE horizon (
      backup INTEGER NOT NULL, agency INTEGER NOT NULL, incarnation TEXT NOT NULL,
      data INTEGER NOT NULL, control INTEGER NOT NULL,
      PRIMARY KEY (backup, agency, incarnation)
    ) WITHOUT ROWID;
    CREATE TABLE restore (
      entry INTEGER PRIMARY KEY, at INTEGER NOT NULL, incarnation TEXT NOT NULL,
      continued TEXT NOT NULL, size INTEGER NOT NULL, replaced TEXT
    );
    CREATE TABLE retention (
      entry INTEGER PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER, pass BLOB NOT NULL
    );
    CREATE TABLE clock (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      wall INTEGER NOT NULL, boot TEXT NOT NULL, since_boot INTEGER NOT NULL
    );
    """

  /// Messages, what they say (apart, so that it can be destroyed), and their fates. Of a message
  /// that was retired the retention removed what it said, and no decision did. Fate codes
  /// stand in `StoredCodes.swift`: 0 is pending, 1 is held, 4 is set aside. The queue index holds
  /// the fate too, so that a long queue is counted from the index alone.
  private static let messages = """
    CREATE TABLE message (
      id BLOB PRIMARY KEY,
      participant BLOB, basis INTEGER NOT NULL, accepted_at INTEGER NOT NULL, about BLOB,
      payload INTEGER, retired INTEGER,
      header BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX message_participant ON message (participant) WHERE participant IS NOT NULL;
    CREATE TABLE payload (id INTEGER PRIMARY KEY, body BLOB NOT NULL, hub INTEGER);
    CREATE INDEX payload_hub ON payload (hub) WHERE hub IS NOT NULL;
    CREATE TABLE part (
      message BLOB NOT NULL, recipient INTEGER NOT NULL, part INTEGER NOT NULL,
      segments INTEGER NOT NULL, fate INTEGER NOT NULL, participant BLOB,
      queued INTEGER, number INTEGER, disclosed INTEGER NOT NULL, changed_at INTEGER NOT NULL,
      in_window INTEGER NOT NULL,
      PRIMARY KEY (message, recipient, part)
    ) WITHOUT ROWID;
    CREATE INDEX part_queue ON part (recipient, queued, fate) WHERE fate = 0;
    CREATE INDEX part_held_of_participant ON part (participant, queued) WHERE fate = 1;
    CREATE INDEX part_held ON part (queued) WHERE fate = 1;
    CREATE INDEX part_aside ON part (recipient, changed_at) WHERE fate = 4;
    CREATE INDEX part_window ON part (recipient, number) WHERE in_window = 1;
    CREATE TABLE lane (
      agency INTEGER PRIMARY KEY,
      next INTEGER NOT NULL DEFAULT 1, acknowledged INTEGER NOT NULL DEFAULT 0,
      queue_tail INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE timer (
      key BLOB PRIMARY KEY, due INTEGER NOT NULL, count INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX timer_due ON timer (due, key);
    """

  /// Names, numbers and tokens stand as an index: 16 bytes of a keyed hash, under a key of the key
  /// store. An `owner` is a participant's handle: whose it is, the key store alone knows. What is
  /// called sealed is a `SealedPayload`. A participant is touched when they are met first and when
  /// their consents change, and held while a legal hold keeps everything about them.
  private static let people = """
    CREATE TABLE participant (
      id BLOB PRIMARY KEY, position INTEGER NOT NULL DEFAULT 0, head BLOB, expunged INTEGER,
      touched INTEGER NOT NULL DEFAULT 0, held INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX participant_held ON participant (held) WHERE held IS NOT NULL;
    CREATE INDEX participant_head ON participant (head) WHERE head IS NOT NULL;
    CREATE INDEX participant_expunged ON participant (expunged) WHERE expunged IS NOT NULL;
    CREATE TABLE blanket (
      participant BLOB NOT NULL, reach BLOB NOT NULL, sealed BLOB NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (participant, reach)
    ) WITHOUT ROWID;
    CREATE TABLE alias (
      agency INTEGER NOT NULL, alias BLOB NOT NULL, owner BLOB NOT NULL,
      preferred INTEGER NOT NULL, sealed BLOB NOT NULL,
      PRIMARY KEY (agency, alias)
    ) WITHOUT ROWID;
    CREATE INDEX alias_preferred ON alias (owner, agency) WHERE preferred = 1;
    CREATE TABLE token (
      kind INTEGER NOT NULL, value BLOB NOT NULL, owner BLOB NOT NULL,
      confirmed INTEGER NOT NULL,
      PRIMARY KEY (kind, value, owner)
    ) WITHOUT ROWID;
    CREATE TABLE release (
      entry INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE, participant BLOB NOT NULL, captured_by INTEGER NOT NULL,
      position INTEGER NOT NULL, state TEXT NOT NULL, missing BLOB NOT NULL,
      sealed_revoked BLOB NOT NULL, sealed_body BLOB NOT NULL
    );
    CREATE INDEX release_participant ON release (participant, position);
    CREATE TABLE release_version (
      id TEXT NOT NULL, version INTEGER NOT NULL, participant BLOB NOT NULL,
      sealed_body BLOB NOT NULL,
      PRIMARY KEY (id, version)
    ) WITHOUT ROWID;
    CREATE TABLE tombstone (
      participant BLOB NOT NULL, release TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (participant, release)
    ) WITHOUT ROWID;
    CREATE TABLE consent_mark (
      participant BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (participant, kind, name)
    ) WITHOUT ROWID;
    CREATE TABLE authority (
      id TEXT NOT NULL, participant BLOB NOT NULL, kind INTEGER NOT NULL,
      sealed_body BLOB NOT NULL, reviewed_at INTEGER, sealed_finding BLOB,
      PRIMARY KEY (id, participant)
    ) WITHOUT ROWID;
    CREATE INDEX authority_participant ON authority (participant);
    CREATE TABLE "case" (
      id TEXT PRIMARY KEY, opened_by INTEGER NOT NULL, participant BLOB
    ) WITHOUT ROWID;
    CREATE TABLE case_view (
      "case" TEXT NOT NULL, viewer INTEGER NOT NULL, sealed BLOB NOT NULL, hub INTEGER,
      PRIMARY KEY ("case", viewer)
    ) WITHOUT ROWID;
    CREATE INDEX case_view_hub ON case_view (hub) WHERE hub IS NOT NULL;
    CREATE TABLE no_match (
      source INTEGER NOT NULL, booking BLOB NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (source, booking)
    ) WITHOUT ROWID;
    CREATE INDEX no_match_at ON no_match (at);
    """

  /// Names that nobody is known by in this life of the ledger, of people who were on legal hold in
  /// a former one; and whether the key store has the names of everybody who is.
  private static let holds = """
    CREATE TABLE held_name (
      agency INTEGER NOT NULL, alias BLOB NOT NULL, PRIMARY KEY (agency, alias)
    ) WITHOUT ROWID;
    ALTER TABLE ledger ADD COLUMN holds_named INTEGER NOT NULL DEFAULT 0;
    """

  /// The log. Its salts may be destroyed; nothing else of it may change.
  ///
  /// Of its tree the right edge is kept, and the nodes of every eighth level: so an entry costs
  /// about one row in 256 more, and a proof reads at most 255 hashes for each eight levels. A
  /// checkpoint has a link where it was scheduled.
  private static let log = """
    CREATE TABLE audit (
      position INTEGER PRIMARY KEY,
      message BLOB, hash BLOB NOT NULL, leaf BLOB NOT NULL, salt BLOB
    );
    CREATE INDEX audit_message ON audit (message) WHERE message IS NOT NULL;
    CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
      BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER audit_stays BEFORE UPDATE OF position, message, hash, leaf ON audit
      BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TABLE audit_edge (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      size INTEGER NOT NULL, hashes BLOB NOT NULL
    );
    CREATE TABLE audit_node (
      level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,
      PRIMARY KEY (level, place)
    ) WITHOUT ROWID;
    CREATE TABLE checkpoint (
      entry INTEGER PRIMARY KEY,
      size INTEGER NOT NULL, note TEXT NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL,
      link INTEGER UNIQUE, salt BLOB, commitment BLOB, value BLOB
    );
    CREATE TRIGGER checkpoint_keeps BEFORE DELETE ON checkpoint
      BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
      BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TABLE audit_tally (
      kind INTEGER PRIMARY KEY, count INTEGER NOT NULL
    );
    """
}
