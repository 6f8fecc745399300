public import HubModel

extension ImportedRelease {
  /// The release as the JSON form that the capturing agency's adapter takes from its folder
  /// `releases`, and files as its own.
  ///
  /// - Parameters:
  ///   - referral: the case, where the Consent does not say it; it may not say another.
  ///   - person: who signed, where the Consent has no contained Patient.
  /// - Throws: whatever such a form cannot say exactly, with the Consent's element.
  public func form(
    referral asked: CaseID? = nil, person known: Person? = nil
  ) throws(ConsentRefusal) -> String {
    guard held.state == .active else {
      throw refusal("status", "is not active: only a signed release in force is filed")
    }
    guard held.revokedToward.isEmpty else {
      throw refusal(
        "provision.provision", "refuses some recipients everything: file the release without it, "
          + "then their revocation")
    }
    guard let caseID = asked ?? referral, referral == nil || referral == caseID else {
      throw refusal(
        "identifier", "has no referral (or another than was given): name it with --referral")
    }
    guard let person = known ?? person, self.person == nil || self.person == person else {
      throw refusal(
        "patient", "does not say who signed (or somebody else than was given): contain a Patient "
          + "with one name and a birthDate, or give --last-name, --first-name and --dob")
    }
    var form = Form(self)
    try form.write("roi_id", held.release.id.text)
    form.members.append(.init(name: "version", value: .number("\(held.release.version)")))
    try form.write("outcome", "signed")
    try form.write("referral_id", caseID.text)
    try form.write("last_name", person.lastName)
    try form.write("first_name", person.firstName)
    try form.write("dob", "\(person.birthDate)")
    if let number = person.stateID { try form.write("sid", number) }
    try form.writeRelease()
    return JSONPrinter.text(of: .object(JSONObject(form.members)))
  }

  func refusal(_ element: String, _ reason: String) -> ConsentRefusal {
    ConsentRefusal(file: file, path: "\(consent.path).\(element)", reason: reason)
  }
}

/// Fields of a release form, each checked to be read back as it was written.
private struct Form {
  let imported: ImportedRelease
  var members: [JSONObject.Member] = []
  var release: ReleaseOfInformation { imported.held.release }

  init(_ imported: ImportedRelease) { self.imported = imported }

  mutating func write(_ field: String, _ text: String) throws(ConsentRefusal) {
    guard let first = text.first, let last = text.last, !first.isWhitespace, !last.isWhitespace
    else {
      throw imported.refusal("(\(field))", "is empty, or begins or ends with white space")
    }
    members.append(.init(name: field, value: .string(text)))
  }

  private mutating func write(
    ifAny text: String, _ field: String
  ) throws(ConsentRefusal) {
    if !text.isEmpty { try write(field, text) }
  }

  /// Within one field `;` separates.
  private mutating func write(
    _ field: String, list: [String], none: String? = nil
  ) throws(ConsentRefusal) {
    guard !list.isEmpty else {
      if let none { try write(field, none) }
      return
    }
    for text in list {
      guard !text.contains(";"), text != none, let first = text.first, let last = text.last,
        !first.isWhitespace, !last.isWhitespace
      else { throw imported.refusal("(\(field))", "has an entry that a form's list cannot hold") }
    }
    members.append(.init(name: field, value: .array(list.map(JSONValue.string))))
  }

  mutating func writeRelease() throws(ConsentRefusal) {
    try write("kind", release.kind == .multiParty ? "general" : release.kind.rawValue)
    try writeParties()
    try writeInformation()
    try write("purposes", list: release.purposes.map(\.rawValue).sorted())
    try writeTimes()
    try write("signer_capacity", release.signer.rawValue)
    try write(ifAny: release.signerEvidence, "signer_evidence")
    try write(ifAny: release.witness, "witness")
    try write(ifAny: release.formTemplate, "form")
    try write(ifAny: Hex.encode(release.formImageHash), "image_sha256")
    guard !release.statements.isEmpty else {
      throw imported.refusal(
        "extension", "has no statement: a form without any would take the agency's printed ones")
    }
    try write("statements", list: release.statements.sorted())
    try write(ifAny: release.track, "door")
    try write("covers_earlier", release.coversEarlier ? "yes" : "no")
    guard release.supersedes?.text != "none", release.supersedes != release.id else {
      throw imported.refusal("extension(supersedes)", "names a release that no form can name")
    }
    try write("supersedes", release.supersedes?.text ?? "none")
    try write("identity_stewards", list: release.identityStewards.map(\.text), none: "none")
    try write(ifAny: release.revocableFrom, "revocable_from")
    try write("conditioned_on", list: release.conditionedOn.sorted())
    try write("jurisdictions", list: release.jurisdictions)
    try write(ifAny: release.redisclosure, "redisclosure")
    if release.stopUseNotice { try write("stop_use_notice", "yes") }
    guard release.version <= 10_000 else {
      throw imported.refusal("extension(version)", "is past the 10000 that a form may say")
    }
  }

  /// A form names agencies as recipients, its own always among them.
  private mutating func writeParties() throws(ConsentRefusal) {
    var recipients: [String] = []
    for party in release.recipients {
      guard case .agency(let agency) = party else {
        throw imported.refusal(
          "provision.actor", "tells a role or a person: a form's recipients are agencies")
      }
      recipients.append(agency.text)
    }
    guard recipients.contains(imported.held.capturedBy.text) else {
      throw imported.refusal(
        "organization[0]", "is not among the recipients: the adapter of the agency that files a "
          + "form always adds it")
    }
    try write("recipients", list: recipients)
    var disclosers: [String] = []
    for party in release.disclosers {
      switch party {
      case .role(let role): disclosers.append(role.rawValue)
      case .agency(let agency) where Role(rawValue: agency.text) == nil:
        disclosers.append(agency.text)
      case .agency, .person:
        throw imported.refusal(
          "provision.actor", "lets a person tell, or an agency that is called like a role: a form "
            + "cannot say that")
      }
    }
    try write("disclosers", list: disclosers)
  }

  private mutating func writeInformation() throws(ConsentRefusal) {
    guard release.refusals.isEmpty else {
      throw imported.refusal(
        "provision.provision", "refuses some recipients a part: a form cannot say that")
    }
    guard release.information.count == 1, let scope = release.information.first else {
      throw imported.refusal(
        "provision.provision", "permits further information in another way: a form has one part")
    }
    guard !scope.labels.contains(.privileged) else {
      throw imported.refusal(
        "provision.provision", "leaves privileged information open: deny its label")
    }
    try write("information", list: scope.categories.map(\.rawValue).sorted())
    try write("labels", list: scope.labels.map(\.rawValue).sorted(), none: "none")
    if let date = scope.authoredFrom { try write("authored_from", "\(date)") }
    if let date = scope.authoredThrough { try write("authored_through", "\(date)") }
    try write("authors", list: scope.authors.map(\.text))
  }

  private mutating func writeTimes() throws(ConsentRefusal) {
    let times = [("signed_at", release.signedAt), ("starts_at", release.startsAt)]
    for (field, time) in times {
      if let text = time.flatMap(FHIRTime.text) { try write(field, text) }
    }
    switch release.expiry {
    case .at(let time)?:
      guard let text = FHIRTime.text(time) else {
        throw imported.refusal("provision.period.end", "lies past the year 9999")
      }
      try write("expires_at", text)
    case .event(let event)?: try write("expires_with", event)
    case .never?: try write("never_expires", "yes")
    case nil: break
    }
  }
}
