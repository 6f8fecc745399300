import GRDB
public import HubModel
public import HubProtocol
public import Keys

/// Answers an operator's questions from the ledger, on a read-only connection of its own: the
/// router's thread goes on meanwhile. Every answer is one snapshot.
///
/// Reports name messages, agencies and releases; never content, and never who a message is about.
public final class LedgerReader: Sendable {
  let queue: DatabaseQueue
  /// Opens what reports show of what is sealed.
  let keys: KeyReader?

  /// - Parameters:
  ///   - path: of a ledger that a ``Ledger`` has open.
  ///   - keys: of its key store. Without them no release can be shown.
  public init(at path: String, keys: KeyReader? = nil) throws {
    self.keys = keys
    queue = try LedgerFile(path: path).openForReading()
  }

  /// How far one recipient's lane has come: what a `StatusReport.AgencyStatus` takes from the
  /// ledger.
  public struct LaneReport: Hashable, Sendable {
    public var depth = 0
    /// When the oldest pending part was accepted.
    public var oldestPending: WallTime?
    public var inFlight = 0
    public var held = 0
    public var deliveredThrough: UInt64 = 0
    public init() {}
  }

  /// Lanes of every agency that ever had one; takes time in proportion to what waits.
  public func lanes() throws -> [AgencyID: LaneReport] {
    try reading("report lanes") { database in
      var lanes: [AgencyID: LaneReport] = [:]
      func update(_ sql: String, _ change: (inout LaneReport, Row) -> Void) throws {
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
          guard let agency = AgencyID(row[0] as String) else { continue }
          change(&lanes[agency, default: LaneReport()], row)
        }
      }
      try update(
        """
        SELECT a.name, l.next - 1 - l.acknowledged, l.acknowledged
        FROM lane l JOIN agency a ON a.id = l.agency
        """
      ) { lane, row in
        lane.inFlight = row[1]
        lane.deliveredThrough = UInt64(bitPattern: row[2] as Int64)
      }
      try update(
        """
        SELECT a.name, count(*), (
          SELECT m.accepted_at FROM part h JOIN message m ON m.id = h.message
          WHERE h.recipient = p.recipient AND h.fate = 0 ORDER BY h.queued LIMIT 1)
        FROM part p JOIN agency a ON a.id = p.recipient WHERE p.fate = 0 GROUP BY p.recipient
        """
      ) { lane, row in
        lane.depth = row[1]
        lane.oldestPending = (row[2] as Int64?).map { WallTime(milliseconds: $0) }
      }
      try update(
        """
        SELECT a.name, count(*) FROM part p INDEXED BY part_held
        JOIN agency a ON a.id = p.recipient WHERE p.fate = 1 GROUP BY p.recipient
        """
      ) { lane, row in lane.held = row[1] }
      return lanes
    }
  }

  /// Incarnation and agreement version, for the head of a `StatusReport`.
  public func heading() throws -> (incarnation: String, agreementVersion: UInt32) {
    try reading("report heading") { database in
      let incarnation = try String.fetchOne(database, sql: "SELECT incarnation FROM ledger")
      let version = try UInt32.fetchOne(
        database, sql: "SELECT version FROM agreement ORDER BY activation DESC LIMIT 1")
      return (incarnation ?? "", version ?? 0)
    }
  }

  /// Sums over the whole ledger; reads every part's row.
  public func totals() throws -> TotalsReport {
    try reading("report totals") { database in
      func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
      var fates: [String: Int] = [:]
      let parts = try Row.fetchCursor(
        database, sql: "SELECT fate, count(*) FROM part GROUP BY fate")
      while let row = try parts.next() {
        if let fate = Fate(code: row[0]) { fates[fate.rawValue] = row[1] }
      }
      var kinds: [String: Int] = [:]
      let tally = try Row.fetchCursor(database, sql: "SELECT kind, count FROM audit_tally")
      while let row = try tally.next() {
        let kind = UInt8(exactly: row[0] as Int64).flatMap(AuditEntry.Kind.init)
        if let kind { kinds[Self.word(kind)] = row[1] }
      }
      let bytes = try count("PRAGMA page_count") * count("PRAGMA page_size")
      return TotalsReport(
        messages: try count("SELECT count(*) FROM message"), partsByFate: fates,
        auditByKind: kinds, noMatches: try count("SELECT count(*) FROM no_match"),
        ledgerBytes: Int64(bytes))
    }
  }

  static func word(_ kind: AuditEntry.Kind) -> String { kind.word }

  /// One snapshot; errors come as ``LedgerError``.
  func reading<Value>(
    _ operation: String, _ body: (Database) throws -> Value
  ) throws -> Value {
    try naming(operation) { try queue.read(body) }
  }
}
