public import HubModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The machine's clocks: the only place where a daemon reads them.
public struct SystemClock: Sendable {
  private let start: ContinuousClock.Instant
  private let virtual: (@Sendable () -> (WallTime, Tick))?

  /// Ticks count from here.
  public init() {
    start = ContinuousClock.now
    virtual = nil
  }

  /// A clock that somebody else moves: the simulator's.
  package init(virtual: @escaping @Sendable () -> (WallTime, Tick)) {
    start = ContinuousClock.now
    self.virtual = virtual
  }

  /// Wall time, which judges consent and deadlines and may jump.
  public func wall() -> WallTime {
    if let virtual { return virtual().0 }
    return WallTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
  }

  /// Monotonic time since this clock was made, which judges silence and retries.
  public func tick() -> Tick {
    if let virtual { return virtual().1 }
    let elapsed = start.duration(to: ContinuousClock.now).components
    return Tick(
      milliseconds: elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000)
  }
}
