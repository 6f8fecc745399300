import Foundation
public import GRDB
public import HubClient
public import HubModel
import Operations
import Synchronization

/// Something that runs beside an adapter for as long as its daemon does: the agency's desk.
public protocol AdapterCompanion<Adapter>: Sendable {
  associatedtype Adapter: AgencyAdapter
  /// Returns when its task is cancelled, which is how the daemon ends it. Ending by itself, or
  /// throwing, ends the daemon: a desk that cannot be reached must be noticed.
  func run(_ host: AdapterHost<Adapter>) async throws
}

/// What a companion may do with the adapter that it runs beside.
public struct AdapterHost<Adapter: AgencyAdapter>: Sendable {
  public let adapter: Adapter
  public let setting: AdapterSetting
  /// Tells that the store may have changed.
  public let news: AdapterNews
  public let linkState: @Sendable () -> LinkState
  let wake: @Sendable () -> Void
  private let reporter: HealthReporter

  public init(
    adapter: Adapter, setting: AdapterSetting, news: AdapterNews,
    linkState: @escaping @Sendable () -> LinkState, wake: @escaping @Sendable () -> Void
  ) {
    reporter = HealthReporter(
      setting: setting, linkState: linkState,
      openWarnings: { try adapter.openWarnings(in: $0) })
    self.adapter = adapter
    self.setting = setting
    self.news = news
    self.linkState = linkState
    self.wake = wake
  }

  /// How the daemon does, now.
  public func health() throws -> AdapterHealth { try reporter.report(at: SystemClock().wall()) }

  /// Takes one record as though a file had brought it to the folder: the same reading, the same
  /// rules, one transaction; but at once, and with the answer at hand. A command is a record of
  /// the folder `commands`.
  ///
  /// - Parameter also: what goes into the same transaction, after the record.
  /// - Throws: ``IntakeError`` for what is wrong with the record; nothing of it is kept then.
  public func take(
    _ values: [String: String], as folder: String = CommandDrop.folder, at now: WallTime,
    also: (Database) throws -> Void = { _ in }
  ) throws {
    let bytes = try JSONEncoder().encode(values)
    let file = IntakeFile(folder: folder, name: "desk.json", bytes: bytes)
    do {
      try setting.store.write { database in
        let report = try adapter.take(file, at: now, in: database)
        if let error = report.rejected.first { throw error }
        guard report.taken > 0 else {
          throw IntakeError("says nothing", remedy: "Fill in the form.")
        }
        try also(database)
      }
    } catch let refusal as Refusal {
      throw IntakeError(refusal)
    }
    news.tell()
    wake()
  }
}

/// Tells whoever listens that the adapter's store may have changed; what changed is theirs to see.
public final class AdapterNews: Sendable {
  private struct Listeners {
    var last: UInt64 = 0
    var all: [UInt64: AsyncStream<Void>.Continuation] = [:]
  }
  private let listeners = Mutex(Listeners())

  public init() {}

  public func tell() {
    let all = listeners.withLock { Array($0.all.values) }
    for listener in all { listener.yield() }
  }

  /// A stream of its own for each caller. News that comes while nobody reads is told once.
  public func stream() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let key = listeners.withLock { listeners in
      listeners.last += 1
      listeners.all[listeners.last] = continuation
      return listeners.last
    }
    continuation.onTermination = { [weak self] _ in
      self?.listeners.withLock { _ = $0.all.removeValue(forKey: key) }
    }
    return stream
  }
}
