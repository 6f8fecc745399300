import ConsentEngine
import HubModel
import Testing

@Suite("What suspends, voids or ends a release")
struct MarkTests {
  let asked = message(.participantStatus, [segment()])

  private func event(_ kind: RoiEvent.Kind, _ id: String? = "r-1", _ name: String = "")
    -> ConsentStatement
  { .event(RoiEvent(kind, id: id.map { RoiID($0)! }, event: name)) }

  @Test("An oral request stops it at once, and it goes on where the request is withdrawn")
  func suspended() {
    let signed = ConsentStatement.release(release())
    #expect(ask(asked, said(signed, event(.suspended))).reasons == [.suspended])
    #expect(ask(asked, said(signed, event(.suspended, nil))).verdict == .held)
    #expect(ask(asked, said(event(.suspended), signed)).verdict == .held, "whichever comes first")
    let resumed = said(signed, event(.suspended), event(.resumed))
    #expect(ask(asked, resumed).verdict == .permitted)
    #expect(ask(asked, said(signed, event(.suspended, "r-2"))).verdict == .permitted)
    let revoked = said(signed, event(.suspended), revocation("r-1"), event(.resumed))
    #expect(ask(asked, revoked).verdict == .withheld)
  }

  @Test("What is false permits nothing, in whichever order it comes, and a new version neither")
  func voided() {
    let signed = ConsentStatement.release(release())
    #expect(ask(asked, said(signed, event(.voided))).reasons == [.voided])
    #expect(ask(asked, said(event(.voided), signed)).verdict == .withheld)
    let again = said(signed, event(.voided), .release(release(version: 2)))
    #expect(ask(asked, again).verdict == .withheld)
  }

  @Test("Whoever captured it alone lets it go on or calls it false; anyone stops it")
  func whoMay() throws {
    var consents = said(.release(release()))
    let harborSays = { (statement: ConsentStatement, consents: inout ParticipantConsents) in
      try consents.apply(statement, from: harbor.id)
    }
    #expect(try harborSays(event(.voided), &consents).marks == [.suspended(RoiID("r-1")!)])
    #expect(try harborSays(event(.suspended), &consents).isEmpty, "twice changes nothing")
    #expect(throws: Refusal(.notCapturer)) { try harborSays(event(.resumed), &consents) }
    #expect(throws: Refusal(.notCapturer)) { try harborSays(event(.confirmed), &consents) }
    #expect(consents.position == 2)
    #expect(ask(asked, consents).reasons == [.suspended])
    #expect(try !consents.apply(event(.resumed), from: cedar.id).isEmpty)
    #expect(ask(asked, consents).verdict == .permitted)
  }

  @Test("By what it is answered nobody learns of a release that another agency captured")
  func askingByEvents() {
    for id in ["r-1", nil] {
      for kind in [RoiEvent.Kind.suspended, .resumed, .voided, .occurred, .confirmed] {
        func answer(_ consents: ParticipantConsents) -> Refusal? {
          var consents = consents
          do throws(Refusal) {
            _ = try consents.apply(event(kind, id, "discharge"), from: harbor.id)
            return nil
          } catch { return error }
        }
        #expect(answer(said(.release(release()))) == answer(said()), "\(kind) of \(id ?? "all")")
      }
    }
  }

  @Test("A word about everything lets go on, and calls false, what its own agency captured")
  func ownAlone() throws {
    var consents = said(.release(release()), event(.suspended))
    _ = try consents.apply(.release(release("r-2")), from: harbor.id)
    _ = try consents.apply(event(.suspended, nil), from: cedar.id)
    let change = try consents.apply(event(.resumed, nil), from: harbor.id)
    #expect(change.marks == [.resumed(RoiID("r-2")!)])
    let falsehood = try consents.apply(event(.voided, nil), from: cedar.id)
    #expect(falsehood.marks == [.voided(RoiID("r-1")!), .suspended(RoiID("r-2")!)])
  }

