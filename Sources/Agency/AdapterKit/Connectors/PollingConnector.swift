import Crypto
import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations

/// Where rows stand that are read again and again: a database's view, a server's search.
protocol PolledSource: Sendable {
  /// Rows whose mark is at least `mark` (all of them for `nil`), the oldest first. Blocks.
  func read(from mark: String?, limit: Int) throws(PolledFailure) -> [PolledRow]
}

struct PolledRow: Hashable, Sendable {
  /// A JSON object.
  let json: Data
  /// Grows as rows change.
  let mark: String?
  /// Tells the row, as it stands, from every other.
  let hash: Data

  init(json: Data, mark: String?) {
    self.json = json
    self.mark = mark
    hash = Data(SHA256.hash(data: json))
  }

  /// A JSON list of rows.
  static func document(_ rows: some Sequence<PolledRow>) -> Data {
    Data("[".utf8) + rows.map(\.json).joined(separator: Data(",\n".utf8)) + Data("]\n".utf8)
  }
}

/// Why rows could not be read. Tells nothing of what stands in them.
struct PolledFailure: Error, Hashable, Sendable, CustomStringConvertible {
  let description: String
  /// How long the other side asked to be left alone.
  let pause: Span?

  init(_ description: String, pause: Span? = nil) {
    (self.description, self.pause) = (description, pause)
  }
}

/// Runs what blocks where it holds up nobody.
enum Blocking {
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result(catching: body))
      }
    }
  }
}

/// Reads rows at intervals and takes those that were not taken before.
///
/// Rows are read from a **mark**: the watermark that was newest one `overlap` ago, equal ones
/// included. So a row that was committed late, with an older watermark than another, is still seen;
/// those that were taken already are known by their hash. Marks and hashes are kept in the same
/// transaction as what the rows gave rise to.
struct PollingConnector: Sendable {
  let name: String
  let folder: String
  let source: any PolledSource
  let interval: Span
  let overlap: Span
  let store: AdapterStore
  var board: ConnectorBoard?
  let log: Logger

  /// In one reading.
  static let mostRows = 5_000

  /// Reads until the task is cancelled. What is away is asked again, each time after a longer wait.
  func run(_ door: IntakeDoor) async throws {
    var failures = 0
    while !Task.isCancelled {
      var wait = interval
      do {
        try await look(door, at: SystemClock().wall())
        board?.succeeded(name, next: interval)
        failures = 0
      } catch let failure as PolledFailure {
        failures += 1
        wait = Self.wait(after: failures, interval: interval, asked: failure.pause)
        if failures == 1 {
          log.error("rows were not read", metadata: ["connector": "\(name)", "why": "\(failure)"])
        }
        board?.failed(name, failure.description, next: wait)
      }
      try await Task.sleep(for: .milliseconds(wait.milliseconds))
    }
  }

  /// The interval, doubled with each further failure up to five minutes: a person may be taking
  /// back a consent there. Longer where the other side asked for it, up to an hour.
  static func wait(after failures: Int, interval: Span, asked: Span?) -> Span {
    let most = max(interval, .minutes(5))
    let doubled = interval.milliseconds << Int64(min(max(failures, 1) - 1, 16))
    return max(min(most, Span(milliseconds: doubled)), min(asked ?? .seconds(0), .hours(1)))
  }

  /// One turn: reads and takes all that is new.
  /// - Returns: how many rows were news.
  @discardableResult
  func look(_ door: IntakeDoor, at now: WallTime) async throws -> Int {
    var taken = 0
    while true {
      let (rows, isLast) = try await Blocking.run { try news(at: now) }
      guard !rows.isEmpty else { return taken }
      let newest = rows.compactMap(\.mark).last
      let hashes = rows.map(\.hash)
      let told = await door.bring(
        PolledRow.document(rows), by: name, ending: "json", into: folder, at: now.milliseconds
      ) { [name] database in
        try PollMemory(connector: name).took(hashes, newest: newest, at: now, in: database)
      }
      guard case .filed = told else { return taken }
      taken += rows.count
      if isLast { return taken }
    }
  }

  /// Rows that were not taken before.
  private func news(at now: WallTime) throws -> (rows: [PolledRow], isLast: Bool) {
    let memory = PollMemory(connector: name)
    let since = now + Span(milliseconds: -overlap.milliseconds)
    let mark = try store.read { try memory.mark(olderThan: since, in: $0) }
    var limit = Self.mostRows
    while true {
      let rows = try source.read(from: mark, limit: limit)
      let known = try store.read { try memory.known(rows.map(\.hash), in: $0) }
      let news = rows.filter { !known.contains($0.hash) }.prefix(Self.mostRows)
      // A page that held nothing new hides what lies behind it: read a longer one.
      guard news.isEmpty, rows.count == limit, limit < 64 * Self.mostRows else {
        return (Array(news), rows.count < limit)
      }
      limit *= 2
    }
  }
}

/// What the store remembers of rows.
struct PollMemory {
  let connector: String

  /// Beyond it a row that is read again would be taken again, which an adapter finds to be no news.
  private static let kept = Span.days(400)

  static let migration = AdapterMigration("polling-connectors") { database in
    try database.execute(
      sql: """
        CREATE TABLE poll_mark (
          connector TEXT NOT NULL, takenAt INTEGER NOT NULL, mark TEXT NOT NULL);
        CREATE INDEX poll_mark_order ON poll_mark (connector, takenAt);
        CREATE TABLE poll_row (
          connector TEXT NOT NULL, hash BLOB NOT NULL, takenAt INTEGER NOT NULL,
          PRIMARY KEY (connector, hash)) WITHOUT ROWID;
        """)
  }

  /// The newest mark of that age; `nil` before there is one.
  func mark(olderThan time: WallTime, in database: Database) throws -> String? {
    try String.fetchOne(
      database,
      sql: """
        SELECT mark FROM poll_mark WHERE connector = ? AND takenAt <= ?
        ORDER BY takenAt DESC, rowid DESC LIMIT 1
        """, arguments: [connector, time.milliseconds])
  }

  func known(_ hashes: [Data], in database: Database) throws -> Set<Data> {
    let statement = try database.cachedStatement(
      sql: "SELECT 1 FROM poll_row WHERE connector = ? AND hash = ?")
    var known: Set<Data> = []
    for hash in hashes where try Int.fetchOne(statement, arguments: [connector, hash]) != nil {
      known.insert(hash)
    }
    return known
  }

  func took(
    _ hashes: [Data], newest: String?, at now: WallTime, in database: Database
  ) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO poll_row (connector, hash, takenAt) VALUES (?, ?, ?)")
    for hash in hashes {
      try statement.execute(arguments: [connector, hash, now.milliseconds])
    }
    try database.execute(
      sql: "DELETE FROM poll_row WHERE connector = ? AND takenAt < ?",
      arguments: [connector, now.milliseconds - Self.kept.milliseconds])
    guard let newest else { return }
    try database.execute(
      sql: "INSERT INTO poll_mark (connector, takenAt, mark) VALUES (?, ?, ?)",
      arguments: [connector, now.milliseconds, newest])
    // Of the old marks the newest is still needed.
    try database.execute(
      sql: """
        DELETE FROM poll_mark WHERE connector = ? AND rowid NOT IN (
          SELECT rowid FROM poll_mark WHERE connector = ? ORDER BY takenAt DESC, rowid DESC
          LIMIT 10000)
        """, arguments: [connector, connector])
  }
}
