public import HubModel

extension ReleaseOfInformation {
  /// The release as an encoded `Release`: how it is stored. Equal releases give equal bytes.
  public func encoded() -> [UInt8] {
    var writer = WireWriter()
    write(into: &writer)
    return writer.bytes
  }

  /// Reads an encoded `Release`. Whether it may permit anything is the consent engine's to say:
  /// elements that are merely absent are read as absent, words nobody knows are refused.
  public init(decoding bytes: [UInt8]) throws(HubModel.Refusal) {
    guard bytes.count <= Limits.messageBytes else { throw HubModel.Refusal(.messageTooLarge) }
    try self.init(reading: WireReader(bytes))
  }

  init(reading reader: consuming WireReader) throws(HubModel.Refusal) {
    var parts = ReleaseParts()
    while let tag = try reader.tag() { try parts.read(tag, &reader) }
    guard let id = parts.id else { throw HubModel.Refusal(.malformedFrame, at: "id") }
    guard let kind = parts.kind else { throw HubModel.Refusal(.malformedFrame, at: "kind") }
    guard let signer = parts.signer else { throw HubModel.Refusal(.malformedFrame, at: "signer") }
    guard parts.version > 0 else { throw HubModel.Refusal(.malformedFrame, at: "version") }
    var release = ReleaseOfInformation(
      id: id, version: parts.version, kind: kind, disclosers: parts.disclosers,
      recipients: parts.recipients, information: parts.information,
      purposes: parts.purposes, signedAt: parts.signedAt, expiry: parts.expiry,
      signer: signer, formImageHash: parts.formImageHash)
    release.refusals = parts.refusals
    release.signerEvidence = parts.signerEvidence
    release.startsAt = parts.startsAt
    release.revocableFrom = parts.revocableFrom
    release.formTemplate = parts.formTemplate
    release.statements = parts.statements
    release.jurisdictions = parts.jurisdictions
    release.witness = parts.witness
    release.supersedes = parts.supersedes
    release.coversEarlier = parts.coversEarlier
    release.identityStewards = parts.identityStewards
    release.stopUseNotice = parts.stopUseNotice
    release.redisclosure = parts.redisclosure
    self = release
  }

  func write(into writer: inout WireWriter) {
    writer.identifier(1, id)
    writer.number(2, UInt64(version))
    writer.text(3, kind.rawValue)
    for party in disclosers { writer.nested(4) { party.write(into: &$0) } }
    for party in recipients { writer.nested(5) { party.write(into: &$0) } }
    for scope in information { writer.nested(6) { scope.write(into: &$0) } }
    for refusal in refusals { writer.nested(7) { refusal.write(into: &$0) } }
    writer.words(8, purposes)
    if let signedAt { writer.signed(9, signedAt.milliseconds, present: true) }
    writer.text(10, signer.rawValue)
    writer.text(11, signerEvidence)
    if let startsAt { writer.signed(12, startsAt.milliseconds, present: true) }
    switch expiry {
    case nil: break
    case .at(let time): writer.signed(13, time.milliseconds, present: true)
    case .event(let event): writer.text(14, event, present: true)
    case .never: writer.flag(15, true)
    }
    writer.text(16, revocableFrom)
    writer.text(17, formTemplate)
    writer.blob(18, formImageHash)
    for statement in statements.sorted(by: utf8Order) { writer.text(19, statement, present: true) }
    for place in jurisdictions { writer.text(20, place, present: true) }
    writer.text(21, witness)
    writer.identifier(22, supersedes)
    writer.flag(23, coversEarlier)
    for steward in identityStewards { writer.identifier(24, steward) }
    writer.flag(25, stopUseNotice)
    writer.text(26, redisclosure)
  }
}

