import HubModel

/// Writes a release as a FHIR R4 Consent.
struct ReleaseWriter {
  private let held: HeldRelease
  private var release: ReleaseOfInformation { held.release }

  init(_ held: HeldRelease) { self.held = held }

  private func refusal(_ element: String, _ reason: String) -> ConsentRefusal {
    ConsentRefusal(file: release.id.text, path: "release.\(element)", reason: reason)
  }

  /// - Throws: what FHIR cannot say without saying more. An element that is missing would stand
  ///   for "any" there.
  func consent() throws(ConsentRefusal) -> JSONValue {
    for (element, isMissing) in [
      ("recipients", release.recipients.isEmpty), ("disclosers", release.disclosers.isEmpty),
      ("purposes", release.purposes.isEmpty), ("information", release.information.isEmpty),
      ("information.categories", release.information.contains { $0.categories.isEmpty }),
      ("refusals.recipients", release.refusals.contains { $0.recipients.isEmpty }),
      ("refusals.categories", release.refusals.contains { $0.information.categories.isEmpty }),
    ] where isMissing {
      throw refusal(element, "names nothing, which in a FHIR consent would mean anything")
    }
    return .members(
      ("resourceType", .string("Consent")),
      ("id", .string(release.id.text)),
      ("meta", .members(("profile", .array([.string(ReleaseProfile.profile)])))),
      ("text", narrative),
      ("extension", try extensions()),
      ("modifierExtension", try modifiers()),
      ("identifier", .array([.identifier(ReleaseProfile.release, release.id.text)])),
      ("status", .string(ReleaseProfile.status(held.state).rawValue)),
      ("scope", .concept(Coding(system: CodeSystem.scope, code: "patient-privacy"))),
      ("category", .array([
        .concept(Coding(system: CodeSystem.loinc, code: "59284-0")),
        .concept(Coding(system: ReleaseProfile.kind, code: release.kind.rawValue)),
      ])),
      ("patient", .members(
        ("identifier", .identifier(ReleaseProfile.signer, release.id.text)),
        ("type", .string("Patient")))),
      ("dateTime", try release.signedAt.map { time throws(ConsentRefusal) in
        .string(try dateTime(time, "signedAt"))
      }),
      ("organization", .array([
        .members(
          ("identifier", .identifier(ReleaseProfile.agency, held.capturedBy.text)),
          ("type", .string("Organization")))
      ])),
      ("sourceAttachment", image),
      ("policy", .array([.members(("uri", .string(ReleaseProfile.policy)))])),
      ("provision", try provision()))
  }

  private var narrative: JSONValue {
    let words = "Release of information \(release.id), version \(release.version)."
    return .members(
      ("status", .string("generated")),
      ("div", .string("<div xmlns=\"http://www.w3.org/1999/xhtml\">\(words)</div>")))
  }

  private var image: JSONValue? {
    guard !release.formImageHash.isEmpty else { return nil }
    return .members(
      ("extension", .array([
        .members(
          ("url", .string(ReleaseProfile.imageHash)),
          ("valueString", .string(Hex.encode(release.formImageHash))))
      ])),
      ("title", .string("Signed form")))
  }

  // MARK: Extensions

  private func extensions() throws(ConsentRefusal) -> JSONValue? {
    var result: [JSONValue] = []
    func add(_ name: ReleaseProfile.Extension, _ value: JSONValue) {
      result.append(.members(("url", .string(name.url)), (name.value, value)))
    }
    add(.version, .number("\(release.version)"))
    add(.state, .string(held.state.rawValue))
    add(.signer, .string(release.signer.rawValue))
    let texts: [(ReleaseProfile.Extension, [String])] = [
      (.signerEvidence, [release.signerEvidence]), (.witness, [release.witness]),
      (.formTemplate, [release.formTemplate]), (.statement, release.statements.sorted()),
      (.jurisdiction, release.jurisdictions), (.conditionedOn, release.conditionedOn.sorted()),
      (.supersedes, [release.supersedes?.text ?? ""]),
      (.identitySteward, release.identityStewards.map(\.text)),
      (.redisclosure, [release.redisclosure]), (.track, [release.track]),
      (.revocableFrom, [release.revocableFrom]),
    ]
    for (name, values) in texts {
      for value in values where name.isList || !value.isEmpty {
        add(name, .string(try text(value, name.rawValue)))
      }
    }
    if release.stopUseNotice { add(.stopUseNotice, .bool(true)) }
    if release.expiry == .never { add(.neverExpires, .bool(true)) }
    return .array(result)
  }

  /// FHIR has no texts without a character that can be seen, and none with white space around.
  private func text(_ text: String, _ element: String) throws(ConsentRefusal) -> String {
    guard let first = text.first, let last = text.last, !first.isWhitespace, !last.isWhitespace
    else { throw refusal(element, "is empty, or begins or ends with white space") }
    return text
  }

  private func modifiers() throws(ConsentRefusal) -> JSONValue? {
    var result: [JSONValue] = []
    if case .event(let event)? = release.expiry {
      result.append(
        .members(
          ("url", .string(ReleaseProfile.expiresWith)),
          ("valueString", .string(try text(event, "expiry")))))
    }
    if !release.coversEarlier {
      result.append(
        .members(("url", .string(ReleaseProfile.onlyLater)), ("valueBoolean", .bool(true))))
    }
    return .list(result)
  }

  // MARK: Provisions

