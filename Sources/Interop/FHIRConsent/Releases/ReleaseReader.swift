import Foundation
import HubModel

/// Reads a consent that was understood as a consent once more, as a release: whatever a release
/// could not say exactly is refused.
struct ReleaseReader {
  let consent: Consent
  let zone: TimeZone
  let root: Element

  init(_ consent: Consent, zone: TimeZone) {
    self.consent = consent
    self.zone = zone
    root = Element(object: consent.source, path: consent.path, file: consent.file)
  }

  func refusal(_ path: String, _ reason: String) -> ConsentRefusal {
    ConsentRefusal(file: consent.file, path: path, reason: reason)
  }

  private static let known: Set<String> = [
    "resourceType", "id", "meta", "text", "extension", "modifierExtension", "identifier", "status",
    "scope", "category", "patient", "dateTime", "organization", "sourceAttachment", "policy",
    "provision", "contained",
  ]

  func read() throws(ConsentRefusal) -> ImportedRelease {
    for member in root.object.members where !Self.known.contains(member.name) {
      throw root.refusal(member.name, "cannot be said in a release of information")
    }
    try checkDecoration()
    let said = try ReleaseExtensions(root)
    let (id, referral) = try identifiers()
    let capturer = try capturer()
    guard let provision = consent.provision, provision.kind == .permit else {
      throw root.refusal(
        "provision.type", "is no permit: a release permits, and refuses within what it permits")
    }
    var release = ReleaseOfInformation(
      id: id, version: try said.version, kind: try kind(),
      disclosers: try parties(provision.criteria.custodians, "CST", provision),
      recipients: try parties(provision.criteria.recipients, "IRCP", provision),
      information: [], purposes: try purposes(provision), signedAt: try signedAt(), expiry: nil)
    try said.tell(&release)
    release.formImageHash = try imageHash()
    guard provision.criteria.actions == ReleaseProfile.actions else {
      throw refusal(
        "\(provision.path).action", "must be access, use and disclose: a release says all three")
    }
    try take(provision.period, of: provision, said, into: &release)
    var held = HeldRelease(release, state: try state(said), capturedBy: capturer)
    try take(provision, into: &held)
    return ImportedRelease(
      held: held, referral: referral, person: try person(), file: consent.file, consent: consent)
  }

  // MARK: What stands around the provision

  /// What FHIR lets stand anywhere and a release has no place for.
  private func checkDecoration() throws(ConsentRefusal) {
    if let meta = try root.element("meta") {
      for name in ["security", "tag"] where meta.has(name) {
        throw meta.refusal(name, "labels the consent itself, which a release cannot say")
      }
    }
    for policy in try root.elements("policy") {
      guard policy.object["uri"]?.string == ReleaseProfile.policy, policy.object.members.count == 1
      else { throw policy.refusal("uri", "is not \(ReleaseProfile.policy)") }
    }
    for member in root.object.members
    where !["extension", "modifierExtension", "text", "contained"].contains(member.name) {
      let path = "\(root.path).\(member.name)"
      if member.name == "sourceAttachment", let attachment = member.value.object {
        for part in attachment.members where part.name != "extension" {
          try checkPlain(part.value, "\(path).\(part.name)")
        }
      } else {
        try checkPlain(member.value, path)
      }
    }
  }

  private func checkPlain(_ value: JSONValue, _ path: String) throws(ConsentRefusal) {
    if let values = value.array {
      for (index, value) in values.enumerated() { try checkPlain(value, "\(path)[\(index)]") }
    }
    for member in value.object?.members ?? [] {
      guard member.name != "extension", !member.name.hasPrefix("_") else {
        throw refusal("\(path).\(member.name)", "cannot be said in a release of information")
      }
      try checkPlain(member.value, "\(path).\(member.name)")
    }
  }

  func identifiers() throws(ConsentRefusal) -> (RoiID, CaseID?) {
    var release: RoiID?
    var referral: CaseID?
    for element in try root.elements("identifier") {
      try element.allow(primitives: ["system", "value"])
      let value = try element.required("value")
      switch try element.string("system") {
      case ReleaseProfile.release? where release == nil:
        release = RoiID(value)
        if release == nil { throw element.refusal("value", "is no release's number") }
      case ReleaseProfile.referral? where referral == nil:
        referral = CaseID(value)
        if referral == nil { throw element.refusal("value", "is no referral's number") }
      default:
        throw element.refusal(
          "system", "is none that a release has, or stands twice: \(ReleaseProfile.release) "
            + "numbers the release, \(ReleaseProfile.referral) its referral")
      }
    }
    guard let release else {
      throw root.refusal("identifier", "has none of system \(ReleaseProfile.release)")
    }
    return (release, referral)
  }

