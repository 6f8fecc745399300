import HubModel
@testable import RouterCore
import Testing

@Suite("Suspensions, emergencies and orders in the running router")
struct AuthorityTurnTests {
  private func event(
    _ kind: RoiEvent.Kind, _ release: String?, of person: String, _ topic: Topic,
    _ event: String = ""
  ) -> Draft {
    Draft(
      topic, of: person,
      consent: .event(RoiEvent(kind, id: release.map { RoiID($0)! }, event: event)))
  }

  private func signedTown() -> TownHarness {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor, Town.harbor)
    town.publish(.signed(Town.fieldRelease("f-ann"), of: "ann"), from: Town.sheriff)
    return town
  }

  @Test("An oral request holds what comes next, and withdrawing it lets it go")
  func suspended() {
    let town = signedTown()
    town.publish(
      event(.suspended, "f-ann", of: "ann", .roiSuspended), from: Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    #expect(town.fates(of: id) == [.held])
    town.publish(event(.resumed, "f-ann", of: "ann", .roiResumed), from: Town.sheriff)
    #expect(town.fates(of: id) == [.released])
  }

  @Test("What is called false withholds what waits on it")
  func voided() {
    let town = signedTown()
    town.publish(event(.suspended, nil, of: "ann", .roiSuspended), from: Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    #expect(town.fates(of: id) == [.held])
    town.publish(event(.voided, "f-ann", of: "ann", .roiVoided), from: Town.sheriff)
    #expect(town.fates(of: id) == [.withheld])
  }

  private func kinds(_ town: TownHarness) -> [AuditEntry.Kind] {
    town.turns.flatMap(\.journal).compactMap { entry in
      if case .audit(let audit) = entry { audit.kind } else { nil }
    }
  }

  @Test("An emergency lets go what waits for the medical personnel, is logged, and ends")
  func emergency() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let waiting = town.publish(
      .details(of: "ann", case: "c-1", release: nil), from: Town.sheriff)[0]
    #expect(town.fates(of: waiting).contains(.held))
    town.publish(.emergency(of: "ann"), from: Town.harbor)
    #expect(town.fates(of: waiting).contains(.released))
    #expect(kinds(town).contains(.emergencyOpened))
    let access = town.journal.participants.values.flatMap(\.consents.emergencies)
    #expect(access.map(\.recipient) == [Town.harbor])
    #expect(access.map(\.missing) == [[]])
    town.pass(.hours(4))
    let late = town.publish(
      .details(of: "ann", case: "c-2", release: nil), from: Town.sheriff)[0]
    #expect(Set(town.fates(of: late)) == [.held], "it has ended")
  }

  @Test("No sender can ask whether there is an emergency, by what becomes of its messages")
  func asking() {
    func told(_ isEmergency: Bool, _ draft: Draft) -> [Seen] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      if isEmergency { town.publish(.emergency(of: "ann"), from: Town.harbor) }
      town.forgetSeen()
      town.publish(draft, from: Town.sheriff)
      town.acknowledgeAll()
      town.pass(.days(3), step: .hours(1))
      return town.seen[Town.sheriff] ?? []
    }
    for audience in [[], [Town.harbor]] {
      for release in [nil, "invented"] {
        var drafts: [Draft] = [
          .details(of: "ann", case: "c-1", release: release),
          .holdRequest(of: "ann", case: "c-1", release: release),
        ]
        for index in drafts.indices {
          drafts[index].audience = audience
          drafts[index].serial = 1 << 40
        }
        for draft in drafts {
          let isSame = told(true, draft) == told(false, draft)
          #expect(isSame, "\(draft.topic) to \(audience) naming \(release ?? "none")")
        }
      }
    }
  }

  @Test("Opened while the clock is set ahead, it ends no later than by the right one")
  func emergencyAhead() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let right = town.now
    town.now = right + .days(2)
    town.run()
    #expect(town.state.clockFault != nil)
    town.publish(.emergency(of: "ann"), from: Town.harbor)
    let access = town.journal.participants.values.flatMap(\.consents.emergencies)
    #expect(access.map(\.openedAt) == [right])
    #expect(access.map(\.closesAt) == [right + .hours(4)])
  }

  @Test("Without an element of 42 CFR 2.51(c) it is refused, and opens nothing")
  func missingElement() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    town.publish(.emergency(of: "ann", ""), from: Town.harbor)
    let opened = town.journal.participants.values.flatMap(\.consents.emergencies)
    #expect(opened == [])
    #expect(!kinds(town).contains(.emergencyOpened))
  }

  @Test("No deputy declares one: the role is the key's")
  func deputy() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    town.publish(.emergency(of: "ann"), from: Town.sheriff)
    #expect(!kinds(town).contains(.emergencyOpened))
  }
}
