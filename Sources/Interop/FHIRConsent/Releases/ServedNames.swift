import HubModel

/// Puts a server's Consent into the words of the profile: who is meant by its references, what by
/// its codes, and whose it is.
struct ServedNames {
  let names: ServedConsents.Names
  /// By id.
  let patients: [String: JSONObject]

  /// What is about reading alone is left as it stands.
  private static let untouched: Set<String> = ["text", "contained", "meta", "resourceType", "id"]
  /// The id under which the patient is put into the Consent.
  private static let patientID = "accord-patient"

  func translated(_ consent: JSONObject) -> JSONObject {
    var members: [JSONObject.Member] = []
    var contained = consent["contained"]?.array ?? []
    for member in consent.members where member.name != "contained" {
      switch member.name {
      case "identifier": members += identifiers(member)
      case "patient":
        if let patient = patient(of: member.value) {
          contained.append(.object(patient))
          members.append(
            .init(name: "patient", value: .members(("reference", .string("#\(Self.patientID)")))))
        } else {
          members.append(member)
        }
      case let name where Self.untouched.contains(name): members.append(member)
      default: members.append(.init(name: member.name, value: translated(member.value)))
      }
    }
    if !contained.isEmpty { members.append(.init(name: "contained", value: .array(contained))) }
    return JSONObject(members)
  }

  /// Numbers that a server has for its own ends say nothing of what is permitted, and are left out.
  private func identifiers(_ member: JSONObject.Member) -> [JSONObject.Member] {
    let known = (member.value.array ?? []).compactMap { value -> JSONValue? in
      guard let object = value.object, let system = object["system"]?.string,
        let number = object["value"]?.string
      else { return nil }
      let urn = names.systems[system]?.urn ?? system
      guard [ReleaseProfile.release, ReleaseProfile.referral].contains(urn) else { return nil }
      return .identifier(urn, number)
    }
    return known.isEmpty ? [] : [.init(name: member.name, value: .array(known))]
  }

  private func translated(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): return .array(values.map(translated))
    case .object(let object):
      if let party = party(object) ?? word(object) { return party }
      return .object(
        JSONObject(object.members.map { .init(name: $0.name, value: translated($0.value)) }))
    case .string, .number, .bool, .null: return value
    }
  }

  /// A Reference whose target is known by name.
  private func party(_ object: JSONObject) -> JSONValue? {
    let identifier = object["identifier"]?.object
    let system = identifier?["system"]?.string
    let number = identifier?["value"]?.string
    let shown = system.flatMap { system in number.map { "\(system)|\($0)" } }
    let meant = [object["reference"]?.string, shown].compactMap { $0 }
      .compactMap { names.parties[$0] }.first
    guard let meant else {
      guard let system, let number, names.systems[system] == .agency else { return nil }
      return .members(("identifier", .identifier(ReleaseProfile.agency, number)))
    }
    let kind = Role(rawValue: meant) == nil ? ReleaseProfile.agency : ReleaseProfile.role
    return .members(("identifier", .identifier(kind, meant)))
  }

  private func word(_ object: JSONObject) -> JSONValue? {
    guard let system = object["system"]?.string, let code = object["code"]?.string,
      let meant = names.words["\(system)|\(code)"]
    else { return nil }
    let parts = meant.split(separator: "|", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    return .coding(Coding(system: parts[0], code: parts[1]))
  }

  /// The Patient whom the reference names, with no more than a release form asks for: of several
  /// names the official one, or else the usual one, or else the only one that is no old, short or
  /// passing name.
  private func patient(of value: JSONValue) -> JSONObject? {
    guard let reference = value.object?["reference"]?.string else { return nil }
    let parts = reference.split(separator: "/")
    guard parts.count >= 2, parts[parts.count - 2] == "Patient", let id = parts.last,
      let found = patients[String(id)]
    else { return nil }
    let all = (found["name"]?.array ?? []).compactMap(\.object)
    let choices = ["official", "usual", nil].map { use in all.filter { $0["use"]?.string == use } }
    let chosen = choices.first { !$0.isEmpty } ?? all
    let numbers = (found["identifier"]?.array ?? []).compactMap { value -> JSONValue? in
      guard let system = value.object?["system"]?.string,
        let number = value.object?["value"]?.string,
        (names.systems[system]?.urn ?? system) == ReleaseProfile.stateID
      else { return nil }
      return .identifier(ReleaseProfile.stateID, number)
    }
    let shown = chosen.map { name in
      JSONValue.object(JSONObject(name.members.filter { ["family", "given"].contains($0.name) }))
    }
    let members: [(String, JSONValue?)] = [
      ("resourceType", .string("Patient")), ("id", .string(Self.patientID)),
      ("name", .list(shown)), ("birthDate", found["birthDate"]), ("identifier", .list(numbers)),
    ]
    return JSONObject(
      members.compactMap { name, value in value.map { .init(name: name, value: $0) } })
  }
}
