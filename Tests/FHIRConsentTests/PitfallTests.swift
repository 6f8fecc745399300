import Testing

@testable import FHIRConsent

/// Mistakes that other engines make, each under its name.
@Suite("Named pitfalls of FHIR consents")
struct PitfallTests {
  static let care = Sample.purpose("TREAT")

  @Test("label-or-class: label and class and code must all be met")
  func labelOrClass() throws {
    let both = Sample.label("R") + "," + Sample.resourceClass("Observation") + ","
      + Sample.code("8302-2")
    let hit = Sample.observation("hit", labels: ["R"])
    let otherCode = Sample.observation("code", labels: ["R"], code: "1-1")
    let condition = hit.replacingOccurrences(of: "Observation", with: "Condition")
      .replacingOccurrences(of: "\"hit\"", with: "\"class\"")
    let higher = Sample.observation("label", labels: ["V"])
    let all = [hit, otherCode, condition, higher]
    #expect(try Sample.released([Sample.consent(Sample.permit(both))], all) == ["hit"])
    let denied = Sample.consent(Sample.permit(Self.care, Sample.nested(Sample.deny(both))))
    #expect(try Sample.released([denied], all) == ["code", "class"])
  }

  @Test("polarity by position: a type is what it says, wherever it stands")
  func polarityByPosition() throws {
    let denied = Sample.deny(Self.care, Sample.nested(Sample.deny(Sample.label("R"))))
    #expect(try Sample.decide([Sample.consent(denied)]).decision == .deny)
    let widened = Sample.permit(
      Self.care, Sample.label("N"), Sample.nested(Sample.permit(Sample.label("R"))))
    let secret = Sample.observation("secret", labels: ["R"])
    #expect(try Sample.released([Sample.consent(widened)], [secret]) == ["secret"])
    let deep = Sample.permit(
      Self.care, Sample.label("N"),
      Sample.nested(
        Sample.deny(
          Sample.actor("Practitioner/lark"),
            Sample.nested(Sample.permit(Sample.purpose("ETREAT"))))))
    #expect(try Sample.decide([Sample.consent(deep)]).decision == .deny)
    #expect(try Sample.decide([Sample.consent(deep)], for: "ETREAT").decision == .permit)
  }

  @Test("period for dataPeriod: the one is when a provision holds, the other which data it means")
  func periodForDataPeriod() throws {
    let january = Sample.observation("january", date: "2015-01-15")
    let held = Sample.consent(Sample.permit(Self.care, Sample.period("2022", "2022")))
    #expect(try Sample.released([held], [january]) == ["january"])
    let about = Sample.consent(Sample.permit(Self.care, Sample.dataPeriod("2022", "2022")))
    #expect(try Sample.released([about], [january]).isEmpty)
    let mixed = Sample.consent(
      "{\(Sample.period("2015-01-01", "2015-02-01"))}", extra: Sample.policyRule("OPTIN"))
    #expect(Sample.refusal(mixed)?.path == "Consent.provision.type")
  }

