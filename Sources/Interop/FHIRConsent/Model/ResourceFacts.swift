import Foundation

/// What a decision needs to know of one resource.
struct ResourceFacts {
  let name: String
  let type: String
  let party: Party
  /// `nil`: it names no person, and is read as the patient's whom the decision is about.
  let subject: Party?
  /// Labels of the resource and of what stands inside it.
  let labels: [Coding]
  /// What labels without a system may be: they hold back, and open nothing.
  let doubtfulLabels: [Coding]
  /// Whether it bears a label that is no code at all, and so may be any.
  let hasUnreadableLabel: Bool
  /// Purposes to which its labels, and those of what stands inside it, keep it.
  let purposeTags: [[Coding]]
  /// Codes that say what the resource is.
  let ownCodes: Set<Coding>
  /// Every code in it.
  let allCodes: Set<Coding>
  /// When what it tells took place; `nil` where it does not say.
  let time: FHIRTime?
  var authors: [Party]
  let references: [Party]
  let contentTypes: Set<String>
  let profiles: Set<String>
  /// Types of the resources that stand inside it.
  let innerTypes: Set<String>
  let version: String?

  /// Resources about the providers of care rather than about a patient: they help to decide, and
  /// are not decided on.
  static let supporting: Set<String> = [
    "Group", "Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService",
    "Endpoint", "CodeSystem", "ValueSet", "ConceptMap",
  ]

  var confidentiality: Int? { labels.compactMap(FHIRVocabulary.confidentialityLevel).max() }
  var sensitivities: [Coding] {
    (labels + doubtfulLabels).filter(FHIRVocabulary.isSensitivity)
  }

  init(_ entry: Directory.Entry, position: Int, directory: Directory, zone: TimeZone) {
    let object = entry.object
    type = entry.type
    party = entry.party
    let words = entry.party.words
    name = entry.party.addresses.isEmpty ? "resources[\(position)] (\(entry.type))" : words
    if type == "Patient" {
      subject = entry.party
    } else {
      subject = ["subject", "patient", "beneficiary", "for"].lazy
        .compactMap { object[$0] }.first
        .map { directory.known(Party(loose: $0, base: entry.base) ?? Party()) }
    }
    let meta = object["meta"]?.object
    version = meta?["versionId"]?.string
    profiles = Set((meta?["profile"]?.array ?? []).compactMap(\.string))
    var found = Found(base: entry.base)
    for member in object.members where member.name != "meta" && member.name != "text" {
      found.visit(member.value)
    }
    hasUnreadableLabel = ([meta].compactMap { $0 } + found.metas).contains { meta in
      Self.security(of: meta).contains { Coding(loose: $0) == nil }
    }
    let security = [Self.labels(of: meta)] + found.metas.map { Self.labels(of: $0) }
    labels = security.flatMap { $0 }.filter { $0.system != nil }
    doubtfulLabels = security.flatMap { $0 }.filter { $0.system == nil }
      .map(FHIRVocabulary.possibleLabel)
    purposeTags = security.map { $0.filter(FHIRVocabulary.isPurposeTag) }.filter { !$0.isEmpty }
    innerTypes = found.types
    references = found.references.map(directory.known)
    contentTypes = found.contentTypes
    var own: Set<Coding> = []
    for name in ["code", "type", "vaccineCode", "medicationCodeableConcept"] {
      guard let value = object[name] else { continue }
      for concept in value.array ?? [value] {
        own.formUnion((concept.object?["coding"]?.array ?? []).compactMap(Coding.init(loose:)))
      }
    }
    let medication = object["medicationReference"].flatMap { Party(loose: $0, base: entry.base) }
    if let reference = medication {
      for position in directory.positions(of: reference) {
        let concept = directory.entries[position].object["code"]?.object
        own.formUnion((concept?["coding"]?.array ?? []).compactMap(Coding.init(loose:)))
      }
    }
    ownCodes = own
    allCodes = found.codes.union(own)
    time = Self.time(of: object, zone: zone)
    authors = Self.authors(of: object, base: entry.base).map(directory.known)
  }

