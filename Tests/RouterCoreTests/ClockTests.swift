import HubModel
@testable import RouterCore
import Testing

@Suite("A clock in doubt: the router holds and asks")
struct ClockTests {
  private func town() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.pass(.hours(1), step: .minutes(30))
    town.forgetSeen()
    return town
  }
  private func hold(_ town: TownHarness) -> MessageID {
    town.publish(.holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
  }

  @Test("Set back or far ahead between turns, nothing is released until the operator accepts",
    arguments: [-Span.minutes(5).milliseconds, Span.hours(30).milliseconds])
  func jump(_ shift: Int64) throws {
    let town = town()
    town.disconnect(Town.prosecutor)
    let id = hold(town)
    #expect(town.fate(of: id, for: Town.prosecutor) == .pending)
    town.now = town.now + Span(milliseconds: shift)
    town.run()
    #expect(town.state.clockFault != nil)
    town.connect(Town.prosecutor)
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    #expect(town.journal.audit.last { $0.kind == .clockHeld }?.reasons == ["clock.held"])
    town.run([.administration(.acceptClock(reason: "checked by hand"), ticket: 1)])
    #expect(town.state.clockFault == nil)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
    #expect(town.journal.audit.last { $0.kind == .clockHeld }?.reasons == ["clock.accepted"])
  }

  @Test("No deadline falls due by it: what waits in escrow is not destroyed")
  func deadlines() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let id = hold(town)
    town.now = town.now + .days(400)
    town.run()
    #expect(town.fates(of: id) == [.held])
    #expect(!town.journal.erased.contains(id))
    town.now = town.now + .days(-400)
    town.run([.administration(.acceptClock(reason: "set right"), ticket: 1)])
    #expect(town.fates(of: id) == [.held])
    town.pass(.days(3), step: .hours(6))
    #expect(town.fates(of: id) == [.returned])
  }

  @Test("Revocations and cut-offs work meanwhile; new data stays in its spool, and may come again")
  func revocation() throws {
    let town = town()
    town.disconnect(Town.prosecutor)
    let id = hold(town)
    town.now = town.now + .minutes(-10)
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    guard case .receipt? = town.lastReply(to: Town.sheriff) else {
      Issue.record("the revocation has no receipt")
      return
    }
    let sent = town.adapters[Town.sheriff]!.sent
    town.publish(.handoff(case: "c-2"), from: Town.sheriff)
    #expect(town.lastReply(to: Town.sheriff) == .rejection(Refusal(.clockHeld)))
    #expect(Refusal(.clockHeld).code.isRetryable)
    town.adapters[Town.sheriff]!.sent = sent
    let key = Town.fingerprint(Town.cedar)
    town.run([.administration(.cutOff(key, reason: "lost"), ticket: 1)])
    #expect(town.journal.cutOff == [key])
    town.run([.administration(.acceptClock(reason: "checked"), ticket: 2)])
    town.connect(Town.prosecutor)
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    #expect(town.fates(of: id) == [.withheld])
    town.publish(.handoff(case: "c-2"), from: Town.sheriff)
    #expect(town.topics(to: Town.harbor).contains(.handoffRequested))
  }

  @Test("An end told of while the clock is set back is none too early for what was signed before")
  func endsMeanwhile() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    var release = Town.fieldRelease("field-1")
    release.expiry = .event("discharge")
    town.publish(.signed(release, of: "ann"), from: Town.sheriff)
    town.disconnect(Town.prosecutor)
    let id = hold(town)
    #expect(town.fate(of: id, for: Town.prosecutor) == .pending)
    // Two days back, before the signature: by that clock the event would be an older one.
    town.now = town.now + .days(-2)
    town.run()
    town.publish(.occurred("discharge", of: "ann"), from: Town.harbor)
    town.now = town.now + .days(2)
    town.run([.administration(.acceptClock(reason: "set right"), ticket: 1)])
    town.connect(Town.prosecutor)
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
  }

  @Test("Slewing and a leap second are no jump")
  func slewing() throws {
    let town = town()
    for _ in 0..<50 {
      town.now = town.now + Span(milliseconds: 59_000)
      town.tick = town.tick + Span(milliseconds: 59_020)
      town.run(town.connected.map { .submission(town.adapters[$0]!.session, .ping(echo: 1)) })
    }
    #expect(town.state.clockFault == nil)
  }

  private func mark(_ seconds: Int64, boot: String = "b-1", offset: Int64 = 0) -> ClockMark {
    ClockMark(
      wall: Town.start + .seconds(seconds), boot: boot,
      sinceBoot: Span(milliseconds: Town.start.milliseconds + offset * 1_000))
  }

  @Test("After a restart it is compared with what the ledger saw last")
  func restart() throws {
    #expect(!ClockGuard(start: mark(0), last: nil).isHeld)
    #expect(!ClockGuard(start: mark(500), last: mark(0)).isHeld)
    // Set back, by less than the router was down: only the time since boot can tell.
    #expect(ClockGuard(start: mark(500, offset: -100), last: mark(0)).isHeld)
    #expect(ClockGuard(start: mark(500, offset: 100), last: mark(0)).isHeld)
    // Another boot, whose clock is behind the ledger.
    #expect(ClockGuard(start: mark(-60, boot: "b-2", offset: 9), last: mark(0)).isHeld)
    #expect(!ClockGuard(start: mark(60, boot: "b-2", offset: 9), last: mark(0)).isHeld)
  }

  @Test("Wrong after a restart, it is bounded by what the ledger saw")
  func boundsAfterRestart() throws {
    let tick = Tick(milliseconds: 7_000)
    func bounds(_ start: ClockMark) -> ClosedRange<WallTime> {
      var watch = ClockGuard(start: start, last: mark(0))
      watch.look(at: start.wall, tick)
      return watch.bounds(start.wall + .seconds(5), tick + .seconds(5))
    }
    let (at, hundred) = (Town.start + .seconds(505), Span.seconds(100))
    #expect(bounds(mark(500)) == at...at)
    // On one boot the time since then tells by how much it was set.
    #expect(bounds(mark(500, offset: -100)) == at...(at + hundred))
    #expect(
      bounds(mark(500, offset: 100)) == WallTime(milliseconds: at.milliseconds - 100_000)...at)
    // On another it is later than what the ledger saw, and nobody knows by how much.
    let behind = Town.start + .seconds(-55)
    #expect(bounds(mark(-60, boot: "b-2", offset: 9)) == behind...(behind + .seconds(60)))
  }

  @Test("What the clocks showed goes into the ledger with what is written anyway, and seldom")
  func marks() throws {
    var state = RouterState(
      recovered: MemoryJournal(incarnation: Incarnation("l-1")!).recover(),
      registry: Town.registry, agreement: Town.agreement, clock: mark(0))
    var fresh = TownIDs()
    var marks: [ClockMark] = []
    for second in stride(from: Int64(0), through: 30, by: 3) {
      let batch = Batch(
        events: [.administration(.replaceRegistry(Town.registry), ticket: 1)],
        now: Town.start + .seconds(second), tick: Tick(milliseconds: second * 1_000))
      let outcome = state.apply(batch, Facts(), fresh: &fresh)
      for case .clock(let mark) in outcome.journal { marks.append(mark) }
    }
    #expect(marks == [mark(0), mark(12), mark(24)])
  }
}
