import ConsentEngine
import HubModel
import Testing

@Suite("Everything taken back at once reaches what comes to light later")
struct BlanketTests {
  private let status = message(.participantStatus, [segment()])

  /// Everything was taken back at `now`, before the router had seen anything.
  private func swept(toward recipients: [Party] = []) throws -> ParticipantConsents {
    var consents = ParticipantConsents()
    var change = try consents.apply(revocation(nil, toward: recipients), from: cedar.id)
    consents.revokeUnseen(toward: recipients, at: now, in: &change)
    return consents
  }

  private func signed(_ milliseconds: Int64) -> ReleaseOfInformation {
    release {
      $0.recipients = [.agency(defender.id), .agency(harbor.id)]
      $0.signedAt = now + milliseconds
    }
  }

  private func verdict(
    _ consents: ParticipantConsents, to recipient: Registry.Agency = defender
  ) -> Verdict? {
    ask(status, to: recipient, consents, at: now + 1).verdict
  }

  @Test("What was signed by that millisecond is dead on arrival, what is signed later is not")
  func boundary() throws {
    for (age, expected) in [(Int64(-1), Verdict.withheld), (0, .withheld), (1, .permitted)] {
      var consents = try swept()
      _ = try consents.apply(.release(signed(age)), from: cedar.id)
      #expect(verdict(consents) == expected, "\(age) ms")
      #expect(consents.records[0].state == (age > 0 ? .active : .revoked))
    }
  }

  @Test("Toward some recipients it takes what comes later back from these alone, each once")
  func partly() throws {
    let toward: [Party] = [.agency(defender.id), .role(.prosecutor)]
    var consents = try swept(toward: toward)
    _ = try consents.apply(.release(signed(0)), from: cedar.id)
    #expect(consents.records[0].state == .active)
    #expect(consents.records[0].revokedToward == toward)
    #expect(verdict(consents) == .withheld)
    #expect(verdict(consents, to: harbor) == .permitted)
    var second = signed(0)
    second.version = 2
    _ = try consents.apply(.release(second), from: cedar.id)
    #expect(consents.records[0].revokedToward == toward)
    _ = try consents.apply(.release(signed(1)), from: cedar.id)
    #expect(verdict(consents) == .withheld, "an older version changes nothing")
  }

  @Test("A form that comes unsigned and is signed later is measured by its signature")
  func completed() throws {
    var consents = try swept()
    var form = signed(0)
    form.signedAt = nil
    _ = try consents.apply(.release(form), from: cedar.id)
    #expect(consents.records[0].state == .draft)
    var early = consents
    _ = try early.apply(.release(signed(0)), from: cedar.id)
    #expect(verdict(early) == .withheld)
    _ = try consents.apply(.release(signed(1)), from: cedar.id)
    #expect(verdict(consents) == .permitted)
  }

  @Test("It is kept with the change that it came with, or takes a position of its own")
  func position() throws {
    var consents = said(.release(release()))
    var change = try consents.apply(revocation(nil), from: cedar.id)
    consents.revokeUnseen(toward: [], at: now, in: &change)
    #expect(change.position == 2 && consents.position == 2)
    #expect(change.records.map(\.state) == [.revoked])
    #expect(change.blanket == BlanketRevocation(recipients: [], at: now))
    var again = try consents.apply(revocation(nil), from: cedar.id)
    #expect(again.isEmpty)
    consents.revokeUnseen(toward: [], at: now + 1, in: &again)
    #expect(again.position == 3 && consents.position == 3 && !again.isEmpty)
    #expect(consents.blankets == [BlanketRevocation(recipients: [], at: now + 1)])
  }

  @Test("Where people are merged it reaches what the other name had signed by then, and no draft")
  func merged() {
    func view(_ toward: [Party]) -> ParticipantConsents {
      var consents = said(
        .release(release("r-1") { $0.signedAt = now }),
        .release(release("r-2") { $0.signedAt = now + 1 }), refusal("r-3"),
        .release(release("r-4") { $0.formImageHash = [] }),
        .release(release("r-5") { $0.formImageHash = [] }), refusal("r-5"),
        .release(release("r-6")), revocation("r-6"), .release(release("r-7")),
        .release(release("r-8") { $0.supersedes = RoiID("r-7") }))
      consents.add(BlanketRevocation(recipients: toward, at: now))
      consents.applyBlankets()
      return consents
    }
    let wholly = view([])
    #expect(
      wholly.records.map(\.state) == [
        .revoked, .active, .refused, .draft, .refused, .revoked, .revoked, .revoked,
      ])
    #expect(wholly.records.allSatisfy { $0.revokedToward.isEmpty })
    let partly = view([.agency(defender.id)])
    #expect(
      partly.records.map(\.state) == [
        .active, .active, .refused, .draft, .refused, .revoked, .superseded, .active,
      ])
    let reached = partly.records.filter { $0.revokedToward == [.agency(defender.id)] }
    #expect(reached.map(\.roi.id.text) == ["r-1", "r-7", "r-8"])
  }
}
