public import Foundation

/// Reads a FHIR R4 Consent, whole and strictly.
public struct ConsentReader {
  let file: String
  let zone: TimeZone
  let base: String?
  private let modifiers: Set<String>
  var contained: [String: JSONObject] = [:]

  /// Most consents that one Bundle may hold, and most provisions in one consent.
  static let maximumConsents = 10_000
  static let maximumProvisions = 10_000

  /// - Parameters:
  ///   - file: what refusals call the source.
  ///   - zone: where dates without a time of day begin and end.
  ///   - base: the FHIR server that relative references belong to, if it is known.
  /// - Returns: the consent, or the consents of a Bundle that holds nothing else.
  public static func read(
    _ bytes: [UInt8], file: String, zone: TimeZone = .gmt, base: String? = nil
  ) throws(ConsentRefusal) -> [Consent] {
    try ConsentReader(file: file, zone: zone, base: base).read(bytes)
  }

  /// - Parameter modifiers: addresses of the modifying extensions that the caller understands.
  init(file: String, zone: TimeZone, base: String? = nil, modifiers: Set<String> = []) {
    self.file = file
    self.zone = zone
    self.base = base
    self.modifiers = modifiers
  }

  func read(_ bytes: [UInt8]) throws(ConsentRefusal) -> [Consent] {
    let value = try document(bytes)
    guard let object = value.object else {
      throw ConsentRefusal(
        file: file, path: "Consent", reason: "is \(value.kind), an object is expected")
    }
    switch object["resourceType"]?.string {
    case "Consent": return [try consent(object, path: "Consent")]
    case "Bundle":
      let bundle = Element(object: object, path: "Bundle", file: file)
      let entries = try bundle.elements("entry")
      guard !entries.isEmpty, entries.count <= Self.maximumConsents else {
        throw bundle.refusal("entry", "must hold 1 to \(Self.maximumConsents) consents")
      }
      var consents: [Consent] = []
      for entry in entries {
        guard let resource = try entry.element("resource"),
          resource.object["resourceType"]?.string == "Consent"
        else { throw entry.refusal("resource", "is not a Consent") }
        consents.append(try consent(resource.object, path: resource.path))
      }
      return consents
    default:
      throw ConsentRefusal(
        file: file, path: "resourceType", reason: "is not Consent: only consents are read here")
    }
  }

  func document(_ bytes: [UInt8]) throws(ConsentRefusal) -> JSONValue {
    do {
      return try JSONParser.parse(bytes)
    } catch {
      throw ConsentRefusal(
        file: file, path: "line \(error.line), column \(error.column)",
        reason: "not strict JSON: \(error.reason)")
    }
  }

  func consent(_ object: JSONObject, path: String) throws(ConsentRefusal) -> Consent {
    var reader = self
    return try reader.consent(
      Element(object: object, path: path, file: file, modifiers: modifiers))
  }

  private mutating func consent(_ root: Element) throws(ConsentRefusal) -> Consent {
    try root.allow(
      primitives: ["resourceType", "id", "implicitRules", "language", "status", "dateTime"],
      complex: [
        "meta", "text", "contained", "identifier", "scope", "category", "patient", "performer",
        "organization", "sourceAttachment", "sourceReference", "policy", "policyRule",
        "verification", "provision",
      ])
    let id = try root.string("id")
    if root.has("implicitRules") {
      throw root.refusal("implicitRules", "binds the reader to rules that this version lacks")
    }
    _ = try root.string("language")
    let version = try meta(root)
    try narrative(root)
    try readContained(root)
    for identifier in try root.elements("identifier") { _ = try self.identifier(identifier) }
    let word = try root.required("status")
    guard let status = Consent.Status(rawValue: word) else {
      throw root.refusal("status", "is not a status of a Consent")
    }
    let scope = try privacyScope(root)
    let categories = try root.elements("category")
    guard !categories.isEmpty else { throw root.refusal("category", "is missing") }
    var categoryCodes: [Coding] = scope
    for category in categories { categoryCodes += try concept(category, needsCode: false) }
    guard let patient = try root.element("patient") else {
      throw root.refusal("patient", "is missing: nobody can tell whose consent it is")
    }
    let source = try sourceHash(root)
    let policies = try policies(root)
    var rule: [Coding] = []
    if let element = try root.element("policyRule") {
      rule = try concept(element, needsCode: false)
    }
    var provision: Provision?
    var count = 0
    if let element = try root.element("provision") {
      provision = try self.provision(element, isRoot: true, count: &count)
    }
    let rules = status == .active ? try flattened(provision, rule, root) : []
    return Consent(
      file: file, path: root.path, id: id, version: version, status: status,
      categories: categoryCodes,
      patient: try party(patient).party,
      patientReference: try patient.string("reference") ?? "",
      dateTime: try time(root, "dateTime"), performers: try parties(root, "performer"),
      organizations: try parties(root, "organization"), policyURIs: policies, policyRule: rule,
      sourceHash: source, verifications: try verifications(root), provision: provision,
      rules: rules, contained: Array(contained.values), source: root.object)
  }

