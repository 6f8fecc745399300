import GRDB
public import HubModel

extension LedgerReader {
  /// What a monitoring system is told of the ledger: counts and ages, of nobody.
  public struct WatchReport: Hashable, Sendable {
    public var lanes: [AgencyID: LaneReport] = [:]
    /// Entries of the log by kind, since the ledger's first day.
    public var entries: [AuditEntry.Kind: Int] = [:]
    /// Ends of escrows, the next ones first; at most as many as were asked for.
    public var deadlines: [WallTime] = []
    public var deadlinesWithinHour = 0
    public var deadlinesWithinDay = 0
    /// Parts that their recipient's adapter set aside.
    public var quarantined: [AgencyID: Int] = [:]
    public var newestBackup: WallTime?
    public var newestCheckpoint: WallTime?
    /// Of the database, as its pages count.
    public var bytes: Int64 = 0
    public var unreviewedEmergencies = 0
    public var unconfirmedReleases = 0
    public init() {}
  }

  /// Takes time in proportion to what waits.
  public func watch(at now: WallTime, deadlines limit: Int = 10) throws -> WatchReport {
    var report = WatchReport()
    report.lanes = try lanes()
    report.unreviewedEmergencies = try emergencies(all: false).count
    report.unconfirmedReleases = try unconfirmedReleases().values.reduce(0, +)
    try reading("report for monitoring") { database in
      let tally = try Row.fetchCursor(database, sql: "SELECT kind, count FROM audit_tally")
      while let row = try tally.next() {
        guard let kind = UInt8(exactly: row[0] as Int64).flatMap(AuditEntry.Kind.init) else {
          continue
        }
        report.entries[kind] = row[1]
      }
      try Self.deadlines(at: now, limit, in: database, &report)
      let aside = try Row.fetchCursor(
        database,
        sql: """
          SELECT a.name, count(*) FROM part p INDEXED BY part_aside
          JOIN agency a ON a.id = p.recipient WHERE p.fate = 4 GROUP BY p.recipient
          """)
      while let row = try aside.next() {
        guard let agency = AgencyID(row[0] as String) else { continue }
        report.quarantined[agency] = row[1]
      }
      report.newestCheckpoint = try Int64.fetchOne(
        database, sql: "SELECT at FROM checkpoint ORDER BY entry DESC LIMIT 1"
      ).map { WallTime(milliseconds: $0) }
      report.newestBackup = try Int64.fetchOne(database, sql: "SELECT max(at) FROM backup")
        .map { WallTime(milliseconds: $0) }
      let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      report.bytes = pages * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }
    return report
  }

  /// The timers of escrows: their keys begin with a 1 (see `TimerKey.stored`).
  private static func deadlines(
    at now: WallTime, _ limit: Int, in database: Database, _ report: inout WatchReport
  ) throws {
    let hour = (now + .minutes(60)).milliseconds
    let day = (now + .days(1)).milliseconds
    let counts = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) FILTER (WHERE due < ?), count(*) FILTER (WHERE due < ?) FROM timer
        WHERE key >= x'01' AND key < x'02'
        """, arguments: [hour, day])
    report.deadlinesWithinHour = counts?[0] ?? 0
    report.deadlinesWithinDay = counts?[1] ?? 0
    report.deadlines = try Int64.fetchAll(
      database,
      sql: """
        SELECT due FROM timer WHERE key >= x'01' AND key < x'02' ORDER BY due LIMIT ?
        """, arguments: [limit]
    ).map { WallTime(milliseconds: $0) }
  }
}
