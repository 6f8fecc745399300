import HubModel

// `data.$consent`: exactly one of `release`, `refusal`, `revocation` and `event`.
extension CloudEventsJSON {
  static func value(of statement: ConsentStatement) -> JSONValue {
    switch statement {
    case .release(let release): .object(["release": value(of: release)])
    case .refusal(let refusal):
      .object([
        "refusal": .object(["id": .text(refusal.id.text), "reason": .text(refusal.reason.rawValue)])
      ])
    case .revocation(let revocation):
      .object([
        "revocation": .object([
          "id": revocation.id.map { .text($0.text) } ?? .null,
          "recipients": parties(revocation.recipients),
        ])
      ])
    case .event(let event):
      .object([
        "event": .object([
          "kind": .text(event.kind.rawValue), "id": event.id.map { .text($0.text) } ?? .null,
          "event": event.event.isEmpty ? .null : .text(event.event),
        ])
      ])
    }
  }

  static func readConsent(_ data: inout JSONObject) throws(Refusal) -> ConsentStatement? {
    guard var consent = try data.object("$consent") else { return nil }
    let statement: ConsentStatement
    if let release = try consent.object("release") {
      statement = .release(try readRelease(release))
    } else if var refusal = try consent.object("refusal") {
      statement = .refusal(
        RoiRefusal(
          id: try refusal.required(try refusal.identifier("id"), "id"),
          reason: try refusal.required(try refusal.word("reason"), "reason")))
      try refusal.finish()
    } else if var revocation = try consent.object("revocation") {
      statement = .revocation(
        RoiRevocation(
          id: try revocation.identifier("id"),
          recipients: try readParties(&revocation, "recipients")))
      try revocation.finish()
    } else if var event = try consent.object("event") {
      let said = RoiEvent(
        try event.required(try event.word("kind"), "kind"), id: try event.identifier("id"),
        event: try event.text("event") ?? "")
      guard (said.kind == .occurred) != said.event.isEmpty,
        said.kind != .occurred || FieldValue.isCode(said.event)
      else { throw Refusal(.wrongFieldType, at: event.place("event")) }
      statement = .event(said)
      try event.finish()
    } else {
      throw Refusal(.consentMissing, at: consent.path)
    }
    try consent.finish()
    return statement
  }

  // MARK: - Release

  private static func value(of release: ReleaseOfInformation) -> JSONValue {
    var members: [String: JSONValue] = [
      "id": .text(release.id.text), "version": .integer(Int64(release.version)),
      "kind": .text(release.kind.rawValue), "disclosers": parties(release.disclosers),
      "recipients": parties(release.recipients),
      "information": .list(release.information.map { value(of: $0) }),
      "purposes": .words(release.purposes), "signer": .text(release.signer.rawValue),
      "covers-earlier": .flag(release.coversEarlier),
      "stop-use-notice": .flag(release.stopUseNotice),
    ]
    if !release.refusals.isEmpty {
      members["refusals"] = .list(
        release.refusals.map {
          .object(["recipients": parties($0.recipients), "information": value(of: $0.information)])
        })
    }
    members["signed-at"] = release.signedAt.map { .time($0) }
    members["starts-at"] = release.startsAt.map { .time($0) }
    switch release.expiry {
    case nil: break
    case .at(let time): members["expires-at"] = .time(time)
    case .event(let event): members["expires-on"] = .text(event)
    case .never: members["never-expires"] = .flag(true)
    }
    let texts = [
      "signer-evidence": release.signerEvidence, "revocable-from": release.revocableFrom,
      "form-template": release.formTemplate, "witness": release.witness,
      "redisclosure": release.redisclosure, "track": release.track,
      "form-image-hash": Hex.encode(release.formImageHash),
    ]
    for (name, text) in texts where !text.isEmpty { members[name] = .text(text) }
    if !release.statements.isEmpty {
      members["statements"] = .list(release.statements.sorted().map { .text($0) })
    }
    if !release.jurisdictions.isEmpty {
      members["jurisdictions"] = .list(release.jurisdictions.map { .text($0) })
    }
    if !release.conditionedOn.isEmpty {
      members["conditioned-on"] = .list(release.conditionedOn.sorted().map { .text($0) })
    }
    members["supersedes"] = release.supersedes.map { .text($0.text) }
    if !release.identityStewards.isEmpty {
      members["identity-stewards"] = .identifiers(release.identityStewards)
    }
    return .object(members)
  }

