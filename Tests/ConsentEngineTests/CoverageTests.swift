import ConsentEngine
import HubModel
import Testing

@Suite("Default deny: an active release must cover every element")
struct CoverageTests {
  @Test("A release that covers every element permits, and says so")
  func covers() throws {
    let decision = ask(message(.participantStatus, [segment()]), said(.release(release())))
    #expect(decision.verdict == .permitted)
    #expect(decision.reasons == [.releaseCovers])
    #expect(decision.permit?.authority == .releases([.init(RoiID("r-1")!, version: 1)]))
    #expect(decision.permit?.notice?.scopes.map(\.release) == [RoiID("r-1")!])
    #expect(decision.consentPosition == 1)
  }

  @Test("Nothing said, nobody known, no path: nothing goes")
  func nothing() throws {
    let status = message(.participantStatus, [segment()])
    #expect(ask(status, ParticipantConsents()).reasons == [.none])
    #expect(ask(status, ParticipantConsents()).verdict == .held)
    #expect(ask(status, nil).reasons == [.noParticipant])
    #expect(ask(status, nil).verdict == .withheld)
    let closed = ask(status, under: agreement([]), said(.release(release())))
    #expect(closed.reasons == [.noPath])
    #expect(closed.verdict == .withheld)
    let elsewhere = message(.participantStatus, [segment()], audience: [harbor.id])
    #expect(ask(elsewhere, said(.release(release()))).reasons == [.notAddressed])
  }

  static let dropped: [(String, Reason, @Sendable (inout ReleaseOfInformation) -> Void)] = [
    ("discloser", .discloserNotNamed, { $0.disclosers = [.agency(harbor.id)] }),
    ("discloser's role", .discloserNotNamed, { $0.disclosers = [.role(.sheriff)] }),
    ("recipient", .recipientNotNamed, { $0.recipients = [.agency(harbor.id)] }),
    ("recipient's role", .recipientNotNamed, { $0.recipients = [.role(.prosecutor)] }),
    ("purpose", .purposeNotNamed, { $0.purposes = [.legalDefence] }),
    ("category", .informationNotNamed, { $0.information[0].categories = [.contact] }),
    ("label", .informationNotNamed, { $0.information[0].labels = [.domesticViolence] }),
    ("no label", .informationNotNamed, { $0.information[0].labels = [] }),
    (
      "earlier date", .informationNotNamed,
      { $0.information[0].authoredFrom = today.adding(days: 1) }
    ),
    (
      "later date", .informationNotNamed,
      { $0.information[0].authoredThrough = today.adding(days: -1) }
    ),
    ("author", .informationNotNamed, { $0.information[0].authors = [harbor.id] }),
    ("kind", .kindTooNarrow, { $0.kind = .field }),
    ("TPO", .kindTooNarrow, { $0.kind = .treatmentPaymentOperations }),
    ("2.35", .notSigned, { $0.kind = .criminalJustice }),
    ("proceedings", .notSigned, { $0.kind = .proceedings }),
    ("start", .notStarted, { $0.startsAt = now + .seconds(1) }),
  ]

  @Test("Each element dropped in turn denies with its reason", arguments: dropped)
  func drop(
    _ name: String, _ reason: Reason, _ change: @Sendable (inout ReleaseOfInformation) -> Void
  ) throws {
    var roi = release()
    change(&roi)
    let decision = ask(message(.participantStatus, [segment()]), said(.release(roi)))
    #expect(decision.verdict == .held, "\(name)")
    #expect(decision.reasons == [reason], "\(name)")
    #expect(decision.permit == nil)
  }

  @Test("Elements of two releases do not add up to one")
  func noAddingUp() throws {
    let recipient = release("r-1") { $0.recipients = [.agency(harbor.id)] }
    let purpose = release("r-2") { $0.purposes = [.legalDefence] }
    let decision = ask(
      message(.participantStatus, [segment()]), said(.release(recipient), .release(purpose)))
    #expect(decision.verdict == .held)
    // Nor do two scopes of one release.
    let scopes = release {
      $0.information = [
        InformationScope(categories: [.engagement]),
        InformationScope(categories: [.contact], labels: [.mentalHealth]),
      ]
    }
    #expect(ask(message(.participantStatus, [segment()]), said(.release(scopes))).verdict == .held)
  }

