import HubModel
@testable import RouterCore
import Testing

@Suite("What would this recipient get?")
struct PreviewTests {
  private func town() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fullRelease("full-1"), of: "ann"), from: Town.harbor)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    return town
  }

  private func ask(
    _ town: TownHarness, _ person: String = "ann", to recipient: AgencyID = Town.prosecutor,
    for purpose: Purpose = .diversion, topics: WordSet<Topic> = [],
    categories: WordSet<InformationCategory> = [], release: String? = nil
  ) throws -> Preview {
    let name = AliasKey(Town.harbor, ParticipantAlias("harbor-\(person)")!)
    town.run([
      .administration(
        .preview(
          PreviewRequest(
            name: name, recipient: recipient, purpose: purpose, topics: topics,
            categories: categories, release: release.map { RoiID($0)! })), ticket: 9)
    ])
    return try #require(town.previews[9])
  }

  private func outcome(_ preview: Preview, _ topic: Topic) -> Preview.Outcome? {
    preview.items.first { $0.topic == topic && $0.discloser == Town.harbor }?.outcome
  }

  @Test("It is what a message sent in the next turn gets, permitted and withheld alike")
  func faithful() throws {
    for revoked in [false, true] {
      let town = town()
      if revoked { town.publish(.revoked("full-1", of: "ann"), from: Town.harbor) }
      let preview = try ask(town)
      let intake = town.publish(.intake(of: "ann", case: "c-1"), from: Town.harbor)[0]
      let fate = try #require(town.fate(of: intake, for: Town.prosecutor))
      let foretold = try #require(outcome(preview, .intakeCompleted))
      #expect(fate == (revoked ? .withheld : .released))
      #expect(foretold == (revoked ? .withheld : .released))
      let said = try #require(
        preview.items.first { $0.topic == .intakeCompleted && $0.discloser == Town.harbor })
      let logged = try #require(
        town.turns.flatMap(\.journal).compactMap { entry -> AuditEntry? in
          guard case .audit(let audit) = entry, audit.recipient == Town.prosecutor,
            audit.message == intake
          else { return nil }
          return audit
        }.first)
      #expect(said.reasons == logged.reasons && said.releases == logged.releases)
      #expect(said.detail.text == logged.detail)
      #expect(preview.consentPosition == logged.consentPosition)
    }
  }

  @Test("Nothing is sent, numbered or queued by it, and no permit comes out of it")
  func silent() throws {
    let town = town()
    town.forgetSeen()
    let before = town.state.lanes
    let count = town.turns.count
    _ = try ask(town)
    #expect(town.state.lanes == before && town.seen.isEmpty)
    let entries = town.turns.dropFirst(count).flatMap(\.journal).filter {
      if case .clock = $0 { false } else { true }
    }
    #expect(entries.count == 1, "only the trace is written")
  }

  @Test("Curiosity leaves a trace: one entry that names the person, and says no more")
  func trace() throws {
    let town = town()
    _ = try ask(town, topics: [.intakeCompleted])
    _ = try ask(town, "nobody")
    let traces = town.turns.flatMap(\.journal).compactMap { entry -> AuditEntry? in
      if case .audit(let audit) = entry, audit.kind == .previewed { audit } else { nil }
    }
    #expect(traces.count == 2 && traces[0].participant != nil && traces[1].participant == nil)
    #expect(traces[0].topic == .intakeCompleted && traces[0].recipient == Town.prosecutor)
    #expect(traces[0].detail == "purpose=diversion" && traces[0].reasons.isEmpty)
  }

  @Test("Somebody unknown, and somebody who signed nothing, would have nothing released")
  func strangers() throws {
    let town = town()
    town.publish(.intake(of: "bob", case: "c-2"), from: Town.harbor)
    for person in ["bob", "nobody"] {
      let preview = try ask(town, person)
      #expect(!preview.items.isEmpty)
      #expect(preview.items.allSatisfy { $0.outcome != .released })
    }
  }

  @Test("A purpose against the person is answered by the law, whatever was signed")
  func adverse() throws {
    let preview = try ask(town(), for: .charging)
    #expect(!preview.items.isEmpty)
    #expect(preview.items.allSatisfy { $0.outcome == .withheld })
    #expect(preview.items.contains { $0.reasons == ["law.adverse-purpose"] })
  }

  @Test("Topics, categories and the release that is named narrow the question")
  func narrow() throws {
    let town = town()
    let asked = try ask(town, topics: [.participantStatus], categories: [.engagement])
    #expect(Set(asked.items.map(\.topic)) == [.participantStatus])
    #expect(asked.items.allSatisfy { $0.category == .engagement })
    let held = try ask(town, topics: [.holdRequested], release: "field-9")
    #expect(held.items.allSatisfy { $0.outcome == .held } && !held.items.isEmpty)
    let named = try ask(town, topics: [.holdRequested], release: "field-1")
    #expect(
      named.items.contains { $0.discloser == Town.sheriff && $0.outcome == .released })
    let closed = try ask(town, to: Town.sheriff, topics: [.intakeCompleted])
    #expect(closed.items.allSatisfy { $0.reasons == ["agreement.no-path"] })
    let name = AliasKey(Town.harbor, ParticipantAlias("harbor-ann")!)
    town.run([
      .administration(
        .preview(
          PreviewRequest(name: name, recipient: AgencyID("none")!, purpose: .diversion)),
        ticket: 12)
    ])
    #expect(town.previews[12] == nil && town.tickets[12] != .some(nil))
  }
}