  private func provision() throws(ConsentRefusal) -> JSONValue {
    var scopes = release.information
    // What a nested permit does not say, it takes over from the one around it.
    if let plain = scopes.firstIndex(where: { !$0.isDated && $0.authors.isEmpty }) {
      scopes.swapAt(0, plain)
    }
    let root = scopes[0]
    var seen: WordSet<InformationCategory> = []
    for scope in scopes {
      guard seen.isDisjoint(with: scope.categories) else {
        throw refusal("information", "speaks of one category twice, each time in another way")
      }
      seen.formUnion(scope.categories)
      guard !root.isDated || scope.isDated, root.authors.isEmpty || !scope.authors.isEmpty else {
        throw refusal("information", "bounds one part by dates and another by authors")
      }
    }
    var nested = exceptions(of: root)
    for scope in scopes.dropFirst() {
      nested.append(
        .members(
          ("type", .string("permit")), ("code", codes(scope)), ("dataPeriod", dates(scope)),
          ("data", authors(scope)), ("provision", .list(exceptions(of: scope)))))
    }
    for refusal in release.refusals {
      nested.append(
        .members(
          ("type", .string("deny")), ("actor", .list(actors(refusal.recipients, "IRCP"))),
          ("securityLabel", labels(refusal.information.labels)),
          ("code", codes(refusal.information)), ("dataPeriod", dates(refusal.information)),
          ("data", authors(refusal.information))))
    }
    if !held.revokedToward.isEmpty {
      nested.append(
        .members(
          ("type", .string("deny")), ("actor", .list(actors(held.revokedToward, "IRCP")))))
    }
    let purposes = release.purposes.sorted { $0.rawValue < $1.rawValue }.map(ReleaseProfile.coding)
    let actions = ["access", "use", "disclose"].map {
      JSONValue.concept(Coding(system: CodeSystem.action, code: $0))
    }
    return .members(
      ("type", .string("permit")), ("period", try period()),
      ("actor", .list(actors(release.recipients, "IRCP") + actors(release.disclosers, "CST"))),
      ("action", .array(actions)), ("purpose", .list(purposes.map(JSONValue.coding))),
      ("code", codes(root)), ("dataPeriod", dates(root)), ("data", authors(root)),
      ("provision", .list(nested)))
  }

  /// Labels that the person did not agree to are denied within what they did.
  private func exceptions(of scope: InformationScope) -> [JSONValue] {
    let others = WordSet<SensitivityLabel>.all.subtracting(scope.labels)
    guard !others.isEmpty else { return [] }
    return [
      .members(
        ("type", .string("deny")), ("securityLabel", labels(others)), ("code", codes(scope)))
    ]
  }

  private func labels(_ labels: WordSet<SensitivityLabel>) -> JSONValue? {
    .list(
      labels.sorted { $0.rawValue < $1.rawValue }.map { .coding(ReleaseProfile.coding($0)) })
  }

  private func codes(_ scope: InformationScope) -> JSONValue? {
    .list(
      scope.categories.sorted { $0.rawValue < $1.rawValue }
        .map { .concept(ReleaseProfile.coding($0)) })
  }

  private func dates(_ scope: InformationScope) -> JSONValue? {
    guard scope.isDated else { return nil }
    return .members(
      ("start", scope.authoredFrom.map { .string("\($0)") }),
      ("end", scope.authoredThrough.map { .string("\($0)") }))
  }

  private func authors(_ scope: InformationScope) -> JSONValue? {
    .list(
      scope.authors.map {
        .members(("meaning", .string("authoredby")), ("reference", reference(.agency($0))))
      })
  }

  private func actors(_ parties: [HubModel.Party], _ role: String) -> [JSONValue] {
    parties.map {
      .members(
        ("role", .concept(Coding(system: CodeSystem.participation, code: role))),
        ("reference", reference($0)))
    }
  }

  private func reference(_ party: HubModel.Party) -> JSONValue {
    let (system, value, type) =
      switch party {
      case .agency(let agency): (ReleaseProfile.agency, agency.text, "Organization")
      case .role(let role): (ReleaseProfile.role, role.rawValue, "Group")
      case .person(let agency, let reference):
        (ReleaseProfile.person + agency.text, reference, "Practitioner")
      }
    return .members(("type", .string(type)), ("identifier", .identifier(system, value)))
  }

  // MARK: Times

  /// A release ends before its end, a FHIR period with it.
  private func period() throws(ConsentRefusal) -> JSONValue? {
    let start = try (release.startsAt ?? release.signedAt).map { time throws(ConsentRefusal) in
      JSONValue.string(try dateTime(time, "startsAt"))
    }
    var end: JSONValue?
    if case .at(let time)? = release.expiry {
      end = .string(try dateTime(WallTime(milliseconds: time.milliseconds - 1), "expiry"))
    }
    return start == nil && end == nil ? nil : .members(("start", start), ("end", end))
  }

  private func dateTime(_ time: WallTime, _ element: String) throws(ConsentRefusal) -> String {
    guard let text = FHIRTime.text(time) else {
      throw refusal(element, "lies outside the years 1 to 9999")
    }
    return text
  }
}

extension InformationScope {
  var isDated: Bool { authoredFrom != nil || authoredThrough != nil }
}

extension FHIRTime {
  /// A dateTime in UTC to the millisecond; `nil` outside the years that FHIR can write.
  static func text(_ time: WallTime) -> String? {
    let day = Int((Double(time.milliseconds) / 86_400_000).rounded(.down))
    guard CivilDate.days.contains(day) else { return nil }
    let rest = Int(time.milliseconds - Int64(day) * 86_400_000)
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    return "\(CivilDate(day: day))T\(padded(rest / 3_600_000, 2)):"
      + "\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1_000 % 60, 2))."
      + "\(padded(rest % 1_000, 3))Z"
  }
}
