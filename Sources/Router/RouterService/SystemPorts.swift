import Foundation
import HubModel
import HubProtocol
import Operations
import RouterCore

/// Fresh ids from the system's generator: every draw is independent, so no agency's ids can tell
/// of another's.
struct SystemFreshIDs: FreshIDs {
  private var generator = RandomPool()
  mutating func random(for agency: AgencyID) -> (UInt64, UInt64) {
    (generator.next(), generator.next())
  }
}

struct SystemTurnClock: TurnClock {
  let clock: SystemClock
  func now() -> WallTime { clock.wall() }
  func tick() -> Tick { clock.tick() }
}

extension ClockMark {
  /// What this machine's clocks show now. Time since boot goes on while the machine sleeps, and
  /// nobody can set it.
  static func now() -> ClockMark {
    let wall = milliseconds(CLOCK_REALTIME)
    let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return ClockMark(
      wall: WallTime(milliseconds: wall),
      boot: (boot ?? "").filter { $0.isHexDigit || $0 == "-" },
      sinceBoot: Span(milliseconds: wall - milliseconds(CLOCK_BOOTTIME)))
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    _ = clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