  @Test("Pitfall: unreported expiry event")
  func expiryEvent() {
    let until = ConsentStatement.release(release { $0.expiry = .event("discharge") })
    #expect(ask(asked, said(until)).verdict == .permitted)
    let over = said(until, event(.occurred, nil, "discharge"))
    #expect(ask(asked, over).reasons == [.expired])
    #expect(ask(asked, said(until, event(.occurred, nil, "intake"))).verdict == .permitted)
    // It had come before this was signed: it is another one that ends it.
    let signedLater = ConsentStatement.release(
      release {
        $0.expiry = .event("discharge")
        $0.signedAt = now + .seconds(1)
      })
    let next = said(event(.occurred, nil, "discharge"), signedLater)
    #expect(ask(asked, next, at: now + .seconds(2)).verdict == .permitted)
  }

  @Test("Death voids what the person signed, and not what a representative signs (42 CFR 2.15)")
  func death() {
    let died = event(.occurred, nil, RoiEvent.death)
    #expect(ask(asked, said(.release(release()), died)).reasons == [.voided])
    let representative = ConsentStatement.release(
      release("r-2") {
        $0.signer = .decedentRepresentative
        $0.signerEvidence = "letters 7"
      })
    #expect(ask(asked, said(.release(release()), died, representative)).verdict == .permitted)
  }
}

@Suite("Orders of a court and medical emergencies")
struct AuthorityTests {
  private func order(
    _ kind: CourtOrder.Kind = .prosecution, _ change: (inout CourtOrder) -> Void = { _ in }
  ) -> ParticipantConsents {
    var order = CourtOrder(
      id: RoiID("order-1")!, kind: kind, issuedAt: now, expiresAt: now + .days(1),
      disclosers: [.agency(cedar.id)], recipients: [.agency(prosecutor.id)],
      information: [InformationScope(categories: [.engagement], labels: [.mentalHealth, .part2])],
      hasFindings: true, hasNotice: true)
    change(&order)
    var consents = ParticipantConsents()
    consents.orders = [order]
    return consents
  }

  private func verdict(
    _ consents: ParticipantConsents, _ purpose: Purpose = .charging,
    _ category: InformationCategory = .engagement, to recipient: Registry.Agency = prosecutor
  ) -> Verdict? {
    ask(
      message(.participantStatus, [segment(category)], purpose: purpose), to: recipient, consents
    ).verdict
  }

  @Test("An order permits what it lists to whom it lists, for its section's purpose")
  func orders() {
    #expect(verdict(order()) == .permitted)
    #expect(verdict(ParticipantConsents()) == .withheld, "a warrant alone is none (42 CFR 2.61)")
    #expect(verdict(order(.noncriminal)) == .withheld, "2.64 for a purpose of 2.65")
    #expect(verdict(order(.program)) == .withheld)
    #expect(verdict(order(.undercover)) == .withheld)
    #expect(verdict(order(), .careCoordination) == .held)
    #expect(verdict(order(), .charging, .courtCase) == .withheld, "outside its scope")
    #expect(verdict(order(), to: sheriff) == .withheld)
    #expect(verdict(order { $0.expiresAt = now }) == .withheld)
    #expect(verdict(order { $0.issuedAt = now + .seconds(1) }) == .withheld)
    #expect(verdict(order { $0.hasFindings = false }) == .withheld)
    #expect(verdict(order { $0.hasNotice = false }) == .withheld)
  }

  @Test("Confidential communications need an order that says so (42 CFR 2.63)")
  func communications() {
    func notes(_ covers: Bool) -> ParticipantConsents {
      order {
        $0.information[0].categories = [.sudCounsellingNotes]
        $0.coversCommunications = covers
      }
    }
    #expect(verdict(notes(false), .charging, .sudCounsellingNotes) == .withheld)
    #expect(verdict(notes(true), .charging, .sudCounsellingNotes) == .permitted)
  }

