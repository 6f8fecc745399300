import Foundation
import HubModel

extension ReleaseReader {
  // MARK: Parties, purposes, persons

  func party(_ party: Party, at path: String) throws(ConsentRefusal) -> HubModel.Party {
    guard party.addresses.isEmpty, party.identifiers.count == 1,
      let identifier = party.identifiers.first, let system = identifier.system
    else {
      throw refusal(
        path, "must be named by one identifier of \(ReleaseProfile.agency), \(ReleaseProfile.role) "
          + "or \(ReleaseProfile.person)AGENCY: nobody can tell whom a reference means here")
    }
    switch system {
    case ReleaseProfile.agency:
      guard let agency = AgencyID(identifier.value) else { break }
      return .agency(agency)
    case ReleaseProfile.role:
      guard let role = Role(rawValue: identifier.value) else { break }
      return .role(role)
    default:
      guard system.hasPrefix(ReleaseProfile.person),
        let agency = AgencyID(system.dropFirst(ReleaseProfile.person.count))
      else { break }
      return .person(agency, reference: identifier.value)
    }
    throw refusal(path, "is no agency, role or person of a release")
  }

  func parties(
    _ actors: [Criteria.Actor], _ role: String, _ provision: Provision
  ) throws(ConsentRefusal) -> [HubModel.Party] {
    let path = "\(provision.path).actor"
    guard !actors.isEmpty else {
      throw refusal(path, "has nobody of role \(role): a release names who tells and who is told")
    }
    var parties: [HubModel.Party] = []
    for actor in actors {
      guard actor.role.code == role else {
        throw refusal(path, "has role \(actor.role.code), which a release cannot say")
      }
      parties.append(try party(actor.party, at: path))
    }
    return parties
  }

  func purposes(_ provision: Provision) throws(ConsentRefusal) -> WordSet<Purpose> {
    guard !provision.criteria.purposes.isEmpty else {
      throw refusal("\(provision.path).purpose", "is missing: a release names its purposes")
    }
    var purposes: WordSet<Purpose> = []
    for (index, coding) in provision.criteria.purposes.enumerated() {
      guard let purpose = ReleaseProfile.word(coding, { ReleaseProfile.coding($0 as Purpose) })
      else {
        throw refusal(
          "\(provision.path).purpose[\(index)]", "is no purpose of a release "
            + "(\(ReleaseProfile.purpose), or TREAT, HPAYMT, HOPERAT, ETREAT)")
      }
      purposes.insert(purpose)
    }
    return purposes
  }

  /// A contained Patient; an identifier or another reference leaves open who it is.
  func person() throws(ConsentRefusal) -> ImportedRelease.Person? {
    guard consent.patientReference.hasPrefix("#") else { return nil }
    let id = consent.patientReference.dropFirst()
    let path = "\(root.path).contained(\(id))"
    guard let object = consent.contained.first(where: { $0["id"]?.string == String(id) }) else {
      throw refusal(path, "is not there")
    }
    let patient = Element(object: object, path: path, file: consent.file)
    guard object["resourceType"]?.string == "Patient" else {
      throw patient.refusal("resourceType", "is not Patient")
    }
    try patient.allow(
      primitives: ["resourceType", "id", "birthDate"], complex: ["name", "identifier"])
    let names = try patient.elements("name")
    guard names.count == 1 else { throw patient.refusal("name", "must be one") }
    try names[0].allow(primitives: ["use", "family", "given"])
    guard let given = try names[0].strings("given").first else {
      throw names[0].refusal("given", "is missing")
    }
    guard let birthDate = CivilDate(try patient.required("birthDate")) else {
      throw patient.refusal("birthDate", "is no whole date")
    }
    var person = ImportedRelease.Person(
      lastName: try names[0].required("family"), firstName: given, birthDate: birthDate)
    for identifier in try patient.elements("identifier") {
      guard try identifier.string("system") == ReleaseProfile.stateID, person.stateID == nil else {
        throw identifier.refusal("system", "is not \(ReleaseProfile.stateID), or stands twice")
      }
      person.stateID = try identifier.required("value")
    }
    return person
  }

  // MARK: Provisions

