import Foundation

/// Reads a request: lenient in spelling, never in meaning.
struct RequestReader {
  let object: JSONObject
  let file: String
  let zone: TimeZone
  var base: String?
  let load: (String) throws -> [UInt8]
  var used: Set<String> = []
  var directory = Directory()

  init(
    object: JSONObject, file: String, zone: TimeZone, base: String?,
    load: @escaping (String) throws -> [UInt8]
  ) {
    self.object = object
    self.file = file
    self.zone = zone
    self.base = base
    self.load = load
  }

  static func parse(_ bytes: [UInt8], file: String) throws(ConsentRefusal) -> JSONValue {
    do {
      return try JSONParser.parse(bytes)
    } catch {
      throw ConsentRefusal(
        file: file, path: "line \(error.line), column \(error.column)",
        reason: "not strict JSON: \(error.reason)")
    }
  }

  func refusal(_ path: String, _ reason: String) -> ConsentRefusal {
    ConsentRefusal(file: file, path: path, reason: reason)
  }

  /// One member under any of its spellings; two spellings at once could say two things.
  private mutating func value(_ names: String...) throws(ConsentRefusal) -> JSONValue? {
    var found: JSONValue?
    for name in names {
      guard let value = object[name] else { continue }
      guard found == nil else {
        throw refusal(name, "says the same as \(names[0]) in another spelling: keep one")
      }
      used.insert(name)
      if value != .null { found = value }
    }
    return found
  }

  private static func list(_ value: JSONValue?) -> [JSONValue] {
    guard let value else { return [] }
    return value.array ?? [value]
  }

  mutating func request() throws(ConsentRefusal) -> DecisionRequest {
    if let value = try value("base") {
      guard let text = value.string else { throw refusal("base", "is not a text") }
      base = text.hasSuffix("/") ? String(text.dropLast()) : text
    }
    let groups = try value("groups", "group")
    let resources = try value("resources", "resource", "bundle")
    try addGroups(groups)
    let firstResource = directory.entries.count
    if let resources { try add(resources, at: "resources") }
    let recipients = try recipients(
      try value("recipients", "recipient", "actors", "actor"))
    let purposes = try codings(try value("purposes", "purpose", "purposeOfUse"), "purposes")
      .map(Self.purpose)
    let actions = try actions(try value("actions", "action"))
    let categories = try codings(try value("categories", "category"), "category")
    let patient = try parties(try value("patient", "subject"), "patient")
    guard patient.count <= 1 else { throw refusal("patient", "names more than one") }
    let custodians = try parties(try value("custodians", "custodian"), "custodian")
    let hierarchy = try hierarchy(try value("hierarchy"))
    let product = max(1, recipients.count) * max(1, purposes.count) * max(1, actions.count)
    guard product <= DecisionRequest.maximumCombinations else {
      throw refusal("request", "asks for more than \(DecisionRequest.maximumCombinations) answers")
    }
    var facts: [ResourceFacts]?
    if resources != nil {
      var found: [ResourceFacts] = []
      for (offset, entry) in directory.entries[firstResource...].enumerated()
      where !ResourceFacts.supporting.contains(entry.type) {
        found.append(
          ResourceFacts(entry, position: offset, directory: directory, zone: zone))
      }
      ResourceFacts.addProvenance(to: &found, from: directory)
      facts = found
    }
    let unused = object.members.map(\.name).filter { !used.contains($0) }.sorted()
    return DecisionRequest(
      recipients: recipients, purposes: Self.unique(purposes), actions: Self.unique(actions),
      categories: categories,
      patient: patient.first, custodians: custodians, resources: facts, directory: directory,
      hierarchy: hierarchy, base: base,
      notes: unused.map { "request: \"\($0)\" is no part of a request and was not used" })
  }

