import Foundation
import GRDB
public import HubModel
public import HubProtocol

/// What operators look through when something waits or went wrong.
extension LedgerReader {
  /// Parts in escrow, or set aside by their recipient; the oldest first. Reads at most
  /// ``QueueQuery/most`` of them.
  public func queue(_ query: QueueQuery) throws -> [QueueItem] {
    try reading("report queue") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT p.message, p.part, m.header, m.accepted_at, a.name, p.changed_at, p.number,
            (SELECT due FROM timer WHERE key = CAST(x'01' || p.message AS BLOB)),
            (SELECT leaf FROM audit WHERE message = p.message AND position = (
              SELECT max(position) FROM audit WHERE message = p.message))
          FROM part p INDEXED BY \(query.which == .held ? "part_held" : "part_aside")
          JOIN message m ON m.id = p.message JOIN agency a ON a.id = p.recipient
          WHERE p.fate = \(query.which == .held ? 1 : 4) AND (?1 IS NULL OR a.name = ?1)
            AND (?2 IS NULL OR m.accepted_at < ?2)
          ORDER BY p.message, a.name, p.part LIMIT ?3
          """, arguments: [query.recipient, query.before, QueueQuery.most])
      var items: [QueueItem] = []
      while items.count < min(query.limit, QueueQuery.most), let row = try rows.next() {
        guard let item = try Self.item(row, query.which) else {
          throw LedgerError(.damaged, "report queue")
        }
        guard query.source.map({ $0 == item.source }) ?? true,
          query.topic.map({ $0 == item.topic }) ?? true
        else { continue }
        items.append(item)
      }
      return items
    }
  }

  private static func item(_ row: Row, _ which: QueueQuery.Which) throws -> QueueItem? {
    guard let id = MessageID(bytes: [UInt8](row[0] as Data)),
      let message = try? StoredEnvelope.message(header: [UInt8](row[2] as Data), content: nil)
    else { return nil }
    let last = (row[8] as Data?).flatMap { try? AuditLeaf(decoding: [UInt8]($0)).entry }
    return QueueItem(
      message: id.description, part: row[1], topic: message.topic.rawValue,
      source: message.source.text, recipient: row[4], acceptedAt: row[3], since: row[5],
      until: which == .held ? row[7] : nil,
      number: (row[6] as Int64?).map { UInt64(bitPattern: $0) }, reasons: last?.reasons ?? [])
  }

  /// A message's content, for whoever may see it; `nil` for a message that never came.
  public func body(of id: MessageID) throws -> BodyReport? {
    let row = try reading("read content") { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT m.header, p.body FROM message m LEFT JOIN payload p ON p.id = m.payload
          WHERE m.id = ?
          """, arguments: [Data(id.bytes)])
    }
    guard let row else { return nil }
    let content = try (row[1] as Data?).flatMap { body in
      try keys?.open([UInt8](body), .content, at: id.bytes)
    }
    guard let content,
      let message = try? StoredEnvelope.message(header: [UInt8](row[0] as Data), content: content),
      let document = try? CloudEventsJSON.document(of: message)
    else { return BodyReport(message: id.description, document: nil) }
    return BodyReport(
      message: id.description, document: String(decoding: document, as: UTF8.self))
  }

  /// Entries of the log from a position on, without whatever they say of a person.
  /// - Parameter start: `nil` for what comes next.
  public func tail(from start: UInt64?, limit: Int = 500) throws -> TailPage {
    try reading("report events") { database in
      let size = UInt64(
        bitPattern: try Int64.fetchOne(database, sql: "SELECT size FROM audit_edge") ?? 0)
      guard let start, start < size else { return TailPage(events: [], next: size) }
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT position, leaf FROM audit WHERE position >= ? ORDER BY position LIMIT ?",
        arguments: [Int64(bitPattern: start), limit])
      var events: [TailPage.Event] = []
      while let row = try rows.next() {
        guard let entry = try? AuditLeaf(decoding: [UInt8](row[1] as Data)).entry else {
          throw LedgerError(.damaged, "report events", detail: "a log entry cannot be read")
        }
        events.append(
          TailPage.Event(
            position: UInt64(bitPattern: row[0] as Int64), at: entry.at.milliseconds,
            kind: entry.kind.word, actor: entry.actor.text,
            message: entry.message?.description, topic: entry.topic?.rawValue,
            recipient: entry.recipient?.text, part: entry.part, number: entry.number,
            // A release's id and state are about a person; codes of a decision are not.
            reasons: entry.kind == .consentChanged ? [] : entry.reasons))
      }
      return TailPage(events: events, next: events.last.map { $0.position + 1 } ?? start)
    }
  }

  /// How many hand-offs and holds wait for each agency, or were sent and not confirmed. Of a long
  /// queue the oldest are looked into.
  public func timeCritical(_ topics: WordSet<Topic>, limit: Int = 2_000) throws -> [AgencyID: Int] {
    try reading("report what is urgent") { database in
      var counts: [AgencyID: Int] = [:]
      for condition in ["p.fate = 0", "p.in_window = 1 AND p.fate = 2"] {
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT a.name, m.header FROM part p JOIN message m ON m.id = p.message
            JOIN agency a ON a.id = p.recipient WHERE \(condition) LIMIT ?
            """, arguments: [limit])
        while let row = try rows.next() {
          guard let agency = AgencyID(row[0] as String),
            let message = try? StoredEnvelope.message(
              header: [UInt8](row[1] as Data), content: nil),
            topics.contains(message.topic)
          else { continue }
          counts[agency, default: 0] += 1
        }
      }
      return counts
    }
  }

  /// Whether the newest entries are what their hashes say, and the pages of a small ledger are
  /// whole. A whole check is `accord audit verify` over an export.
  public func integrity(newest count: Int = 2_000) throws -> IntegrityReport {
    try reading("check the ledger") { database in
      let size = UInt64(
        bitPattern: try Int64.fetchOne(database, sql: "SELECT size FROM audit_edge") ?? 0)
      var problems: [String] = []
      var expected = size
      let rows = try Row.fetchCursor(
        database, sql: "SELECT position, hash, leaf FROM audit ORDER BY position DESC LIMIT ?",
        arguments: [count])
      var checked = 0
      while let row = try rows.next() {
        let position = UInt64(bitPattern: row[0] as Int64)
        expected = expected == 0 ? 0 : expected - 1
        if position != expected {
          problems.append("entry \(expected) of the log is not there")
          break
        }
        let leaf = [UInt8](row[2] as Data)
        if Merkle.leafHash(leaf) != [UInt8](row[1] as Data) {
          problems.append("entry \(position) of the log is not what its hash says")
        } else if (try? AuditLeaf(decoding: leaf)) == nil {
          problems.append("entry \(position) of the log cannot be read")
        }
        checked += 1
        if problems.count >= 5 { break }
      }
      let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      let pageBytes = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
      if pages * pageBytes <= Self.quicklyChecked {
        let found = try String.fetchAll(database, sql: "PRAGMA quick_check(5)")
        if found != ["ok"] { problems += found.map { "the file: \($0)" } }
      }
      return IntegrityReport(entries: size, checked: checked, problems: problems)
    }
  }

  /// A larger file takes too long for somebody who waits.
  private static let quicklyChecked: Int64 = 256 << 20
}