private func utf8Order(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// A release while it is being read. Its proto3 defaults are the least that can be meant: nothing
/// named, nothing covered.
private struct ReleaseParts {
  var id: RoiID?
  var version: UInt32 = 0
  var kind: ReleaseOfInformation.Kind?
  var disclosers: [Party] = []
  var recipients: [Party] = []
  var information: [InformationScope] = []
  var refusals: [ReleaseOfInformation.Refusal] = []
  var purposes: Set<Purpose> = []
  var signedAt: WallTime?
  var signer: ReleaseOfInformation.SignerCapacity?
  var signerEvidence = ""
  var startsAt: WallTime?
  var expiry: ReleaseOfInformation.Expiry?
  var revocableFrom = ""
  var formTemplate = ""
  var formImageHash: [UInt8] = []
  var statements: Set<String> = []
  var jurisdictions: [String] = []
  var witness = ""
  var supersedes: RoiID?
  var coversEarlier = false
  var identityStewards: [AgencyID] = []
  var stopUseNotice = false
  var redisclosure = ""

  mutating func read(_ tag: WireReader.Tag, _ reader: inout WireReader) throws(Refusal) {
    switch tag.field {
    case 1: id = try reader.identifier(tag, "id")
    case 2: version = try reader.small(tag, "version")
    case 3: kind = try reader.word(tag, "kind")
    case 4: disclosers.append(try reader.party(tag, "disclosers", after: disclosers.count))
    case 5: recipients.append(try reader.party(tag, "recipients", after: recipients.count))
    case 6: information.append(try reader.scope(tag, "information", after: information.count))
    case 7:
      try room(refusals.count, "refusals")
      let nested = try reader.nested(tag, "refusals")
      refusals.append(
        try within("refusals") { () throws(Refusal) in
          try ReleaseOfInformation.Refusal(reading: nested)
        })
    case 8: purposes.insert(try reader.word(tag, "purposes"))
    case 9: signedAt = try reader.time(tag, "signed_at")
    case 10: signer = try reader.word(tag, "signer")
    case 11: signerEvidence = try reader.text(tag, "signer_evidence")
    case 12: startsAt = try reader.time(tag, "starts_at")
    case 13...15: try readExpiry(tag, &reader)
    default: try readRest(tag, &reader)
    }
  }

  private mutating func readExpiry(
    _ tag: WireReader.Tag, _ reader: inout WireReader
  ) throws(Refusal) {
    // Two ends in one release contradict each other; neither is taken.
    guard expiry == nil else { throw Refusal(.malformedFrame, at: "expiry") }
    switch tag.field {
    case 13: expiry = .at(try reader.time(tag, "expires_at"))
    case 14:
      let event = try reader.text(tag, "expires_on_event")
      guard !event.isEmpty else { throw Refusal(.malformedFrame, at: "expires_on_event") }
      expiry = .event(event)
    default:
      // "never: no" says nothing; it must not be read as "never".
      guard try reader.flag(tag, "never_expires") else {
        throw Refusal(.malformedFrame, at: "never_expires")
      }
      expiry = .never
    }
  }

  private mutating func readRest(
    _ tag: WireReader.Tag, _ reader: inout WireReader
  ) throws(Refusal) {
    switch tag.field {
    case 16: revocableFrom = try reader.text(tag, "revocable_from")
    case 17: formTemplate = try reader.text(tag, "form_template")
    case 18:
      formImageHash = try reader.blob(
        tag, "form_image_hash", lengths: [0, WireBounds.hashBytes])
    case 19:
      try room(statements.count, "statements")
      statements.insert(try reader.text(tag, "statements"))
    case 20:
      try room(jurisdictions.count, "jurisdictions")
      jurisdictions.append(try reader.text(tag, "jurisdictions"))
    case 21: witness = try reader.text(tag, "witness")
    case 22: supersedes = try reader.identifier(tag, "supersedes")
    case 23: coversEarlier = try reader.flag(tag, "covers_earlier")
    case 24:
      try room(identityStewards.count, "identity_stewards")
      identityStewards.append(try reader.required(tag, "identity_stewards"))
    case 25: stopUseNotice = try reader.flag(tag, "stop_use_notice")
    case 26: redisclosure = try reader.text(tag, "redisclosure")
    default: try reader.skip(tag)
    }
  }
}

private func room(_ count: Int, _ place: String) throws(Refusal) {
  guard count < WireBounds.listEntries else { throw Refusal(.messageTooLarge, at: place) }
}

extension ReleaseOfInformation.Refusal {
  init(reading reader: consuming WireReader) throws(HubModel.Refusal) {
    var recipients: [Party] = []
    var information: InformationScope?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: recipients.append(try reader.party(tag, "recipients", after: recipients.count))
      case 2: information = try reader.scope(tag, "information", after: 0)
      default: try reader.skip(tag)
      }
    }
    guard let information else { throw HubModel.Refusal(.malformedFrame, at: "information") }
    self.init(recipients: recipients, information: information)
  }

  func write(into writer: inout WireWriter) {
    for party in recipients { writer.nested(1) { party.write(into: &$0) } }
    writer.nested(2) { information.write(into: &$0) }
  }
}

extension RoiRefusal {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var id: RoiID?
    var reason: Reason?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: id = try reader.identifier(tag, "id")
      case 2: reason = try reader.word(tag, "reason")
      default: try reader.skip(tag)
      }
    }
    guard let id else { throw Refusal(.malformedFrame, at: "id") }
    guard let reason else { throw Refusal(.malformedFrame, at: "reason") }
    self.init(id: id, reason: reason)
  }

  func write(into writer: inout WireWriter) {
    writer.identifier(1, id)
    writer.text(2, reason.rawValue)
  }
}

extension RoiRevocation {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var id: RoiID?
    var recipients: [Party] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: id = try reader.identifier(tag, "id")
      case 2: recipients.append(try reader.party(tag, "recipients", after: recipients.count))
      default: try reader.skip(tag)
      }
    }
    self.init(id: id, recipients: recipients)
  }

  func write(into writer: inout WireWriter) {
    writer.identifier(1, id)
    for party in recipients { writer.nested(2) { party.write(into: &$0) } }
  }
}
