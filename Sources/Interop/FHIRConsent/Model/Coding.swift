/// A code with the system that gives it meaning.
public struct Coding: Hashable, Sendable, Encodable {
  /// In today's spelling: older addresses and object identifiers of the systems that decisions
  /// rest on are brought to it.
  public let system: String?
  public let code: String

  public init(system: String?, code: String) {
    self.system = system.map { CodeSystem.aliases[$0] ?? $0 }
    self.code = code
  }

  /// `PSY`, or `system|code` for a system that most readers will not know.
  var words: String {
    guard let system, !CodeSystem.familiar.contains(system) else { return code }
    return "\(system)|\(code)"
  }
}

/// Systems whose codes the decision understands.
public enum CodeSystem {
  public static let confidentiality = terminology + "v3-Confidentiality"
  public static let actReason = terminology + "v3-ActReason"
  public static let actCode = terminology + "v3-ActCode"
  public static let participation = terminology + "v3-ParticipationType"
  public static let scope = terminology + "consentscope"
  public static let action = terminology + "consentaction"
  public static let loinc = "http://loinc.org"
  public static let resourceTypes = "http://hl7.org/fhir/resource-types"
  public static let mimeTypes = "urn:ietf:bcp:13"
  public static let uri = "urn:ietf:rfc:3986"

  private static let terminology = "http://terminology.hl7.org/CodeSystem/"

  static let familiar: Set<String> = [
    confidentiality, actReason, actCode, participation, action, resourceTypes, loinc,
  ]

  static let aliases: [String: String] = [
    "http://hl7.org/fhir/v3/Confidentiality": confidentiality,
    "urn:oid:2.16.840.1.113883.5.25": confidentiality,
    "http://hl7.org/fhir/v3/ActReason": actReason,
    "urn:oid:2.16.840.1.113883.5.8": actReason,
    "http://hl7.org/fhir/v3/ActCode": actCode,
    "urn:oid:2.16.840.1.113883.5.4": actCode,
    "http://hl7.org/fhir/v3/ParticipationType": participation,
    "urn:oid:2.16.840.1.113883.5.90": participation,
    "http://hl7.org/fhir/consentaction": action,
    "http://hl7.org/fhir/consentscope": scope,
    "urn:oid:2.16.840.1.113883.6.1": loinc,
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "urn:oid:2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
  ]
}
