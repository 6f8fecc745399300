import HubModel
@testable import RouterCore
import Testing

/// Mistakes that consent systems are known for, each tried on the router as a whole.
@Suite("Named pitfalls, at the router")
struct PitfallTests {
  private func town(_ recipients: [AgencyID] = [Town.harbor, Town.defender]) -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fullRelease("full-1", to: recipients), of: "ann"), from: Town.harbor)
    town.forgetSeen()
    return town
  }
  /// A copy of what an agency got, without the ids and times that every run has anew.
  private func shape(_ town: TownHarness, _ agency: AgencyID) -> [String] {
    (town.seen[agency] ?? []).map { seen in
      switch seen {
      case .reply(let reply): "\(reply)"
      case .delivery(let delivery): "\(delivery.number) \(delivery.topic)"
      case .void(let delivery): "void \(delivery.number)"
      case .rebind: "rebind"
      }
    }
  }

  @Test("batch ride-along: one permitted item carries no other with it")
  func batchRideAlong() throws {
    let town = town()
    var status = Draft.status(of: "ann", case: "c-1", "engaged")
    status.segments.append(
      Segment(.engagement, labels: [.mentalHealth], fields: [Field("as-of", .date(.init(day: 1)))]))
    town.publish(
      status, .status(of: "bob", case: "c-2", "engaged"), .intake(of: "bob", case: "c-2"),
      from: Town.harbor)
    let got = town.deliveries(to: Town.defender)
    #expect(got.map(\.topic) == [.participantStatus])
    #expect(got[0].segments.map(\.labels) == [[]])
  }

  @Test("escrow oracle: whether something waits for a person shows in no receipt and no pong")
  func escrowOracle() throws {
    func seen(_ held: Bool) -> [String] {
      let town = town([Town.harbor])
      if held {
        town.publish(.caseEvent(of: "ann", "hearing"), from: Town.prosecutor)
        town.publish(
          .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
      }
      town.forgetSeen()
      let pings = town.connected.map {
        Event.submission(town.adapters[$0]!.session, .ping(echo: 9))
      }
      town.run(pings)
      town.publish(.caseEvent(of: "bob", "hearing"), from: Town.prosecutor)
      return shape(town, Town.defender) + shape(town, Town.cedar)
    }
    #expect(seen(true) == seen(false))
  }

  @Test("new enemy: what is written after a revocation is not decided by what was before it")
  func newEnemy() throws {
    let town = town()
    town.disconnect(Town.defender)
    let before = town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)[0]
    town.publish(
      .revoked("full-1", of: "ann", toward: [.agency(Town.defender)]), from: Town.harbor)
    let after = town.publish(.status(of: "ann", case: "c-1", "relapsed"), from: Town.harbor)[0]
    town.restart()
    town.connect(all: Town.agencies)
    #expect(town.deliveries(to: Town.defender).isEmpty)
    for id in [before, after] { #expect(town.fate(of: id, for: Town.defender) == .withheld) }
  }

  @Test("retry resurrects: neither a resend, nor a repeat, nor a restart brings back the revoked")
  func retryResurrects() throws {
    let town = town()
    let drafts = [town.message(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)]
    let frame = town.publication(drafts, from: Town.harbor)
    town.run(frame)
    #expect(town.topics(to: Town.defender) == [.participantStatus])
    town.publish(.revoked("full-1", of: "ann"), from: Town.harbor)
    town.forgetSeen()
    town.run(frame)
    town.run([town.resume(Town.defender, from: 1)])
    town.restart()
    town.adapters[Town.defender]?.next = 1
    town.connect(all: Town.agencies)
    town.run(frame)
    #expect(town.deliveries(to: Town.defender).isEmpty)
    #expect(shape(town, Town.defender).contains("void 1"))
  }

  @Test("total/size leak: numbers, heads and counts are the same whoever else was withheld from it")
  func totalSizeLeak() throws {
    func seen(_ extra: Int) -> [String] {
      let town = town([Town.harbor])
      for _ in 0..<extra {
        town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
        town.publish(.caseEvent(of: "ann", "hearing"), from: Town.prosecutor)
      }
      town.forgetSeen()
      town.publish(.signed(Town.fieldRelease("field-1"), of: "bob"), from: Town.sheriff)
      town.publish(.holdRequest(of: "bob", case: "c-2", release: "field-1"), from: Town.sheriff)
      town.publish(.hold(of: "bob", case: "c-2", release: "field-1"), from: Town.prosecutor)
      town.run([.submission(town.adapters[Town.defender]!.session, .ping(echo: 1))])
      return shape(town, Town.defender)
    }
    #expect(seen(5) == seen(0))
  }

  @Test("role hat: an agency is what its key is registered as, whatever else its people do")
  func roleHat() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    // A release toward the program's liaison names a role that the prosecutor's key does not have.
    var roi = Town.fullRelease("full-1", to: [])
    roi.recipients = [.role(.programOffice), .person(Town.cedar, reference: "a prosecutor")]
    town.publish(.signed(roi, of: "ann"), from: Town.harbor)
    let id = town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)[0]
    #expect(town.deliveries(to: Town.prosecutor).isEmpty)
    #expect(town.fate(of: id, for: Town.prosecutor) == .held)
    // Nor may it publish what another role's people would.
    town.publish(.intake(of: "ann", case: "c-1"), from: Town.prosecutor)
    let last = town.journal.audit.last { $0.kind == .refused }
    #expect(last?.reasons == [ErrorCode.notPublisher.rawValue])
  }
}