  /// Only consents to the sharing of data say who may be told what.
  private func privacyScope(_ root: Element) throws(ConsentRefusal) -> [Coding] {
    guard let element = try root.element("scope") else { throw root.refusal("scope", "is missing") }
    let codes = try concept(element, needsCode: true)
    guard codes.contains(Coding(system: CodeSystem.scope, code: "patient-privacy")) else {
      throw element.refusal(
        "coding", "is not patient-privacy: consents to treatment, research or advance care are "
          + "not about telling others")
    }
    return codes
  }

  private func meta(_ root: Element) throws(ConsentRefusal) -> String? {
    guard let meta = try root.element("meta") else { return nil }
    try meta.allow(
      primitives: ["versionId", "lastUpdated", "source", "profile"], complex: ["security", "tag"])
    _ = try meta.strings("profile")
    for coding in try meta.elements("security") + meta.elements("tag") {
      _ = try self.coding(coding)
    }
    return try meta.string("versionId")
  }

  private func narrative(_ root: Element) throws(ConsentRefusal) {
    guard let text = try root.element("text") else { return }
    try text.allow(primitives: ["status", "div"])
    _ = try text.string("status")
    _ = try text.string("div")
  }

  private mutating func readContained(_ root: Element) throws(ConsentRefusal) {
    for element in try root.elements("contained") {
      _ = try element.required("resourceType")
      let id = try element.required("id")
      guard contained.updateValue(element.object, forKey: id) == nil else {
        throw element.refusal("id", "stands twice among the contained resources")
      }
    }
  }

  private func sourceHash(_ root: Element) throws(ConsentRefusal) -> String? {
    if root.has("sourceAttachment"), root.has("sourceReference") {
      throw root.refusal("sourceReference", "stands beside sourceAttachment: only one may")
    }
    if let reference = try root.element("sourceReference") {
      _ = try party(reference, isLoose: true)
    }
    guard let attachment = try root.element("sourceAttachment") else { return nil }
    try attachment.allow(
      primitives: [
        "contentType", "language", "data", "url", "size", "hash", "title", "creation",
      ])
    return try attachment.string("hash")
  }

  private func policies(_ root: Element) throws(ConsentRefusal) -> [String] {
    var uris: [String] = []
    for policy in try root.elements("policy") {
      try policy.allow(primitives: ["authority", "uri"])
      _ = try policy.string("authority")
      if let uri = try policy.string("uri") { uris.append(uri) }
    }
    return uris
  }

  private func verifications(_ root: Element) throws(ConsentRefusal) -> [Bool] {
    var result: [Bool] = []
    for verification in try root.elements("verification") {
      try verification.allow(
        primitives: ["verified", "verificationDate"], complex: ["verifiedWith"])
      guard let verified = try verification.bool("verified") else {
        throw verification.refusal("verified", "is missing")
      }
      if let element = try verification.element("verifiedWith") {
        _ = try party(element, isLoose: true)
      }
      _ = try time(verification, "verificationDate")
      result.append(verified)
    }
    return result
  }

  /// Who took the consent or keeps it; no decision rests on them.
  private func parties(_ root: Element, _ name: String) throws(ConsentRefusal) -> [Party] {
    var parties: [Party] = []
    for element in try root.elements(name) {
      parties.append(try party(element, isLoose: true).party)
    }
    return parties
  }
}
