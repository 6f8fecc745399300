import Foundation

/// FHIR's general-purpose types.
extension ConsentReader {
  func coding(_ element: Element) throws(ConsentRefusal) -> Coding? {
    try element.allow(primitives: ["system", "version", "code", "display", "userSelected"])
    for name in ["version", "display"] { _ = try element.string(name) }
    _ = try element.bool("userSelected")
    let system = try element.string("system")
    guard let code = try element.string("code") else { return nil }
    return Coding(system: system, code: code)
  }

  /// A coding that a decision rests on: it needs its code and its system.
  func decidingCoding(_ element: Element) throws(ConsentRefusal) -> Coding {
    guard let coding = try coding(element) else {
      throw element.refusal("code", "is missing: words alone cannot be decided on")
    }
    guard coding.system != nil else {
      throw element.refusal("system", "is missing: nobody can tell what the code means")
    }
    return coding
  }

  func codings(_ parent: Element, _ name: String) throws(ConsentRefusal) -> [Coding] {
    var codings: [Coding] = []
    for element in try parent.elements(name) { codings.append(try decidingCoding(element)) }
    return codings
  }

  /// - Parameter needsCode: whether a decision rests on it, so that text alone is too little.
  func concept(_ element: Element, needsCode: Bool) throws(ConsentRefusal) -> [Coding] {
    try element.allow(primitives: ["text"], complex: ["coding"])
    _ = try element.string("text")
    var codings: [Coding] = []
    for coding in try element.elements("coding") {
      if needsCode {
        codings.append(try decidingCoding(coding))
      } else if let coding = try self.coding(coding) {
        codings.append(coding)
      }
    }
    if needsCode, codings.isEmpty {
      throw element.refusal("coding", "is missing: words alone cannot be decided on")
    }
    return codings
  }

  func identifier(_ element: Element) throws(ConsentRefusal) -> FHIRIdentifier? {
    try element.allow(
      primitives: ["use", "system", "value"], complex: ["type", "period", "assigner"])
    if let type = try element.element("type") { _ = try concept(type, needsCode: false) }
    if let period = try element.element("period") { _ = try self.period(period) }
    if let assigner = try element.element("assigner") { _ = try party(assigner, isLoose: true) }
    _ = try element.string("use")
    let system = try element.string("system")
    return try element.string("value").map { FHIRIdentifier(system: system, value: $0) }
  }

  /// - Parameter isLoose: whether a display alone will do, because no decision rests on it.
  func party(
    _ element: Element, isLoose: Bool = false
  ) throws(ConsentRefusal) -> (party: Party, contained: JSONObject?) {
    try element.allow(primitives: ["reference", "type", "display"], complex: ["identifier"])
    _ = try element.string("display")
    var identifiers: Set<FHIRIdentifier> = []
    if let child = try element.element("identifier"), let found = try identifier(child) {
      identifiers.insert(found)
    }
    let type = try element.string("type")
    guard let reference = try element.string("reference") else {
      guard isLoose || !identifiers.isEmpty else {
        throw element.refusal("reference", "is missing: a name alone identifies nobody")
      }
      return (Party(identifiers: identifiers, type: type), nil)
    }
    if reference.hasPrefix("#") {
      guard let object = contained[String(reference.dropFirst())] else {
        throw element.refusal(
          "reference", "points to a contained resource that is not there (a dangling reference)")
      }
      return (Party(contained: object, adding: identifiers, base: base), object)
    }
    guard let address = Address(reference, base: base) else {
      throw element.refusal("reference", "is not a reference to one resource")
    }
    if let type, let other = address.type, type != other {
      throw element.refusal("type", "contradicts the reference, which names another type")
    }
    return (Party(addresses: [address], identifiers: identifiers, type: type), nil)
  }

  func time(_ element: Element, _ name: String) throws(ConsentRefusal) -> FHIRTime? {
    guard let text = try element.string(name) else { return nil }
    guard let time = FHIRTime(text, zone: zone) else {
      throw element.refusal(
        name, "is not a FHIR date or time (a time of day needs seconds and a zone)")
    }
    return time
  }

  func period(_ element: Element) throws(ConsentRefusal) -> FHIRPeriod {
    try element.allow(primitives: ["start", "end"])
    var words: [String: String] = [:]
    words["start"] = try element.string("start")
    words["end"] = try element.string("end")
    let period = FHIRPeriod(
      start: try time(element, "start"), end: try time(element, "end"), words: words)
    guard period.first <= period.last else {
      throw element.refusal("end", "lies before its start")
    }
    return period
  }
}

extension Party {
  /// A resource that stands inside another one: known by its identifiers alone.
  init(contained object: JSONObject, adding identifiers: Set<FHIRIdentifier>, base: String?) {
    self.init(
      identifiers: identifiers.union(object.identifiers), type: object["resourceType"]?.string)
  }
}

extension JSONObject {
  /// Identifiers of a resource that is read loosely, as data.
  var identifiers: Set<FHIRIdentifier> {
    let values = self["identifier"]?.array ?? self["identifier"].map { [$0] } ?? []
    return Set(
      values.compactMap { value in
        guard let object = value.object, let text = object["value"]?.string else { return nil }
        return FHIRIdentifier(system: object["system"]?.string, value: text)
      })
  }
}
