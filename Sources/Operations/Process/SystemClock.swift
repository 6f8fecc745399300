public import HubModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The machine's clocks: the only place where a daemon reads them.
public struct SystemClock: Sendable {
  private let start: ContinuousClock.Instant

  /// Ticks count from here.
  public init() { start = ContinuousClock.now }

  /// Wall time, which judges consent and deadlines and may jump.
  public func wall() -> WallTime {
    WallTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
  }

  /// Monotonic time since this clock was made, which judges silence and retries.
  public func tick() -> Tick {
    let elapsed = start.duration(to: ContinuousClock.now).components
    return Tick(
      milliseconds: elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000)
  }
}
