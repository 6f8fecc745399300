import ConsentEngine
import HubModel
import Testing

@Suite("What a specific refusal subtracts")
struct RefusalTests {
  /// A release that covers, with a refusal toward the defender in it.
  private func refusing(
    _ change: (inout InformationScope) -> Void = { _ in }
  ) -> ReleaseOfInformation {
    release {
      var scope = InformationScope(categories: [.engagement])
      change(&scope)
      $0.disclosers = [.agency(cedar.id), .agency(harbor.id)]
      $0.information[0] = InformationScope(
        categories: [.engagement, .contact], labels: [.mentalHealth, .domesticViolence, .part2])
      $0.refusals = [.init(recipients: [.agency(defender.id)], information: scope)]
    }
  }

  private func verdict(
    _ segment: Segment = segment(), from discloser: Registry.Agency = cedar,
    _ change: @escaping (inout InformationScope) -> Void
  ) -> Verdict? {
    let asked = message(.participantStatus, [segment])
    return ask(asked, from: discloser, said(.release(refusing(change)))).verdict
  }

  private func on(_ days: Int) -> Segment { segment(authored: today.adding(days: days)) }

  @Test("One of what was written since a day leaves what is older")
  func since() {
    let range: (inout InformationScope) -> Void = { $0.authoredFrom = today }
    #expect(verdict(on(-1), range) == .permitted)
    #expect(verdict(on(0), range) == .withheld)
    #expect(verdict(on(1), range) == .withheld)
  }

  @Test("One of what was written up to a day leaves what is newer")
  func upTo() {
    let range: (inout InformationScope) -> Void = { $0.authoredThrough = today }
    #expect(verdict(on(-1), range) == .withheld)
    #expect(verdict(on(0), range) == .withheld)
    #expect(verdict(on(1), range) == .permitted)
  }

  @Test("One of a span of days leaves what lies outside it on either side")
  func span() {
    let range: (inout InformationScope) -> Void = {
      $0.authoredFrom = today.adding(days: -1)
      $0.authoredThrough = today.adding(days: 1)
    }
    let verdicts = (-2...2).map { verdict(on($0), range) }
    #expect(verdicts == [.permitted, .withheld, .withheld, .withheld, .permitted])
  }

  @Test("What has no date may lie in any range, and is subtracted")
  func undated() {
    #expect(verdict(segment(authored: nil)) { $0.authoredFrom = today } == .withheld)
    #expect(verdict(segment(authored: nil)) { $0.authoredThrough = today } == .withheld)
  }

  @Test("One of what some agencies wrote leaves what others wrote, and none named means all")
  func authors() {
    let table: [([AgencyID], Verdict, Verdict)] = [
      ([], .withheld, .withheld), ([cedar.id], .withheld, .permitted),
      ([harbor.id], .permitted, .withheld), ([harbor.id, cedar.id], .withheld, .withheld),
      ([sheriff.id], .permitted, .permitted),
    ]
    for (authors, cedars, harbors) in table {
      let scope: (inout InformationScope) -> Void = { $0.authors = authors }
      #expect(verdict(from: cedar, scope) == cedars, "\(authors)")
      #expect(verdict(from: harbor, scope) == harbors, "\(authors)")
    }
  }

  @Test("Any one label that it names is enough, and none named means whatever the label")
  func labels() {
    let two = segment(labels: [.mentalHealth, .domesticViolence])
    #expect(verdict(two) { $0.labels = [.domesticViolence] } == .withheld)
    #expect(verdict(two) { $0.labels = [.domesticViolence, .part2] } == .withheld)
    #expect(verdict(two) { $0.labels = [.part2] } == .permitted)
    #expect(verdict(two) { _ in } == .withheld)
    #expect(verdict(segment(labels: [])) { $0.labels = [.mentalHealth] } == .permitted)
  }

  @Test("One of another kind of information, or toward another reader, leaves this one")
  func others() {
    #expect(verdict(segment(.contact)) { _ in } == .permitted)
    var toOthers = refusing()
    toOthers.refusals[0].recipients = [.agency(harbor.id), .role(.prosecutor)]
    #expect(ask(message(.participantStatus, [segment()]), said(.release(toOthers))).permit != nil)
  }

  @Test("It is taken back by a complete form alone, not by a deficient one that was withdrawn")
  func deficientHeir() {
    let asked = message(.participantStatus, [segment()])
    let heir = ConsentStatement.release(
      release("r-2") {
        $0.supersedes = RoiID("r-1")
        $0.formImageHash = []
      })
    let other = ConsentStatement.release(release("r-3"))
    let withdrawn = said(.release(refusing()), other, heir, revocation("r-2"))
    #expect(ask(asked, withdrawn).reasons == [.explicitRefusal])
    // Nor does it take the place of what comes late out of a spool.
    let late = said(heir, revocation("r-2"), .release(release()))
    #expect(ask(asked, late).deciding.map(\.id) == [RoiID("r-1")])
  }

  @Test("One in a withdrawn form is taken back only by a form that names it still")
  func withdrawnAndNamedNoMore() {
    let asked = message(.participantStatus, [segment()])
    let heir = ConsentStatement.release(release("r-2") { $0.supersedes = RoiID("r-1") })
    let amended = ConsentStatement.release(release("r-2", version: 2))
    let late = said(revocation("r-1"), heir, .release(refusing()))
    #expect(ask(asked, late).verdict == .permitted)
    let named = said(revocation("r-1"), heir, .release(refusing()), amended)
    #expect(ask(asked, named).reasons == [.explicitRefusal])
    let replaced = said(.release(refusing()), heir, revocation("r-1"), amended)
    #expect(ask(asked, replaced).reasons == [.explicitRefusal])
  }

  @Test("One in a form that comes after all under its id was refused and withdrawn is heard")
  func lateForm() {
    let asked = message(.participantStatus, [segment()])
    let other = ConsentStatement.release(release("r-2"))
    let unseen = said(revocation("r-1"), refusal("r-1"), .release(refusing()), other)
    #expect(ask(asked, unseen).reasons == [.explicitRefusal])
    let seen = said(refusal("r-1"), revocation("r-1"), .release(refusing()), other)
    #expect(ask(asked, seen).reasons == [.explicitRefusal])
    // It permits nothing all the same.
    let alone = said(refusal("r-1"), revocation("r-1"), .release(release()))
    #expect(ask(asked, alone).reasons == [.revoked])
  }
}
