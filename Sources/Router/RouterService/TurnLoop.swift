import HubModel
import Ledger
import Logging
import Operations
import RouterCore
import Synchronization

/// Tells the router's thread to end.
final class StopFlag: Sendable {
  private let flag = Mutex(false)
  func set() { flag.withLock { $0 = true } }
  var isSet: Bool { flag.withLock { $0 } }
}

/// The router's thread: turn after turn, until told to stop or unable to go on.
final class TurnLoop {
  private(set) var state: RouterState
  private let transport: ZeroMQTransport
  private let ledger: Ledger
  private let admissions: Admissions
  private let live: LiveStatus
  private let inbox: Inbox
  private let checkpoints: CheckpointClock
  private let retention: RetentionClock
  private let clock: SystemClock
  private let stop: StopFlag
  private let space: SpaceWatch
  private let keys: KeyWatch
  private var memory: MemoryWatch
  private let metrics: TurnMetrics
  private let log: Logger

  init(
    state: RouterState, transport: ZeroMQTransport, ledger: Ledger, admissions: Admissions,
    live: LiveStatus, inbox: Inbox, checkpoints: CheckpointClock, retention: RetentionClock,
    clock: SystemClock, stop: StopFlag, space: SpaceWatch, memory: MemoryWatch,
    metrics: TurnMetrics, log: Logger
  ) {
    self.memory = memory
    self.metrics = metrics
    self.state = state
    self.transport = transport
    self.ledger = ledger
    self.admissions = admissions
    self.live = live
    self.inbox = inbox
    self.checkpoints = checkpoints
    self.retention = retention
    self.clock = clock
    self.stop = stop
    self.space = space
    self.keys = KeyWatch(log: log)
    self.log = log
  }

  private func report(_ fault: ClockFault?) {
    guard let fault else {
      log.notice("the clock was accepted: releases go on")
      return
    }
    log.critical(
      "the clock is in doubt: nothing is released until 'accord clock accept'",
      metadata: ["clock": "\(fault)"])
  }

  private func lookAtSpace(_ tick: Tick) {
    guard let isLow = space.look(at: tick) else { return }
    inbox.tell(.space(isLow: isLow))
    transport.note(isLowOnSpace: isLow)
  }

  func run(onFailure: (any Error) -> Void) {
    defer {
      transport.close()
      ledger.close()
    }
    var fresh = SystemFreshIDs()
    let ports = SystemTurnClock(clock: clock)
    var wait = Span(milliseconds: 0)
    var knownFault: ClockFault?
    let journal = MeasuredJournal(RoomyJournal(ledger, space), metrics)
    // It has looked once already, before the ledger was opened.
    lookAtSpace(clock.tick())
    do {
      while !stop.isSet {
        wait = try state.turn(
          transport: transport, journal: journal, clock: ports, fresh: &fresh, waiting: wait)
        if !transport.rebinding.isEmpty {
          // Registry first, connections second: whoever comes back in between is not let in.
          admissions.replace(with: state.registry)
          try transport.rebind(state.registry)
        }
        if state.clockFault != knownFault {
          knownFault = state.clockFault
          report(knownFault)
        }
        let tick = clock.tick()
        if let point = try checkpoints.look(at: tick, clock.wall()) { inbox.tell(.chained(point)) }
        if inbox.isCheckpointWanted {
          try checkpoints.writeNow(clock.wall())
          inbox.answerCheckpoints()
        }
        if let due = try retention.look(state, clock: clock, isLowOnSpace: space.isLow) {
          wait = min(wait, due)
        }
        keys.look(state.registry, at: tick, clock.wall())
        let now = clock.wall()
        live.refresh(state, space, now: now, tick: tick, atOnce: transport.hasAnswers)
        transport.answerOperators()
        lookAtSpace(tick)
        if memory.look(at: tick) { try transport.bindSubmitLaneAgain() }
      }
      log.notice("router stopped")
    } catch {
      // Nothing was sent that is not written down, and nothing will be.
      log.critical("router cannot go on", metadata: ["error": "\(error)"])
      onFailure(error)
    }
  }
}
