import HubModel
@testable import RouterCore
import Testing

@Suite("Bookings and identities")
struct IdentityTests {
  /// Ann is a participant; her release names harbor and the defender, and harbor as steward.
  func town() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    var signed = Draft.signed(Town.fullRelease("full-1", to: [Town.harbor]), of: "ann")
    signed.tokens.append(Draft.name("ann"))
    town.publish(signed, from: Town.harbor)
    town.forgetSeen()
    return town
  }

  @Test("A booking of a confirmed participant reaches whom the release names, and only them")
  func confirmed() throws {
    let town = town()
    town.publish(.booking("b-1", tokens: [Draft.stateID("ann")]), from: Town.sheriff)
    #expect(town.topics(to: Town.harbor) == [.bookingCreated])
    #expect(town.topics(to: Town.defender) == [])
    #expect(town.deliveries(to: Town.harbor)[0].participant == ParticipantAlias("harbor-ann"))
    #expect(town.deliveries(to: Town.harbor)[0].tokens == [])
  }

  @Test("Whose booking it is, is in that jail's custody until it lets them out")
  func custody() throws {
    let town = town()
    func isHeld() -> Bool {
      town.journal.participants.values.contains { $0.consents.marks.isInCustody(of: Town.sheriff) }
    }
    var release = Draft.booking("b-1", tokens: [Draft.stateID("ann")])
    release.topic = .bookingReleased
    town.publish(.booking("b-9", tokens: [Draft.stateID("bob")]), from: Town.sheriff)
    #expect(!isHeld(), "nobody's booking")
    town.publish(.booking("b-1", tokens: [Draft.stateID("ann")]), from: Town.sheriff)
    #expect(isHeld())
    town.publish(release, from: Town.sheriff)
    #expect(!isHeld())
    #expect(town.journal.audit.filter { $0.kind == .consentChanged }.count == 1)
  }

  @Test("A stranger leaves source and number, no content, and the same receipt", arguments: [
    nil, "inmate-7",
  ])
  func stranger(alias: String?) throws {
    let town = town()
    let people = town.journal.participants.count
    let id = town.publish(
      .booking("b-2", tokens: [Draft.stateID("bob")], of: alias), from: Town.sheriff)[0]
    #expect(town.journal.noMatches == ["sheriff/b-2"])
    #expect(town.journal.messages[id] == nil)
    #expect(town.journal.participants.count == people)
    #expect(
      town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .data, through: 1)))
    town.publish(.booking("b-3", tokens: [Draft.stateID("ann")]), from: Town.sheriff)
    #expect(
      town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .data, through: 2)))
    #expect(town.outcomes(to: Town.sheriff) == [])
  }

  @Test("A match by name asks the steward; a confirmation sends it on and links the number")
  func candidate() throws {
    let town = town()
    let tokens = [Draft.name("ann"), Draft.inmate("77")]
    let id = town.publish(.booking("b-1", tokens: tokens), from: Town.sheriff)[0]
    #expect(town.topics(to: Town.harbor) == [.identityCandidate])
    #expect(town.deliveries(to: Town.harbor)[0].code("candidate") == id.description)
    #expect(town.topics(to: Town.cedar) == [])
    town.publish(.answer(candidate: id, of: "ann", confirms: true), from: Town.harbor)
    #expect(town.topics(to: Town.harbor) == [.identityCandidate, .bookingCreated])
    town.publish(.booking("b-2", tokens: [Draft.inmate("77")]), from: Town.sheriff)
    #expect(
      town.topics(to: Town.harbor) == [.identityCandidate, .bookingCreated, .bookingCreated])
    town.pass(.hours(30), step: .hours(1))
    #expect(!town.journal.erased.contains(id))
  }

  @Test("A rejection destroys it; so does silence until the deadline")
  func rejected() throws {
    for answers in [true, false] {
      let town = town()
      let id = town.publish(
        .booking("b-1", tokens: [Draft.name("ann")]), from: Town.sheriff)[0]
      if answers {
        town.publish(.answer(candidate: id, of: "ann", confirms: false), from: Town.harbor)
      } else {
        town.pass(.days(1), step: .hours(1))
      }
      #expect(town.journal.noMatches == ["sheriff/b-1"])
      #expect(town.journal.erased.contains(id))
      town.publish(.answer(candidate: id, of: "ann", confirms: true), from: Town.harbor)
      #expect(town.topics(to: Town.harbor) == [.identityCandidate])
      #expect(!town.journal.audit.contains { $0.kind == .identityLinked })
    }
  }

  @Test("A confirmation in the very turn of the deadline wins, and the content stays")
  func confirmationRacesLapse() throws {
    let town = town()
    let id = town.publish(.booking("b-1", tokens: [Draft.name("ann")]), from: Town.sheriff)[0]
    town.skip(.days(1))
    town.publish(.answer(candidate: id, of: "ann", confirms: true), from: Town.harbor)
    #expect(town.topics(to: Town.harbor).last == .bookingCreated)
    #expect(!town.journal.erased.contains(id))
    #expect(town.journal.noMatches.isEmpty)
  }

  @Test("Nobody but a steward in force answers; a stranger to the release changes nothing")
  func wrongSteward() throws {
    let town = town()
    let id = town.publish(.booking("b-1", tokens: [Draft.name("ann")]), from: Town.sheriff)[0]
    town.publish(.answer(candidate: id, of: "ann", confirms: true), from: Town.cedar)
    #expect(town.topics(to: Town.harbor) == [.identityCandidate])
    town.publish(
      .revoked("full-1", of: "ann", toward: [.agency(Town.harbor)]), from: Town.harbor)
    town.publish(.answer(candidate: id, of: "ann", confirms: true), from: Town.harbor)
    #expect(town.topics(to: Town.harbor) == [.identityCandidate])
  }

  @Test("A name that fits too many people fits nobody")
  func crowd() throws {
    let town = town()
    for index in 0...Limits.identityCandidates {
      var draft = Draft.signed(Town.fullRelease("crowd-\(index)"), of: "p\(index)")
      draft.tokens.append(Draft.name("ann"))
      town.publish(draft, from: Town.harbor)
    }
    town.forgetSeen()
    town.publish(.booking("b-1", tokens: [Draft.name("ann")]), from: Town.sheriff)
    #expect(town.topics(to: Town.harbor) == [])
    #expect(town.journal.noMatches == ["sheriff/b-1"])
  }
}

@Suite("People in cases")
struct CasePeopleTests {
  @Test("Two people of one incident stay two, whatever case their referrer names")
  func twoPeople() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    var first = Draft.holdRequest(of: "ann", case: "c-1", release: nil)
    var second = Draft.holdRequest(of: "bob", case: "c-1", release: nil)
    first.tokens = []
    second.tokens = []
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.publish(first, second, from: Town.sheriff)
    #expect(town.topics(to: Town.prosecutor) == [.holdRequested], "only of whom the form is")
    let people = town.journal.messages.values.filter { $0.message.topic == .holdRequested }
    #expect(Set(people.map(\.participant)).count == 2)
  }

  @Test("A provider that answers in a case by a name of its own is talking of its participant")
  func byCase() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    town.publish(
      .handoff(case: "c-1"), .details(of: "ann", case: "c-1", release: "field-1"),
      from: Town.sheriff)
    var intake = Draft.intake(of: "client-17", case: "c-1")
    intake.tokens = []
    let id = town.publish(intake, from: Town.harbor)[0]
    let details = town.journal.messages.values.first { $0.message.topic == .handoffDetails }
    #expect(town.journal.messages[id]?.participant == details?.participant)
  }
}
