import HubModel
import Operations
import RouterCore
import Synchronization

/// The virtual clocks of one machine: the tick is everybody's, the wall clock may be wrong.
final class MachineClock: Sendable, TurnClock {
  /// Monday, 2 March 2026, 08:00 in Seattle.
  static let start = WallTime(milliseconds: 1_772_467_200_000)

  private struct Reading {
    var tick = Tick(milliseconds: 0)
    var skew = Span(milliseconds: 0)
    var boots = 1
    var bootedAt = Tick(milliseconds: 0)
  }
  private let reading = Mutex(Reading())

  func now() -> WallTime {
    reading.withLock {
      WallTime(
        milliseconds: Self.start.milliseconds + $0.tick.milliseconds + $0.skew.milliseconds)
    }
  }
  func tick() -> Tick { reading.withLock { $0.tick } }

  func move(to tick: Tick) { reading.withLock { $0.tick = tick } }
  func jump(by span: Span) {
    reading.withLock { $0.skew = Span(milliseconds: $0.skew.milliseconds + span.milliseconds) }
  }
  /// How wrong the wall clock is.
  var skew: Span { reading.withLock { $0.skew } }

  /// The machine begins anew: its time since boot does, its wall clock goes on.
  func reboot() {
    reading.withLock {
      $0.boots += 1
      $0.bootedAt = $0.tick
    }
  }

  /// What a router reads of this machine when it starts.
  func mark() -> ClockMark {
    let wall = now()
    return reading.withLock {
      ClockMark(
        wall: wall, boot: "boot-\($0.boots)",
        sinceBoot: Span(
          milliseconds: wall.milliseconds - ($0.tick.milliseconds - $0.bootedAt.milliseconds)))
    }
  }

  func correct() { reading.withLock { $0.skew = Span(milliseconds: 0) } }

  /// What a daemon reads on this machine.
  var system: SystemClock { SystemClock(virtual: { [self] in (now(), tick()) }) }
}
