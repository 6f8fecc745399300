/// Provisions: what they may say, and what about them makes a consent unreadable.
extension ConsentReader {
  func provision(
    _ element: Element, isRoot: Bool, count: inout Int
  ) throws(ConsentRefusal) -> Provision {
    count += 1
    guard count <= Self.maximumProvisions else {
      throw element.refusal(nil, "is one of more than \(Self.maximumProvisions) provisions")
    }
    try element.allow(
      primitives: ["type"],
      complex: [
        "period", "actor", "action", "securityLabel", "purpose", "class", "code", "dataPeriod",
        "data", "provision",
      ])
    var kind: Provision.Kind?
    if let word = try element.string("type") {
      guard let known = Provision.Kind(rawValue: word) else {
        throw element.refusal("type", "is neither permit nor deny")
      }
      kind = known
    }
    if kind == nil, !isRoot {
      throw element.refusal("type", "is missing: nobody can tell a permit from a denial")
    }
    var period: FHIRPeriod?
    if let child = try element.element("period") { period = try self.period(child) }
    let criteria = try criteria(element)
    var nested: [Provision] = []
    for child in try element.elements("provision") {
      nested.append(try provision(child, isRoot: false, count: &count))
    }
    return Provision(
      path: element.path, kind: kind, period: period, criteria: criteria, nested: nested)
  }

  private func criteria(_ element: Element) throws(ConsentRefusal) -> Criteria {
    var criteria = Criteria()
    for child in try element.elements("actor") {
      let actor = try actor(child)
      if FHIRVocabulary.custodianRoles.contains(actor.role.code) {
        criteria.custodians.append(actor)
      } else {
        criteria.recipients.append(actor)
      }
    }
    for child in try element.elements("action") { criteria.actions.insert(try action(child)) }
    criteria.purposes = try codings(element, "purpose")
    criteria.labels = try codings(element, "securityLabel")
    for (index, label) in criteria.labels.enumerated()
    where label.system == CodeSystem.confidentiality {
      if FHIRVocabulary.confidentialityLevel(label) == nil {
        throw element.refusal("securityLabel[\(index)].code", "is not a confidentiality")
      }
    }
    criteria.classes = try codings(element, "class")
    let known = [CodeSystem.resourceTypes, CodeSystem.mimeTypes, CodeSystem.uri]
    for (index, coding) in criteria.classes.enumerated()
    where !known.contains(coding.system ?? "") {
      throw element.refusal(
        "class[\(index)].system", "is none whose classes this version can tell on data: resource "
          + "types, media types and profiles are")
    }
    for child in try element.elements("code") {
      criteria.codes += try concept(child, needsCode: true)
    }
    if let child = try element.element("dataPeriod") { criteria.dataPeriod = try period(child) }
    for child in try element.elements("data") { criteria.data.append(try related(child)) }
    return criteria
  }

  private func actor(_ element: Element) throws(ConsentRefusal) -> Criteria.Actor {
    try element.allow(complex: ["role", "reference"])
    guard let role = try element.element("role") else {
      throw element.refusal("role", "is missing")
    }
    guard let reference = try element.element("reference") else {
      throw element.refusal("reference", "is missing: the actor names nobody")
    }
    let known = FHIRVocabulary.recipientRoles.union(FHIRVocabulary.custodianRoles)
    let roles = try concept(role, needsCode: true).filter {
      $0.system == CodeSystem.participation && known.contains($0.code)
    }
    guard let code = roles.first, roles.allSatisfy({
      FHIRVocabulary.custodianRoles.contains($0.code)
        == FHIRVocabulary.custodianRoles.contains(code.code)
    }) else {
      throw role.refusal(
        "coding", "is no role by which this version can tell who is meant: IRCP and PRCP name who "
          + "is told, CST who holds the data; an author is data with meaning authoredby")
    }
    let named = try party(reference)
    return .init(role: code, party: named.party, contained: named.contained)
  }

  private func action(_ element: Element) throws(ConsentRefusal) -> String {
    let codes = try concept(element, needsCode: true).filter {
      $0.system == CodeSystem.action && FHIRVocabulary.actions.contains($0.code)
    }
    guard let action = codes.first, codes.allSatisfy({ $0 == action }) else {
      throw element.refusal(
        "coding", "is not one of collect, access, use, disclose and correct")
    }
    return action.code
  }

  private func related(_ element: Element) throws(ConsentRefusal) -> Criteria.Related {
    try element.allow(primitives: ["meaning"], complex: ["reference"])
    guard let meaning = Criteria.Related.Meaning(rawValue: try element.required("meaning")) else {
      throw element.refusal("meaning", "is not instance, related, dependents or authoredby")
    }
    guard let reference = try element.element("reference") else {
      throw element.refusal("reference", "is missing")
    }
    return .init(
      meaning: meaning, party: try party(reference).party,
      version: Address.version(try reference.string("reference") ?? ""))
  }