  private func emergency(
    _ change: (inout EmergencyAccess) -> Void = { _ in }
  ) -> ParticipantConsents {
    var access = EmergencyAccess(
      id: RoiID("emergency-1")!, recipient: harbor.id, recipientName: "Dr. Field",
      affiliation: "Harbor", discloser: "shift lead", nature: "overdose", openedAt: now,
      closesAt: now + .hours(4))
    change(&access)
    var consents = ParticipantConsents()
    consents.emergencies = [access]
    return consents
  }

  @Test("An emergency opens what is needed at once to medical personnel, for a short time")
  func emergencies() {
    let asked = message(.participantStatus, [segment(), segment(.courtCase)])
    func decision(
      _ consents: ParticipantConsents, to recipient: Registry.Agency = harbor,
      at time: WallTime = now
    ) -> Decision {
      ask(asked, to: recipient, under: agreement([]), consents, at: time)
    }
    #expect(decision(emergency()).permitted == SegmentSet(bits: 1))
    #expect(decision(emergency()).permit?.authority == .emergency)
    #expect(decision(emergency(), at: now + .hours(4)).permit == nil)
    #expect(decision(emergency { $0.openedAt = now + .seconds(1) }).permit == nil)
    for change: @Sendable (inout EmergencyAccess) -> Void in [
      { $0.recipientName = "" }, { $0.affiliation = "" }, { $0.discloser = "" },
      { $0.nature = "" },
    ] {
      #expect(decision(emergency(change)).permit == nil, "42 CFR 2.51(c)")
    }
    let deputy = emergency { $0.recipient = sheriff.id }
    #expect(decision(deputy, to: sheriff).permit == nil, "no medical personnel")
  }

  @Test("No agreement between agencies opens Part 2, notes or what is used against the person")
  func exceptions() {
    let path = ProgramAgreement.Path(
      .participantStatus, from: .behavioralHealth, to: .prosecutor)
    let excepted = agreement([], exceptions: [.init(path: path, legalBasis: "counsel")])
    func reasons(_ segment: Segment, _ purpose: Purpose = .careCoordination) -> WordList<Reason> {
      ask(
        message(.participantStatus, [segment], purpose: purpose), to: prosecutor,
        under: excepted, nil
      ).reasons
    }
    #expect(reasons(segment()) == [.agreementException])
    #expect(reasons(segment(labels: [.part2])) == [.part2Exception])
    #expect(reasons(segment(), .warrant) == [.adversePurpose])
  }
}

@Suite("State packs")
struct StatePackTests {
  static let michigan = SiteSwitches(states: ["us-mi"])
  static func standardForm(_ change: (inout ReleaseOfInformation) -> Void = { _ in })
    -> ReleaseOfInformation
  {
    release {
      $0.formTemplate = "MDHHS-5515 12-18"
      change(&$0)
    }
  }

  @Test("Washington: a recipient is named with its institution (RCW 70.02.030(3))")
  func washington() {
    let law = SiteSwitches(states: ["us-wa"])
    #expect(release().missingElements(under: law) == [])
    let byRole = release { $0.recipients = [.role(.publicDefender)] }
    #expect(byRole.missingElements(under: law) == ["us-wa:recipient-institution"])
    #expect(byRole.missingElements(under: SiteSwitches()) == [])
    var own = byRole
    own.jurisdictions = ["us-wa"]
    #expect(own.missingElements(under: SiteSwitches()) == ["us-wa:recipient-institution"])
  }

