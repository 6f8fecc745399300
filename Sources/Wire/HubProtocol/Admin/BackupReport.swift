/// How the backup that was asked for last goes, or the rehearsal of one.
public struct BackupReport: Codable, Hashable, Sendable {
  public enum What: String, Codable, Hashable, Sendable {
    case ledger, keys
    /// A ledger's backup is restored beside the router's own, and checked.
    case verify
  }
  public enum State: String, Codable, Hashable, Sendable { case none, running, done, failed }
  public var state: State
  public var what: What
  public var path: String
  /// Of the log in a copy of the ledger.
  public var entries: UInt64
  public var bytes: Int64
  /// Of a rehearsal: signed checkpoints that agree with the entries.
  public var checkpoints: UInt64?
  /// Of a rehearsal: Unix milliseconds of the last that the backup knows.
  public var through: Int64?
  /// Why it failed, and what to do.
  public var problem: String?
  public init(
    _ state: State, _ what: What, path: String, entries: UInt64 = 0, bytes: Int64 = 0,
    problem: String? = nil
  ) {
    self.state = state
    self.what = what
    self.path = path
    self.entries = entries
    self.bytes = bytes
    self.problem = problem
  }
}
