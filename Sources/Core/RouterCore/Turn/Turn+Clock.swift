import HubModel

/// A clock that disagrees with boot time or jumps makes the router hold and ask the operator
/// (design promise 8): consent begins and ends by it, and deadlines destroy by it.
extension Turn {
  mutating func watchClock() {
    state.clock.look(at: now, tick)
    guard let fault = state.clock.fault, !state.clock.isLogged else { return }
    state.clock.isLogged = true
    write(
      .audit(
        AuditEntry(
          .clockHeld, at: now, actor: .hub, agreementVersion: state.agreement.version,
          reasons: ["clock.held"], detail: fault.description)))
  }

  mutating func acceptClock(_ reason: String) {
    // Said twice, or of a clock that nobody doubts, it changes nothing.
    guard let fault = state.clock.fault else { return }
    state.clock.accept(now, tick)
    write(
      .audit(
        AuditEntry(
          .clockHeld, at: now, actor: .hub, agreementVersion: state.agreement.version,
          reasons: ["clock.accepted"], detail: "\(fault); accepted: \(reason)")))
    // What the wrong time kept from going is decided by the right one.
    beginRedecision()
    for agency in state.lanes.keys { state.lanes[agency]?.mayHavePending = true }
  }

  /// With what is written anyway, and seldom: an idle router writes nothing for it.
  mutating func markClock() {
    guard hasWritten, let mark = state.clock.mark(now, tick) else { return }
    write(.clock(mark))
  }
}
