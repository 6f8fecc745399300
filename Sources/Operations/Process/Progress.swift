import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How far a long command has come: shown on a terminal's standard error and nowhere else, and
/// stopped cleanly by Ctrl-C between two steps.
public final class Progress: Sendable {
  private let what: String
  private let total: Int
  private let isShown: Bool
  private let done = Atomic(0)
  private let isStopped = Atomic(false)
  private let shutdown = Mutex<Shutdown?>(nil)

  /// - Parameters:
  ///   - what: is counted, as "messages".
  ///   - total: 0 where nobody knows.
  public init(_ what: String, of total: Int) {
    self.what = what
    self.total = total
    let environment = ProcessInfo.processInfo.environment
    isShown = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    shutdown.withLock {
      $0 = Shutdown(on: [SIGINT]) { [weak self] _ in
        self?.isStopped.store(true, ordering: .releasing)
      }
    }
  }

  /// One more is about to be done.
  /// - Throws: ``Stopped`` after Ctrl-C; what was done stays done.
  public func step() throws(Stopped) {
    let count = done.wrappingAdd(1, ordering: .relaxed).oldValue
    guard !isStopped.load(ordering: .acquiring) else {
      clear()
      throw Stopped(done: count, total: total, what: what)
    }
    guard isShown else { return }
    let text = total > 0 ? "\(count) of \(total) \(what)" : "\(count) \(what)"
    write("\r\u{1b}[K\(text)")
  }

  /// Takes the line away again.
  public func finish() {
    clear()
    shutdown.withLock { $0 = nil }
  }

  private func clear() {
    if isShown { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  public struct Stopped: Error, Hashable, Sendable, CustomStringConvertible {
    public let done: Int
    public let total: Int
    public let what: String
    public var description: String {
      "stopped after \(done)\(total > 0 ? " of \(total)" : "") \(what); what was done stays done, "
        + "and the command may be run again"
    }
  }
}
