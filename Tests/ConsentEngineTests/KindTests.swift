import ConsentEngine
import HubModel
import Testing

@Suite("Kinds of release, each with its own elements")
struct KindTests {
  static func sound(_ kind: ReleaseOfInformation.Kind) -> ReleaseOfInformation {
    release(kind: kind) {
      switch kind {
      case .field, .multiParty, .treatmentPaymentOperations: break
      case .criminalJustice:
        $0.track = "arrest-diversion"
        $0.revocableFrom = "disposition"
        $0.recipients = [.person(prosecutor.id, reference: "dpa-7")]
      case .proceedings: $0.purposes = [.charging]
      case .sudCounsellingNotes: $0.information[0].categories = [.sudCounsellingNotes]
      case .psychotherapyNotes: $0.information[0].categories = [.psychotherapyNotes]
      }
    }
  }

  static let open = SiteSwitches(criminalJusticeTracks: ["arrest-diversion"])

  typealias Change = @Sendable (inout ReleaseOfInformation) -> Void
  static let everyKind: [(String, Change)] = [
    ("discloser", { $0.disclosers = [] }), ("recipient", { $0.recipients = [] }),
    ("information", { $0.information = [] }), ("purpose", { $0.purposes = [] }),
    ("signature-date", { $0.signedAt = nil }), ("signed-form", { $0.formImageHash = [] }),
    ("expiry", { $0.expiry = nil }), ("signer-evidence", { $0.signer = .guardian }),
    ("statement:right-to-revoke", { $0.statements.remove(FormStatement.rightToRevoke.rawValue) }),
    (
      "stands-alone",
      {
        $0.conditionedOn = ["treatment"]
        $0.recipients += [.person(prosecutor.id, reference: "dpa-8")]
      }
    ),
  ]

  @Test("Sound, it is active; without any one element it is a draft that names it",
    arguments: ReleaseOfInformation.Kind.allCases)
  func elements(_ kind: ReleaseOfInformation.Kind) {
    let form = Self.sound(kind)
    #expect(form.missingElements(under: Self.open) == [])
    #expect(said(.release(form), under: Self.open).records[0].state == .active)
    for (code, change) in Self.everyKind {
      var spoilt = form
      change(&spoilt)
      #expect(spoilt.missingElements(under: Self.open) == [code], "\(kind) \(code)")
      #expect(said(.release(spoilt), under: Self.open).records[0].state == .draft)
    }
  }

  @Test("Each statement that the kind needs is missed (45 CFR 164.508(c)(2); 42 CFR 2.31(a))")
  func statements() {
    let needed: [(ReleaseOfInformation.Kind, Set<String>)] = [
      (.field, [FormStatement.rightToRevoke.rawValue]),
      (
        .multiParty,
        [
          FormStatement.rightToRevoke.rawValue, FormStatement.redisclosure.rawValue,
          FormStatement.noConditionOfTreatment.rawValue,
        ]
      ),
      (
        .treatmentPaymentOperations,
        [
          FormStatement.rightToRevoke.rawValue, FormStatement.redisclosure.rawValue,
          FormStatement.refusalConsequence.rawValue,
        ]
      ),
      (
        .sudCounsellingNotes,
        [FormStatement.rightToRevoke.rawValue, FormStatement.noConditionOfTreatment.rawValue]
      ),
    ]
    for (kind, statements) in needed {
      var form = Self.sound(kind)
      form.statements = []
      let missing = Set(statements.map { "statement:\($0)" })
      #expect(Set(form.missingElements(under: Self.open)) == missing)
    }
  }

