import HubModel
@testable import RouterCore
import Testing

@Suite("What an operator does about what waits or went wrong")
struct RepairTests {
  private func act(_ town: TownHarness, _ act: AdministrativeAct, ticket: UInt64 = 9) -> Refusal? {
    town.run([.administration(act, ticket: ticket)])
    return town.tickets[ticket] ?? Refusal(.malformedFrame)
  }

  private func held(_ town: TownHarness) -> MessageID {
    town.connect(all: Town.agencies)
    return town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
  }

  @Test("A retry decides anew: without a release it lets nothing out, and is marked each time")
  func retryReleasesNothing() throws {
    let town = TownHarness()
    let id = held(town)
    #expect(town.fates(of: id) == [.held])
    for ticket in UInt64(1)...2 {
      #expect(act(town, .replay(id, to: nil, reason: "asked to"), ticket: ticket) == nil)
    }
    #expect(town.fates(of: id) == [.held])
    #expect(town.topics(to: Town.prosecutor) == [])
    let marks = town.journal.audit.filter { $0.kind == .replayed }
    #expect(marks.count == 2)
    #expect(marks.allSatisfy { $0.message == id && $0.detail == "asked to" })
    // And it goes when it may, by its release.
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
  }

  @Test("What was set aside is decided and sent again under a number of its own")
  func setAside() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let id = town.publish(.handoff(case: "c-1"), from: Town.sheriff)[0]
    town.acknowledge(Town.harbor, quarantined: [1])
    #expect(town.fate(of: id, for: Town.harbor) == .quarantined)
    #expect(act(town, .replay(id, to: Town.harbor, reason: "mended")) == nil)
    let numbers = (town.seen[Town.harbor] ?? []).compactMap { $0.delivery?.number }
    #expect(numbers == [1, 2])
    #expect(town.fate(of: id, for: Town.harbor) == .released)
    town.acknowledge(Town.harbor)
    #expect(town.fate(of: id, for: Town.harbor) == .delivered)
    // Nothing of it is set aside any more.
    #expect(
      act(town, .replay(id, to: Town.harbor, reason: "again"), ticket: 3)?.code == .nothingToRepair)
  }

  @Test("What was set aside and may not be known any more is withheld, not sent again")
  func setAsideAndRevoked() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.acknowledge(Town.prosecutor, quarantined: [1])
    #expect(town.fate(of: id, for: Town.prosecutor) == .quarantined)
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    town.forgetSeen()
    #expect(act(town, .replay(id, to: Town.prosecutor, reason: "mended")) == nil)
    #expect(town.fate(of: id, for: Town.prosecutor) == .withheld)
    #expect(town.topics(to: Town.prosecutor) == [])
  }

  @Test("A wait that is ended is over for good, and its sender hears of it where it may")
  func givenBack() throws {
    let town = TownHarness()
    let id = held(town)
    #expect(act(town, .giveBack(id, to: nil, reason: "sent by mistake")) == nil)
    #expect(town.fates(of: id).allSatisfy { $0 == .returned || $0 == .expired })
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    #expect(town.topics(to: Town.prosecutor) == [])
    #expect(
      act(town, .giveBack(id, to: nil, reason: "again"), ticket: 2)?.code == .nothingToRepair)
    #expect(town.journal.audit.filter { $0.kind == .lapsed }.map(\.message) == [id])
    // Its deadline comes and finds nothing.
    town.pass(.days(3), step: .hours(6))
    #expect(town.journal.audit.count { $0.kind == .lapsed } == 1)
  }

  @Test("A message that nobody knows, or that waits for nothing, is refused and leaves no mark")
  func nothing() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let sent = town.publish(.handoff(case: "c-1"), from: Town.sheriff)[0]
    for (id, code) in [
      (MessageID(high: 7, low: 7), ErrorCode.unknownField), (sent, .nothingToRepair),
    ] {
      #expect(act(town, .replay(id, to: Town.harbor, reason: "why"))?.code == code)
      #expect(act(town, .giveBack(id, to: nil, reason: "why"))?.code == code)
    }
    #expect(!town.journal.audit.contains { $0.kind == .replayed })
  }

  @Test("In maintenance new data waits in its spool, revocations are taken, what is here goes on")
  func draining() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let before = town.publish(.handoff(case: "c-0"), from: Town.sheriff)[0]
    #expect(act(town, .drain(true, reason: "a new disk")) == nil)
    let alert = town.message(.handoff(case: "c-1"), from: Town.sheriff)
    let publication = town.publication([alert], from: Town.sheriff)
    town.run(publication)
    #expect(town.lastReply(to: Town.sheriff) == .rejection(Refusal(.draining)))
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    #expect(town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .control, through: 1)))
    town.connect(Town.harbor)
    #expect(town.deliveries(to: Town.harbor).map(\.id) == [before])
    #expect(act(town, .drain(false, reason: "done"), ticket: 2) == nil)
    town.run(publication)
    #expect(town.deliveries(to: Town.harbor).map(\.id) == [before, alert.id])
    let kinds = town.journal.audit.map(\.kind)
    #expect(kinds.count { $0 == .drainBegun } == 1 && kinds.count { $0 == .drainEnded } == 1)
    // A restart ends it: nobody forgets a router in maintenance for good.
    #expect(act(town, .drain(true, reason: "again"), ticket: 3) == nil)
    town.restart()
    #expect(!town.state.isDraining)
  }
}
