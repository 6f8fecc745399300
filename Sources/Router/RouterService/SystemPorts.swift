import HubModel
import Operations
import RouterCore

/// Fresh ids from the system's generator: every draw is independent, so no agency's ids can tell
/// of another's.
struct SystemFreshIDs: FreshIDs {
  private var generator = SystemRandomNumberGenerator()
  mutating func random(for agency: AgencyID) -> (UInt64, UInt64) {
    (generator.next(), generator.next())
  }
}

struct SystemTurnClock: TurnClock {
  let clock: SystemClock
  func now() -> WallTime { clock.wall() }
  func tick() -> Tick { clock.tick() }
}
