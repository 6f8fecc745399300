import Testing

@testable import FHIRConsent

/// The situations of IHE's Privacy Consent on FHIR and of HL7's R4 examples, restated in our words.
@Suite("Known consent situations")
struct CaseTests {
  static let care = Sample.purpose("TREAT", "HPAYMT", "HOPERAT")
  static let plain = Sample.observation("plain")
  static let secret = Sample.observation("secret", labels: ["R", "ETHUD"])

  static func outcome(
    _ provision: String, to recipient: String = "Practitioner/wren", for purpose: String = "TREAT",
    at now: String = "2022-07-01", groups: String = "[]"
  ) throws -> ConsentDecision.Outcome {
    try Sample.decide(
      [Sample.consent(provision)], to: recipient, for: purpose, at: now, "\"groups\":\(groups)"
    ).decision
  }

  @Test("a permit for care permits care, leaves nothing over, and does not reach marketing")
  func basic() throws {
    let decision = try Sample.decide([Sample.consent(Sample.permit(Self.care))])
    #expect(decision.decision == .permit)
    #expect(decision.withheld.isEmpty)
    #expect(decision.deciding.map(\.provision) == ["Consent.provision"])
    #expect(try Self.outcome(Sample.permit(Self.care), for: "HMARKT") == .notCovered)
  }

  @Test("a period ends with the last instant of its last day; a later date of signing is no start")
  func expired() throws {
    let provision = Sample.permit(Self.care, Sample.period(nil, "2022-12-31"))
    #expect(try Self.outcome(provision, at: "2022-12-31T23:59:59Z") == .permit)
    #expect(try Self.outcome(provision, at: "2023-01-01T00:00:00Z") == .notCovered)
    let later = Sample.consent(Sample.permit(Self.care), extra: #""dateTime":"2023-06-24""#)
    #expect(try Sample.decide([later]).decision == .permit)
  }

  @Test("an active refusal denies; an expired or withdrawn one says nothing")
  func refusal() throws {
    #expect(try Self.outcome(Sample.deny(Self.care)) == .deny)
    #expect(
      try Self.outcome(Sample.deny(Self.care, Sample.period(nil, "2021"))) == .notCovered)
    for status in ["draft", "proposed", "rejected", "inactive", "entered-in-error"] {
      let consent = Sample.consent(Sample.permit(Self.care), status: status)
      #expect(try Sample.decide([consent]).decision == .notCovered, "\(status)")
    }
  }

