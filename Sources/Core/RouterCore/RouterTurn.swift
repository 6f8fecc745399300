public import HubModel

/// Where frames come from and go to.
public protocol Transport: AnyObject {
  /// Waits at most `wait` for input and brings a bounded batch of events.
  func poll(atMost count: Int, waiting wait: Span) throws -> [Event]
  func send(_ sends: [Send]) throws
}

/// The clock that a turn reads once.
public protocol TurnClock {
  func now() -> WallTime
  func tick() -> Tick
}

extension RouterState {
  /// One turn of the router: take a bounded batch, load what deciding it takes, decide, write
  /// down, and only then send.
  ///
  /// It lives here so that the simulator runs this very order and not a copy of it.
  /// - Returns: how long the next poll may wait.
  /// - Throws: whatever the ports throw. After a failed commit nothing was sent and the state is
  ///   not to be used again: the router stops and recovers from the ledger.
  public mutating func turn(
    transport: some Transport, journal: some Journal, clock: some TurnClock,
    fresh: inout some FreshIDs, waiting wait: Span
  ) throws -> Span {
    let events = try transport.poll(atMost: Limits.turnEvents, waiting: wait)
    let batch = Batch(events: events, now: clock.now(), tick: clock.tick())
    let facts = try journal.load(needs(batch))
    let outcome = apply(batch, facts, fresh: &fresh)
    if !outcome.journal.isEmpty { try journal.commit(outcome.journal) }
    try transport.send(outcome.sends)
    if outcome.hasMoreWork { return Span(milliseconds: 0) }
    let longest = Span.seconds(1)
    guard let due = nextDue, !self.clock.isHeld else { return longest }
    return max(Span(milliseconds: 0), min(longest, due - clock.now()))
  }
}