  private static func labels(of meta: JSONObject?) -> [Coding] {
    security(of: meta).compactMap(Coding.init(loose:))
  }

  private static func security(of meta: JSONObject?) -> [JSONValue] {
    guard let value = meta?["security"], value != .null else { return [] }
    return value.array ?? [value]
  }

  /// The clinically relevant time comes first; when it was written down, last.
  private static func time(of object: JSONObject, zone: TimeZone) -> FHIRTime? {
    let names = [
      "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime",
      "performedPeriod", "occurrenceDateTime", "occurrencePeriod", "period", "servicedDate",
      "servicedPeriod", "onsetDateTime", "onsetPeriod", "started", "whenHandedOver",
      "billablePeriod", "date", "dateTime", "authoredOn", "recordedDate", "dateAsserted",
      "issued", "sent", "recorded", "created",
    ]
    for name in names {
      guard let value = object[name] else { continue }
      if let text = value.string { return FHIRTime(text, zone: zone) }
      guard let period = value.object else { return nil }
      let start = period["start"]?.string.flatMap { FHIRTime($0, zone: zone) }
      let end = period["end"]?.string.flatMap { FHIRTime($0, zone: zone) }
      if start == nil, period["start"] != nil { return nil }
      if end == nil, period["end"] != nil { return nil }
      return FHIRTime(first: start?.first ?? .min, last: end?.last ?? .max)
    }
    return nil
  }

  private static func authors(of object: JSONObject, base: String?) -> [Party] {
    var authors: [Party] = []
    for name in ["author", "performer", "recorder", "asserter", "requester"] {
      guard let value = object[name] else { continue }
      for entry in value.array ?? [value] {
        let named = entry.object?["actor"] ?? entry
        if let party = Party(loose: named, base: base) { authors.append(party) }
      }
    }
    return authors
  }

  /// Provenance in the same bundle says who wrote its targets.
  static func addProvenance(to facts: inout [ResourceFacts], from directory: Directory) {
    for entry in directory.entries where entry.type == "Provenance" {
      let agents = (entry.object["agent"]?.array ?? []).compactMap { value -> Party? in
        guard let agent = value.object, let who = agent["who"] else { return nil }
        let roles = [agent["type"]].compactMap { $0 } + (agent["role"]?.array ?? [])
        let codes = roles.flatMap { $0.object?["coding"]?.array ?? [] }
          .compactMap(Coding.init(loose:)).map(\.code)
        guard codes.contains("author") || codes.contains("AUT") else { return nil }
        return Party(loose: who, base: entry.base).map(directory.known)
      }
      let targets = (entry.object["target"]?.array ?? [])
        .compactMap { Party(loose: $0, base: entry.base).map(directory.known) }
      for position in facts.indices
      where targets.contains(where: { $0.compare(facts[position].party) == .yes }) {
        facts[position].authors += agents
      }
    }
  }
}

/// Everything in a resource that refers or is coded, wherever it stands.
private struct Found {
  let base: String?
  var references: [Party] = []
  var codes: Set<Coding> = []
  var contentTypes: Set<String> = []
  var metas: [JSONObject] = []
  var types: Set<String> = []

  mutating func visit(_ value: JSONValue) {
    switch value {
    case .array(let values): for value in values { visit(value) }
    case .object(let object):
      if object["reference"]?.string != nil, let party = Party(loose: value, base: base) {
        references.append(party)
      }
      if let coding = Coding(loose: value) { codes.insert(coding) }
      if let type = object["resourceType"]?.string {
        types.insert(type)
        if let meta = object["meta"]?.object { metas.append(meta) }
      }
      if let type = object["contentType"]?.string { contentTypes.insert(type) }
      for member in object.members { visit(member.value) }
    case .string, .number, .bool, .null: break
    }
  }
}

extension Coding {
  /// A Coding in data: what it holds beside system and code is let be.
  init?(loose value: JSONValue) {
    guard let object = value.object, let code = object["code"]?.string else { return nil }
    self.init(system: object["system"]?.string, code: code)
  }
}
