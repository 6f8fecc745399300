import FoundationEssentials
public import HubModel

extension ReleaseOfInformation {
  /// The release as an encoded `Release`: how it is stored. Equal releases give equal bytes.
  public func encoded() -> [UInt8] { Accord_V1_Release(self).written() }

  /// Reads an encoded `Release`. Version 0 is of one that was refused before any form had come:
  /// the router stores that, and nobody may submit it. Whether a release may permit anything is
  /// the consent engine's to say: elements that are merely absent are read as absent, words nobody
  /// knows are refused.
  public init(decoding bytes: [UInt8]) throws(HubModel.Refusal) {
    guard bytes.count <= Limits.messageBytes else { throw HubModel.Refusal(.messageTooLarge) }
    try self.init(reading: Accord_V1_Release(reading: bytes))
  }

  /// The defaults of proto3 are the least that can be meant: nothing named, nothing covered.
  init(reading frame: Accord_V1_Release) throws(HubModel.Refusal) {
    self.init(
      id: try Read.required(frame.id, "id"), version: frame.version,
      kind: try Read.word(frame.kind, "kind"),
      disclosers: try Read.list(frame.disclosers, "disclosers", Party.init(reading:)),
      recipients: try Read.list(frame.recipients, "recipients", Party.init(reading:)),
      information: try Read.list(
        frame.information, "information", InformationScope.init(reading:)),
      purposes: try Read.words(frame.purposes, "purposes"),
      signedAt: frame.hasSignedAt ? try Read.time(frame.signedAt, "signed_at") : nil,
      expiry: try Expiry(reading: frame.expiry), signer: try Read.word(frame.signer, "signer"),
      formImageHash: try Read.bytes(
        frame.formImageHash, "form_image_hash", count: WireBounds.hashBytes, optional: true))
    try readRest(frame)
  }

  private mutating func readRest(_ frame: Accord_V1_Release) throws(HubModel.Refusal) {
    try Read.room(
      frame.refusals.count, in: WireBounds.listEntries,
      HubModel.Refusal(.messageTooLarge, at: "refusals"))
    for refusal in frame.refusals {
      refusals.append(
        try within("refusals") { () throws(HubModel.Refusal) in try Refusal(reading: refusal) })
    }
    signerEvidence = try Read.text(frame.signerEvidence, "signer_evidence")
    startsAt = frame.hasStartsAt ? try Read.time(frame.startsAt, "starts_at") : nil
    revocableFrom = try Read.text(frame.revocableFrom, "revocable_from")
    formTemplate = try Read.text(frame.formTemplate, "form_template")
    statements = Set(try Self.texts(frame.statements, "statements"))
    jurisdictions = try Self.texts(frame.jurisdictions, "jurisdictions")
    witness = try Read.text(frame.witness, "witness")
    supersedes = try Read.identifier(frame.supersedes, "supersedes")
    coversEarlier = frame.coversEarlier
    identityStewards = try Read.identifiers(frame.identityStewards, "identity_stewards")
    stopUseNotice = frame.stopUseNotice
    redisclosure = try Read.text(frame.redisclosure, "redisclosure")
    track = try Read.text(frame.track, "track")
    conditionedOn = Set(try Self.texts(frame.conditionedOn, "conditioned_on"))
  }

  private static func texts(
    _ texts: [String], _ place: String
  ) throws(HubModel.Refusal) -> [String] {
    try Read.room(
      texts.count, in: WireBounds.listEntries, HubModel.Refusal(.messageTooLarge, at: place))
    for text in texts { _ = try Read.text(text, place) }
    return texts
  }
}

