import HubModel
@testable import RouterCore
import Testing

@Suite("On legal hold nobody is expunged, whoever asks")
struct LegalHoldTests {
  private let ann = AliasKey(Town.harbor, ParticipantAlias("\(Town.harbor.text)-ann")!)

  private func town() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(
      .signed(Town.fullRelease("full-1", to: [Town.harbor, Town.defender]), of: "ann"),
      from: Town.harbor)
    town.forgetSeen()
    return town
  }

  private func act(_ town: TownHarness, _ act: AdministrativeAct) -> Refusal? {
    town.run([.administration(act, ticket: 1)])
    return town.tickets[1] ?? nil
  }

  private func expunged(_ town: TownHarness) -> Int {
    town.journal.audit.count { $0.kind == .expunged }
  }

  private func person(_ town: TownHarness) throws -> (ParticipantID, UInt64) {
    var needs = Needs(dueBy: WallTime(milliseconds: 0))
    needs.aliases = [ann]
    let facts = town.journal.load(needs)
    let person = try #require(facts.aliases[ann])
    return (person, try #require(facts.participants[person]?.consents.position))
  }

  @Test("until it is lifted; both are in the log, and releases go on meanwhile")
  func holds() throws {
    let town = town()
    #expect(act(town, .legalHold(ann, true, reason: "case 26-1")) == nil)
    #expect(act(town, .expunge(ann, reason: "asked"))?.code == .legalHold)
    let (person, position) = try person(town)
    #expect(act(town, .retire(person, position: position))?.code == .legalHold)
    #expect(expunged(town) == 0)
    let id = town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)[0]
    #expect(town.fate(of: id, for: Town.defender) == .released)
    // Said twice, it is one hold.
    #expect(act(town, .legalHold(ann, true, reason: "again")) == nil)
    #expect(act(town, .legalHold(ann, false, reason: "case closed")) == nil)
    #expect(town.journal.audit.count { $0.kind == .legalHoldPlaced } == 1)
    #expect(town.journal.audit.count { $0.kind == .legalHoldLifted } == 1)
    #expect(act(town, .expunge(ann, reason: "asked")) == nil)
    #expect(expunged(town) == 1)
  }

  @Test("a person is retired as they were when the ledger was asked, or not at all")
  func retire() throws {
    let town = town()
    let (person, position) = try person(town)
    #expect(act(town, .retire(person, position: position + 1)) != nil)
    #expect(expunged(town) == 0)
    #expect(act(town, .retire(person, position: position)) == nil)
    #expect(expunged(town) == 1)
    #expect(town.journal.audit.last { $0.kind == .expunged }?.detail == "retention")
  }

  @Test("who comes by a name that was on hold before a restore is so from that turn on")
  func restored() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.journal.heldNames = [ann]
    let first = town.message(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    town.run(
      town.publication([first], from: Town.harbor)
        + [.administration(.expunge(ann, reason: "asked"), ticket: 1)])
    #expect(town.tickets[1] == .some(Refusal(.legalHold)))
    #expect(try town.journal.participants[person(town).0]?.isOnLegalHold == true)
    #expect(town.journal.audit.count { $0.kind == .legalHoldPlaced } == 1)
    // Somebody else by another name is not.
    town.publish(.status(of: "ben", case: "c-2", "engaged"), from: Town.harbor)
    #expect(town.journal.audit.count { $0.kind == .legalHoldPlaced } == 1)
    // Once lifted, it stays so.
    #expect(act(town, .legalHold(ann, false, reason: "settled")) == nil)
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    #expect(try town.journal.participants[person(town).0]?.isOnLegalHold == false)
  }

  @Test("nobody is known by a name that was never said")
  func stranger() {
    let nobody = AliasKey(Town.harbor, ParticipantAlias("nobody")!)
    #expect(
      act(town(), .legalHold(nobody, true, reason: "x"))?.code == .participantMissing)
  }
}
