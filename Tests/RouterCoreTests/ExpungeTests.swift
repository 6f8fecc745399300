import HubModel
@testable import RouterCore
import Testing

@Suite("Somebody who was expunged is a stranger from then on")
struct ExpungeTests {
  private func key(_ agency: AgencyID, _ person: String) -> AliasKey {
    AliasKey(agency, ParticipantAlias("\(agency.text)-\(person)")!)
  }
  private func expunge(_ town: TownHarness, _ agency: AgencyID, _ person: String) {
    town.run([
      .administration(.expunge(key(agency, person), reason: "court order"), ticket: 1)
    ])
  }
  private func town() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(
      .signed(Town.fullRelease("full-1", to: [Town.harbor, Town.defender]), of: "ann"),
      from: Town.harbor)
    town.forgetSeen()
    return town
  }
  private func status(_ town: TownHarness) -> MessageID {
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)[0]
  }

  @Test("what waits for them ends, and what is out goes void when it is asked for again")
  func ends() throws {
    let town = town()
    let out = status(town)
    town.disconnect(Town.defender)
    let queued = status(town)
    #expect(town.fate(of: out, for: Town.defender) == .released)
    #expect(town.fate(of: queued, for: Town.defender) == .pending)
    expunge(town, Town.harbor, "ann")
    #expect(town.tickets[1] == .some(nil))
    #expect(town.fate(of: out, for: Town.defender) == .withheld)
    #expect(town.fate(of: queued, for: Town.defender)?.isFinal == true)
    let entries = town.journal.audit.filter { $0.kind == .expunged }
    #expect(entries.map(\.detail) == ["court order"])
    #expect(entries.allSatisfy { $0.participant != nil })
    town.forgetSeen()
    town.connect(Town.defender)
    #expect(town.deliveries(to: Town.defender).isEmpty)
  }

  @Test("what the hub said of their case names nobody, and goes void too if it did not arrive")
  func caseContent() throws {
    let town = town()
    let out = status(town)
    town.disconnect(Town.defender)
    // As the ledger does with what a key that is destroyed sealed.
    town.journal.commit([.erase(out)])
    town.forgetSeen()
    town.adapters[Town.defender]?.next = 1
    town.connect(Town.defender)
    let seen = town.seen[Town.defender]?.compactMap(\.delivery) ?? []
    #expect(seen.map { $0.content == nil } == [true])
    #expect(town.fate(of: out, for: Town.defender) == .withheld)
    #expect(town.journal.audit.count { $0.kind == .voided } == 1)
    town.acknowledge(Town.defender)
    #expect(town.fate(of: out, for: Town.defender) == .withheld)
    #expect(town.outcomes(to: Town.harbor).contains("delivered") == false)
  }

  @Test("a late message is held as a stranger's, a late copy of their release is refused")
  func late() throws {
    let town = town()
    expunge(town, Town.harbor, "ann")
    town.forgetSeen()
    let late = status(town)
    #expect(town.fate(of: late, for: Town.defender) == .held)
    var copy = Town.fullRelease("full-1", to: [Town.harbor, Town.defender])
    copy.version = 2
    town.publish(.signed(copy, of: "ann"), from: Town.harbor)
    #expect(town.fate(of: late, for: Town.defender) == .held)
    #expect(town.deliveries(to: Town.defender).isEmpty)
  }

  @Test("everyone who counts as the same person goes along")
  func merged() throws {
    let town = town()
    var stranger = Draft.status(of: "anna", case: "c-9", "engaged")
    stranger.tokens = []
    stranger.caseID = nil
    let waiting = town.publish(stranger, from: Town.cedar)[0]
    town.disconnect(Town.defender)
    town.run([
      .administration(
        .merge(key(Town.harbor, "ann"), key(Town.cedar, "anna"), reason: "same"), ticket: 2)
    ])
    expunge(town, Town.harbor, "ann")
    #expect(town.fate(of: waiting, for: Town.defender)?.isFinal == true)
    #expect(town.journal.audit.filter { $0.kind == .expunged }.count == 2)
  }

  @Test("what comes in the same batch is not released, before or behind the act")
  func sameBatch() throws {
    let town = town()
    let first = town.message(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    let second = town.message(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    var events = town.publication([first], from: Town.harbor)
    events.append(.administration(.expunge(key(Town.harbor, "ann"), reason: "r"), ticket: 1))
    events += town.publication([second], from: Town.harbor)
    town.run(events)
    #expect(town.deliveries(to: Town.defender).isEmpty)
  }

  @Test("a name that nobody has is refused, and nothing is written")
  func unknown() throws {
    let town = town()
    let before = town.journal.audit.count
    expunge(town, Town.cedar, "nobody")
    #expect(town.tickets[1] == .some(Refusal(.participantMissing)))
    #expect(town.journal.audit.count == before)
  }
}
