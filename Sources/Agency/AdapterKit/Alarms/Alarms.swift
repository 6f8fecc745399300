import Foundation
public import GRDB
import HubClient
public import HubModel

/// What somebody must know of, from when it begins until it ends, and who has confirmed that they
/// know. Kept in the adapter's store, so that no crash forgets an alarm or tells one twice.
public struct Alarm: Codable, FetchableRecord, PersistableRecord, Sendable {
  public static let databaseTableName = "alarm"

  /// Random: it stands in links.
  public var id: String
  public var kind: AlarmKind
  /// What it is about, for the desk; never told outside.
  public var about: String
  public var raisedAt: Int64
  /// How often it was raised while it was open.
  public var count: Int
  var rung: Int
  var calls: Int
  var nextAt: Int64?
  public var confirmedAt: Int64?
  public var confirmedBy: String?
  public var endedAt: Int64?
}

/// Raising, ending and confirming alarms; all of it in the transaction of what gives rise to it.
public enum Alarms {
  /// Raises an alarm, or counts one up that is open already: an alarm calls once when it begins
  /// and once when it is over, however often its cause is seen in between.
  public static func raise(
    _ kind: AlarmKind, about: String, at now: WallTime, in database: Database
  ) throws {
    try database.execute(
      sql: "UPDATE alarm SET count = count + 1 WHERE kind = ? AND about = ? AND endedAt IS NULL",
      arguments: [kind.rawValue, about])
    guard database.changesCount == 0 else { return }
    try Alarm(
      id: newID(), kind: kind, about: about, raisedAt: now.milliseconds, count: 1, rung: 0,
      calls: 0, nextAt: now.milliseconds
    ).insert(database)
  }

  /// Raises an alarm unless one of the kind was ever raised about the same.
  public static func raiseOnce(
    _ kind: AlarmKind, about: String, at now: WallTime, in database: Database
  ) throws {
    let isKnown = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE kind = ? AND about = ?)",
      arguments: [kind.rawValue, about])
    if isKnown != true { try raise(kind, about: about, at: now, in: database) }
  }

  /// Raises or ends an alarm by whether its cause holds.
  public static func set(
    _ kind: AlarmKind, about: String, isOn: Bool, at now: WallTime, in database: Database
  ) throws {
    let isOpen = try open(kind, about: about, in: database) != nil
    if isOn && !isOpen { try raise(kind, about: about, at: now, in: database) }
    if !isOn && isOpen { try end(kind, about: about, at: now, in: database) }
  }

  /// The cause is gone. Who was told of it will be told of this too.
  public static func end(
    _ kind: AlarmKind, about: String, at now: WallTime, in database: Database
  ) throws {
    guard let alarm = try open(kind, about: about, in: database) else { return }
    try database.execute(
      sql: "UPDATE alarm SET endedAt = ?, nextAt = NULL WHERE id = ?",
      arguments: [now.milliseconds, alarm.id])
    // What was not told yet need not be; `AlarmRound` tells the end to those who were.
    try database.execute(
      sql: "DELETE FROM alarm_call WHERE alarm = ? AND state = 'due' AND isOver = 0",
      arguments: [alarm.id])
  }

  /// Somebody has seen it: nobody is called about it any more. An alarm whose cause does not go
  /// away by itself (a file to mend, say) is over with that.
  /// - Returns: whether there is such an alarm.
  @discardableResult
  public static func confirm(
    _ id: String, by name: String, at now: WallTime, in database: Database
  ) throws -> Bool {
    guard let alarm = try Alarm.fetchOne(database, key: id) else { return false }
    try database.execute(
      sql: """
        UPDATE alarm SET confirmedAt = ?, confirmedBy = ?, nextAt = NULL
        WHERE id = ? AND confirmedAt IS NULL
        """, arguments: [now.milliseconds, name, id])
    try database.execute(
      sql: "DELETE FROM alarm_call WHERE alarm = ? AND state = 'due' AND isOver = 0",
      arguments: [id])
    if !alarm.kind.endsByItself {
      try database.execute(
        sql: "UPDATE alarm SET endedAt = ?, isOverTold = 1 WHERE id = ? AND endedAt IS NULL",
        arguments: [now.milliseconds, id])
    }
    return true
  }

  /// As ``confirm(_:by:at:in:)``, by what it is about.
  public static func confirm(
    _ kind: AlarmKind, about: String, by name: String, at now: WallTime, in database: Database
  ) throws {
    guard let alarm = try open(kind, about: about, in: database) else { return }
    try confirm(alarm.id, by: name, at: now, in: database)
  }

  /// Alarms whose cause has not gone, the oldest first.
  public static func open(in database: Database) throws -> [Alarm] {
    try Alarm.fetchAll(
      database, sql: "SELECT * FROM alarm WHERE endedAt IS NULL ORDER BY raisedAt, id")
  }

  static func open(
    _ kind: AlarmKind, about: String, in database: Database
  ) throws -> Alarm? {
    try Alarm.fetchOne(
      database, sql: "SELECT * FROM alarm WHERE kind = ? AND about = ? AND endedAt IS NULL",
      arguments: [kind.rawValue, about])
  }

  private static func newID() -> String {
    (0..<12).map { _ in UInt8.random(in: .min ... .max) }.reduce(into: "") { text, byte in
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  static let migration = AdapterMigration("alarms") { database in
    try database.execute(
      sql: """
        CREATE TABLE alarm (
          id TEXT PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, raisedAt INTEGER NOT NULL,
          count INTEGER NOT NULL, rung INTEGER NOT NULL, calls INTEGER NOT NULL, nextAt INTEGER,
          confirmedAt INTEGER, confirmedBy TEXT, endedAt INTEGER, isOverTold INTEGER);
        CREATE UNIQUE INDEX alarm_open ON alarm (kind, about) WHERE endedAt IS NULL;
        CREATE INDEX alarm_next ON alarm (nextAt) WHERE nextAt IS NOT NULL;
        -- One notice to one address about one alarm, from before it is sent until it is.
        CREATE TABLE alarm_call (
          seq INTEGER PRIMARY KEY AUTOINCREMENT,
          alarm TEXT NOT NULL REFERENCES alarm (id) ON DELETE CASCADE,
          channel TEXT NOT NULL, address TEXT NOT NULL, isOver INTEGER NOT NULL,
          dueAt INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
          state TEXT NOT NULL DEFAULT 'due');
        CREATE INDEX alarm_call_due ON alarm_call (dueAt) WHERE state = 'due';
        """)
  }
}
