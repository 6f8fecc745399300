import Testing

@testable import FHIRConsent

/// What nobody can tell counts for a denial and never for a permit.
@Suite("Doubts in data, groups and references")
struct DoubtTests {
  static let care = Sample.purpose("TREAT")

  static func observation(_ id: String, security: String, more: String = "") -> String {
    Sample.observation(id, labels: []).replacingOccurrences(
      of: #""status""#, with: #""meta":{"security":[\#(security)]\#(more)},"status""#)
  }

  static func coding(_ system: String, _ code: String) -> String {
    #"{"system":"\#(Sample.systems)\#(system)","code":"\#(code)"}"#
  }

  static func excepting(_ parts: String) -> String {
    Sample.consent(Sample.permit(care, Sample.nested(Sample.deny(parts))))
  }

  @Test("a label without a system is denied as what it may be, and permitted as nothing")
  func bareLabels() throws {
    let height = Self.observation("height", security: #"{"code":"R"}"#)
    let mind = Self.observation("mind", security: #"{"code":"PSY"}"#)
    let both = Self.observation(
      "both", security: Self.coding("v3-Confidentiality", "N") + #",{"code":"PSY"}"#)
    let all = [height, mind, both, Sample.observation("plain")]
    #expect(try Sample.released([Self.excepting(Sample.label("R"))], all) == ["plain"])
    #expect(
      try Sample.released([Self.excepting(Sample.label("PSY"))], all) == ["plain", "height"])
    let restricted = Sample.consent(Sample.permit(Self.care, Sample.label("R")))
    #expect(try Sample.released([restricted], all) == ["plain", "both"])
    let normal = Sample.consent(Sample.permit(Self.care, Sample.label("N")))
    #expect(try Sample.released([normal], all) == ["plain"])
    let named = Sample.consent(Sample.permit(Self.care, Sample.label("PSY")))
    #expect(try Sample.released([named], all).isEmpty)
  }

  @Test("a label that cannot be read may be any")
  func unreadableLabels() throws {
    let words = Self.observation("words", security: #"{"display":"Psychiatry"}"#)
    let single = words.replacingOccurrences(of: "\"words\"", with: "\"single\"")
      .replacingOccurrences(
        of: #"[{"display":"Psychiatry"}]"#, with: Self.coding("v3-ActCode", "PSY"))
    let all = [words, single, Sample.observation("plain")]
    #expect(try Sample.released([Self.excepting(Sample.label("PSY"))], all) == ["plain"])
    let normal = Sample.consent(Sample.permit(Self.care, Sample.label("N")))
    #expect(try Sample.released([normal], all) == ["plain"])
    #expect(try Sample.released([Sample.consent(Sample.permit(Self.care))], all).count == 3)
  }

  @Test("batch ride-along: what stands inside a resource is denied with it")
  func rideAlong() throws {
    let psychiatric = Self.coding("v3-ActCode", "PSY")
    let inner =
      #"{"resourceType":"Medication","id":"m","meta":{"security":[\#(psychiatric)]}}"#
    let order = Sample.observation("order", more: #""contained":[\#(inner)]"#)
    let all = [order, Sample.observation("plain")]
    #expect(try Sample.released([Self.excepting(Sample.label("PSY"))], all) == ["plain"])
    #expect(
      try Sample.released([Self.excepting(Sample.resourceClass("Medication"))], all) == ["plain"])
    let normal = Sample.consent(Sample.permit(Self.care, Sample.label("N")))
    #expect(try Sample.released([normal], all) == ["plain"])
    let document = Sample.bundle(Sample.observation("plain"))
    #expect(throws: ConsentRefusal.self) {
      try Sample.released([normal], [document])
    }
  }

  @Test("a reference to one version permits that version, and denies the resource")
  func versions() throws {
    let second = Self.observation("it", security: Self.coding("v3-Confidentiality", "N"),
      more: #","versionId":"2""#)
    let third = second.replacingOccurrences(of: #""2""#, with: #""3""#)
    let named = Sample.data("instance", "Observation/it/_history/2")
    let permit = Sample.consent(Sample.permit(Self.care, named))
    #expect(try Sample.released([permit], [second]) == ["it"])
    #expect(try Sample.released([permit], [third]).isEmpty)
    #expect(try Sample.released([permit], [Sample.observation("it")]).isEmpty)
    #expect(try Sample.released([Self.excepting(named)], [third]).isEmpty)
  }

  @Test("a profile means each of its versions; one version is that one, or a doubt")
  func profiles() throws {
    func data(_ id: String, _ profile: String) -> String {
      Self.observation(id, security: Self.coding("v3-Confidentiality", "N"),
        more: #","profile":["\#(profile)"]"#)
    }
    let all = [data("any", "http://x.example/p"), data("one", "http://x.example/p|1"),
      data("two", "http://x.example/p|2"), data("other", "http://x.example/q")]
    func named(_ code: String) -> String {
      #""class":[{"system":"urn:ietf:rfc:3986","code":"\#(code)"}]"#
    }
    func permitted(_ code: String) throws -> Set<String> {
      try Sample.released([Sample.consent(Sample.permit(Self.care, named(code)))], all)
    }
    #expect(try permitted("http://x.example/p") == ["any", "one", "two"])
    #expect(try permitted("http://x.example/p|1") == ["one"])
    #expect(
      try Sample.released([Self.excepting(named("http://x.example/p|1"))], all)
        == ["two", "other"])
    #expect(
      try Sample.released([Self.excepting(named("http://x.example/p"))], all) == ["other"])
  }

  @Test("a group may be given as its name and members")
  func groups() throws {
    let consent = Sample.consent(Sample.permit(Self.care, Sample.actor("Group/night")))
    for groups in [
      #"[{"reference":"Group/night","members":[{"reference":"Practitioner/lark"}]}]"#,
      #"{"id":"night","member":["Practitioner/lark"]}"#,
      #"{"Group/night":{"members":["Practitioner/lark"]}}"#,
      #"{"night":[{"entity":{"reference":"Practitioner/lark"}}]}"#,
    ] {
      let asked = "\"groups\":\(groups)"
      #expect(try Sample.decide([consent], asked).decision == .permit, "\(groups)")
      #expect(
        try Sample.decide([consent], to: "Practitioner/wren", asked).decision == .notCovered)
    }
  }

  @Test("the category that every consent document has narrows nothing")
  func generalCategory() throws {
    let consent = Sample.consent(Sample.permit(Self.care)).replacingOccurrences(
      of: #""system":"http://loinc.org","code":"59284-0""#,
      with: #""system":"\#(Sample.systems)v3-ActCode","code":"INFA""#)
    for category in [#""59284-0""#, #"{"system":"http://loinc.org","code":"59284-0"}"#] {
      #expect(try Sample.decide([consent], "\"category\":\(category)").decision == .permit)
    }
  }

  @Test("who performed or keeps a consent may be named by words alone; who decides may not")
  func displays() {
    let named = #"[{"display":"Front desk"}]"#
    #expect(
      Sample.refusal(
        Sample.consent(Sample.permit(Self.care), extra: #""performer":\#(named)"#,
          #""organization":\#(named)"#)) == nil)
    let actor = Sample.actor("Practitioner/lark").replacingOccurrences(
      of: #""reference":"Practitioner/lark""#, with: #""display":"Lark""#)
    #expect(
      Sample.refusal(Sample.consent(Sample.permit(actor)))?.path
        == "Consent.provision.actor[0].reference.reference")
  }

  @Test("a reference whose type contradicts its address is refused")
  func types() {
    let actor = Sample.actor("Practitioner/lark").replacingOccurrences(
      of: #""reference":"Practitioner/lark""#,
      with: #""reference":"Practitioner/lark","type":"Organization""#)
    #expect(
      Sample.refusal(Sample.consent(Sample.permit(actor)))?.path
        == "Consent.provision.actor[0].reference.type")
  }

  @Test("an element of FHIR R5 is refused as that")
  func laterRelease() {
    let text = Sample.consent(Sample.permit(Self.care), extra: #""decision":"permit""#)
    let refusal = Sample.refusal(text)
    #expect(refusal?.path == "Consent.decision")
    #expect(refusal?.reason.contains("R5") == true)
  }
}
