import HubModel
@testable import RouterCore
import Testing

@Suite("Revocation is a barrier")
struct RevocationTests {
  func held(_ town: TownHarness) -> MessageID {
    town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
  }
  func sign(_ town: TownHarness) {
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
  }

  @Test("What is queued for an offline recipient stops")
  func queued() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    sign(town)
    let id = held(town)
    #expect(town.fate(of: id, for: Town.prosecutor) == .pending)
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    town.connect(Town.prosecutor)
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    #expect(town.fate(of: id, for: Town.prosecutor) == .withheld)
    #expect(town.journal.parts(of: id, to: Town.prosecutor)[0].wasDisclosed == false)
    #expect(town.state.lanes[Town.prosecutor]?.next == 1, "no number was spent")
  }

  @Test("A resend after it goes void under the same number, and stays on the disclosure list")
  func resend() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    sign(town)
    let id = held(town)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    town.restart()
    town.forgetSeen()
    town.adapters[Town.prosecutor]?.next = 1
    town.connect(Town.prosecutor)
    let seen = town.seen[Town.prosecutor]?.compactMap(\.delivery) ?? []
    #expect(seen.map(\.number) == [1])
    #expect(seen[0].content == nil)
    #expect(town.journal.parts(of: id, to: Town.prosecutor)[0].wasDisclosed)
    #expect(town.fates(of: id) == [.withheld])
    // Once void, void for good, whatever is signed later.
    town.connect(Town.sheriff)
    town.publish(
      .signed(Town.fieldRelease("field-2", signedAt: town.now), of: "ann"), from: Town.sheriff)
    town.run([town.resume(Town.prosecutor, from: 1)])
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    town.acknowledge(Town.prosecutor)
    #expect(town.fates(of: id) == [.withheld])
  }

  @Test("A publication and a revocation in one batch release nothing")
  func oneBatch() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    sign(town)
    let hold = town.message(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    let stop = town.message(.revoked(nil, of: "ann"), from: Town.harbor)
    town.run(
      town.publication([hold], from: Town.sheriff) + town.publication([stop], from: Town.harbor))
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    #expect(town.fates(of: hold.id) == [.withheld])
  }

  @Test("A revocation before its release leaves a tombstone, in part or whole")
  func tombstone() throws {
    for toward in [[], [Party.agency(Town.harbor)]] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      town.publish(.revoked("field-1", of: "ann", toward: toward), from: Town.sheriff)
      sign(town)
      let id = held(town)
      #expect(town.deliveries(to: Town.prosecutor).isEmpty)
      #expect(town.fates(of: id) == [.withheld])
    }
  }

  @Test("Toward one recipient it leaves the others as they were")
  func partial() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    sign(town)
    _ = held(town)
    town.publish(
      .revoked("field-1", of: "ann", toward: [.agency(Town.harbor)]), from: Town.sheriff)
    town.publish(.hold(of: "ann", case: "c-1", release: "field-1"), from: Town.prosecutor)
    #expect(town.topics(to: Town.sheriff).contains(.holdOpened))
    #expect(!town.topics(to: Town.harbor).contains(.holdOpened))
  }

  @Test("The operator revokes by release, once logged; an unknown one is refused")
  func byOperator() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    sign(town)
    let before = town.journal.audit.count
    town.run([
      .administration(.revoke(RoiID("field-1")!, reason: "court order"), ticket: 1),
      .administration(.revoke(RoiID("field-9")!, reason: "typo"), ticket: 2),
    ])
    #expect(town.journal.audit.dropFirst(before).map(\.kind) == [.consentChanged])
    #expect(town.tickets[1] == .some(nil))
    #expect(town.tickets[2]??.code == .consentMissing)
    _ = held(town)
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
  }

  @Test("A release whose form says that it begins later releases what waits when it begins")
  func startsLater() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let id = held(town)
    town.publish(
      .signed(Town.fieldRelease("field-1", signedAt: town.now + .minutes(2)), of: "ann"),
      from: Town.sheriff)
    #expect(town.fates(of: id) == [.held])
    town.pass(.minutes(2), step: .minutes(1))
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested])
  }

  @Test("A new agreement decides what waits again")
  func agreement() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let id = held(town)
    var next = Town.agreement
    next.version = 2
    next.paths.remove(.init(.holdRequested, from: .sheriff, to: .prosecutor))
    town.run([town.activate(next)])
    #expect(town.fates(of: id) == [.withheld])
  }
}
