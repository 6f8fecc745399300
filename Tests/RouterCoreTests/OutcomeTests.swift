import HubModel
@testable import RouterCore
import Testing

@Suite("Outcomes are a disclosure too")
struct OutcomeTests {
  @Test("Whoever captured the release learns the fate; the reason is that of the fate")
  func captured() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
    #expect(town.outcomes(to: Town.sheriff) == [])
    town.acknowledge(Town.prosecutor)
    #expect(town.outcomes(to: Town.sheriff) == ["delivered"])
  }

  @Test("A release that another agency captured tells the sender nothing")
  func notCaptured() throws {
    for isSigned in [true, false] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      let draft: Draft =
        isSigned
        ? .signed(Town.fieldRelease("field-1"), of: "ann") : .refused("field-1", of: "ann")
      town.publish(draft, from: Town.harbor)
      town.publish(
        .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)
      town.acknowledgeAll()
      town.pass(.days(3), step: .hours(1))
      #expect(town.outcomes(to: Town.sheriff) == [])
    }
  }

  @Test("A message that names no release is never a question about a person")
  func unnamed() throws {
    for isSigned in [true, false] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      if isSigned {
        town.publish(.signed(Town.fullRelease("full-1"), of: "ann"), from: Town.harbor)
      }
      town.publish(.holdRequest(of: "ann", case: "c-1", release: nil), from: Town.sheriff)
      town.acknowledgeAll()
      town.pass(.days(3), step: .hours(1))
      #expect(town.outcomes(to: Town.sheriff) == [])
    }
  }

  @Test("A message that names a release is decided on that one's line alone")
  func namedAlone() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    var other = Town.fullRelease("full-1")
    other.refusals = [
      .init(
        recipients: [.agency(Town.prosecutor)],
        information: InformationScope(categories: [.hold]))
    ]
    town.publish(.signed(other, of: "ann"), from: Town.harbor)
    let held = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    #expect(town.fates(of: held) == [.held], "another release does not stand in")
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.acknowledgeAll()
    #expect(town.outcomes(to: Town.sheriff) == ["held", "delivered"])
  }

  @Test("An alert that names no person tells its sender who has it")
  func operational() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let id = town.publish(.handoff(case: "c-1"), from: Town.sheriff)[0]
    town.acknowledge(Town.harbor)
    let outcome = try #require(town.deliveries(to: Town.sheriff).last)
    #expect(outcome.code("recipient") == "harbor")
    #expect(outcome.inReplyTo == id)
    #expect(outcome.participant == nil)
  }

  @Test("The reason told is of the part it tells of")
  func reason() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    var draft = Draft.holdRequest(of: "ann", case: "c-1", release: "field-1")
    draft.segments.append(
      Segment(.hold, labels: [.mentalHealth], fields: [Field("officer", .code("o-1"))]))
    town.publish(draft, from: Town.sheriff)
    #expect(town.deliveries(to: Town.prosecutor).map(\.segments.count) == [1])
    let outcome = try #require(town.deliveries(to: Town.sheriff).last)
    #expect(outcome.code("fate") == "held")
    #expect(outcome.code("reason") == "release.information-not-named")
  }
}
