/// Resources that stand beside a decision: who belongs to which group, and which names mean the
/// same. Membership is looked up at each decision; it is never kept from one to the next.
struct Directory {
  struct Entry {
    let object: JSONObject
    let party: Party
    let type: String
    let base: String?
  }

  private(set) var entries: [Entry] = []
  private var byAddress: [Address: [Int]] = [:]
  private var byIdentifier: [FHIRIdentifier: [Int]] = [:]
  /// Groups given as plain lists of members.
  private var lists: [Address: [Party]] = [:]

  mutating func add(_ object: JSONObject, fullURL: String?, base: String?) {
    guard let type = object["resourceType"]?.string else { return }
    let party = Party(resource: object, type: type, fullURL: fullURL, base: base)
    for address in party.addresses { byAddress[address, default: []].append(entries.count) }
    for identifier in party.identifiers where identifier.system != nil {
      byIdentifier[identifier, default: []].append(entries.count)
    }
    entries.append(Entry(object: object, party: party, type: type, base: base))
  }

  mutating func add(members: [Party], of group: Address) { lists[group, default: []] += members }

  func positions(of party: Party) -> Set<Int> {
    var found: Set<Int> = []
    for address in party.addresses { found.formUnion(byAddress[address] ?? []) }
    for identifier in party.identifiers { found.formUnion(byIdentifier[identifier] ?? []) }
    return found
  }

  /// The party with every other name that its resource is known by.
  func known(_ party: Party) -> Party {
    var result = party
    for position in positions(of: party) {
      result.addresses.formUnion(entries[position].party.addresses)
      result.identifiers.formUnion(entries[position].party.identifiers)
      result.types.formUnion(entries[position].party.types)
    }
    return result
  }

  static let collectives: Set<String> = ["Group", "CareTeam", "PractitionerRole"]

  /// Whether a recipient is the actor, or one of its members at `now`.
  func match(_ actor: Criteria.Actor, _ recipient: Party, now: Int64) -> Match {
    var visited: Set<Party> = []
    return match(known(actor.party), actor.contained, recipient, now: now, &visited)
  }

  private func match(
    _ actor: Party, _ contained: JSONObject?, _ recipient: Party, now: Int64,
    _ visited: inout Set<Party>
  ) -> Match {
    let direct = actor.compare(recipient)
    guard direct != .yes, !actor.types.isDisjoint(with: Self.collectives) else { return direct }
    guard visited.insert(actor).inserted else { return .no }
    var answers: [Match] = []
    var isKnown = false
    for address in actor.addresses {
      guard let members = lists[address] else { continue }
      isKnown = true
      for member in members {
        answers.append(match(known(member), nil, recipient, now: now, &visited))
      }
    }
    var objects = positions(of: actor).sorted().map { (entries[$0].object, entries[$0].base) }
    if let contained { objects.append((contained, nil)) }
    for (object, base) in objects {
      guard let members = Self.members(of: object, base: base, now: now) else {
        answers.append(.unknown)
        continue
      }
      isKnown = true
      for member in members {
        answers.append(match(known(member), nil, recipient, now: now, &visited))
      }
    }
    return isKnown ? .any(answers) : .unknown
  }

  /// Members at `now`, or `nil` where the resource does not list them.
  private static func members(of object: JSONObject, base: String?, now: Int64) -> [Party]? {
    if object["modifierExtension"] != nil { return nil }
    switch object["resourceType"]?.string {
    case "Group":
      guard object["actual"]?.bool == true, object["active"]?.bool != false else { return nil }
      return current(object["member"], "entity", base: base, now: now)
    case "CareTeam":
      guard object["status"]?.string ?? "active" == "active" else { return nil }
      return current(object["participant"], "member", base: base, now: now)
    case "PractitionerRole":
      guard object["active"]?.bool != false, isCurrent(object, now: now) else { return nil }
      return object["practitioner"].flatMap { Party(loose: $0, base: base) }.map { [$0] }
    default: return nil
    }
  }

  private static func current(
    _ list: JSONValue?, _ name: String, base: String?, now: Int64
  ) -> [Party]? {
    var members: [Party] = []
    for entry in list?.array ?? [] {
      guard let entry = entry.object, entry["modifierExtension"] == nil else { return nil }
      if entry["inactive"]?.bool == true || !isCurrent(entry, now: now) { continue }
      guard let value = entry[name], let party = Party(loose: value, base: base) else { return nil }
      members.append(party)
    }
    return members
  }

  /// A period that cannot be read holds nobody.
  private static func isCurrent(_ object: JSONObject, now: Int64) -> Bool {
    guard let period = object["period"] else { return true }
    guard let period = period.object else { return false }
    var range = (first: Int64.min, last: Int64.max)
    if let start = period["start"] {
      guard let time = start.string.flatMap({ FHIRTime($0, zone: .gmt) }) else { return false }
      range.first = time.first
    }
    if let end = period["end"] {
      guard let time = end.string.flatMap({ FHIRTime($0, zone: .gmt) }) else { return false }
      range.last = time.last
    }
    return range.first <= now && now <= range.last
  }
}

extension Party {
  /// A resource under each of its names.
  init(resource: JSONObject, type: String, fullURL: String?, base: String?) {
    var addresses: Set<Address> = []
    if let id = resource["id"]?.string { addresses.insert(.relative(type: type, id: id)) }
    if let fullURL, let address = Address(fullURL, base: base) { addresses.insert(address) }
    self.init(addresses: addresses, identifiers: resource.identifiers, type: type)
  }

  /// A Reference in data or in a request: what it holds beside address and identifier is let be.
  init?(loose value: JSONValue, base: String?) {
    if let text = value.string {
      guard let address = Address(text, base: base) else { return nil }
      self.init(addresses: [address])
      return
    }
    guard let object = value.object else { return nil }
    if let inner = object["reference"]?.object {
      self.init(loose: .object(inner), base: base)
      return
    }
    var addresses: Set<Address> = []
    var identifiers: Set<FHIRIdentifier> = []
    if let text = object["reference"]?.string {
      guard let address = Address(text, base: base) else { return nil }
      addresses.insert(address)
    }
    let named = object["identifier"]?.object ?? object
    if let text = named["value"]?.string {
      identifiers.insert(FHIRIdentifier(system: named["system"]?.string, value: text))
    }
    guard !addresses.isEmpty || !identifiers.isEmpty else { return nil }
    self.init(addresses: addresses, identifiers: identifiers, type: object["type"]?.string)
  }
}
