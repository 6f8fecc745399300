import HubModel
import Operations
import Synchronization

/// How each way into (or out of) the adapter does: its folders and connectors, and its output. For
/// health, metrics and the doctor; in memory, so it begins anew with the daemon.
public final class ConnectorBoard: Sendable {
  public struct Standing: Codable, Hashable, Sendable {
    /// When it last did what it is for: read its source, took a file, sent what it had.
    public var lastSuccess: Int64?
    /// When it looks next, for one that looks at intervals.
    public var nextDue: Int64?
    public var lastFailure: Int64?
    /// Of the last failure, for as long as it is not followed by a success. Says nothing of any
    /// record.
    public var problem: String?
    public var failures = 0
    /// Records taken, and records or files refused.
    public var taken = 0
    public var rejected = 0
    public init() {}

    public var isWell: Bool { problem == nil }
  }

  private let all = Mutex<[String: Standing]>([:])

  public init() {}

  /// By name; a connector's own, or `folder:` and the folder's.
  public var standings: [String: Standing] { all.withLock { $0 } }

  /// Puts one on the board before it has done anything.
  func expect(_ name: String) {
    all.withLock { $0[name, default: Standing()].failures += 0 }
  }

  func succeeded(_ name: String, next interval: Span? = nil) {
    let now = SystemClock().wall()
    change(name) { standing in
      standing.lastSuccess = now.milliseconds
      standing.problem = nil
      standing.nextDue = interval.map { (now + $0).milliseconds }
    }
  }

  func failed(_ name: String, _ problem: String, next interval: Span? = nil) {
    let now = SystemClock().wall()
    change(name) { standing in
      standing.lastFailure = now.milliseconds
      standing.problem = problem
      standing.failures += 1
      standing.nextDue = interval.map { (now + $0).milliseconds }
    }
  }

  /// A file or arrival was looked into.
  func took(_ name: String, taken: Int, bad: Int) {
    let now = SystemClock().wall()
    change(name) { standing in
      standing.taken += taken
      standing.rejected += bad
      // A file that cannot be read is its sender's fault: the way itself is open.
      standing.lastSuccess = now.milliseconds
      standing.problem = nil
    }
  }

  private func change(_ name: String, _ body: (inout Standing) -> Void) {
    all.withLock { body(&$0[name, default: Standing()]) }
  }
}
