import Foundation
import GRDB
public import HubModel

/// The desk's own file beside the adapter's store: accounts, sessions, who looked at what.
///
/// Apart from the adapter's store, because that one has a single writer: an account is added from
/// the command line while the daemon runs. It names staff and cases, and no participant's data.
public final class DeskStore: Sendable {
  let queue: DatabaseQueue

  public static let file = "desk.sqlite"

  init(folder: String) throws {
    let path = folder + "/" + Self.file
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(5)
    configuration.label = "accord desk"
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      guard try !queue.read(Self.migrator.hasBeenSuperseded) else {
        throw DeskError.newerStore(path)
      }
      try Self.migrator.migrate(queue)
    } catch let error as DatabaseError {
      throw DeskError.store(path, error.message ?? "result \(error.extendedResultCode.rawValue)")
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("desk") { database in
      try database.execute(
        sql: """
          CREATE TABLE account (
            name TEXT PRIMARY KEY COLLATE NOCASE, display TEXT NOT NULL, role TEXT NOT NULL,
            staff TEXT, salt BLOB, rounds INTEGER, hash BLOB, secret BLOB,
            usedStep INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
            waitUntil INTEGER NOT NULL DEFAULT 0, feed TEXT NOT NULL UNIQUE,
            isOff INTEGER NOT NULL DEFAULT 0);
          CREATE TABLE session (
            token BLOB PRIMARY KEY, account TEXT NOT NULL COLLATE NOCASE
              REFERENCES account(name) ON DELETE CASCADE,
            form TEXT NOT NULL, startedAt INTEGER NOT NULL, usedAt INTEGER NOT NULL
            ) WITHOUT ROWID;
          CREATE TABLE viewing (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, account TEXT NOT NULL,
            page TEXT NOT NULL, subject TEXT NOT NULL);
          CREATE INDEX viewing_subject ON viewing (subject, seq);
          CREATE INDEX viewing_look ON viewing (subject, account, page, at);
          CREATE TABLE secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("single-sign-on") { database in
      try database.execute(
        sql: """
          ALTER TABLE account ADD COLUMN subject TEXT;
          CREATE UNIQUE INDEX account_subject ON account (subject) WHERE subject IS NOT NULL;
          ALTER TABLE account DROP COLUMN failures;
          ALTER TABLE account DROP COLUMN waitUntil;
          CREATE TABLE attempt (
            name BLOB PRIMARY KEY, failures INTEGER NOT NULL, waitUntil INTEGER NOT NULL,
            at INTEGER NOT NULL) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("provider-sessions") { database in
      try database.execute(
        sql: """
          ALTER TABLE session ADD COLUMN sid TEXT;
          CREATE INDEX session_sid ON session (sid) WHERE sid IS NOT NULL;
          """)
    }
    return migrator
  }

  /// A secret of this desk, made at first use.
  func secret(_ name: String, make: () -> Data) throws -> Data {
    try queue.write { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT bytes FROM secret WHERE name = ?", arguments: [name])
      if let row { return row["bytes"] }
      let fresh = make()
      try database.execute(
        sql: "INSERT INTO secret (name, bytes) VALUES (?, ?)", arguments: [name, fresh])
      return fresh
    }
  }

  // MARK: Who looked at what

  /// One look at a page that is about a person.
  public struct Viewing: Sendable, Hashable {
    public let at: WallTime
    public let account: String
    /// What kind of page: `hold`, `participant`.
    public let page: String
    /// The agency's own number of the case or person.
    public let subject: String
  }

  /// Looks of one person at one page within a minute are one look: an open page renews itself.
  static let oneLook = Span.seconds(60)

  /// Kept before the page is shown: what cannot be recorded is not shown.
  func record(_ viewing: Viewing) throws {
    let since = (viewing.at + Span(milliseconds: -Self.oneLook.milliseconds)).milliseconds
    let isKept = try queue.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT 1 FROM viewing WHERE subject = ? AND account = ? AND page = ? AND at > ?
          ORDER BY seq DESC LIMIT 1
          """,
        arguments: [viewing.subject, viewing.account, viewing.page, since]) != nil
    }
    guard !isKept else { return }
    try queue.write { database in
      try database.execute(
        sql: "INSERT INTO viewing (at, account, page, subject) VALUES (?, ?, ?, ?)",
        arguments: [viewing.at.milliseconds, viewing.account, viewing.page, viewing.subject])
    }
  }

  /// The latest first.
  func viewings(of subject: String? = nil, limit: Int) throws -> [Viewing] {
    try queue.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT at, account, page, subject FROM viewing WHERE ?1 IS NULL OR subject = ?1
          ORDER BY seq DESC LIMIT ?2
          """, arguments: [subject, limit]
      ).map { row in
        Viewing(
          at: WallTime(milliseconds: row["at"]), account: row["account"], page: row["page"],
          subject: row["subject"])
      }
    }
  }
}
