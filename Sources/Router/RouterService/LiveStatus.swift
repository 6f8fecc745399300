import HubModel
import RouterCore
import Synchronization

/// What the router's thread lets other threads see of it; refreshed at most ten times a second.
final class LiveStatus: Sendable {
  struct Snapshot: Sendable {
    struct Contact: Sendable {
      var isConnected: Bool
      var lastContact: WallTime?
    }
    var registry: Registry
    var agreementVersion: UInt32
    var agreementHash: [UInt8]
    var isDemonstration: Bool
    var program: ProgramID
    var incarnation: Incarnation
    var contacts: [AgencyID: Contact]
    /// When a frame last came under each key.
    var heard: [KeyFingerprint: WallTime]
    /// Why releases are held for the operator to look at the clock.
    var clockFault: ClockFault?
    var isLowOnSpace = false
    /// Maintenance mode: nothing new is taken.
    var isDraining = false
    /// What is held is being decided again after a change for everybody.
    var isRedeciding = false
    /// Of the ledger's disk.
    var freeBytes: UInt64 = 0
    /// When the router's thread last came round.
    var turnedAt = ContinuousClock.now
  }

  private let snapshot: Mutex<Snapshot>
  private let refreshed = Mutex(Tick(milliseconds: Int64.min / 2))

  init(_ state: RouterState, _ space: SpaceWatch) {
    var first = Self.snapshot(of: state, keeping: nil, now: nil, tick: nil)
    first.isLowOnSpace = space.isLow
    first.freeBytes = space.free
    snapshot = Mutex(first)
  }

  var now: Snapshot { snapshot.withLock { $0 } }

  /// - Parameter atOnce: an operator has changed something, and asks next.
  func refresh(
    _ state: RouterState, _ space: SpaceWatch, now: WallTime, tick: Tick, atOnce: Bool
  ) {
    let isDue = refreshed.withLock { last in
      guard atOnce || tick - last >= Span(milliseconds: 100) else { return false }
      last = tick
      return true
    }
    guard isDue else { return }
    snapshot.withLock {
      $0 = Self.snapshot(of: state, keeping: $0, now: now, tick: tick)
      $0.isLowOnSpace = space.isLow
      $0.isDraining = state.isDraining
      $0.isRedeciding = state.redecision != nil
      $0.freeBytes = space.free
    }
  }

  private static func snapshot(
    of state: RouterState, keeping before: Snapshot?, now: WallTime?, tick: Tick?
  ) -> Snapshot {
    var heard = before?.heard ?? [:]
    if let now, let tick {
      for (key, last) in state.heard {
        heard[key] = WallTime(milliseconds: now.milliseconds - (tick - last).milliseconds)
      }
    }
    var contacts: [AgencyID: Snapshot.Contact] = [:]
    for agency in state.registry.agencies.keys {
      var last = before?.contacts[agency]?.lastContact
      if let now, let tick, let heard = state.lastHeard(agency) {
        last = WallTime(
          milliseconds: now.milliseconds - (tick - heard).milliseconds)
      }
      contacts[agency] = Snapshot.Contact(
        isConnected: state.isConnected(agency), lastContact: last)
    }
    return Snapshot(
      registry: state.registry, agreementVersion: state.agreement.version,
      agreementHash: state.agreement.contentHash,
      isDemonstration: state.agreement.isDemonstration, program: state.agreement.program,
      incarnation: state.incarnation, contacts: contacts, heard: heard,
      clockFault: state.clockFault)
  }
}