  func take(_ root: Provision, into held: inout HeldRelease) throws(ConsentRefusal) {
    held.release.information = [try scope(root, within: nil)]
    for child in root.nested where !isOfLabels(child) {
      let criteria = child.criteria
      guard child.period == nil, criteria.custodians.isEmpty, criteria.actions.isEmpty,
        criteria.purposes.isEmpty, criteria.classes.isEmpty
      else {
        throw refusal(
          child.path, "differs in period, custodian, action, purpose or class from the provision "
            + "around it, which a release cannot say")
      }
      if child.kind == .permit {
        guard criteria.recipients.isEmpty else {
          throw refusal("\(child.path).actor", "permits to some alone: write a release for them")
        }
        held.release.information.append(try scope(child, within: root))
      } else {
        guard child.nested.isEmpty else {
          throw refusal(
            "\(child.path).provision", "makes an exception to a refusal, which a release cannot")
        }
        let recipients = try parties(criteria.recipients, "IRCP", child)
        if criteria.isAboutData {
          var information = try bounds(criteria, child)
          information.labels = WordSet(try labels(criteria, child))
          held.release.refusals.append(.init(recipients: recipients, information: information))
        } else {
          held.revokedToward += recipients
        }
      }
    }
    var seen: WordSet<InformationCategory> = []
    for scope in held.release.information {
      guard seen.isDisjoint(with: scope.categories) else {
        throw refusal("\(root.path).provision", "permits one kind of information twice")
      }
      seen.formUnion(scope.categories)
    }
  }

  /// A denial toward everybody, of labels, within what the provision around it permits.
  private func isOfLabels(_ child: Provision) -> Bool {
    child.kind == .deny && child.criteria.recipients.isEmpty
  }

  private func scope(
    _ provision: Provision, within outer: Provision?
  ) throws(ConsentRefusal) -> InformationScope {
    var criteria = provision.criteria
    guard criteria.labels.isEmpty else {
      throw refusal(
        "\(provision.path).securityLabel", "permits labelled information alone: a release denies "
          + "the labels that the person did not agree to")
    }
    guard criteria.classes.isEmpty else {
      throw refusal("\(provision.path).class", "cannot be said in a release of information")
    }
    if criteria.dataPeriod == nil { criteria.dataPeriod = outer?.criteria.dataPeriod }
    if criteria.data.isEmpty { criteria.data = outer?.criteria.data ?? [] }
    var scope = try bounds(criteria, provision)
    scope.labels = .all
    for child in provision.nested {
      guard isOfLabels(child) else {
        if outer == nil { continue }
        throw refusal(child.path, "is nested deeper than a release can say")
      }
      var rest = child.criteria
      rest.labels = []
      rest.codes = []
      guard !child.criteria.labels.isEmpty, rest.isEmpty, child.period == nil, child.nested.isEmpty,
        Set(child.criteria.codes) == Set(provision.criteria.codes)
      else {
        throw refusal(
          child.path, "denies to everybody something other than labels of all that is permitted: "
            + "a release names what it permits, and refuses to some")
      }
      scope.labels.subtract(WordSet(try labels(child.criteria, child)))
    }
    return scope
  }

  private func labels(
    _ criteria: Criteria, _ provision: Provision
  ) throws(ConsentRefusal) -> [SensitivityLabel] {
    var labels: [SensitivityLabel] = []
    for (index, coding) in criteria.labels.enumerated() {
      guard
        let label = ReleaseProfile.word(coding, { ReleaseProfile.coding($0 as SensitivityLabel) })
      else {
        throw refusal(
          "\(provision.path).securityLabel[\(index)]", "is no label of a release "
            + "(\(ReleaseProfile.label), 42CFRPart2 or MH)")
      }
      labels.append(label)
    }
    return labels
  }

  private func bounds(
    _ criteria: Criteria, _ provision: Provision
  ) throws(ConsentRefusal) -> InformationScope {
    var scope = InformationScope(categories: [])
    for (index, coding) in criteria.codes.enumerated() {
      guard coding.system == ReleaseProfile.information,
        let category = InformationCategory(rawValue: coding.code)
      else {
        throw refusal(
          "\(provision.path).code[\(index)]",
          "is no kind of information of a release (\(ReleaseProfile.information))")
      }
      scope.categories.insert(category)
    }
    guard !scope.categories.isEmpty else {
      throw refusal("\(provision.path).code", "is missing: a release names its information")
    }
    for (name, keyPath) in [
      ("start", \InformationScope.authoredFrom), ("end", \InformationScope.authoredThrough),
    ] {
      guard let text = criteria.dataPeriod?.words[name] else { continue }
      guard let date = CivilDate(text) else {
        throw refusal("\(provision.path).dataPeriod.\(name)", "is no whole date")
      }
      scope[keyPath: keyPath] = date
    }
    for (index, data) in criteria.data.enumerated() {
      let path = "\(provision.path).data[\(index)]"
      guard data.meaning == .authoredby, case .agency(let agency) = try party(data.party, at: path)
      else { throw refusal(path, "is not what an agency wrote: a release knows authors alone") }
      scope.authors.append(agency)
    }
    return scope
  }
}
