import GRDB
public import HubModel
import Keys
public import RouterCore

extension LedgerReader {
  /// Copies the ledger as it stands, while the router goes on. This connection answers nothing
  /// else meanwhile.
  ///
  /// - Parameter path: of the copy; nothing may be there.
  /// - Returns: what the copy holds, as the copy itself says.
  public func backUp(to path: String, at now: WallTime) throws -> Backup {
    try DatabaseCopy(to: path).make(from: queue) { database in
      let size = try Int64.fetchOne(database, sql: "SELECT size FROM audit_edge") ?? 0
      var backup = Backup(at: now, entries: UInt64(bitPattern: size), sources: [:])
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT a.name, s.incarnation, s.data, s.control
          FROM source s JOIN agency a ON a.id = s.agency
          """)
      for row in rows {
        guard let agency = AgencyID(row[0] as String),
          let incarnation = Incarnation(row[1] as String)
        else { throw LedgerError(.damaged, "make a backup") }
        backup.sources[SourceKey(agency, incarnation)] = SourceCursor(
          data: UInt64(bitPattern: row[2] as Int64), control: UInt64(bitPattern: row[3] as Int64))
      }
      return backup
    }
  }

  /// Releases that wait for their agency's word since a restore, by the agency.
  public func unconfirmedReleases() throws -> [AgencyID: Int] {
    try reading("report releases") { database in
      var found: [AgencyID: Int] = [:]
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT a.name, count(*) FROM consent_mark m
          JOIN release r ON r.participant = m.participant AND r.id = m.name
          JOIN agency a ON a.id = r.captured_by
          WHERE m.kind = ? AND r.state IN ('active', 'draft') GROUP BY a.name
          """, arguments: [MarkKind.unconfirmed.rawValue])
      for row in rows {
        if let agency = AgencyID(row[0] as String) { found[agency] = row[1] }
      }
      return found
    }
  }

  /// When and to how many entries the ledger was put back last; nothing where it never was.
  public func lastRestore() throws -> (at: WallTime, size: UInt64)? {
    try reading("report restores") { database in
      try Row.fetchOne(
        database, sql: "SELECT at, size FROM restore ORDER BY entry DESC LIMIT 1"
      ).map { (WallTime(milliseconds: $0[0]), UInt64(bitPattern: $0[1] as Int64)) }
    }
  }
}
