/// One JSON object with its place, read strictly: what is not known, empty, null or of another
/// type than FHIR says is refused.
struct Element {
  let object: JSONObject
  let path: String
  let file: String
  /// Addresses of the modifying extensions that the reader knows, here and not below.
  var modifiers: Set<String> = []

  func refusal(_ name: String?, _ reason: String) -> ConsentRefusal {
    ConsentRefusal(file: file, path: name.map { "\(path).\($0)" } ?? path, reason: reason)
  }

  /// Refuses every member beyond these. Any element may have `id` and `extension`; extensions may
  /// be ignored by FHIR's own rule, modifying ones may not.
  func allow(
    primitives: Set<String> = [], complex: Set<String> = []
  ) throws(ConsentRefusal) {
    guard !object.members.isEmpty else { throw refusal(nil, "is empty") }
    for member in object.members {
      if member.name == "modifierExtension" {
        if !modifiers.isEmpty, let list = member.value.array, !list.isEmpty,
          list.allSatisfy({ modifiers.contains($0.object?["url"]?.string ?? "") })
        { continue }
        throw refusal(
          member.name, "may change what the element means, and this version knows none of them")
      }
      if member.name == "extension" {
        try checkExtensions(member.value)
        continue
      }
      if member.name.hasPrefix("_"), primitives.contains(String(member.name.dropFirst())) {
        try checkPrimitiveExtension(member)
        continue
      }
      guard member.name == "id" || primitives.contains(member.name) || complex.contains(member.name)
      else {
        throw refusal(
          member.name,
          Self.later.contains(member.name)
            ? "is FHIR R5's: only consents in the form of R4 are read"
            : "is not an element of FHIR R4 here")
      }
      switch member.value {
      case .null: throw refusal(member.name, "is null")
      case .array(let values) where values.isEmpty: throw refusal(member.name, "is an empty list")
      case .string(let text) where text.allSatisfy(\.isWhitespace):
        throw refusal(member.name, "is an empty text")
      case .object, .array, .string, .number, .bool: break
      }
    }
  }

  /// Names that FHIR R5 gave to elements of its Consent.
  private static let later: Set<String> = [
    "subject", "date", "grantor", "grantee", "manager", "controller", "regulatoryBasis",
    "policyBasis", "policyText", "decision", "documentType", "expression",
  ]

  private func checkExtensions(_ value: JSONValue) throws(ConsentRefusal) {
    guard let list = value.array, !list.isEmpty,
      list.allSatisfy({ $0.object?["url"]?.string != nil })
    else { throw refusal("extension", "is not a list of extensions with a url") }
  }

  private func checkPrimitiveExtension(_ member: JSONObject.Member) throws(ConsentRefusal) {
    let values = member.value.array ?? [member.value]
    for value in values where value != .null {
      guard let object = value.object,
        object.members.allSatisfy({ $0.name == "id" || $0.name == "extension" })
      else { throw refusal(member.name, "holds more than an id and extensions") }
    }
  }

  func has(_ name: String) -> Bool { object[name] != nil }

  func string(_ name: String) throws(ConsentRefusal) -> String? {
    guard let value = object[name] else { return nil }
    guard let string = value.string else {
      throw refusal(name, "is \(value.kind), a text is expected")
    }
    return string
  }

  func required(_ name: String) throws(ConsentRefusal) -> String {
    guard let string = try string(name) else { throw refusal(name, "is missing") }
    return string
  }

  func bool(_ name: String) throws(ConsentRefusal) -> Bool? {
    guard let value = object[name] else { return nil }
    guard let bool = value.bool else {
      throw refusal(name, "is \(value.kind), true or false is expected")
    }
    return bool
  }

  func strings(_ name: String) throws(ConsentRefusal) -> [String] {
    guard let value = object[name] else { return [] }
    guard let values = value.array else {
      throw refusal(name, "is \(value.kind), a list is expected")
    }
    var strings: [String] = []
    for (index, value) in values.enumerated() {
      guard let string = value.string else {
        throw refusal("\(name)[\(index)]", "is \(value.kind), a text is expected")
      }
      strings.append(string)
    }
    return strings
  }

  func element(_ name: String) throws(ConsentRefusal) -> Element? {
    guard let value = object[name] else { return nil }
    guard let object = value.object else {
      throw refusal(name, "is \(value.kind), an object is expected")
    }
    return Element(object: object, path: "\(path).\(name)", file: file)
  }

  func elements(_ name: String) throws(ConsentRefusal) -> [Element] {
    guard let value = object[name] else { return [] }
    guard let values = value.array else {
      throw refusal(name, "is \(value.kind), a list is expected")
    }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      guard let object = value.object else {
        throw refusal("\(name)[\(index)]", "is \(value.kind), an object is expected")
      }
      elements.append(Element(object: object, path: "\(path).\(name)[\(index)]", file: file))
    }
    return elements
  }
}