  @Test("author coded as custodian: who holds data is not who wrote them")
  func authorAsCustodian() throws {
    let custodian = Sample.consent(
      Sample.permit(
        Self.care,
        Sample.nested(Sample.deny(Sample.actor("Organization/mill", role: "CST")))))
    let silent = try Sample.decide([custodian])
    #expect(silent.decision == .refused)
    #expect(silent.refused.first?.path == "Consent.provision.provision[0].actor")
    let told = try Sample.decide([custodian], #""custodian":{"reference":"Organization/mill"}"#)
    #expect(told.decision == .deny)
    let other = try Sample.decide([custodian], #""custodian":{"reference":"Organization/kiln"}"#)
    #expect(other.decision == .permit)
    let author = Sample.consent(Sample.permit(Sample.actor("Organization/mill", role: "AUT")))
    #expect(Sample.refusal(author)?.reason.contains("authoredby") == true)
  }

  @Test("dangling actor: an actor who cannot be found never becomes anybody")
  func danglingActor() throws {
    #expect(
      Sample.refusal(Sample.consent(Sample.permit(Sample.actor("#gone"))))?.reason
        .contains("dangling") == true)
    let permit = Sample.consent(Sample.permit(Sample.actor("Group/gone")))
    let unknown = try Sample.decide([permit])
    #expect(unknown.decision == .notCovered)
    #expect(unknown.reasons.contains { $0.contains("nobody can tell") })
    let denial = Sample.consent(
      Sample.permit(Self.care, Sample.nested(Sample.deny(Sample.actor("Group/gone")))))
    #expect(try Sample.decide([denial]).decision == .refused)
    #expect(try Sample.decide([denial], to: nil).decision == .refused)
  }

  @Test("any-purpose match: every purpose asked for must be permitted")
  func anyPurpose() throws {
    let consent = Sample.consent(Sample.permit(Sample.purpose("TREAT", "HPAYMT")))
    func decide(_ purposes: String) throws -> ConsentDecision.Outcome {
      try Sample.decide([consent], for: nil, "\"purposes\":[\(purposes)]").decision
    }
    #expect(try decide(#""TREAT","HPAYMT""#) == .permit)
    #expect(try decide(#""TREAT","HMARKT""#) == .notCovered)
    #expect(try decide("") == .notCovered)
    let resources = "\"resources\":\(Sample.bundle(Sample.observation("plain")))"
    let mixed = try Sample.decide(
      [consent], for: nil, #""purposes":["TREAT","HMARKT"]"#, resources)
    #expect(mixed.decision == .notCovered)
    #expect(mixed.withheld.map(\.reference) == ["Observation/plain"])
    let split = [
      consent, Sample.consent(Sample.permit(Sample.purpose("HRESCH")), id: "two"),
    ]
    #expect(
      try Sample.decide(split, for: nil, #""purposes":["TREAT","HRESCH"]"#).decision == .permit)
  }

  @Test("vanishing deny: one consent that is not understood stops the whole decision")
  func vanishingDeny() throws {
    let asked = try DecisionRequest.read(
      Array(#"{"recipients":[{"reference":"Practitioner/lark"}],"purposes":["TREAT"]}"#.utf8),
      file: "request.json"
    ) { _ in [] }
    let good = try Sample.read([Sample.consent(Sample.permit(Self.care))])
    let broken = try #require(
      Sample.refusal(Sample.consent(Sample.deny(#""why":"TREAT""#))))
    let decision = ConsentDecider.decide(
      asked, consents: good, refusals: [broken], at: Sample.time("2022-07-01"))
    #expect(decision.decision == .refused)
    #expect(decision.refused.map(\.path) == ["Consent.provision.why"])
    #expect(decision.reasons.first?.hasPrefix("consent.json: Consent.provision.why") == true)
  }

  @Test("vanishing deny: a bound of the permit is no bound of the denial within it")
  func vanishingBound() throws {
    let consent = Sample.consent(
      Sample.permit(
        Self.care, Sample.label("N"), Sample.nested(Sample.deny(Sample.dataPeriod("2022",
          "2022")))))
    let low = Sample.observation("low", labels: ["L"])
    let old = Sample.observation("old", labels: ["L"], date: "2020-01-01")
    #expect(try Sample.released([consent], [low, old]) == ["old"])
  }

  @Test("group drift: membership is that of now, not of the signing")
  func groupDrift() throws {
    let consent = Sample.consent(Sample.permit(Self.care, Sample.actor("Group/night")))
    let members = [
      #"{"entity":{"reference":"Practitioner/lark"},"period":{"end":"2022-06-30"}}"#,
      #"{"entity":{"reference":"Practitioner/wren"},"inactive":true}"#,
      #"{"entity":{"reference":"Group/inner"}}"#,
    ].joined(separator: ",")
    let group = #"{"resourceType":"Group","id":"night","actual":true,"member":[\#(members)]}"#
    let inner = Sample.group("inner", "Practitioner/finch", "Group/night")
    let groups = "\"groups\":[\(group),\(inner)]"
    func decide(_ who: String, _ now: String) throws -> ConsentDecision.Outcome {
      let decided = try Sample.decide([consent], to: who, at: now, groups)
      return decided.decision
    }
    #expect(try decide("Practitioner/lark", "2022-06-30") == .permit)
    #expect(try decide("Practitioner/lark", "2022-07-01") == .notCovered)
    #expect(try decide("Practitioner/wren", "2022-07-01") == .notCovered)
    #expect(try decide("Practitioner/finch", "2022-07-01") == .permit)
    #expect(try decide("Practitioner/nobody", "2022-07-01") == .notCovered)
    let gone = "\"groups\":[\(Sample.group("night", "Practitioner/lark", active: false))]"
    #expect(try Sample.decide([consent], gone).decision == .notCovered)
    let list = #""groups":{"Group/night":["Practitioner/lark"]}"#
    #expect(try Sample.decide([consent], list).decision == .permit)
  }

  @Test("newest wins: a later permit does not erase an earlier refusal")
  func newestWins() throws {
    let refusal = Sample.consent(
      Sample.deny(Sample.label("PSY")), id: "first", extra: #""dateTime":"2020-01-01""#)
    let permit = Sample.consent(
      Sample.permit(Self.care), id: "later", extra: #""dateTime":"2022-01-01""#)
    let mind = Sample.observation("mind", labels: ["R", "PSY"])
    let plain = Sample.observation("plain")
    for order in [[refusal, permit], [permit, refusal]] {
      #expect(try Sample.released(order, [mind, plain]) == ["plain"])
      let open = try Sample.decide(order)
      #expect(open.decision == .permit)
      #expect(open.withheld.first?.labels?.map(\.code) == ["PSY"])
    }
    let whole = Sample.consent(Sample.deny(Self.care), id: "no")
    #expect(try Sample.decide([whole, permit]).decision == .deny)
    let ended = Sample.consent(Sample.deny(Self.care, Sample.period(nil, "2021")), id: "no")
    #expect(try Sample.decide([ended, permit]).decision == .permit)
  }
}
