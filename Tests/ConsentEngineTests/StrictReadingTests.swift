import ConsentEngine
import HubModel
import Testing

/// Where the oracle and the engine once disagreed, and the law's text was the stricter.
@Suite("The stricter reading holds")
struct StrictReadingTests {
  let asked = message(.participantStatus, [segment()])

  private func event(_ kind: RoiEvent.Kind, _ id: String?, _ name: String = "")
    -> ConsentStatement
  { .event(RoiEvent(kind, id: id.flatMap { RoiID($0) }, event: name)) }

  @Test("An emergency opens nothing that is wanted against the person (42 CFR 2.51)")
  func emergency() {
    var consents = ParticipantConsents()
    consents.emergencies = [
      EmergencyAccess(
        id: RoiID("emergency-1")!, recipient: harbor.id, recipientName: "Dr. Field",
        affiliation: "Harbor", discloser: "shift lead", nature: "overdose", openedAt: now,
        closesAt: now + .hours(4))
    ]
    for purpose in Purpose.allCases {
      let wanted = message(.participantStatus, [segment()], purpose: purpose)
      let decision = ask(wanted, to: harbor, consents)
      #expect(!purpose.isAdverse || decision.verdict == .withheld, "\(purpose)")
    }
  }

  @Test("Michigan: a form that is about more than domestic violence does not open it")
  func apart() {
    let law = SiteSwitches(states: ["us-mi"])
    func verdict(_ labels: WordSet<SensitivityLabel>) -> Verdict? {
      let form = release { $0.information[0].labels = labels }
      return ask(
        message(.participantStatus, [segment(labels: [.domesticViolence])]),
        under: openAgreement.with(law), said(.release(form), under: law)
      ).verdict
    }
    #expect(verdict([.domesticViolence]) == .permitted)
    #expect(verdict([.domesticViolence, .part2]) == .permitted, "who obtained it is not about it")
    #expect(verdict([.domesticViolence, .mentalHealth]) == .held)
  }

  @Test("A general designation reaches treating providers alone (42 CFR 2.31(a)(4)(ii))",
    arguments: Role.allCases)
  func generalDesignation(_ role: Role) {
    let form = release { $0.recipients = [.role(role), .agency(.hub)] }
    let missing = form.missingElements(under: SiteSwitches(hubIsIntermediary: true))
    #expect(missing == (role == .behavioralHealth ? [] : ["recipient-by-name"]))
  }

  @Test("The hub that must be named is neither a monitor nor a second recipient")
  func hubIsNamed() {
    let law = SiteSwitches(
      hubIsIntermediary: true, criminalJusticeTracks: ["arrest-diversion"])
    var form = KindTests.sound(.criminalJustice)
    form.recipients.append(.agency(.hub))
    #expect(form.missingElements(under: law) == [])
    #expect(form.missingElements(under: KindTests.open) == ["named-monitor"])
    var conditioned = release { $0.recipients.append(.agency(.hub)) }
    conditioned.conditionedOn = ["treatment"]
    #expect(conditioned.missingElements(under: law) == [])
    conditioned.recipients.append(.agency(harbor.id))
    #expect(conditioned.missingElements(under: law) == ["stands-alone"])
  }

  @Test("The day of a signature is the site's, not Greenwich's")
  func dayOfSignature() {
    var east = openAgreement
    east.calendar = SiteCalendar(offsets: [.init(from: now, seconds: 64_800)])
    let form = said(.release(release { $0.coversEarlier = false }))
    #expect(ask(asked, form).verdict == .permitted)
    #expect(ask(asked, under: east, form).verdict == .held, "signed on the next day there")
    let next = message(.participantStatus, [segment(authored: today.adding(days: 1))])
    #expect(ask(next, under: east, form).verdict == .permitted)
  }

  @Test("A false form takes no refusal back (42 CFR 2.31(c)(4))")
  func falseHeir() {
    let refusing = release {
      $0.refusals = [
        .init(
          recipients: [.agency(defender.id)],
          information: InformationScope(categories: [.engagement]))
      ]
    }
    let heir = ConsentStatement.release(release("r-2") { $0.supersedes = RoiID("r-1") })
    let other = ConsentStatement.release(release("r-3"))
    #expect(ask(asked, said(.release(refusing), heir, other)).verdict == .permitted)
    let forged = said(.release(refusing), heir, other, event(.voided, "r-2"))
    #expect(ask(asked, forged).reasons == [.explicitRefusal])
    // Another form that is true took its place as well.
    let again = ConsentStatement.release(release("r-4") { $0.supersedes = RoiID("r-1") })
    let both = said(.release(refusing), heir, other, again, event(.voided, "r-2"))
    #expect(ask(asked, both).verdict == .permitted)
    // Amended, the heir no longer names it: what was replaced stays so.
    let amended = said(.release(refusing), heir, other, .release(release("r-2", version: 2)))
    #expect(ask(asked, amended).verdict == .permitted)
  }

