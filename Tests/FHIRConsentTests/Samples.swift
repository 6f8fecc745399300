import Foundation
import HubModel
import Testing

@testable import FHIRConsent

/// Short ways to write consents, resources and requests.
enum Sample {
  static let systems = "http://terminology.hl7.org/CodeSystem/"

  static func purpose(_ codes: String...) -> String {
    member("purpose", codes.map { coding("v3-ActReason", $0) })
  }

  static func label(_ codes: String...) -> String {
    member(
      "securityLabel",
      codes.map {
        coding(["U", "L", "M", "N", "R",
          "V"].contains($0) ? "v3-Confidentiality" : "v3-ActCode", $0)
      })
  }

  static func actor(_ references: String..., role: String = "IRCP") -> String {
    member(
      "actor",
      references.map {
        #"{"role":{"coding":[\#(coding("v3-ParticipationType", role))]},"#
          + #""reference":{"reference":"\#($0)"}}"#
      })
  }

  static func action(_ codes: String...) -> String {
    member("action", codes.map { #"{"coding":[\#(coding("consentaction", $0))]}"# })
  }

  static func resourceClass(_ types: String...) -> String {
    member("class", types.map { #"{"system":"http://hl7.org/fhir/resource-types","#
      + #""code":"\#($0)"}"# })
  }

  static func code(_ codes: String...) -> String {
    member("code", codes.map { #"{"coding":[{"system":"http://loinc.org","code":"\#($0)"}]}"# })
  }

  static func data(_ meaning: String, _ references: String...) -> String {
    member(
      "data", references.map { #"{"meaning":"\#(meaning)","reference":{"reference":"\#($0)"}}"# })
  }

  static func period(_ start: String?, _ end: String?, name: String = "period") -> String {
    let parts = [start.map { #""start":"\#($0)""# }, end.map { #""end":"\#($0)""# }]
    return #""\#(name)":{\#(parts.compactMap { $0 }.joined(separator: ","))}"#
  }

  static func dataPeriod(_ start: String?, _ end: String?) -> String {
    period(start, end, name: "dataPeriod")
  }

  static func nested(_ provisions: String...) -> String { member("provision", provisions) }

  static func permit(_ parts: String...) -> String { provision("permit", parts) }
  static func deny(_ parts: String...) -> String { provision("deny", parts) }

  private static func provision(_ type: String, _ parts: [String]) -> String {
    "{" + ([#""type":"\#(type)""#] + parts).joined(separator: ",") + "}"
  }

  private static func coding(_ system: String, _ code: String) -> String {
    #"{"system":"\#(systems)\#(system)","code":"\#(code)"}"#
  }

  private static func member(_ name: String, _ values: [String]) -> String {
    #""\#(name)":[\#(values.joined(separator: ","))]"#
  }

  /// A Consent of Patient/river; `extra` members come before the provision.
  static func consent(
    _ provision: String?, id: String? = nil, status: String = "active",
    patient: String = "Patient/river", extra: String...
  ) -> String {
    let scope = #""scope":{"coding":[\#(coding("consentscope", "patient-privacy"))]}"#
    let category = #""category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}]"#
    var parts = [#""resourceType":"Consent""#]
    if let id { parts.append(#""id":"\#(id)""#) }
    parts += [#""status":"\#(status)""#, scope, category]
    parts.append(#""patient":{"reference":"\#(patient)"}"#)
    parts += extra
    if let provision { parts.append(#""provision":\#(provision)"#) }
    return "{" + parts.joined(separator: ",") + "}"
  }

  static func policyRule(_ code: String) -> String {
    #""policyRule":{"coding":[\#(coding("v3-ActCode", code))]}"#
  }

  /// An Observation of Patient/river in 2022, unless said.
  static func observation(
    _ id: String, labels: [String] = ["N"], date: String? = "2022-05-04", author: String? = "lark",
    encounter: String? = "dock", code: String = "8302-2", subject: String? = "Patient/river",
    more: String...
  ) -> String {
    let security = labels.map {
      coding($0.count == 1 ? "v3-Confidentiality" : "v3-ActCode", $0)
    }
    var parts = [
      #""resourceType":"Observation","id":"\#(id)""#, #""status":"final""#,
      #""code":{"coding":[{"system":"http://loinc.org","code":"\#(code)"}]}"#,
    ]
    if !security.isEmpty {
      parts.append(#""meta":{"security":[\#(security.joined(separator: ","))]}"#)
    }
    if let date { parts.append(#""effectiveDateTime":"\#(date)""#) }
    if let author { parts.append(#""performer":[{"reference":"Practitioner/\#(author)"}]"#) }
    if let encounter { parts.append(#""encounter":{"reference":"Encounter/\#(encounter)"}"#) }
    if let subject { parts.append(#""subject":{"reference":"\#(subject)"}"#) }
    return "{" + (parts + more).joined(separator: ",") + "}"
  }

  static func bundle(_ resources: String...) -> String {
    let entries = resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
    return #"{"resourceType":"Bundle","type":"collection","entry":[\#(entries)]}"#
  }

  static func group(_ id: String, _ members: String..., active: Bool = true) -> String {
    let entries = members.map { #"{"entity":{"reference":"\#($0)"}}"# }.joined(separator: ",")
    return #"{"resourceType":"Group","id":"\#(id)","active":\#(active),"type":"practitioner","#
      + #""actual":true,"member":[\#(entries)]}"#
  }

  static func time(_ text: String) -> WallTime {
    WallTime(milliseconds: FHIRTime(text, zone: .gmt)?.first ?? 0)
  }

  static func read(_ texts: [String]) throws -> [Consent] {
    try texts.enumerated().flatMap { index, text in
      try ConsentReader.read(Array(text.utf8), file: "consent-\(index).json")
    }
  }

  /// Why the text is not read; `nil` where it is.
  static func refusal(_ text: String) -> ConsentRefusal? {
    do {
      _ = try ConsentReader.read(Array(text.utf8), file: "consent.json")
      return nil
    } catch {
      return error
    }
  }

  static func decide(
    _ consents: [String], to recipient: String? = "Practitioner/lark",
      for purpose: String? = "TREAT",
    at now: String = "2022-07-01", _ more: String...
  ) throws -> ConsentDecision {
    var parts = more
    if let recipient { parts.append(#""recipients":[{"reference":"\#(recipient)"}]"#) }
    if let purpose { parts.append(#""purposes":["\#(purpose)"]"#) }
    return try decide(consents, request: "{\(parts.joined(separator: ","))}", at: now)
  }

  static func decide(
    _ consents: [String], request: String, at now: String = "2022-07-01"
  ) throws -> ConsentDecision {
    let asked = try DecisionRequest.read(Array(request.utf8), file: "request.json") { _ in
      throw CocoaError(.fileReadNoSuchFile)
    }
    return ConsentDecider.decide(asked, consents: try read(consents), at: time(now))
  }

  /// Names of the resources that may be told.
  static func released(
    _ consents: [String], _ resources: [String], to recipient: String = "Practitioner/lark",
    for purpose: String = "TREAT", groups: [String] = []
  ) throws -> Set<String> {
    let entries = resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
    let decision = try decide(
      consents, to: recipient, for: purpose,
      #""resources":{"resourceType":"Bundle","entry":[\#(entries)]}"#,
      #""groups":[\#(groups.joined(separator: ","))]"#)
    let withheld = Set(decision.withheld.compactMap(\.reference))
    let names = resources.compactMap { text -> String? in
      guard case .object(let object)? = try? JSONParser.parse(Array(text.utf8)),
        let type = object["resourceType"]?.string, let id = object["id"]?.string
      else { return nil }
      return "\(type)/\(id)"
    }
    let released = Set(names.filter { !withheld.contains($0) })
    #expect((decision.decision == .permit) == !released.isEmpty)
    return Set(released.map { String($0.drop { $0 != "/" }.dropFirst()) })
  }
}
