import HubModel
@testable import RouterCore
import Testing

@Suite("What is said twice, and what comes late")
struct RepeatTests {
  private func refusals(_ town: TownHarness, _ agency: AgencyID) -> [Reply.Receipt.Refused] {
    (town.seen[agency] ?? []).flatMap { (seen: Seen) -> [Reply.Receipt.Refused] in
      guard case .reply(.receipt(let receipt)) = seen else { return [] }
      return receipt.refused
    }
  }

  @Test("A refused submission whose receipt was lost is answered with the same refusal")
  func refusedAgain() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    var wrong = Draft.handoff(case: "c-1")
    wrong.person = "ann"
    let frame = town.publication(
      [town.message(wrong, from: Town.sheriff), town.message(.handoff(case: "c-2"),
        from: Town.sheriff)], from: Town.sheriff)
    town.run(frame)
    let first = refusals(town, Town.sheriff)
    #expect(first.map(\.refusal.code) == [.participantForbidden])
    town.forgetSeen()
    town.run(frame)
    #expect(refusals(town, Town.sheriff) == first)
    let entries = town.journal.audit.filter { $0.kind == .refused }
    #expect(entries.count == 1, "logged once")
    // After a restart, and to an adapter that takes the welcome's number for settled.
    town.restart()
    town.forgetSeen()
    town.run([town.hello(Town.sheriff)])
    #expect(refusals(town, Town.sheriff) == first)
    town.forgetSeen()
    town.run(frame)
    #expect(refusals(town, Town.sheriff) == first)
    let accepted = town.journal.messages.values.filter { $0.message.topic == .handoffRequested }
    #expect(accepted.count == 1)
  }

  @Test("A release that was signed before everything was revoked stays dead when it comes late")
  func lateRelease() throws {
    for toward in [[], [Party.agency(Town.prosecutor)]] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      town.publish(.revoked(nil, of: "ann", toward: toward), from: Town.harbor)
      town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
      let id = town.publish(
        .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
      #expect(town.deliveries(to: Town.prosecutor).isEmpty)
      #expect(town.fates(of: id) == [.withheld])
      // What is signed afterwards counts.
      town.pass(.minutes(1), step: .seconds(5))
      town.publish(
        .signed(Town.fieldRelease("field-2", signedAt: town.now), of: "ann"), from: Town.sheriff)
      let next = town.publish(
        .holdRequest(of: "ann", case: "c-1", release: "field-2"), from: Town.sheriff)[0]
      #expect(town.fates(of: next) == [.released])
    }
  }

  @Test("It stays dead whatever the clocks of spools and signatures say of the order of arrival")
  func clocksDoNotOrder() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.pass(.hours(2), step: .hours(1))
    town.publish(.revoked(nil, of: "ann"), from: Town.harbor)
    // Written on a machine whose clock runs an hour behind, after the revocation by the wall.
    town.publish(
      .signed(Town.fieldRelease("field-1", signedAt: Town.start + .hours(1)), of: "ann"),
      from: Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    #expect(town.fates(of: id) == [.withheld])
  }
}
