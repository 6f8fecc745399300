import HubModel
@testable import RouterCore
import Testing

@Suite("Telling on what was received")
struct OnwardTests {
  /// The sheriff tells the prosecutor, and the prosecutor answers the provider and the sheriff.
  private func heldTown() -> (TownHarness, MessageID) {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor, Town.harbor)
    town.publish(.signed(Town.fieldRelease("f-ann"), of: "ann"), from: Town.sheriff)
    let request = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    return (town, request)
  }

  private func opened(inReplyTo request: MessageID?) -> Draft {
    var draft = Draft.hold(of: "ann", case: "c-1", release: "f-ann")
    draft.inReplyTo = request
    return draft
  }

  private func reasons(_ town: TownHarness, _ id: MessageID, to agency: AgencyID) -> [String] {
    town.journal.audit.filter { $0.message == id && $0.recipient == agency }.flatMap(\.reasons)
  }

  @Test("goes on while the sender itself could still be told it")
  func stands() {
    let (town, request) = heldTown()
    let id = town.publish(opened(inReplyTo: request), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: id, to: Town.harbor).map(\.fate) == [.released])
  }

  @Test("ends when the person takes back that the sender may have it, though the release stands")
  func ended() {
    let (town, request) = heldTown()
    town.publish(
      .revoked("f-ann", of: "ann", toward: [.agency(Town.prosecutor)]), from: Town.sheriff)
    let onward = town.publish(opened(inReplyTo: request), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: onward, to: Town.harbor).map(\.fate) == [.withheld])
    #expect(reasons(town, onward, to: Town.harbor) == ["release.onward-ended"])
    // What the prosecutor says of its own is its own, and still covered.
    let own = town.publish(opened(inReplyTo: nil), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: own, to: Town.harbor).map(\.fate) == [.released])
  }

  @Test("keeps the labels under which it came, whoever tells it on")
  func labels() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor, Town.harbor)
    var form = Town.fieldRelease("f-ann")
    form.information[0].labels = [.criminalHistory]
    town.publish(.signed(form, of: "ann"), from: Town.sheriff)
    var labelled = Draft.holdRequest(of: "ann", case: "c-1", release: "f-ann")
    labelled.segments[0].labels = [.criminalHistory]
    let request = town.publish(labelled, from: Town.sheriff)[0]
    #expect(town.journal.parts(of: request, to: Town.prosecutor).map(\.fate) == [.released])
    let onward = town.publish(opened(inReplyTo: request), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: onward, to: Town.harbor).map(\.fate) == [.withheld])
    #expect(reasons(town, onward, to: Town.harbor) == ["law.criminal-history"])
  }

  @Test("is what the first one wrote, not what its sender wrote")
  func authors() {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor, Town.harbor)
    var form = Town.fieldRelease("f-ann")
    form.refusals = [
      .init(
        recipients: [.agency(Town.harbor)],
        information: InformationScope(
          categories: form.information[0].categories, authors: [Town.sheriff]))
    ]
    town.publish(.signed(form, of: "ann"), from: Town.sheriff)
    let request = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    let onward = town.publish(opened(inReplyTo: request), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: onward, to: Town.harbor).map(\.fate) == [.withheld])
    #expect(reasons(town, onward, to: Town.harbor) == ["release.explicit-refusal"])
    let own = town.publish(opened(inReplyTo: nil), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: own, to: Town.harbor).map(\.fate) == [.released])
  }

  @Test("a message that its sender was never given binds nothing")
  func notReceived() {
    let (town, _) = heldTown()
    let details = town.publish(
      .details(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    #expect(town.journal.parts(of: details, to: Town.prosecutor).allSatisfy { !$0.wasDisclosed })
    let id = town.publish(opened(inReplyTo: details), from: Town.prosecutor)[0]
    #expect(town.journal.parts(of: id, to: Town.harbor).map(\.fate) == [.released])
  }
}
