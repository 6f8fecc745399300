import ConsentEngine
import HubModel
import Testing

@Suite("The law's closed gates, whatever was signed")
struct LawTests {
  /// Covers everything, from and to everybody, for everything that is not adverse.
  let everything = said(
    .release(
      release {
        $0.disclosers = everybody.map { .agency($0.id) }
        $0.recipients = everybody.map { .agency($0.id) }
        $0.information = [
          InformationScope(
            categories: WordSet(
              InformationCategory.allCases.filter {
                $0 != .sudCounsellingNotes && $0 != .psychotherapyNotes
              }),
            labels: .all)
        ]
        $0.purposes = WordSet(Purpose.allCases.filter { !$0.isAdverse })
      }))

  @Test("Adverse purposes never", arguments: Purpose.allCases.filter(\.isAdverse))
  func adverse(_ purpose: Purpose) throws {
    for recipient in everybody {
      let asked = message(.participantStatus, [segment()], purpose: purpose)
      let decision = ask(asked, to: recipient, everything)
      #expect(decision.reasons == [.adversePurpose])
      #expect(decision.verdict == .withheld)
    }
  }

  @Test("Not completed never reaches police or prosecutor; others by release")
  func negativeStatus() throws {
    let asked = message(.intakeNotCompleted, [segment(.participationNegative)])
    for recipient in [sheriff, prosecutor] {
      #expect(ask(asked, to: recipient, everything).reasons == [.negativeStatus])
    }
    #expect(ask(asked, to: defender, everything).verdict == .permitted)
  }

  @Test("Privileged content goes to nobody; notes need a consent of their own kind")
  func closed() throws {
    for recipient in everybody {
      let privileged = message(.participantStatus, [segment(labels: [.privileged])])
      #expect(ask(privileged, to: recipient, everything).reasons == [.privileged])
      for notes in [InformationCategory.sudCounsellingNotes, .psychotherapyNotes] {
        let asked = message(.participantStatus, [segment(notes)])
        let isJustice = [sheriff.id, prosecutor.id].contains(recipient.id)
        #expect(
          ask(asked, to: recipient, everything).reasons
            == [isJustice ? .notNeeded : .separateConsent])
      }
    }
  }

  @Test("Criminal history stays among police and prosecutor")
  func criminalHistory() throws {
    let asked = message(.caseEvent, [segment(.courtCase, labels: [.criminalHistory])])
    #expect(ask(asked, to: harbor, everything).reasons == [.criminalHistory])
    #expect(ask(asked, to: defender, everything).reasons == [.criminalHistory])
    #expect(ask(asked, to: prosecutor, everything).verdict == .permitted)
  }

  @Test("No document goes to police or prosecutor")
  func attachment() throws {
    var paper = segment()
    paper.attachment = [1]
    let asked = message(.participantStatus, [paper])
    #expect(ask(asked, to: prosecutor, everything).reasons == [.attachmentToJustice])
    #expect(ask(asked, to: defender, everything).verdict == .permitted)
  }

  @Test("Part 2 follows who obtained it: a program's record needs the label and carries notice")
  func part2() throws {
    let plain = said(
      .release(
        release {
          $0.disclosers = [.agency(harbor.id), .agency(cedar.id)]
          $0.recipients = everybody.map { .agency($0.id) }
          $0.information = [InformationScope(categories: [.engagement])]
        }))
    let asked = message(.participantStatus, [segment(labels: [])])
    #expect(ask(asked, from: cedar, plain).verdict == .permitted)
    #expect(ask(asked, from: cedar, plain).permit?.notice?.statement == "")
    #expect(ask(asked, from: harbor, plain).reasons == [.informationNotNamed])
    let long = ask(asked, from: harbor, to: prosecutor, everything).permit?.notice?.statement
    #expect(long == RedisclosureStatement.long)
    let short = ask(asked, from: harbor, to: defender, everything).permit?.notice?.statement
    #expect(short == RedisclosureStatement.short)
    #expect(
      RedisclosureStatement.short
        == "42 CFR part 2 prohibits unauthorized use or disclosure of these records.")
  }

  @Test("A TPO release serves providers alone")
  func tpo() throws {
    let tpo = said(
      .release(
        release(kind: .treatmentPaymentOperations) {
          $0.recipients = everybody.map { .agency($0.id) }
          $0.expiry = .never
        }))
    let asked = message(.participantStatus, [segment()])
    #expect(ask(asked, to: harbor, tpo).verdict == .permitted)
    for recipient in [sheriff, prosecutor, defender] {
      #expect(ask(asked, to: recipient, tpo).reasons == [.kindTooNarrow])
    }
  }

  @Test("A field release serves only topics of the field")
  func field() throws {
    let field = said(
      .release(
        release(kind: .field) {
          $0.information[0].categories = [.hold, .engagement]
        }))
    let hold = message(.holdOpened, [segment(.hold)], purpose: .careCoordination)
    #expect(ask(hold, field).verdict == .permitted)
    let status = message(.participantStatus, [segment()])
    #expect(ask(status, field).reasons == [.kindTooNarrow])
  }
}