  @Test("Proceedings combine with nothing, and nothing with proceedings (42 CFR 2.31(d))")
  func proceedings() {
    var mixed = Self.sound(.proceedings)
    mixed.purposes.insert(.careCoordination)
    #expect(mixed.missingElements(under: Self.open) == ["separate-consent-for-proceedings"])
    let form = release(kind: .proceedings) {
      $0.purposes = [.warrant]
      $0.recipients = [.agency(prosecutor.id)]
    }
    func asked(_ purpose: Purpose) -> Decision {
      ask(
        message(.participantStatus, [segment()], purpose: purpose), to: prosecutor,
        said(.release(form)))
    }
    #expect(asked(.warrant).verdict == .permitted)
    #expect(asked(.charging).reasons.last == .adversePurpose || asked(.charging).permit == nil)
    #expect(asked(.careCoordination).verdict == .held)
    let coordination = release { $0.recipients = [.agency(prosecutor.id)] }
    let warrant = message(.participantStatus, [segment()], purpose: .warrant)
    #expect(ask(warrant, to: prosecutor, said(.release(coordination))).verdict == .withheld)
  }

  @Test("Notes need a release of their own kind; a broad one and TPO never match",
    arguments: [InformationCategory.sudCounsellingNotes, .psychotherapyNotes])
  func notes(_ notes: InformationCategory) throws {
    let asked = message(.participantStatus, [segment(notes)])
    let kind = try #require(ReleaseOfInformation.Kind(rawValue: notes.rawValue))
    let other: ReleaseOfInformation.Kind =
      kind == .psychotherapyNotes ? .sudCounsellingNotes : .psychotherapyNotes
    #expect(ask(asked, said(.release(Self.sound(kind)))).verdict == .permitted)
    #expect(ask(asked, said(.release(Self.sound(other)))).verdict == .withheld)
    let combined = release { $0.information[0].categories.insert(notes) }
    #expect(
      combined.missingElements(under: SiteSwitches()) == ["separate-consent-for-notes"])
    let status = message(.participantStatus, [segment()])
    #expect(ask(status, said(.release(Self.sound(kind)))).verdict == .held)
  }

  @Test("A consent of 42 CFR 2.35 serves the matter at hand and no other purpose that it names",
    arguments: Purpose.allCases.filter { !$0.isAdverse })
  func matterAtHand(_ purpose: Purpose) {
    var form = Self.sound(.criminalJustice)
    form.purposes = WordSet(Purpose.allCases.filter { !$0.isAdverse })
    form.information[0].categories = [.operational, .identity, .participation, .courtCase]
    for category in form.information[0].categories.sorted(by: { $0.rawValue < $1.rawValue }) {
      let decision = ask(
        message(.participantStatus, [segment(category)], purpose: purpose), to: prosecutor,
        under: openAgreement.with(Self.open), said(.release(form), under: Self.open))
      if purpose == .diversion || purpose == .careCoordination {
        #expect(decision.reasons == [.releaseCovers] || decision.reasons == [.notNeeded])
      } else {
        #expect(decision.permit == nil)
        #expect(decision.reasons == [.kindTooNarrow] || decision.reasons == [.notNeeded])
      }
    }
  }

  @Test("What a kind can never serve is told as too narrow, before what its form lacks")
  func tooNarrow() {
    func reasons(
      _ kind: ReleaseOfInformation.Kind, _ purpose: Purpose = .careCoordination,
      _ category: InformationCategory = .engagement, to recipient: Registry.Agency = prosecutor
    ) -> WordList<Reason> {
      ask(
        message(.participantStatus, [segment(category)], purpose: purpose), to: recipient,
        under: openAgreement.with(Self.open),
        said(.release(Self.sound(kind)), under: Self.open)
      ).reasons
    }
    for kind in [
      ReleaseOfInformation.Kind.field, .proceedings, .sudCounsellingNotes, .psychotherapyNotes,
      .treatmentPaymentOperations,
    ] {
      for recipient in [prosecutor, defender] {
        #expect(reasons(kind, to: recipient) == [.kindTooNarrow], "\(kind)")
      }
    }
    #expect(reasons(.treatmentPaymentOperations, to: harbor) == [.recipientNotNamed])
    #expect(reasons(.treatmentPaymentOperations, .legalDefence, to: harbor) == [.kindTooNarrow])
    #expect(reasons(.criminalJustice, to: defender) == [.kindTooNarrow])
    #expect(reasons(.criminalJustice, .careCoordination, .courtCase) == [.informationNotNamed])
  }

  @Test("42 CFR 2.35 only where counsel opened the door, never on a social contact")
  func tracks() {
    var form = Self.sound(.criminalJustice)
    #expect(form.missingElements(under: SiteSwitches()) == ["track"])
    form.track = "social-contact"
    let all = SiteSwitches(criminalJusticeTracks: ["arrest-diversion", "social-contact"])
    #expect(form.missingElements(under: all) == ["track"])
    form = Self.sound(.criminalJustice)
    form.revocableFrom = ""
    form.recipients = [.role(.prosecutor)]
    #expect(form.missingElements(under: Self.open) == ["revocable-from", "named-monitor"])
  }

  @Test("A consent of 42 CFR 2.35 holds toward its monitors until its event, and nobody else's")
  func irrevocable() throws {
    let law = Self.open
    let asked = message(.participantStatus, [segment()])
    var consents = said(
      .release(Self.sound(.criminalJustice)), revocation("r-1"), under: law)
    func verdict(_ recipient: Registry.Agency) -> Verdict? {
      ask(asked, to: recipient, under: openAgreement.with(law), consents).verdict
    }
    #expect(verdict(prosecutor) == .permitted, "not yet revocable")
    #expect(verdict(sheriff) == .held, "no monitor")
    for event in ["disposition", RoiEvent.finalDisposition] {
      var later = consents
      _ = try later.apply(
        .event(RoiEvent(.occurred, event: event)), from: cedar.id, under: law, at: now)
      consents = later
      #expect(verdict(prosecutor) == .withheld, "\(event)")
    }
    let ordinary = said(
      .release(release { $0.recipients = [.agency(prosecutor.id)] }), revocation("r-1"))
    #expect(ask(asked, to: prosecutor, ordinary).verdict == .withheld, "revoked at once")
  }

  @Test("An intermediary is named, and justice by name alone (42 CFR 2.31(a)(4)(ii), 2.24)")
  func intermediary() {
    let law = SiteSwitches(hubIsIntermediary: true)
    var form = release()
    #expect(form.missingElements(under: law) == ["intermediary"])
    form.recipients.append(.agency(.hub))
    #expect(form.missingElements(under: law) == [])
    form.recipients.append(.role(.prosecutor))
    #expect(form.missingElements(under: law) == ["recipient-by-name"])
    // What was signed before counsel decided so stops counting.
    let asked = message(.participantStatus, [segment()])
    let decision = ask(asked, under: openAgreement.with(law), said(.release(release())))
    #expect(decision.reasons == [.elementMissing])
    #expect(decision.verdict == .held)
  }

  @Test("Only what the purpose needs, whatever was signed (42 CFR 2.13(a))")
  func minimumNecessary() {
    let broad = said(
      .release(
        release {
          $0.recipients = [.agency(prosecutor.id), .agency(defender.id)]
          $0.information[0].categories = [.contact, .engagement]
        }))
    let asked = message(.participantStatus, [segment(), segment(.contact)])
    let toProsecutor = ask(asked, to: prosecutor, broad)
    #expect(toProsecutor.permitted == SegmentSet(bits: 1))
    #expect(toProsecutor.withholding == [.notNeeded])
    #expect(ask(asked, to: defender, broad).permitted == SegmentSet(bits: 3))
  }

  @Test("Nothing in the shipped catalogue asks for more than its own purpose needs")
  func catalogue() {
    let spec = Catalogue.all.values.filter { !$0.publishers.isEmpty && $0.disclosure != .control }
    for spec in spec {
      for category in Set(spec.fields.map(\.category)) {
        var asked = message(spec.topic, [segment(category, labels: [])], purpose: spec.purpose)
        asked.participant = nil
        let reasons = ask(asked, to: agency("office", .programOffice), nil).reasons
        #expect(!reasons.contains(.notNeeded), "\(spec.topic) \(category)")
      }
    }
  }
}