  private static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }

  // MARK: Codes

  /// `TREAT` alone is the well-known code; another bare code is taken under any system.
  private static func purpose(_ coding: Coding) -> Coding {
    guard coding.system == nil, FHIRVocabulary.purposeParents[coding.code] != nil
      || coding.code == "PurposeOfUse"
    else { return coding }
    return Coding(system: CodeSystem.actReason, code: coding.code)
  }

  private func codings(
    _ value: JSONValue?, _ name: String
  ) throws(ConsentRefusal) -> [Coding] {
    var codings: [Coding] = []
    for (index, entry) in Self.list(value).enumerated() {
      guard let coding = Self.coding(entry) else {
        throw refusal("\(name)[\(index)]", "is not a code, nor {system, code}")
      }
      codings.append(coding)
    }
    return codings
  }

  private static func coding(_ value: JSONValue) -> Coding? {
    if let text = value.string {
      guard !text.isEmpty else { return nil }
      let parts = text.split(separator: "|", omittingEmptySubsequences: false)
      guard parts.count <= 2, let code = parts.last, !code.isEmpty else { return nil }
      return Coding(system: parts.count == 2 ? String(parts[0]) : nil, code: String(code))
    }
    if let list = value.object?["coding"]?.array {
      return list.count == 1 ? Coding(loose: list[0]) : nil
    }
    return Coding(loose: value)
  }

  private func actions(_ value: JSONValue?) throws(ConsentRefusal) -> [String] {
    var actions: [String] = []
    let spellings = ["read": "access", "write": "correct"]
    for (index, coding) in try codings(value, "action").enumerated() {
      if coding.code == "all" || coding.code == "*" { return [] }
      let action = spellings[coding.code] ?? coding.code
      guard coding.system == nil || coding.system == CodeSystem.action,
        FHIRVocabulary.actions.contains(action)
      else {
        throw refusal(
          "action[\(index)]", "is not one of collect, access, use, disclose and correct")
      }
      actions.append(action)
    }
    return actions
  }

  private func hierarchy(_ value: JSONValue?) throws(ConsentRefusal) -> [Coding: Coding] {
    var result: [Coding: Coding] = [:]
    for (index, entry) in Self.list(value).enumerated() {
      guard let object = entry.object, let under = object["under"],
        let parent = Self.coding(under).map(Self.purpose),
        let child = (object["code"]?.string).map({
          Coding(system: object["system"]?.string, code: $0)
        })
      else { throw refusal("hierarchy[\(index)]", "is not {system, code, under}") }
      guard result.updateValue(parent, forKey: child) == nil else {
        throw refusal("hierarchy[\(index)]", "puts one code under two")
      }
    }
    return result
  }

  // MARK: Parties

  private func parties(_ value: JSONValue?, _ name: String) throws(ConsentRefusal) -> [Party] {
    var parties: [Party] = []
    for (index, entry) in Self.list(value).enumerated() {
      guard let party = Party(loose: entry, base: base) else {
        throw refusal("\(name)[\(index)]", "names nobody: {reference} or {system, value} does")
      }
      parties.append(directory.known(party))
    }
    return parties
  }

  /// Entries of different kinds (a practitioner, the organisation they work for) describe one
  /// recipient; two of one kind are two recipients, and each must be permitted.
  private func recipients(_ value: JSONValue?) throws(ConsentRefusal) -> [[Party]] {
    var kinds: [String: [[Party]]] = [:]
    var order: [String] = []
    for (index, entry) in Self.list(value).enumerated() {
      let names = try parties(entry, "recipients[\(index)]")
      guard let first = names.first else {
        throw refusal("recipients[\(index)]", "names nobody: {reference} or {system, value} does")
      }
      let kind =
        entry.array != nil
        ? "listed"
        : first.types.min() ?? first.identifiers.first.map { "identifier \($0.system ?? "")" } ?? ""
      if kinds[kind] == nil { order.append(kind) }
      let isKnown = (kinds[kind] ?? []).contains { $0.count == 1 && names.count == 1
        && $0[0].compare(first) == .yes }
      if !isKnown { kinds[kind, default: []].append(names) }
    }
    var combined: [[Party]] = order.isEmpty ? [] : [[]]
    for kind in order {
      combined = combined.flatMap { left in (kinds[kind] ?? []).map { left + $0 } }
      guard combined.count <= DecisionRequest.maximumCombinations else {
        throw refusal("recipients", "are more than \(DecisionRequest.maximumCombinations)")
      }
    }
    return combined
  }

  // MARK: Resources and groups

  private mutating func addGroups(_ value: JSONValue?) throws(ConsentRefusal) {
    guard let value else { return }
    if let values = value.array {
      for (index, value) in values.enumerated() {
        let path = "groups[\(index)]"
        if try !addList(value, at: path) { try add(value, at: path) }
      }
      return
    }
    if try addList(value, at: "groups") { return }
    guard let map = value.object, map["resourceType"] == nil else {
      return try add(value, at: "groups")
    }
    for member in map.members {
      try addGroup(member.name, members: member.value, at: "groups.\(member.name)")
    }
  }

  /// A group as its name and members, in no resource's form.
  private mutating func addList(
    _ value: JSONValue, at path: String
  ) throws(ConsentRefusal) -> Bool {
    guard let object = value.object, object["resourceType"] == nil,
      let name = (object["reference"] ?? object["id"])?.string,
      object["member"] != nil || object["members"] != nil
    else { return false }
    try addGroup(name, members: value, at: path)
    return true
  }

  private mutating func addGroup(
    _ name: String, members: JSONValue, at path: String
  ) throws(ConsentRefusal) {
    guard let address = Address(name, base: base) ?? Address("Group/\(name)", base: base) else {
      throw refusal(path, "is not a reference to a group")
    }
    let entries = members.object?["member"] ?? members.object?["members"] ?? members
    var plain: [JSONValue] = []
    for entry in entries.array ?? [entries] {
      guard entry.object?["period"] == nil, entry.object?["inactive"] == nil else {
        throw refusal(path, "has members who come and go: give it as a Group resource")
      }
      plain.append(entry.object?["entity"] ?? entry)
    }
    directory.add(members: try parties(.array(plain), path), of: address)
  }

  /// A Bundle, a resource, a path to either, or a list of these.
  private mutating func add(_ value: JSONValue, at path: String) throws(ConsentRefusal) {
    switch value {
    case .array(let values):
      for (index, value) in values.enumerated() { try add(value, at: "\(path)[\(index)]") }
    case .string(let name):
      let bytes: [UInt8]
      do {
        bytes = try load(name)
      } catch {
        throw refusal(path, "names a file that cannot be read")
      }
      let inner = try Self.parse(bytes, file: name)
      guard inner.string == nil else { throw refusal(path, "names a file without a resource") }
      try add(inner, at: path)
    case .object(let object): try add(object, at: path)
    case .number, .bool, .null:
      throw refusal(path, "is \(value.kind), a Bundle, a resource or a path is expected")
    }
  }

  private mutating func add(_ object: JSONObject, at path: String) throws(ConsentRefusal) {
    guard let type = object["resourceType"]?.string else {
      throw refusal(path, "has no resourceType")
    }
    guard type == "Bundle" else {
      directory.add(object, fullURL: nil, base: base)
      return
    }
    guard let entries = (object["entry"] ?? .array([])).array else {
      throw refusal("\(path).entry", "is not a list")
    }
    for (index, entry) in entries.enumerated() {
      guard let entry = entry.object, let resource = entry["resource"]?.object,
        resource["resourceType"]?.string != nil
      else { throw refusal("\(path).entry[\(index)].resource", "is not a resource") }
      guard !["Bundle", "Parameters"].contains(resource["resourceType"]?.string) else {
        throw refusal(
          "\(path).entry[\(index)].resource",
          "is a Bundle or Parameters itself, which would hide its resources: give them one by one")
      }
      directory.add(resource, fullURL: entry["fullUrl"]?.string, base: base)
    }
  }
}