@Suite("What the hub says of its own")
struct FootingTests {
  func said(_ topic: Topic, to audience: [AgencyID]) -> Message {
    var message = message(
      topic, [Segment(.operational, fields: [Field("topic", .code("hold.requested"))])])
    message.source = .hub
    message.audience = audience
    message.participant = nil
    return message
  }

  @Test("It bears no label of its reader's, nor of what its reader was told")
  func labels() {
    let received: [InformationCategory: Received] = [
      .hold: Received(labels: [.mentalHealth], standing: .stands, authors: [cedar.id])
    ]
    for (footing, labels) in [
      (Footing.submitted, WordSet([SensitivityLabel.part2, .mentalHealth])), (.ownView, []),
      (.outcome, []), (.identityQuestion, []),
    ] {
      let request = ReleaseRequest(
        message: message(.holdDueSoon, [segment(.hold, labels: [])]), discloser: harbor,
        recipient: harbor, footing: footing, segments: .all(of: 1), received: received)
      #expect(request.labels(at: 0) == labels, "\(footing)")
    }
  }

  @Test("What is refused of it says why")
  func reasons() {
    let footings: [(Footing, Topic)] = [
      (.ownView, .holdDueSoon), (.outcome, .outcome), (.identityQuestion, .identityCandidate),
    ]
    for (footing, topic) in footings {
      let elsewhere = said(topic, to: [defender.id])
      #expect(ask(elsewhere, to: harbor, footing: footing, nil).reasons == [.notAddressed])
      #expect(ask(elsewhere, to: harbor, footing: footing, nil).withholding == [.notAddressed])
    }
    let question = said(.identityCandidate, to: [harbor.id])
    #expect(ask(question, to: harbor, footing: .identityQuestion, nil).reasons == [.noParticipant])
    let unnamed = ConsentEngineTests.said(.release(release()))
    #expect(
      ask(question, to: harbor, footing: .identityQuestion, unnamed).reasons
        == [.recipientNotNamed])
  }

  @Test("Only the hub speaks from a view, and only to its one reader")
  func ownView() throws {
    let notice = said(.holdDueSoon, to: [prosecutor.id])
    #expect(ask(notice, to: prosecutor, footing: .ownView, nil).permit?.authority == .ownView)
    #expect(ask(notice, to: defender, footing: .ownView, nil).permit == nil)
    let both = said(.holdDueSoon, to: [prosecutor.id, defender.id])
    #expect(ask(both, to: prosecutor, footing: .ownView, nil).permit == nil)
    #expect(ask(said(.holdDueSoon, to: []), footing: .ownView, nil).permit == nil)
    var forged = notice
    forged.source = sheriff.id
    #expect(ask(forged, to: prosecutor, footing: .ownView, nil).permit == nil)
  }

  @Test("An outcome goes to the sender alone, where the agreement says full")
  func outcome() throws {
    let outcome = said(.outcome, to: [sheriff.id])
    #expect(ask(outcome, to: sheriff, footing: .outcome, nil).permit?.authority == .ownMessage)
    #expect(ask(outcome, to: prosecutor, footing: .outcome, nil).permit == nil)
    var booking = outcome
    booking.segments[0].fields = [Field("topic", .code("booking.created"))]
    #expect(ask(booking, to: sheriff, footing: .outcome, nil).reasons == [.outcomeNotSet])
    var none = outcome
    none.segments[0].fields = []
    #expect(ask(none, to: sheriff, footing: .outcome, nil).permit == nil)
    let other = said(.holdOpened, to: [sheriff.id])
    #expect(ask(other, to: sheriff, footing: .outcome, nil).permit == nil)
    var forged = outcome
    forged.source = sheriff.id
    #expect(ask(forged, to: sheriff, footing: .outcome, nil).permit == nil)
  }

  @Test("Only a steward whom a release in force names is asked who somebody is")
  func identityQuestion() throws {
    let question = said(.identityCandidate, to: [harbor.id])
    func asked(_ consents: ParticipantConsents?, to recipient: Registry.Agency = harbor) -> Bool {
      ask(question, to: recipient, footing: .identityQuestion, consents).permit != nil
    }
    let naming = release { $0.identityStewards = [harbor.id] }
    var consents = ConsentEngineTests.said(.release(naming))
    #expect(asked(consents))
    #expect(!asked(consents, to: cedar))
    #expect(!asked(nil))
    #expect(!asked(ConsentEngineTests.said(.release(release()))))
    #expect(ask(question, to: harbor, consents).permit == nil, "not as a submission")
    _ = try consents.apply(revocation("r-1", toward: [.agency(harbor.id)]), from: cedar.id)
    #expect(!asked(consents))
    let registry = Registry(agencies: everybody)
    #expect(consents.identityStewards(in: registry, under: SiteSwitches(), at: now) == [])
    let over = ConsentEngineTests.said(
      .release(release(expiresAt: now) { $0.identityStewards = [harbor.id] }))
    #expect(!asked(over))
    #expect(over.identityStewards(in: registry, under: SiteSwitches(), at: now) == [])
  }
}
