/// How a router does, as one document: what doctor, checks and "safe to stop" are made from.
/// Counts and ages; of nobody.
public struct HealthReport: Codable, Hashable, Sendable {
  public var version: String
  /// Unix milliseconds, as all times here.
  public var now: Int64
  public var startedAt: Int64
  /// One sentence each, with what to do; empty while the router can do its work. Maintenance mode
  /// is told apart.
  public var notReady: [String]
  public var isDraining: Bool
  public var turnAge: Int64
  public var freeBytes: UInt64
  public var ledgerBytes: Int64
  /// Ends of escrows, the next first; a few of them.
  public var deadlines: [Int64]
  public var deadlinesWithinHour: Int
  public var deadlinesWithinDay: Int
  public var newestBackup: Int64?
  public var newestCheckpoint: Int64?
  public var openHandoffs: Int
  public var isBackupRunning: Bool
  /// Decided again after a change: is it still going on?
  public var isRedeciding: Bool
  /// Hand-offs and holds that wait for an agency, by agency.
  public var timeCritical: [String: Int]
  /// Parts that the agency's adapter set aside.
  public var setAside: [String: Int]
  /// What commits took, in milliseconds: half of them, and 99 in 100, at most so long.
  public var commitMedian: Double?
  public var commitWorst: Double?

  public init(
    version: String, now: Int64, startedAt: Int64, notReady: [String], isDraining: Bool,
    turnAge: Int64, freeBytes: UInt64, ledgerBytes: Int64, deadlines: [Int64],
    deadlinesWithinHour: Int, deadlinesWithinDay: Int, newestBackup: Int64?,
    newestCheckpoint: Int64?, openHandoffs: Int, isBackupRunning: Bool, isRedeciding: Bool,
    timeCritical: [String: Int], setAside: [String: Int], commitMedian: Double?,
    commitWorst: Double?
  ) {
    self.version = version
    self.now = now
    self.startedAt = startedAt
    self.notReady = notReady
    self.isDraining = isDraining
    self.turnAge = turnAge
    self.freeBytes = freeBytes
    self.ledgerBytes = ledgerBytes
    self.deadlines = deadlines
    self.deadlinesWithinHour = deadlinesWithinHour
    self.deadlinesWithinDay = deadlinesWithinDay
    self.newestBackup = newestBackup
    self.newestCheckpoint = newestCheckpoint
    self.openHandoffs = openHandoffs
    self.isBackupRunning = isBackupRunning
    self.isRedeciding = isRedeciding
    self.timeCritical = timeCritical
    self.setAside = setAside
    self.commitMedian = commitMedian
    self.commitWorst = commitWorst
  }
}

/// A quick look at the ledger: whether its newest entries are what their hashes say, and the log's
/// edge is that of its newest checkpoint.
public struct IntegrityReport: Codable, Hashable, Sendable {
  public var entries: UInt64
  /// So many of the newest were read.
  public var checked: Int
  /// What is wrong; empty where nothing is.
  public var problems: [String]
  public init(entries: UInt64, checked: Int, problems: [String]) {
    self.entries = entries
    self.checked = checked
    self.problems = problems
  }
}