extension Accord_V1_Release {
  init(_ release: ReleaseOfInformation) {
    id = release.id.text
    version = release.version
    kind = release.kind.rawValue
    disclosers = release.disclosers.map(Accord_V1_Party.init)
    recipients = release.recipients.map(Accord_V1_Party.init)
    information = release.information.map(Accord_V1_InformationScope.init)
    refusals = release.refusals.map(Refusal.init)
    purposes = release.purposes.sortedWords
    if let signedAt = release.signedAt { self.signedAt = signedAt.milliseconds }
    signer = release.signer.rawValue
    signerEvidence = release.signerEvidence
    if let startsAt = release.startsAt { self.startsAt = startsAt.milliseconds }
    switch release.expiry {
    case nil: break
    case .at(let time): expiry = .expiresAt(time.milliseconds)
    case .event(let event): expiry = .expiresOnEvent(event)
    case .never: expiry = .neverExpires(true)
    }
    revocableFrom = release.revocableFrom
    formTemplate = release.formTemplate
    formImageHash = Data(release.formImageHash)
    statements = release.statements.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    jurisdictions = release.jurisdictions
    witness = release.witness
    if let supersedes = release.supersedes { self.supersedes = supersedes.text }
    coversEarlier = release.coversEarlier
    identityStewards = release.identityStewards.map { $0.text }
    stopUseNotice = release.stopUseNotice
    redisclosure = release.redisclosure
    track = release.track
    conditionedOn = release.conditionedOn.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension RoiEvent {
  init(reading frame: Accord_V1_ReleaseEvent) throws(HubModel.Refusal) {
    self.init(
      try Read.word(frame.kind, "kind"), id: try Read.identifier(frame.id, "id"),
      event: try Read.text(frame.event, "event"))
    guard (kind == .occurred) != event.isEmpty, kind != .occurred || FieldValue.isCode(event)
    else { throw HubModel.Refusal(.malformedFrame, at: "event") }
  }
}

extension Accord_V1_ReleaseEvent {
  init(_ statement: RoiEvent) {
    kind = statement.kind.rawValue
    if let id = statement.id { self.id = id.text }
    event = statement.event
  }
}

extension ReleaseOfInformation.Expiry {
  init?(reading frame: Accord_V1_Release.OneOf_Expiry?) throws(Refusal) {
    switch frame {
    case nil: return nil
    case .expiresAt(let time): self = .at(try Read.time(time, "expires_at"))
    case .expiresOnEvent(let event):
      guard !event.isEmpty else { throw Refusal(.malformedFrame, at: "expires_on_event") }
      self = .event(try Read.text(event, "expires_on_event"))
    case .neverExpires(let never):
      // "never: no" says nothing; it must not be read as "never".
      guard never else { throw Refusal(.malformedFrame, at: "never_expires") }
      self = .never
    }
  }
}

extension ReleaseOfInformation.Refusal {
  init(reading frame: Accord_V1_Release.Refusal) throws(HubModel.Refusal) {
    guard frame.hasInformation else {
      throw HubModel.Refusal(.malformedFrame, at: "information")
    }
    self.init(
      recipients: try Read.list(frame.recipients, "recipients", Party.init(reading:)),
      information: try within("information") { () throws(HubModel.Refusal) in
        try InformationScope(reading: frame.information)
      })
  }
}

extension Accord_V1_Release.Refusal {
  init(_ refusal: ReleaseOfInformation.Refusal) {
    recipients = refusal.recipients.map(Accord_V1_Party.init)
    information = Accord_V1_InformationScope(refusal.information)
  }
}

extension RoiRefusal {
  init(reading frame: Accord_V1_RefusedRelease) throws(Refusal) {
    self.init(
      id: try Read.required(frame.id, "id"), reason: try Read.word(frame.reason, "reason"))
  }
}

extension Accord_V1_RefusedRelease {
  init(_ refusal: RoiRefusal) {
    id = refusal.id.text
    reason = refusal.reason.rawValue
  }
}

extension RoiRevocation {
  init(reading frame: Accord_V1_RevokedRelease) throws(Refusal) {
    self.init(
      id: try Read.identifier(frame.id, "id"),
      recipients: try Read.list(frame.recipients, "recipients", Party.init(reading:)))
  }
}

extension Accord_V1_RevokedRelease {
  init(_ revocation: RoiRevocation) {
    if let id = revocation.id { self.id = id.text }
    recipients = revocation.recipients.map(Accord_V1_Party.init)
  }
}