  @Test("a purpose covers its kinds, at any depth, and not the reverse")
  func research() throws {
    let provision = Sample.permit(Sample.purpose("HRESCH"))
    for kind in ["HRESCH", "BIORCH", "CLINTRCHPC"] {
      #expect(try Self.outcome(provision, for: kind) == .permit)
    }
    #expect(try Self.outcome(provision, for: "TREAT") == .notCovered)
    #expect(try Self.outcome(Sample.permit(Sample.purpose("BIORCH")), for: "HRESCH") == .notCovered)
    let project = try Sample.decide(
      [Sample.consent(provision)], for: "cohort-9",
      #""hierarchy":[{"code":"cohort-9","under":"HRESCH"}]"#)
    #expect(project.decision == .permit)
  }

  @Test("a time frame of data, given and excepted")
  func timeFrame() throws {
    let old = Sample.observation("old", date: "2004-12-25T23:50:50-05:00")
    let undated = Sample.observation("undated", date: nil)
    let vague = Sample.observation("vague", date: "2022")
    let all = [Self.plain, old, undated, vague]
    let within = Sample.dataPeriod("2022-01-01", "2022-06-30")
    let given = Sample.consent(Sample.permit(Self.care, within))
    let excepted = Sample.consent(Sample.permit(Self.care, Sample.nested(Sample.deny(within))))
    #expect(try Sample.released([given], all) == ["plain"])
    #expect(try Sample.released([excepted], all) == ["old"])
  }

  @Test("an author of data, given and excepted; what names no author counts against telling")
  func author() throws {
    let other = Sample.observation("other", author: "finch")
    let unsigned = Sample.observation("unsigned", author: nil)
    let by = Sample.data("authoredby", "Practitioner/lark")
    let given = Sample.consent(Sample.permit(Self.care, by))
    let excepted = Sample.consent(Sample.permit(Self.care, Sample.nested(Sample.deny(by))))
    let all = [Self.plain, other, unsigned]
    #expect(try Sample.released([given], all) == ["plain"])
    #expect(try Sample.released([excepted], all) == ["other"])
    let provenance =
      #"{"resourceType":"Provenance","id":"p","target":[{"reference":"Observation/unsigned"}],"#
      + #""agent":[{"type":{"coding":[{"code":"author"}]},"#
      + #""who":{"reference":"Practitioner/lark"}}]}"#
    #expect(try Sample.released([given], all + [provenance]) == ["plain", "unsigned"])
  }

  @Test("an encounter, given and excepted, with what belongs to it")
  func encounter() throws {
    let elsewhere = Sample.observation("elsewhere", encounter: "barn")
    let nowhere = Sample.observation("nowhere", encounter: nil)
    let all = [Self.plain, elsewhere, nowhere]
    for meaning in ["related", "dependents"] {
      let inIt = Sample.data(meaning, "Encounter/dock")
      let excepted = Sample.permit(Self.care, Sample.nested(Sample.deny(inIt)))
      #expect(try Sample.released([Sample.consent(Sample.permit(Self.care, inIt))],
        all) == ["plain"])
      #expect(try Sample.released([Sample.consent(excepted)], all) == ["elsewhere", "nowhere"])
    }
  }

  @Test("related reaches what the named resource refers to; dependents does not")
  func related() throws {
    let report =
      #"{"resourceType":"DiagnosticReport","id":"sum","#
        + #""result":[{"reference":"Observation/plain"}],"#
      + #""performer":[{"reference":"Practitioner/finch"}]}"#
    let other = Sample.observation("other")
    func named(_ meaning: String) -> [String] {
      [Sample.consent(Sample.permit(Sample.data(meaning, "DiagnosticReport/sum")))]
    }
    let all = [Self.plain, other, report]
    #expect(try Sample.released(named("related"), all) == ["plain", "sum"])
    #expect(try Sample.released(named("dependents"), all) == ["sum"])
    #expect(try Sample.released(named("instance"), all) == ["sum"])
  }

  @Test("listed instances, given and excepted")
  func instances() throws {
    let listed = Sample.data("instance", "Observation/plain", "Observation/absent")
    let other = Sample.observation("other")
    let excepted = Sample.permit(Self.care, Sample.nested(Sample.deny(listed)))
    #expect(
      try Sample.released([Sample.consent(Sample.permit(Self.care, listed))], [Self.plain, other])
        == ["plain"])
    #expect(try Sample.released([Sample.consent(excepted)], [Self.plain, other]) == ["other"])
  }

  @Test("a purpose and recipient of the site's own need both")
  func own() throws {
    let provision = Sample.permit(
      #""purpose":[{"system":"http://example.org/why","code":"census"}]"#,
      Sample.actor("Organization/college"))
    #expect(try Self.outcome(provision, to: "Organization/college", for: "census") == .permit)
    #expect(try Self.outcome(provision, to: "Organization/college") == .notCovered)
    #expect(try Self.outcome(provision, to: "Organization/other", for: "census") == .notCovered)
  }

  @Test("a refusal with break-glass: only a member of the group, only to break the glass")
  func breakGlass() throws {
    let provision = Sample.deny(
      Sample.nested(Sample.permit(Sample.purpose("BTG"), Sample.actor("Group/night"))))
    let groups = "[\(Sample.group("night", "Practitioner/lark"))]"
    #expect(try Self.outcome(provision, to: "Practitioner/lark", groups: groups) == .deny)
    #expect(try Self.outcome(provision, for: "BTG", groups: groups) == .deny)
    let member = try Sample.decide(
      [Sample.consent(provision)], for: "BTG", "\"groups\":\(groups)")
    #expect(member.decision == .permit)
    #expect(member.withheld.isEmpty)
  }

  @Test("confidentiality is a height: normal, restricted, and the exceptions to either")
  func confidentiality() throws {
    let normal = Sample.permit(Self.care, Sample.label("N"))
    let both = Sample.permit(Self.care, Sample.label("N", "R"))
    let notRestricted = Sample.permit(
      Self.care, Sample.label("N"), Sample.nested(Sample.deny(Sample.label("R"))))
    let low = Sample.observation("low", labels: ["L"])
    let bare = Sample.observation("bare", labels: [])
    let all = [Self.plain, Self.secret, low, bare]
    #expect(try Sample.released([Sample.consent(normal)], all) == ["plain", "low"])
    #expect(try Sample.released([Sample.consent(both)], all) == ["plain", "low", "secret"])
    #expect(try Sample.released([Sample.consent(notRestricted)], all) == ["plain", "low"])
  }

  @Test("a nested permit widens its parent, for its own actor alone")
  func focused() throws {
    let psychiatric = Sample.observation("mind", labels: ["R", "PSY"])
    let violence = Sample.observation("harm", labels: ["SDV"])
    let all = [Self.plain, Self.secret, psychiatric, violence]
    func consent(_ labels: String) -> [String] {
      [
        Sample.consent(
          Sample.permit(
            Self.care, Sample.label("N"),
            Sample.nested(Sample.permit(labels, Sample.actor("Practitioner/lark")))))
      ]
    }
    let restricted = consent(Sample.label("R"))
    #expect(
      try Sample.released(restricted, all) == ["plain", "secret", "mind", "harm"])
    #expect(try Sample.released(restricted, all, to: "Practitioner/wren") == ["plain"])
    let mind = consent(Sample.label("PSY"))
    #expect(try Sample.released(mind, all) == ["plain", "mind"])
    #expect(try Sample.released(mind, all, to: "Practitioner/wren") == ["plain"])
    #expect(try Sample.released(mind, all, for: "HMARKT").isEmpty)
    #expect(
      try Sample.released(consent(Sample.label("PSY", "SDV")), all) == ["plain", "mind", "harm"])
  }

  @Test("a label that a provision does not name is not agreed to with one that it names")
  func allSensitivities() throws {
    let two = Sample.observation("two", labels: ["R", "PSY", "HIV"])
    let masked = Sample.observation("masked", labels: ["N", "PSY"])
    let very = Sample.observation("very", labels: ["V", "PSY"])
    let mind = Sample.consent(Sample.permit(Sample.label("PSY")))
    #expect(try Sample.released([mind], [two, masked, very]) == ["masked"])
    let normal = Sample.consent(Sample.permit(Sample.label("N")))
    #expect(try Sample.released([normal], [masked, Self.plain]) == ["plain"])
    let broad = Sample.consent(Sample.permit(Sample.label("SUD")))
    #expect(try Sample.released([broad], [Self.secret]) == ["secret"])
    let notBroad = Sample.consent(Sample.permit(Sample.nested(Sample.deny(Sample.label("ETH")))))
    #expect(try Sample.released([notBroad], [Self.secret, Self.plain]) == ["plain"])
  }

  @Test("restricted data behind break-glass, normal data for care")
  func breakGlassRestricted() throws {
    let consent = Sample.consent(
      Sample.permit(
        Self.care, Sample.label("N"),
        Sample.nested(
          Sample.permit(
            Sample.purpose("BTG"), Sample.label("R"), Sample.actor("Group/night")))))
    let groups = [Sample.group("night", "Practitioner/lark")]
    let all = [Self.plain, Self.secret]
    #expect(
      try Sample.released([consent], all, for: "BTG", groups: groups) == ["plain", "secret"])
    #expect(try Sample.released([consent], all, groups: groups) == ["plain"])
    #expect(
      try Sample.released([consent], all, to: "Practitioner/wren", for: "BTG", groups: groups)
        == ["plain"])
  }

  @Test("the base of a policy rule holds where no provision says otherwise")
  func policyRule() throws {
    let optOut = Sample.policyRule("OPTOUT")
    let optIn = Sample.policyRule("OPTIN")
    #expect(try Sample.decide([Sample.consent(nil, extra: optIn)]).decision == .permit)
    #expect(try Sample.decide([Sample.consent(nil, extra: optOut)]).decision == .deny)
    let emergency = Sample.consent(
      "{\(Sample.nested(Sample.permit(Sample.purpose("ETREAT"))))}", extra: optOut)
    #expect(try Sample.decide([emergency], for: "ETREAT").decision == .permit)
    #expect(try Sample.decide([emergency], for: "TREAT").decision == .deny)
    let notThem = Sample.consent(
      "{\(Sample.nested(Sample.deny(Sample.actor("Practitioner/lark"))))}", extra: optIn)
    #expect(try Sample.decide([notThem]).decision == .deny)
    #expect(try Sample.decide([notThem], to: "Practitioner/wren").decision == .permit)
  }

  @Test("reading is not writing")
  func actions() throws {
    let consent = Sample.consent(
      Sample.permit(Sample.actor("RelatedPerson/kin", role: "PRCP"), Sample.action("access")))
    func decision(_ action: String) throws -> ConsentDecision.Outcome {
      let decided = try Sample.decide([consent], to: "RelatedPerson/kin", action)
      return decided.decision
    }
    #expect(try decision(#""action":"read""#) == .permit)
    #expect(try decision(#""action":{"code":"access"}"#) == .permit)
    #expect(try decision(#""action":"write""#) == .notCovered)
    #expect(try decision(#""action":["access","correct"]"#) == .notCovered)
    #expect(try Sample.decide([consent], to: "RelatedPerson/kin").decision == .permit)
  }

  @Test("examples that are untyped or contradict themselves are refused, never guessed")
  func untyped() {
    let optIn = Sample.policyRule("OPTIN"), optOut = Sample.policyRule("OPTOUT")
    let to = Sample.actor("Organization/mill", role: "PRCP")
    let refused: [String] = [
      Sample.consent("{\(Sample.period("1964-01-01", "2016-01-01"))}", extra: optIn),
      Sample.consent("{\(Sample.actor("Organization/mill", role: "CST"))}", extra: optOut),
      Sample.consent("{\(Sample.purpose("ETREAT")),\(Sample.nested(Sample.deny(to)))}",
        extra: optOut),
      Sample.consent("{\(to),\(Sample.action("access"))}", extra: optIn),
      Sample.consent("{\(Sample.data("related", "Task/3"))}", extra: optIn),
      Sample.consent(Sample.deny(to), extra: optIn),
      Sample.consent(
        "{\(Sample.nested(Sample.permit(Sample.resourceClass("MedicationRequest"))))}",
          extra: optIn),
    ]
    for text in refused {
      #expect(Sample.refusal(text)?.path.hasPrefix("Consent.provision") == true, "\(text)")
    }
  }
}