  @Test("Michigan: MDHHS-5515 needs part 2b and serves no justice recipient (MCL 330.1141a)")
  func standardConsent() {
    let law = Self.michigan
    func verdict(
      _ form: ReleaseOfInformation, to recipient: Registry.Agency,
      labels: WordSet<SensitivityLabel> = [.mentalHealth]
    ) -> Verdict? {
      ask(
        message(.participantStatus, [segment(labels: labels)]), to: recipient,
        under: openAgreement.with(law), said(.release(form), under: law)
      ).verdict
    }
    let toAll = Self.standardForm {
      $0.recipients = everybody.map { .agency($0.id) }
      $0.information[0].labels = [.mentalHealth, .domesticViolence]
    }
    #expect(verdict(toAll, to: harbor) == .permitted)
    #expect(verdict(toAll, to: prosecutor) == .held)
    #expect(verdict(toAll, to: harbor, labels: [.domesticViolence]) == .held)
    let withoutPart2b = Self.standardForm {
      $0.statements.remove(FormStatement.electronicSharing.rawValue)
    }
    #expect(
      withoutPart2b.missingElements(under: law) == ["us-mi:statement:electronic-sharing"])
    #expect(release().missingElements(under: law) == [])
  }

  @Test("Michigan: records of domestic-violence services need a release about nothing else")
  func apart() {
    func verdict(_ scopes: [WordSet<SensitivityLabel>]) -> Verdict? {
      let form = release {
        $0.information = scopes.map {
          InformationScope(categories: [.engagement], labels: $0)
        }
      }
      return ask(
        message(.participantStatus, [segment(labels: [.domesticViolence])]),
        under: openAgreement.with(Self.michigan), said(.release(form), under: Self.michigan)
      ).verdict
    }
    #expect(verdict([[.domesticViolence]]) == .permitted)
    #expect(verdict([[.domesticViolence], [.mentalHealth]]) == .held)
  }

  @Test("Pitfall: stale state pack", arguments: StatePack.all)
  func stale(_ pack: StatePack) {
    #expect(!pack.isStale(on: pack.reviewedOn.adding(days: StatePack.reviewDays)))
    #expect(pack.isStale(on: pack.reviewedOn.adding(days: StatePack.reviewDays + 1)))
    #expect(!pack.sources.isEmpty)
    #expect(StatePack.named(pack.code) == pack)
  }
}

@Suite("A message whose sender hears what becomes of it goes by its own release alone")
struct AnsweredTests {
  /// `openAgreement` tells the sender of a hold request, and of a status nothing.
  private func verdict(
    _ topic: Topic, _ segment: Segment, release: String?, to recipient: Registry.Agency,
    _ consents: ParticipantConsents, purpose: Purpose? = nil
  ) -> String {
    let asked = message(topic, [segment], release: release, purpose: purpose)
    let decision = ask(asked, to: recipient, consents)
    return decision.permit == nil ? "\(decision.reasons)" : "permitted"
  }

  @Test("No emergency opens it, nor does an order")
  func authorities() {
    var urgent = ParticipantConsents()
    urgent.emergencies = [
      EmergencyAccess(
        id: RoiID("e-1")!, recipient: harbor.id, recipientName: "Dr. Field",
        affiliation: "Harbor", discloser: "shift lead", nature: "overdose", openedAt: now - 1,
        closesAt: now + .hours(1))
    ]
    let who = Segment(.handoffDetails, fields: [Field("name", .text("somebody"))])
    for (topic, release, opens) in [
      (Topic.holdRequested, nil, true), (.holdRequested, "invented", false),
      (.participantStatus, "invented", true),
    ] {
      let answer = verdict(topic, who, release: release, to: harbor, urgent)
      #expect((answer == "permitted") == opens, "\(topic) naming \(release ?? "none")")
    }
    var ordered = ParticipantConsents()
    ordered.orders = [
      CourtOrder(
        id: RoiID("order-1")!, kind: .noncriminal, issuedAt: now - 1, expiresAt: now + .days(1),
        disclosers: [.agency(cedar.id)], recipients: [.agency(defender.id)],
        information: [InformationScope(categories: [.courtCase], labels: [.part2])],
        hasFindings: true, hasNotice: true)
    ]
    let hearing = Segment(.courtCase, fields: [Field("event", .code("hearing"))])
    for (topic, release, opens) in [
      (Topic.holdRequested, nil, true), (.holdRequested, "invented", false),
      (.participantStatus, "invented", true),
    ] {
      let answer = verdict(
        topic, hearing, release: release, to: defender, ordered, purpose: .legalDefence)
      #expect((answer == "permitted") == opens, "\(topic) naming \(release ?? "none")")
    }
  }
}
