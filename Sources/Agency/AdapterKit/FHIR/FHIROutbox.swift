import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations

/// Deliveries on their way into the agency's own records system. Put up in the transaction that
/// applies the delivery, and sent until the server has them.
struct FHIROutbox: Sendable {
  let connector: String
  let server: FHIRServer
  let topics: WordSet<Topic>
  let store: AdapterStore
  var board: ConnectorBoard?
  let log: Logger

  /// Waits before the next try; the last one stays.
  private static let waits: [Span] = [
    .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30),
  ]

  static let migration = AdapterMigration("fhir-outbox") { database in
    try database.execute(
      sql: """
        CREATE TABLE fhir_outbox (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, key TEXT NOT NULL,
          type TEXT NOT NULL, json BLOB NOT NULL, dueAt INTEGER NOT NULL,
          tries INTEGER NOT NULL DEFAULT 0, problem TEXT, UNIQUE (connector, key));
        """)
  }

  /// Puts a delivery up, where its topic is wanted.
  func take(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    guard topics.contains(content.message.topic) else { return }
    let (type, json) = FHIRResource.of(content)
    let bytes = try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys])
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO fhir_outbox (connector, key, type, json, dueAt) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [connector, FHIRResource.key(of: content), type, bytes, now.milliseconds])
  }

  /// Sends what is due, in order, until the server fails. What it refuses for good stays, with the
  /// reason, for somebody to look.
  /// - Returns: how many it has now.
  @discardableResult
  func pass(at now: WallTime) throws -> Int {
    var sent = 0
    while let row = try next(at: now) {
      let seq: Int64 = row["seq"]
      do throws(FHIRServer.Failure) {
        try server.create(
          row["json"], row["type"], system: FHIRResource.messages, value: row["key"],
          trace: Self.trace(of: row["key"]))
      } catch {
        try note(error, seq, tries: row["tries"], at: now)
        board?.failed(connector, error.description)
        log.error(
          "a resource was not taken",
          metadata: ["connector": "\(connector)", "why": "\(error.description)"])
        if error.isPassing { return sent }
        continue
      }
      try store.write {
        try $0.execute(sql: "DELETE FROM fhir_outbox WHERE seq = ?", arguments: [seq])
      }
      board?.succeeded(connector)
      sent += 1
    }
    return sent
  }

  /// The message's own trace; each try is an operation of its own.
  private static func trace(of key: String) -> TraceContext? {
    MessageID(key.prefix(32)).flatMap { TraceContext(of: $0, parent: .random(in: 1 ... .max)) }
  }

  private func next(at now: WallTime) throws -> Row? {
    try store.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT * FROM fhir_outbox WHERE connector = ? AND dueAt <= ? AND tries >= 0
          ORDER BY seq LIMIT 1
          """, arguments: [connector, now.milliseconds])
    }
  }

  private func note(
    _ failure: FHIRServer.Failure, _ seq: Int64, tries: Int, at now: WallTime
  ) throws {
    let own = Self.waits[min(tries, Self.waits.count - 1)]
    let due = now + max(own, min(failure.pause ?? own, .hours(1)))
    try store.write { database in
      try database.execute(
        sql: "UPDATE fhir_outbox SET tries = ?, dueAt = ?, problem = ? WHERE seq = ?",
        arguments: [
          failure.isPassing ? tries + 1 : -1, due.milliseconds, failure.description, seq,
        ])
      if !failure.isPassing {
        try Alarms.raise(.setAside, about: "fhir \(connector)", at: now, in: database)
      }
    }
  }

  /// Sends until the task is cancelled.
  func run() async throws {
    while !Task.isCancelled {
      _ = try await Blocking.run { try pass(at: SystemClock().wall()) }
      try await Task.sleep(for: .seconds(1))
    }
  }
}
