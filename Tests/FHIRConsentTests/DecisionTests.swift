import Foundation
import Testing

@testable import FHIRConsent

@Suite("Deciding over FHIR consents")
struct DecisionTests {
  static let care = Sample.purpose("TREAT")

  @Test("actors are matched by reference, identifier or what the bundle says of them")
  func actors() throws {
    let byNumber = Sample.consent(
      Sample.permit(
        #""actor":[{"role":{"coding":[{"code":"IRCP","#
          + #""system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType"}]},"#
          + #""reference":{"identifier":{"system":"urn:npi","value":"12"}}}]"#))
    func decide(_ recipients: String, _ more: String...) throws -> ConsentDecision.Outcome {
      try Sample.decide(
        [byNumber],
        request: "{\(([#""recipients":\#(recipients)"#] + more).joined(separator: ","))}"
      ).decision
    }
    #expect(try decide(#"[{"system":"urn:npi","value":"12"}]"#) == .permit)
    #expect(try decide(#"{"identifier":{"system":"urn:npi","value":"12"}}"#) == .permit)
    #expect(try decide(#"[{"system":"urn:npi","value":"13"}]"#) == .notCovered)
    #expect(try decide(#"[{"system":"urn:other","value":"12"}]"#) == .notCovered)
    #expect(try decide(#""Practitioner/lark""#) == .notCovered)
    let known =
      #""groups":[{"resourceType":"Practitioner","id":"lark","identifier":[{"system":"urn:npi","#
        + #""value":"12"}]}]"#
    #expect(try decide(#""Practitioner/lark""#, known) == .permit)
  }

  @Test("a contained actor is known by its identifier, a contained group by its members")
  func contained() throws {
    let mill = Sample.consent(
      Sample.permit(Sample.actor("#mill")),
      extra: #""contained":[{"resourceType":"Organization","id":"mill","#
        + #""identifier":[{"system":"urn:x","value":"1"}]}]"#)
    let named = #"{"recipients":[{"system":"urn:x","value":"1"}]}"#
    #expect(try Sample.decide([mill], request: named).decision == .permit)
    let team = Sample.consent(
      Sample.permit(Sample.actor("#night")),
      extra: "\"contained\":[\(Sample.group("night", "Practitioner/lark"))]")
    #expect(try Sample.decide([team]).decision == .permit)
    #expect(try Sample.decide([team], to: "Practitioner/wren").decision == .notCovered)
  }

  @Test("relative and absolute references are one only where the server is known")
  func servers() throws {
    let lark = "https://a.example/fhir/Practitioner/lark"
    let here = Sample.consent(Sample.permit(Sample.actor(lark)))
    #expect(try Sample.decide([here], to: "Practitioner/lark").decision == .notCovered)
    #expect(
      try Sample.decide([here], to: "https://b.example/fhir/Practitioner/lark").decision
        == .notCovered)
    #expect(
      try Sample.decide([here], to: "https://a.example/fhir/Practitioner/lark/_history/2").decision
        == .permit)
    let based = try Sample.decide(
      [here], to: "Practitioner/lark", #""base":"https://a.example/fhir/""#)
    #expect(based.decision == .notCovered, "the consent was read without that server")
    let denial = Sample.consent(
      Sample.permit(
        Self.care,
        Sample.nested(Sample.deny(Sample.actor("https://a.example/fhir/Practitioner/lark")))))
    #expect(try Sample.decide([denial], to: "Practitioner/lark").decision == .refused)
    let urn = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    let local = Sample.consent(Sample.permit(Sample.actor(urn.uppercased())))
    #expect(try Sample.decide([local], to: urn).decision == .permit)
  }

  @Test("a consent read with its server knows relative names of it")
  func base() throws {
    let lark = "https://a.example/fhir/Practitioner/lark"
    let text = Sample.consent(Sample.permit(Sample.actor(lark)))
    let consents = try ConsentReader.read(
      Array(text.utf8), file: "c", base: "https://a.example/fhir")
    let asked = try DecisionRequest.read(
      Array(#"{"recipients":["Practitioner/lark"],"base":"https://a.example/fhir"}"#.utf8),
      file: "r"
    ) { _ in [] }
    let decision = ConsentDecider.decide(asked, consents: consents, at: Sample.time("2022"))
    #expect(decision.decision == .permit)
  }

  @Test("names of different kinds are one recipient; two of one kind are two")
  func recipients() throws {
    let consent = Sample.consent(Sample.permit(Sample.actor("Practitioner/lark")))
    func decide(_ recipients: String) throws -> ConsentDecision.Outcome {
      let decided = try Sample.decide([consent], request: "{\"recipients\":[\(recipients)]}")
      return decided.decision
    }
    #expect(try decide(#""Practitioner/lark","Organization/mill""#) == .permit)
    #expect(try decide(#""Practitioner/lark","Practitioner/lark""#) == .permit)
    #expect(try decide(#""Practitioner/lark","Practitioner/wren""#) == .notCovered)
    #expect(try decide(#"["Practitioner/lark","Practitioner/alias"]"#) == .permit)
  }

  @Test("without data the remainder states what to withhold, and what not")
  func remainder() throws {
    let consent = Sample.consent(
      Sample.permit(
        Self.care, Sample.label("N"),
        Sample.nested(
          Sample.deny(
            Sample.resourceClass("Procedure"),
            Sample.nested(Sample.permit(Sample.code("1-1")))),
          Sample.permit(Sample.label("PSY")))))
    let decision = try Sample.decide([consent])
    #expect(decision.decision == .permit)
    let denial = try #require(decision.withheld.first)
    #expect(denial.classes?.map(\.code) == ["Procedure"])
    #expect(denial.unless?.first?.codes?.map(\.code) == ["1-1"])
    let rest = try #require(decision.withheld.last)
    #expect(rest.labels == nil)
    #expect(rest.unless?.count == 3)
    #expect(decision.deciding.count == 4)
  }

  @Test("what one consent permits and another denies in full leaves nothing")
  func nothingLeft() throws {
    let permit = Sample.consent(Sample.permit(Sample.label("R")), id: "a")
    let denial = Sample.consent(Sample.deny(Sample.label("R")), id: "b")
    #expect(try Sample.decide([permit, denial]).decision == .deny)
  }

  @Test("codes: a permit needs the resource's own, a denial any in it")
  func codes() throws {
    let panel = Sample.observation(
      "panel", code: "1-1",
      more: #""component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2-2"}]}}]"#)
    let bare = Sample.observation("bare").replacingOccurrences(
      of: #""system":"http://loinc.org","code":"8302-2""#, with: #""code":"2-2""#)
    let plain = Sample.observation("plain")
    let given = Sample.consent(Sample.permit(Sample.code("2-2")))
    #expect(try Sample.released([given], [panel, bare, plain]).isEmpty)
    let excepted = Sample.consent(Sample.permit(Sample.nested(Sample.deny(Sample.code("2-2")))))
    #expect(try Sample.released([excepted], [panel, bare, plain]) == ["plain"])
  }

  @Test("classes are resource types, media types and profiles")
  func classes() throws {
    let document =
      #"{"resourceType":"DocumentReference","id":"doc","#
        + #""meta":{"profile":["http://example.org/p"]},"#
      + #""content":[{"attachment":{"contentType":"application/pdf"}}]}"#
    let all = [document, Sample.observation("plain")]
    for (system, code) in [
      ("http://hl7.org/fhir/resource-types", "DocumentReference"),
      ("urn:ietf:bcp:13", "application/pdf"), ("urn:ietf:rfc:3986", "http://example.org/p"),
    ] {
      let named = #""class":[{"system":"\#(system)","code":"\#(code)"}]"#
      #expect(try Sample.released([Sample.consent(Sample.permit(named))], all) == ["doc"],
        "\(code)")
    }
  }

  @Test("another patient's data stay, and consents of two patients are not mixed")
  func patients() throws {
    let consent = Sample.consent(Sample.permit(Self.care), id: "a")
    let theirs = Sample.observation("theirs", subject: "Patient/brook")
    let nobodys = Sample.observation("nobodys", subject: nil)
    #expect(try Sample.released([consent], [theirs, nobodys]) == ["nobodys"])
    let other = Sample.consent(Sample.deny(Self.care), id: "b", patient: "Patient/brook")
    #expect(try Sample.decide([consent, other]).decision == .refused)
    let meant = try Sample.decide([consent, other], #""patient":"Patient/river""#)
    #expect(meant.decision == .permit)
    let elsewhere = try Sample.decide([consent], #""patient":"Patient/brook""#)
    #expect(elsewhere.decision == .notCovered)
  }

  @Test("two versions of one consent are not both believed")
  func versions() throws {
    let old = Sample.consent(Sample.permit(Self.care), id: "a")
    let new = Sample.consent(Sample.permit(Sample.purpose("HPAYMT")), id: "a")
    #expect(try Sample.decide([old, new]).decision == .refused)
    #expect(try Sample.decide([old, old]).decision == .permit)
  }

  @Test("a consent that was checked and not verified permits nothing, and still refuses")
  func verification() throws {
    let failed = #""verification":[{"verified":false}]"#
    let permit = Sample.consent(Sample.permit(Self.care), id: "a", extra: failed)
    #expect(try Sample.decide([permit]).decision == .notCovered)
    let denial = Sample.consent(Sample.deny(Self.care), id: "b", extra: failed)
    let good = Sample.consent(Sample.permit(Self.care), id: "c")
    #expect(try Sample.decide([denial, good]).decision == .deny)
  }

  @Test("a category narrows which consents permit, not which refuse")
  func category() throws {
    let disclosure = #"{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","#
      + #""code":"IDSCL"}"#
    func other(_ provision: String, _ id: String) -> String {
      Sample.consent(provision, id: id).replacingOccurrences(
        of: #"{"system":"http://loinc.org","code":"59284-0"}"#, with: disclosure)
    }
    let permit = other(Sample.permit(Self.care), "a")
    #expect(try Sample.decide([permit], #""category":"IDSCL""#).decision == .permit)
    #expect(try Sample.decide([permit], #""category":["INFA"]"#).decision == .notCovered)
    let general = Sample.consent(Sample.permit(Self.care), id: "g")
    #expect(try Sample.decide([general], #""category":["INFA"]"#).decision == .permit)
    let denial = other(Sample.deny(Self.care), "b")
    #expect(try Sample.decide([general, denial], #""category":["INFA"]"#).decision == .deny)
  }

  @Test("a purpose that data carry as a label is kept to")
  func purposeLabels() throws {
    func tagged(_ id: String, _ code: String) -> String {
      Sample.observation(id, labels: []).replacingOccurrences(
        of: #""status""#,
        with: #""meta":{"security":[{"code":"\#(code)","#
          + #""system":"http://terminology.hl7.org/CodeSystem/v3-ActReason"}]},"status""#)
    }
    let consent = Sample.consent(Sample.permit(Self.care))
    let all = [tagged("care", "TREAT"), tagged("test", "HTEST"), tagged("pay", "HPAYMT")]
    #expect(try Sample.released([consent], all) == ["care", "test"])
  }

  @Test(
    "a request that could mean two things is refused",
    arguments: [
      "[]", #"{"recipients":[{"display":"Lark"}]}"#, #"{"purposes":[{"text":"care"}]}"#,
      #"{"purposes":["TREAT"],"purpose":["HMARKT"]}"#, #"{"action":"sell"}"#,
      #"{"resources":7}"#, #"{"resources":"missing.json"}"#, #"{"resources":{"id":"x"}}"#,
      #"{"patient":["Patient/a","Patient/b"]}"#, #"{"hierarchy":[{"code":"x"}]}"#,
      #"{"purposes":["TREAT"],"purposes":["HMARKT"]}"#, #"{"recipients":["lark"]}"#,
    ])
  func requests(text: String) {
    #expect(throws: ConsentRefusal.self) {
      try DecisionRequest.read(Array(text.utf8), file: "request.json") { _ in
        throw CocoaError(.fileReadNoSuchFile)
      }
    }
  }

  @Test("what a request holds beyond its parts is said, not silently dropped")
  func unusedParts() throws {
    let decision = try Sample.decide(
      [Sample.consent(Sample.permit(Self.care))], #""urgency":"high""#)
    #expect(decision.decision == .permit)
    #expect(decision.reasons.contains { $0.contains("\"urgency\"") })
  }

  @Test("a Bundle may hold the consents, and nothing else")
  func bundles() throws {
    let two = Sample.bundle(
      Sample.consent(Sample.permit(Self.care), id: "a"), Sample.consent(Sample.deny(), id: "b"))
    #expect(try Sample.read([two]).map(\.name) == ["Consent/a", "Consent/b"])
    let mixed = Sample.bundle(Sample.consent(Sample.permit()), Sample.observation("x"))
    #expect(Sample.refusal(mixed)?.path == "Bundle.entry[1].resource")
  }
}