  private static func readRelease(_ object: JSONObject) throws(Refusal) -> ReleaseOfInformation {
    var object = object
    var release = ReleaseOfInformation(
      id: try object.required(try object.identifier("id"), "id"),
      version: try object.number("version") ?? 1,
      kind: try object.required(try object.word("kind"), "kind"),
      disclosers: try readParties(&object, "disclosers"),
      recipients: try readParties(&object, "recipients"),
      information: try object.list("information") { value, path throws(Refusal) in
        try readScope(try JSONObject(value, path: path))
      },
      purposes: try object.words("purposes"), signedAt: try object.time("signed-at"),
      expiry: try readExpiry(&object),
      signer: try object.required(try object.word("signer"), "signer"))
    guard release.version > 0 else { throw Refusal(.wrongFieldType, at: object.place("version")) }
    release.refusals = try object.list("refusals") { value, path throws(Refusal) in
      var refusal = try JSONObject(value, path: path)
      let recipients = try readParties(&refusal, "recipients")
      let information = try refusal.required(try refusal.object("information"), "information")
      try refusal.finish()
      return .init(recipients: recipients, information: try readScope(information))
    }
    release.startsAt = try object.time("starts-at")
    release.signerEvidence = try object.text("signer-evidence") ?? ""
    release.revocableFrom = try object.text("revocable-from") ?? ""
    release.formTemplate = try object.text("form-template") ?? ""
    release.witness = try object.text("witness") ?? ""
    release.redisclosure = try object.text("redisclosure") ?? ""
    release.track = try object.text("track") ?? ""
    release.conditionedOn = Set(try texts(&object, "conditioned-on"))
    guard let hash = Hex.decode(try object.text("form-image-hash") ?? ""),
      [0, WireBounds.hashBytes].contains(hash.count)
    else { throw Refusal(.wrongFieldType, at: object.place("form-image-hash")) }
    release.formImageHash = hash
    release.statements = Set(try texts(&object, "statements"))
    release.jurisdictions = try texts(&object, "jurisdictions")
    release.supersedes = try object.identifier("supersedes")
    // What a document does not say is not widened: the earlier is covered where it says so.
    release.coversEarlier = try object.flag("covers-earlier") ?? false
    release.identityStewards = try object.identifiers("identity-stewards")
    release.stopUseNotice = try object.flag("stop-use-notice") ?? false
    try object.finish()
    return release
  }

  private static func readExpiry(
    _ object: inout JSONObject
  ) throws(Refusal) -> ReleaseOfInformation.Expiry? {
    var ends: [ReleaseOfInformation.Expiry] = []
    if let time = try object.time("expires-at") { ends.append(.at(time)) }
    if let event = try object.text("expires-on") { ends.append(.event(event)) }
    if try object.flag("never-expires") == true { ends.append(.never) }
    guard ends.count <= 1 else { throw Refusal(.repeatedField, at: object.place("expires-at")) }
    return ends.first
  }

  private static func texts(
    _ object: inout JSONObject, _ name: String
  ) throws(Refusal) -> [String] {
    try object.list(name) { value, path throws(Refusal) in try value.text(at: path) }
  }

  // MARK: - Parties and scopes

  private static func parties(_ parties: [Party]) -> JSONValue {
    .list(
      parties.map {
        switch $0 {
        case .agency(let agency): .object(["agency": .text(agency.text)])
        case .role(let role): .object(["role": .text(role.rawValue)])
        case .person(let agency, let reference):
          .object(["agency": .text(agency.text), "person": .text(reference)])
        }
      })
  }

  private static func readParties(
    _ object: inout JSONObject, _ name: String
  ) throws(Refusal) -> [Party] {
    try object.list(name) { value, path throws(Refusal) in
      var party = try JSONObject(value, path: path)
      let agency: AgencyID? = try party.identifier("agency")
      let role: Role? = try party.word("role")
      let person = try party.text("person")
      try party.finish()
      switch (agency, role, person) {
      case (let agency?, nil, nil): return .agency(agency)
      case (let agency?, nil, let person?): return .person(agency, reference: person)
      case (nil, let role?, nil): return .role(role)
      default: throw Refusal(.wrongFieldType, at: path)
      }
    }
  }

  private static func value(of scope: InformationScope) -> JSONValue {
    var members: [String: JSONValue] = ["categories": .words(scope.categories)]
    if !scope.labels.isEmpty { members["labels"] = .words(scope.labels) }
    members["authored-from"] = scope.authoredFrom.map { .date($0) }
    members["authored-through"] = scope.authoredThrough.map { .date($0) }
    if !scope.authors.isEmpty { members["authors"] = .identifiers(scope.authors) }
    return .object(members)
  }

  private static func readScope(_ object: JSONObject) throws(Refusal) -> InformationScope {
    var object = object
    let scope = InformationScope(
      categories: try object.words("categories"), labels: try object.words("labels"),
      authoredFrom: try object.date("authored-from"),
      authoredThrough: try object.date("authored-through"),
      authors: try object.identifiers("authors"))
    try object.finish()
    return scope
  }
}
