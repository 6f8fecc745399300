import HubModel
import HubProtocol
import Ledger
import Operations

/// Vouches for the log: at fixed times, and whenever an operator asks.
///
/// The times follow from the clock and the configuration alone, so that a new link of the chain
/// tells no agency what the others do.
final class CheckpointClock {
  private let ledger: Ledger
  private let program: ProgramID
  private let key: SigningKey
  private let interval: Span
  private var due: Tick

  /// Begins the log too, where the ledger is new.
  /// - Parameter interval: between two scheduled checkpoints.
  init(
    ledger: Ledger, program: ProgramID, key: SigningKey, interval: Span, clock: SystemClock
  ) throws {
    self.ledger = ledger
    self.program = program
    self.key = key
    self.interval = interval
    try ledger.openLog(at: clock.wall())
    let age = try ledger.lastScheduledCheckpoint().map { clock.wall() - $0 }
    // After a time that was longer than the interval, or a clock that went back, at once.
    let wait = age.map { interval.milliseconds - $0.milliseconds } ?? 0
    due = clock.tick() + Span(milliseconds: min(max(0, wait), interval.milliseconds))
  }

  /// Writes the scheduled checkpoint if it is due.
  /// - Returns: where the chain then stands.
  func look(at tick: Tick, _ now: WallTime) throws -> ChainPoint? {
    guard tick >= due else { return nil }
    due = tick + interval
    return try ledger.writeCheckpoint(of: program, by: key, at: now, isScheduled: true)
  }

  /// Writes one that an operator asks for.
  func writeNow(_ now: WallTime) throws {
    try ledger.writeCheckpoint(of: program, by: key, at: now, isScheduled: false)
  }
}