  @Test("Undated information lies in no range, and is not later than a signature")
  func undated() throws {
    let status = message(.participantStatus, [segment(authored: nil)])
    #expect(ask(status, said(.release(release()))).verdict == .held)
    let later = release {
      $0.information[0].authoredFrom = nil
      $0.information[0].authoredThrough = nil
      $0.coversEarlier = false
    }
    #expect(ask(status, said(.release(later))).verdict == .held)
    let earlier = message(.participantStatus, [segment(authored: today.adding(days: -1))])
    #expect(ask(earlier, said(.release(later))).verdict == .held)
    let same = message(.participantStatus, [segment()])
    #expect(ask(same, said(.release(later))).verdict == .permitted)
  }

  @Test("Releases in force unite; each is named in the decision")
  func unite() throws {
    let contact = release("r-2") { $0.information[0].categories = [.contact] }
    let both = message(.participantStatus, [segment(), segment(.contact), segment(.booking)])
    let decision = ask(both, said(.release(release()), .release(contact)))
    #expect(decision.permitted == SegmentSet([0, 1]))
    #expect(decision.held == SegmentSet([2]))
    #expect(decision.deciding.map(\.id) == [RoiID("r-1")!, RoiID("r-2")!])
    #expect(decision.holding == [.informationNotNamed])
    #expect(decision.withholding == [])
  }

  @Test("A message that names a release is decided on that one and what replaced it")
  func named() throws {
    let status = message(.participantStatus, [segment()], release: "r-1")
    let other = release("r-2")
    #expect(ask(status, said(.release(other))).reasons == [.awaited])
    #expect(ask(status, said(.release(other))).verdict == .held)
    let heir = release("r-2") { $0.supersedes = RoiID("r-1")! }
    let narrow = release("r-1") { $0.recipients = [.agency(harbor.id)] }
    #expect(ask(status, said(.release(narrow), .release(other))).verdict == .held)
    #expect(ask(status, said(.release(narrow), .release(heir))).verdict == .permitted)
  }

  @Test("Operational is operational: a person in it is refused, whoever signed what")
  func operational() throws {
    let bare = Segment(.operational, fields: [])
    var alert = message(.handoffRequested, [bare])
    #expect(ask(alert, said(.release(release()))).reasons == [.personInOperational])
    alert.participant = nil
    #expect(ask(alert, nil).permit?.authority == .operational)
    alert.tokens = [IdentityToken(.stateID, [1])]
    #expect(ask(alert, nil).verdict == .withheld)
    alert.tokens = []
    alert.segments = [segment(.handoffDetails, labels: [])]
    #expect(ask(alert, nil).verdict == .withheld)
    alert.segments = [Segment(.operational, labels: [.mentalHealth], fields: [])]
    #expect(ask(alert, nil).verdict == .withheld)
  }

  @Test("An exception of the agreement is an authority of its own, and law still stands above it")
  func exception() throws {
    let path = ProgramAgreement.Path(
      .participantStatus, from: .behavioralHealth, to: .publicDefender)
    let open = agreement([], exceptions: [.init(path: path, legalBasis: "order 12")])
    let status = message(.participantStatus, [segment()])
    #expect(
      ask(status, under: open, ParticipantConsents()).permit?.authority
        == .agreementException(legalBasis: "order 12"))
    let charging = message(.participantStatus, [segment()], purpose: .charging)
    #expect(ask(charging, under: open, ParticipantConsents()).reasons == [.adversePurpose])
    #expect(ask(status, to: prosecutor, under: open, ParticipantConsents()).permit == nil)
  }

  @Test("What a jail may have of whom it holds ends with the custody, and is never Part 2")
  func custody() {
    let path = ProgramAgreement.Path(.participantStatus, from: .behavioralHealth, to: .sheriff)
    let jail = agreement(
      [],
      exceptions: [.init(path: path, legalBasis: "164.512(k)(5)", whileInCustody: true)])
    let status = message(.participantStatus, [segment()])
    var consents = ParticipantConsents()
    func verdict(from discloser: Registry.Agency = cedar) -> Decision {
      ask(status, from: discloser, to: sheriff, under: jail, consents)
    }
    #expect(verdict().reasons == [.notInCustody])
    consents.marks.take(.booked(sheriff.id, at: now))
    #expect(verdict().verdict == .permitted)
    #expect(verdict(from: harbor).verdict == .withheld, "a Part 2 program")
    consents.marks.take(.freed(sheriff.id, at: now + .seconds(-1)))
    #expect(verdict().verdict == .permitted, "an older release, told late")
    consents.marks.take(.freed(sheriff.id, at: now))
    #expect(verdict().verdict == .withheld)
    consents.marks.take(.booked(agency("other", .sheriff).id, at: now + .seconds(9)))
    #expect(verdict().verdict == .withheld, "another jail's custody is not this one's")
  }
}