  /// Turns the tree into rules, and refuses what says two things or nothing.
  func flattened(
    _ root: Provision?, _ policyRule: [Coding], _ consent: Element
  ) throws(ConsentRefusal) -> [Rule] {
    let base = try self.base(policyRule, consent)
    let path = "\(consent.path).provision"
    guard let root else {
      guard let base else {
        throw consent.refusal(
          "provision", "is missing, and no policyRule OPTIN or OPTOUT says what holds without it")
      }
      return [
        Rule(path: "\(consent.path).policyRule", kind: base, criteria: Criteria(), periods: [],
          permitsWithin: [])
      ]
    }
    let kind: Provision.Kind
    if let written = root.kind {
      if let base, base != written {
        throw ConsentRefusal(
          file: file, path: "\(path).type",
          reason: "contradicts policyRule, which says the opposite")
      }
      kind = written
    } else {
      // Two of HL7's own examples, with one form (opt-in, a period, no type), mean opposite things:
      // "may be told until then" and "nothing from that time may be told".
      guard root.criteria.isEmpty, root.period == nil, let base else {
        throw ConsentRefusal(
          file: file, path: "\(path).type",
          reason: "is missing: the provision has criteria or a period, and nobody can tell whether "
            + "they permit or deny"
            + (base == nil ? "; no policyRule OPTIN or OPTOUT settles it either" : ""))
      }
      kind = base
    }
    var rules: [Rule] = []
    _ = try flatten(root, kind, outer: Criteria(), periods: [], into: &rules)
    return rules
  }

  private func base(
    _ policyRule: [Coding], _ consent: Element
  ) throws(ConsentRefusal) -> Provision.Kind? {
    let codes = Set(policyRule.filter { $0.system == CodeSystem.actCode }.map(\.code))
    let isIn = !codes.isDisjoint(with: FHIRVocabulary.optIn)
    let isOut = !codes.isDisjoint(with: FHIRVocabulary.optOut)
    if isIn, isOut { throw consent.refusal("policyRule", "says both opt-in and opt-out") }
    return isIn ? .permit : isOut ? .deny : nil
  }

  /// - Returns: positions of the permits in the subtree, its own root included.
  private func flatten(
    _ provision: Provision, _ kind: Provision.Kind, outer: Criteria, periods: [FHIRPeriod],
    into rules: inout [Rule]
  ) throws(ConsentRefusal) -> [Int] {
    // A denial keeps to whom and for what the provision around it speaks, and says itself of which
    // data: the bound of what is permitted must not become the bound of what is denied.
    let criteria =
      kind == .permit
      ? provision.criteria.inheriting(outer)
      : provision.criteria.inheriting(outer.withoutData)
    let whole = provision.criteria.inheriting(outer)
    let periods = periods + (provision.period.map { [$0] } ?? [])
    let position = rules.count
    // Its exceptions are known only after its children: keep its place.
    rules.append(
      Rule(path: provision.path, kind: kind, criteria: criteria, periods: periods,
        permitsWithin: []))
    var permits: [Int] = []
    var seen: [Said: Provision.Kind] = [:]
    for child in provision.nested {
      guard let childKind = child.kind else { continue }
      let said = Said(child.criteria.inheriting(whole), period: child.period ?? provision.period)
      if childKind != kind, said == Said(whole, period: provision.period) {
        throw ConsentRefusal(
          file: file, path: child.path,
          reason: "contradicts the provision around it: both are about the very same")
      }
      if kind == .permit, childKind == .permit, whole.isEmpty {
        throw ConsentRefusal(
          file: file, path: child.path,
          reason: "permits a part of what the provision around it permits without limit: one of "
            + "the two is not meant as written")
      }
      if let other = seen.updateValue(childKind, forKey: said), other != childKind {
        throw ConsentRefusal(
          file: file, path: child.path,
          reason: "contradicts the provision beside it: both are about the very same")
      }
      permits += try flatten(
        child, childKind, outer: whole, periods: periods, into: &rules)
    }
    rules[position] = Rule(
      path: provision.path, kind: kind, criteria: criteria, periods: periods,
      permitsWithin: permits)
    return kind == .permit ? permits + [position] : permits
  }
}

/// What a provision is about, to tell whether two say the very same.
private struct Said: Hashable {
  let criteria: [Set<AnyHashable>]
  let period: FHIRPeriod?

  init(_ criteria: Criteria, period: FHIRPeriod?) {
    self.criteria = criteria.normalized
    self.period = period
  }
}
