import GRDB
import HubClient
import HubModel
import Synchronization

/// What an agency's own systems call the operation out of which a message came (W3C Trace Context).
///
/// It stays here. A message goes out under a trace of its own, which is its id: whatever a caller
/// puts into a trace id, sixteen bytes of any content, would else reach other agencies, and one id
/// over several messages would join what each of them may be told of alone.
final class TraceLinks: Sendable {
  /// The operation whose arrival is being taken.
  private let present = Mutex<TraceContext?>(nil)

  static let migration = AdapterMigration("trace-links") { database in
    try database.execute(
      sql: """
        CREATE TABLE trace_link (
          message TEXT PRIMARY KEY, trace TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX trace_link_trace ON trace_link (trace);
        CREATE INDEX trace_link_at ON trace_link (at);
        """)
  }

  /// For how long it is known.
  private static let kept = Span.days(400)

  func during<Result>(_ trace: TraceContext?, _ body: () throws -> Result) rethrows -> Result {
    present.withLock { $0 = trace }
    defer { present.withLock { $0 = nil } }
    return try body()
  }

  /// - Returns: the trace id that was noted.
  func note(_ message: Message, in database: Database) throws -> String? {
    guard let trace = present.withLock({ $0 }) else { return nil }
    try database.execute(
      sql: "INSERT OR REPLACE INTO trace_link (message, trace, at) VALUES (?, ?, ?)",
      arguments: [message.id.description, trace.traceID, message.sentAt.milliseconds])
    try database.execute(
      sql: "DELETE FROM trace_link WHERE at < ?",
      arguments: [message.sentAt.milliseconds - Self.kept.milliseconds])
    return trace.traceID
  }

  static func trace(of id: MessageID, in database: Database) throws -> String? {
    try String.fetchOne(
      database, sql: "SELECT trace FROM trace_link WHERE message = ?", arguments: [id.description])
  }

  /// Messages that came out of an operation, by its trace id.
  static func messages(of trace: String, in database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT message FROM trace_link WHERE trace = ? ORDER BY message",
      arguments: [trace])
  }
}
