import Foundation
import GRDB
public import HubModel
public import HubProtocol
public import RouterCore

extension LedgerReader {
  /// What there is of the person behind a name; `nil` where nobody is known by it.
  ///
  /// Reads every message's row: for an act that is rare, on a thread that holds nobody up.
  /// - Parameter now: until when a release that is in force counts.
  public func expungement(of alias: AliasKey, now: WallTime) throws -> ExpungementReport? {
    guard let keys else { throw LedgerError(.otherKeys, "report expungement") }
    let index = try keys.index(
      .alias, Array(alias.agency.text.utf8), Array(alias.alias.text.utf8))
    return try reading("report expungement") { database in
      let owner = try Data.fetchOne(
        database,
        sql: """
          SELECT l.owner FROM alias l JOIN agency a ON a.id = l.agency
          WHERE a.name = ? AND l.alias = ?
          """, arguments: [alias.agency.text, Data(index)])
      guard let handle = owner.flatMap({ MessageID(bytes: $0) }),
        let person = try keys.participant(of: handle)
      else { return nil }
      let members = try Data.fetchAll(
        database,
        sql: """
          SELECT id FROM participant WHERE id = ?1
            OR head = (SELECT head FROM participant WHERE id = ?1)
          """, arguments: [Data(person.value.bytes)])
      let all = members.isEmpty ? [Data(person.value.bytes)] : members
      return try Self.sum(over: all, now: now, in: database)
    }
  }

  private static func sum(
    over people: [Data], now: WallTime, in database: Database
  ) throws -> ExpungementReport {
    var report = ExpungementReport(
      participants: people.count, messages: 0, waiting: 0, releases: 0, lastDone: 0)
    var last: Int64 = 0
    for person in people {
      func row(_ sql: String) throws -> Row? {
        try Row.fetchOne(database, sql: sql, arguments: [person])
      }
      if let found = try row(
        "SELECT count(*), coalesce(max(accepted_at), 0) FROM message WHERE participant = ?")
      {
        report.messages += found[0] as Int
        last = max(last, found[1])
      }
      if let found = try row(
        """
        SELECT coalesce(sum(fate IN (0, 1)), 0), coalesce(max(changed_at), 0) FROM part
        WHERE participant = ?
        """)
      {
        report.waiting += found[0] as Int
        last = max(last, found[1])
      }
      // When their consents changed last.
      if let found = try row("SELECT touched FROM participant WHERE id = ?") {
        last = max(last, found[0])
      }
      if let found = try row(
        "SELECT count(*) FROM release WHERE participant = ? AND state = 'active'")
      {
        report.releases += found[0] as Int
      }
    }
    if report.releases > 0 { last = max(last, now.milliseconds) }
    report.lastDone = last
    report.retainedUntil = last + ExpungementReport.retentionMilliseconds
    return report
  }
}