  private func kind() throws(ConsentRefusal) -> ReleaseOfInformation.Kind {
    var kinds: [ReleaseOfInformation.Kind] = []
    for category in try root.elements("category") {
      let codings = try category.elements("coding")
      guard codings.count == 1 else {
        throw category.refusal("coding", "must be one: words alone cannot be taken over")
      }
      let (system, code) = (try codings[0].string("system"), try codings[0].string("code"))
      if system == CodeSystem.loinc, code == "59284-0" { continue }
      guard system == ReleaseProfile.kind,
        let kind = ReleaseOfInformation.Kind(rawValue: code ?? "")
      else { throw codings[0].refusal("code", "is no kind of release (\(ReleaseProfile.kind))") }
      kinds.append(kind)
    }
    guard kinds.count == 1 else {
      throw root.refusal("category", "must name one kind of release (\(ReleaseProfile.kind))")
    }
    return kinds[0]
  }

  private func capturer() throws(ConsentRefusal) -> AgencyID {
    guard consent.organizations.count == 1,
      case .agency(let agency) = try party(
        consent.organizations[0], at: "\(root.path).organization[0]")
    else {
      throw root.refusal("organization", "must be one: the agency that captured the release")
    }
    return agency
  }

  private func signedAt() throws(ConsentRefusal) -> WallTime? {
    guard let time = consent.dateTime else {
      guard consent.status != .active else {
        throw root.refusal("dateTime", "is missing: a release is signed at a moment")
      }
      return nil
    }
    guard time.last - time.first < 1_000 else {
      throw root.refusal("dateTime", "names no moment: give it seconds and a zone")
    }
    return WallTime(milliseconds: time.first)
  }

  private func state(_ said: ReleaseExtensions) throws(ConsentRefusal) -> HeldRelease.State {
    let state = try said.state ?? (consent.status == .active ? .active : nil)
    guard let state, ReleaseProfile.status(state) == consent.status else {
      throw root.refusal(
        "status", "does not go with the state of a release (extension state, "
          + "\(HeldRelease.State.allCases.map(\.rawValue).joined(separator: ", ")))")
    }
    return state
  }

  private func imageHash() throws(ConsentRefusal) -> [UInt8] {
    guard let attachment = try root.element("sourceAttachment") else { return [] }
    for member in attachment.object.members where !["extension", "title"].contains(member.name) {
      throw attachment.refusal(
        member.name, "is not taken over: a release keeps the signed form's SHA-256 alone "
          + "(extension \(ReleaseProfile.imageHash))")
    }
    let extensions = attachment.object["extension"]?.array ?? []
    guard extensions.count == 1, let only = extensions[0].object,
      only["url"]?.string == ReleaseProfile.imageHash, only.members.count == 2,
      let hash = Hex.decode(only["valueString"]?.string ?? ""), hash.count == 32
    else {
      throw attachment.refusal(
        "extension", "must be \(ReleaseProfile.imageHash) with 64 lower-case hexadecimal digits")
    }
    return hash
  }

  /// A release is in force from its start, which is the signature's moment where no other is said,
  /// until just before its end.
  private func take(
    _ period: FHIRPeriod?, of provision: Provision, _ said: ReleaseExtensions,
    into release: inout ReleaseOfInformation
  ) throws(ConsentRefusal) {
    let path = "\(provision.path).period"
    var ends: [ReleaseOfInformation.Expiry] = []
    if let end = period?.end { ends.append(.at(WallTime(milliseconds: end.last + 1))) }
    if let event = said.expiresWith { ends.append(.event(event)) }
    if said.neverExpires { ends.append(.never) }
    guard ends.count <= 1 else { throw refusal("\(path).end", "is not the only end") }
    release.expiry = ends.first
    release.startsAt = period?.start.map { WallTime(milliseconds: $0.first) }
    guard consent.status == .active else {
      if release.startsAt == release.signedAt { release.startsAt = nil }
      return
    }
    guard !ends.isEmpty else {
      throw refusal(
        "\(path).end", "is missing: a release ends with a time, with an event "
          + "(\(ReleaseProfile.expiresWith)) or, for treatment, payment and operations, never")
    }
    guard release.startsAt != nil else {
      throw refusal("\(path).start", "is missing: a release begins with a moment")
    }
    if release.startsAt == release.signedAt { release.startsAt = nil }
  }
}
