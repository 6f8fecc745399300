import Foundation
import GRDB
public import HubModel
public import HubProtocol
import RouterCore

extension LedgerReader {
  /// Everything that happened to a message, without its content; `nil` if it is unknown.
  public func message(_ id: MessageID) throws -> MessageReport? {
    try reading("report message") { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT basis, accepted_at, header FROM message WHERE id = ?",
        arguments: [Self.key(id)])
      guard let row else { return nil }
      let message = try Self.header(row[2])
      return MessageReport(
        id: id.description, topic: message.topic.rawValue, source: message.source.text,
        caseID: message.caseID?.text, acceptedAt: row[1], basis: Self.basis(row[0]),
        parts: try Self.parts(of: id, message, in: database),
        steps: try Self.steps(of: id, in: database))
    }
  }

  /// What the log holds of a message, in its order, as an export has it.
  public func entries(about id: MessageID) throws -> [LogLeaf] {
    try reading("report entries") { database in
      try Row.fetchAll(
        database, sql: "SELECT position, leaf FROM audit WHERE message = ? ORDER BY position",
        arguments: [Self.key(id)]
      ).map {
        LogLeaf(position: UInt64(bitPattern: $0[0] as Int64), leaf: [UInt8]($0[1] as Data))
      }
    }
  }

  /// What waits in escrow, oldest first.
  /// - Parameter recipient: for one recipient, or, by `nil`, for all.
  public func held(for recipient: AgencyID?, limit: Int = 200) throws -> [HeldReport] {
    try reading("report held") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT p.message, m.header, m.accepted_at, a.name,
            (SELECT due FROM timer WHERE key = CAST(x'01' || p.message AS BLOB))
          FROM part p INDEXED BY part_held
          JOIN message m ON m.id = p.message JOIN agency a ON a.id = p.recipient
          WHERE p.fate = 1 AND (?1 IS NULL OR a.name = ?1) ORDER BY p.message, a.name LIMIT ?2
          """, arguments: [recipient?.text, limit])
      var reports: [HeldReport] = []
      while let row = try rows.next() {
        guard let id = MessageID(bytes: [UInt8](row[0] as Data)) else {
          throw LedgerError(.damaged, "report held")
        }
        let message = try Self.header(row[1])
        reports.append(
          HeldReport(
            message: id.description, topic: message.topic.rawValue, source: message.source.text,
            recipient: row[3], acceptedAt: row[2], until: row[4], release: message.release?.text))
      }
      return reports
    }
  }

  // MARK: Pieces

  static func parts(
    of id: MessageID, _ message: Message, in database: Database
  ) throws -> [MessageReport.Part] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT a.name, p.part, p.segments, p.fate, p.number, p.disclosed, p.changed_at
        FROM part p JOIN agency a ON a.id = p.recipient
        WHERE p.message = ? ORDER BY a.name, p.part
        """, arguments: [key(id)])
    var parts: [MessageReport.Part] = []
    while let row = try rows.next() {
      guard let fate = Fate(code: row[3]), let bits = UInt32(exactly: row[2] as Int64) else {
        throw LedgerError(.damaged, "report message")
      }
      let segments = SegmentSet(bits: bits)
      var categories: [String] = []
      for (index, segment) in message.segments.enumerated() where segments.contains(index) {
        let category = segment.category.rawValue
        if !categories.contains(category) { categories.append(category) }
      }
      parts.append(
        MessageReport.Part(
          recipient: row[0], part: row[1], categories: categories, fate: fate.rawValue,
          number: (row[4] as Int64?).map { UInt64(bitPattern: $0) }, wasDisclosed: row[5],
          changedAt: row[6]))
    }
    return parts
  }

  private static func steps(
    of id: MessageID, in database: Database
  ) throws -> [MessageReport.Step] {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT position, leaf FROM audit WHERE message = ? ORDER BY position",
      arguments: [key(id)])
    var steps: [MessageReport.Step] = []
    while let row = try rows.next() {
      let entry = try auditEntry(in: row[1])
      steps.append(
        MessageReport.Step(
          index: UInt64(bitPattern: row[0] as Int64), at: entry.at.milliseconds,
          kind: word(entry.kind), actor: entry.actor.text, recipient: entry.recipient?.text,
          part: entry.part, number: entry.number,
          releases: entry.releases.map { "\($0.id) v\($0.version)" },
          reasons: entry.reasons, consentPosition: entry.consentPosition))
    }
    return steps
  }

  private static func auditEntry(in leaf: Data) throws -> AuditEntry {
    do {
      return try AuditLeaf(decoding: [UInt8](leaf)).entry
    } catch {
      throw LedgerError(.damaged, "report message", detail: "a log entry cannot be read")
    }
  }

  private static func header(_ bytes: Data) throws -> Message {
    do {
      return try StoredEnvelope.message(header: [UInt8](bytes), content: nil)
    } catch {
      throw LedgerError(.damaged, "report message", detail: "a header cannot be read")
    }
  }

  private static func basis(_ code: Int64) -> String {
    UInt8(exactly: code).flatMap(MessageBasis.init)?.word ?? "unknown"
  }

  private static func key(_ id: MessageID) -> Data { Data(id.bytes) }
}
