import HubModel
@testable import RouterCore
import Testing

/// Two participants who are one person: Ann came to harbor in person and to cedar by a name that
/// nobody could match.
@Suite("One person under two names")
struct MergeTests {
  private func town(toward recipients: [AgencyID] = [Town.harbor, Town.defender]) -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fullRelease("full-1", to: recipients), of: "ann"), from: Town.harbor)
    var stranger = Draft.status(of: "anna", case: "c-9", "engaged")
    stranger.tokens = []
    stranger.caseID = nil
    town.publish(stranger, from: Town.cedar)
    town.forgetSeen()
    return town
  }
  private func key(_ agency: AgencyID, _ person: String) -> AliasKey {
    AliasKey(agency, ParticipantAlias("\(agency.text)-\(person)")!)
  }
  private func merge(_ town: TownHarness) {
    town.run([
      .administration(
        .merge(key(Town.harbor, "ann"), key(Town.cedar, "anna"), reason: "same"), ticket: 1)
    ])
    #expect(town.tickets[1] == .some(nil))
  }
  private func status(_ town: TownHarness) -> MessageID {
    var draft = Draft.status(of: "anna", case: "c-9", "engaged")
    draft.tokens = []
    draft.caseID = nil
    return town.publish(draft, from: Town.cedar)[0]
  }

  @Test("Apart, a release of the one covers nothing of the other; merged, it does")
  func permits() throws {
    let town = town()
    let before = status(town)
    #expect(town.fate(of: before, for: Town.defender) == .held)
    merge(town)
    #expect(town.fate(of: before, for: Town.defender) == .released)
    _ = status(town)
    #expect(town.topics(to: Town.defender).filter { $0 == .participantStatus }.count == 3)
  }

  @Test("identity merge: a refusal or revocation under either name subtracts from both")
  func identityMerge() throws {
    for named in [true, false] {
      let town = town()
      merge(town)
      if named {
        town.publish(.revoked("full-1", of: "anna"), from: Town.cedar)
      } else {
        var revocation = Draft.revoked(nil, of: "anna")
        revocation.tokens = []
        town.publish(revocation, from: Town.cedar)
      }
      town.forgetSeen()
      let late = status(town)
      #expect(town.fate(of: late, for: Town.defender) == .withheld, "named: \(named)")
      town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
      #expect(town.deliveries(to: Town.defender).isEmpty)
    }
    let town = town()
    var refusing = Town.fullRelease("full-2", to: [Town.prosecutor])
    refusing.refusals = [
      .init(
        recipients: [.agency(Town.defender)],
        information: InformationScope(categories: [.engagement]))
    ]
    var signed = Draft.signed(refusing, of: "anna")
    signed.tokens = []
    town.publish(signed, from: Town.cedar)
    merge(town)
    town.forgetSeen()
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    #expect(!town.topics(to: Town.defender).contains(.participantStatus))
  }

  @Test("Everything revoked under the one name before the merge revokes what the other signed then")
  func earlierRevocation() throws {
    let town = town()
    var revocation = Draft.revoked(nil, of: "anna")
    revocation.tokens = []
    town.publish(revocation, from: Town.cedar)
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    #expect(town.topics(to: Town.defender) == [.participantStatus])
    merge(town)
    town.forgetSeen()
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    #expect(town.deliveries(to: Town.defender).isEmpty)
  }

  @Test("Taken apart again, each has what it had, and what waits is decided by that")
  func separated() throws {
    let town = town()
    merge(town)
    town.run([
      .administration(.separate(key(Town.cedar, "anna"), reason: "not the same"), ticket: 2)
    ])
    #expect(town.tickets[2] == .some(nil))
    town.forgetSeen()
    #expect(town.fate(of: status(town), for: Town.defender) == .held)
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    #expect(town.topics(to: Town.defender) == [.participantStatus])
    let entries = town.journal.audit.filter { $0.kind == .identityLinked }
    #expect(entries.map(\.detail) == ["merged: operator: same", "separated: not the same"])
  }

  @Test("No agency hears of it, and each keeps the name it has for each of the two")
  func silence() throws {
    let town = town()
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    merge(town)
    for agency in Town.agencies where agency != Town.defender && agency != Town.harbor {
      #expect((town.seen[agency] ?? []).isEmpty)
    }
    // What was waiting comes, as of somebody of whom the defender has not heard.
    #expect(town.topics(to: Town.defender) == [.participantStatus, .participantStatus])
    #expect(Set(town.deliveries(to: Town.defender).compactMap(\.participant)).count == 2)
  }

  @Test("A state id that two participants turn out to share merges them")
  func sharedStateID() throws {
    let town = town()
    var draft = Draft.status(of: "anna", case: "c-9", "engaged")
    draft.caseID = nil
    draft.tokens = [Draft.stateID("ann")]
    let id = town.publish(draft, from: Town.cedar)[0]
    #expect(town.fate(of: id, for: Town.defender) == .released)
    #expect(town.journal.audit.contains { $0.detail == "merged: shared state-id" })
    // A booking by that id is one person's, not two people's.
    town.publish(.booking("b-1", tokens: [Draft.stateID("ann")]), from: Town.sheriff)
    #expect(town.topics(to: Town.harbor).contains(.bookingCreated))
  }
}