  @Test("Nothing holds before it is signed, whenever it says that it starts")
  func beforeSignature() {
    let form = release {
      $0.startsAt = now
      $0.signedAt = now + .seconds(1)
    }
    let consents = said(.release(form))
    #expect(ask(asked, consents).reasons == [.notStarted])
    #expect(ask(asked, consents, at: now + .seconds(1)).verdict == .permitted)
    #expect(consents.nextStart(after: now) == now + .seconds(1))
  }

  @Test("A steward is asked under a form that has what counsel asks now")
  func stewards() throws {
    let law = SiteSwitches(hubIsIntermediary: true)
    let consents = said(.release(release { $0.identityStewards = [harbor.id] }))
    var question = message(
      .identityCandidate, [segment(.identity, labels: [])], purpose: .identityResolution,
      audience: [harbor.id])
    question.source = .hub
    func verdict(_ agreement: ProgramAgreement) -> Verdict? {
      ask(question, to: harbor, footing: .identityQuestion, under: agreement, consents).verdict
    }
    #expect(verdict(openAgreement) == .permitted)
    #expect(verdict(openAgreement.with(law)) == .withheld)
    let registry = Registry(agencies: everybody)
    #expect(
      consents.identityStewards(in: registry, under: SiteSwitches(), at: now) == [harbor.id])
    #expect(consents.identityStewards(in: registry, under: law, at: now) == [])
  }

  @Test("What was taken back does not come again as what cannot be taken back (42 CFR 2.35(c))")
  func newRelease() throws {
    let law = KindTests.open
    var bound = KindTests.sound(.criminalJustice)
    bound.version = 2
    func record(_ statements: ConsentStatement...) -> RoiRecord {
      var consents = ParticipantConsents()
      for statement in statements {
        _ = try? consents.apply(statement, from: cedar.id, under: law, at: now)
      }
      return consents.records[0]
    }
    let plain = ConsentStatement.release(release { $0.recipients = bound.recipients })
    let wholly = record(plain, revocation("r-1"), .release(bound))
    #expect(wholly.state == .revoked && wholly.missing == ["new-release"])
    let partly = record(
      plain, revocation("r-1", toward: [.agency(prosecutor.id)]), .release(bound))
    #expect(partly.state == .draft && partly.missing == ["new-release"])
    var first = bound
    first.version = 1
    let over = record(
      .release(first), event(.occurred, nil, "disposition"), revocation("r-1"), .release(bound))
    #expect(over.missing == ["new-release"])
    let meanwhile = record(.release(first), revocation("r-1"), .release(bound))
    #expect(meanwhile.missing == [], "bound all the time")
    #expect(record(plain, .release(bound)).missing == [], "never taken back")
  }

  @Test("What came again as such, after it was taken back, permits nothing")
  func newReleasePermitsNothing() {
    let law = KindTests.open
    var bound = KindTests.sound(.criminalJustice)
    bound.version = 2
    let plain = ConsentStatement.release(release { $0.recipients = bound.recipients })
    let consents = said(plain, revocation("r-1"), .release(bound), under: law)
    for release in [nil, "r-1"] {
      let asked = message(.participantStatus, [segment()], release: release)
      let decision = ask(asked, to: prosecutor, under: openAgreement.with(law), consents)
      #expect(decision.reasons == [.revoked])
    }
  }

  @Test("Who takes everything back takes back what was replaced, too")
  func everything() throws {
    let heir = ConsentStatement.release(
      release("r-2") {
        $0.supersedes = RoiID("r-1")
        $0.signedAt = now + .seconds(1)
      })
    var merged = said(.release(release()), heir)
    merged.add(BlanketRevocation(recipients: [], at: now))
    merged.applyBlankets()
    #expect(merged.records.map(\.state) == [.revoked, .active])
    let named = message(.participantStatus, [segment()], release: "r-1")
    #expect(ask(named, merged, at: now + .seconds(1)).verdict == .withheld)
    // And so where the older version comes last.
    var late = said(.release(release { $0.signedAt = now + .seconds(1) }), heir)
    late.add(BlanketRevocation(recipients: [], at: now))
    _ = try late.apply(.release(release(version: 2)), from: cedar.id)
    #expect(late.records[0].state == .revoked)
  }

  @Test("What nobody has captured yet, nobody lets go on")
  func resumedUnseen() throws {
    var consents = said(event(.suspended, "r-1"))
    let goOn = event(.resumed, "r-1")
    for agency in [harbor.id, cedar.id, .hub] {
      #expect(throws: Refusal(.notCapturer)) { try consents.apply(goOn, from: agency) }
    }
    _ = try consents.apply(.release(release()), from: cedar.id)
    #expect(ask(asked, consents).reasons == [.suspended])
    #expect(try !consents.apply(goOn, from: .hub).isEmpty, "the hub speaks for its operator")
    #expect(ask(asked, consents).verdict == .permitted)
  }
}
