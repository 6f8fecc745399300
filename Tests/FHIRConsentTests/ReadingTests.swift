import Foundation
import Testing

@testable import FHIRConsent

/// A consent that must be refused, the element named, and a word of the reason.
struct Refused: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let path: String
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ path: String) {
    self.name = name
    self.text = text
    self.path = path
  }

  static let treat = Sample.permit(Sample.purpose("TREAT"))
  static let whole = Sample.consent(treat)

  static func replacing(_ old: String, _ new: String) -> String {
    whole.replacingOccurrences(of: old, with: new)
  }

  static let structure: [Refused] = [
    .init("unknown element", Sample.consent(treat, extra: #""expires":"2030""#), "Consent.expires"),
    .init(
      "unknown element in a provision", Sample.consent(Sample.permit(#""purposes":[]"#)),
      "Consent.provision.purposes"),
    .init(
      "modifier extension", Sample.consent(treat, extra: #""modifierExtension":[{"url":"u:x"}]"#),
      "Consent.modifierExtension"),
    .init(
      "nested modifier extension",
      Sample.consent(
        Sample.permit(Sample.nested(Sample.deny(#""modifierExtension":[{"url":"u:x"}]"#)))),
      "Consent.provision.provision[0].modifierExtension"),
    .init(
      "implicit rules", Sample.consent(treat, extra: #""implicitRules":"http://example.org/r""#),
      "Consent.implicitRules"),
    .init("another resource", replacing("\"Consent\"", "\"Contract\""), "resourceType"),
    .init("no status", replacing(#""status":"active","#, ""), "Consent.status"),
    .init("unknown status", replacing(#""active""#, #""signed""#), "Consent.status"),
    .init("wrong type", replacing(#""status":"active""#, #""status":true"#), "Consent.status"),
    .init("a list for one", replacing(#""patient":{"reference":"Patient/river"}"#,
      #""patient":[{"reference":"Patient/river"}]"#), "Consent.patient"),
    .init("null", replacing(#""status":"active""#, #""status":null"#), "Consent.status"),
    .init("empty list", Sample.consent(Sample.permit(#""purpose":[]"#)),
      "Consent.provision.purpose"),
    .init("empty object", Sample.consent("{}"), "Consent.provision"),
    .init("no patient", replacing(#""patient":{"reference":"Patient/river"},"#
      + #""#, ""), "Consent.patient"),
    .init("patient by name only", replacing(#""reference":"Patient/river""#, #""display":"R""#),
      "Consent.patient.reference"),
    .init("another scope", replacing("patient-privacy", "treatment"), "Consent.scope.coding"),
    .init("not a date", Sample.consent(treat, extra: #""dateTime":"2022-13-01""#),
      "Consent.dateTime"),
    .init("time without zone", Sample.consent(treat, extra: #""dateTime":"2022-01-01T10:00:00""#),
      "Consent.dateTime"),
    .init("two sources", Sample.consent(treat, extra: #""sourceAttachment":{"title":"t"}"#,
      #""sourceReference":{"reference":"Contract/1"}"#), "Consent.sourceReference"),
    .init("unverified without a word", Sample.consent(treat,
      extra: #""verification":[{"verificationDate":"2022"}]"#),
      "Consent.verification[0].verified"),
    .init("bad extension", Sample.consent(treat, extra: #""extension":[{"valueCode":"x"}]"#),
      "Consent.extension"),
    .init("primitive sibling of no primitive", Sample.consent(treat,
      extra: #""_provision":{"id":"1"}"#),
      "Consent._provision"),
  ]

  static let meaning: [Refused] = [
    .init("neither type nor policy rule", Sample.consent(#"{"purpose":[{"system":"s:x","#
      + #""code":"a"}]}"#),
      "Consent.provision.type"),
    .init("no provision", Sample.consent(nil), "Consent.provision"),
    .init("opt-in and opt-out", Sample.consent(nil, extra:
      #""policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","#
        + #""code":"OPTIN"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","#
        + #""code":"OPTOUT"}]}"#),
      "Consent.policyRule"),
    .init("untyped nested provision", Sample.consent(Sample.deny(Sample.nested(
      "{\(Sample.purpose("BTG"))}"))), "Consent.provision.provision[0].type"),
    .init("type unknown", Sample.consent(#"{"type":"allow"}"#), "Consent.provision.type"),
    .init("permit within an unlimited permit", Sample.consent(Sample.permit(Sample.nested(
      Sample.permit(Sample.purpose("TREAT"))))), "Consent.provision.provision[0]"),
    .init("denial of the very same", Sample.consent(Sample.permit(Sample.purpose("TREAT"),
      Sample.nested(Sample.deny(Sample.purpose("TREAT"))))), "Consent.provision.provision[0]"),
    .init("denial that adds nothing", Sample.consent(Sample.permit(Sample.purpose("TREAT"),
      Sample.nested(#"{"type":"deny"}"#))), "Consent.provision.provision[0]"),
    .init("siblings of the very same", Sample.consent(Sample.permit(Sample.purpose("TREAT"),
      Sample.nested(Sample.deny(Sample.label("R")), Sample.permit(Sample.label("R"))))),
      "Consent.provision.provision[1]"),
    .init("period that ends before it starts", Sample.consent(Sample.permit(
      Sample.period("2023", "2022"))), "Consent.provision.period.end"),
    .init("purpose without system", Sample.consent(Sample.permit(#""purpose":[{"code":"TREAT"}]"#)),
      "Consent.provision.purpose[0].system"),
    .init("code in words only", Sample.consent(Sample.permit(#""code":[{"text":"weight"}]"#)),
      "Consent.provision.code[0].coding"),
    .init("unknown action", Sample.consent(Sample.permit(Sample.action("sell"))),
      "Consent.provision.action[0].coding"),
    .init("unknown confidentiality",
      Sample.consent(
        Sample.permit(
          #""securityLabel":[{"code":"X","#
            + #""system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}]"#)),
      "Consent.provision.securityLabel[0].code"),
    .init("class of an unknown system",
      Sample.consent(Sample.permit(#""class":[{"system":"http://loinc.org","code":"1"}]"#)),
      "Consent.provision.class[0].system"),
    .init("actor with a role that tells nothing", Sample.consent(Sample.permit(
      Sample.actor("Practitioner/lark", role: "WIT"))), "Consent.provision.actor[0].role.coding"),
    .init("unknown meaning", Sample.consent(Sample.permit(Sample.data("near", "Task/1"))),
      "Consent.provision.data[0].meaning"),
  ]
}

@Suite("Reading a FHIR consent")
struct ReadingTests {
  @Test("refuses a broken structure, naming file and element", arguments: Refused.structure)
  func structure(refused: Refused) {
    let refusal = Sample.refusal(refused.text)
    #expect(refusal?.path == refused.path)
    #expect(refusal?.file == "consent.json")
  }

  @Test("refuses what could be read in two ways", arguments: Refused.meaning)
  func meaning(refused: Refused) {
    #expect(Sample.refusal(refused.text)?.path == refused.path)
  }

  @Test("duplicate members are refused with their line")
  func duplicates() {
    let twice = Refused.whole.replacingOccurrences(
      of: #""status":"active""#, with: #""status":"active","status":"inactive""#)
    #expect(Sample.refusal(twice)?.path.hasPrefix("line 1") == true)
  }

  @Test("a deep tree is read, a nesting bomb is refused")
  func depth() {
    func tree(_ levels: Int) -> String {
      var text = Sample.deny(Sample.label("V"))
      for level in 0..<levels {
        text =
          level.isMultiple(of: 2)
          ? Sample.permit(Sample.purpose("TREAT"), Sample.label("N"), Sample.nested(text))
          : Sample.deny(Sample.purpose("TREAT"), Sample.label("R"), Sample.nested(text))
      }
      return Sample.consent(text)
    }
    #expect(Sample.refusal(tree(60)) == nil)
    #expect(Sample.refusal(tree(5_000))?.reason.contains("nested deeper") == true)
  }

  @Test("every element of R4's Consent is read")
  func whole() throws {
    let text = Sample.consent(
      Refused.treat, id: "all",
      extra: #""meta":{"versionId":"2","lastUpdated":"2022-01-01T00:00:00Z","profile":["p:x"]}"#,
      #""language":"en","text":{"status":"generated","div":"<div/>"},"_status":{"id":"s"}"#,
      #""extension":[{"url":"u:x","valueBoolean":true}]"#,
      #""contained":[{"resourceType":"Organization","id":"o","identifier":[{"system":"s:o","#
        + #""value":"7"}]}]"#,
      #""identifier":[{"use":"official","system":"s:i","value":"1","period":{"start":"2021"}}]"#,
      #""dateTime":"2022-01-01T10:00:00.5+02:00","performer":[{"reference":"\u0023o"}]"#,
      #""organization":[{"identifier":{"system":"s:o","value":"7"},"type":"Organization"}]"#,
      #""sourceAttachment":{"contentType":"application/pdf","hash":"aGFzaA=="}"#,
      #""policy":[{"authority":"a:x","uri":"p:x"}]"#, Sample.policyRule("OPTIN"),
      #""verification":[{"verified":true,"verifiedWith":{"reference":"Patient/river"}}]"#)
    let consent = try #require(try Sample.read([text]).first)
    #expect(consent.name == "Consent/all")
    #expect(consent.version == "2")
    #expect(consent.policyURIs == ["p:x"])
    #expect(consent.verifications == [true])
    #expect(consent.rules.count == 1)
  }

  @Test("partial dates are whole stretches, in the zone that is asked for")
  func dates() throws {
    let hour: Int64 = 3_600_000
    let month = try #require(FHIRTime("2024-02", zone: .gmt))
    #expect(month.last - month.first + 1 == 29 * 24 * hour)
    let year = try #require(FHIRTime("2023", zone: .gmt))
    #expect(year.last - year.first + 1 == 365 * 24 * hour)
    let zone = try #require(TimeZone(identifier: "America/Los_Angeles"))
    let there = try #require(FHIRTime("2022-07-01", zone: zone))
    #expect(there.first == Sample.time("2022-07-01T07:00:00Z").milliseconds)
    let east = FHIRTime("2022-07-01T00:30:00+14:00", zone: .gmt)
    #expect(east?.first == Sample.time("2022-06-30T10:30:00Z").milliseconds)
    for text in ["2022-7-1", "2022-02-30", "22", "2022-01-01T25:00:00Z", "2022-01-01T10:00Z",
      "now"] {
      #expect(FHIRTime(text, zone: .gmt) == nil, "\(text)")
    }
  }
}
