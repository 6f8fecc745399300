import FoundationEssentials
public import HubModel

extension Message {
  /// The message as an `Envelope`, as its sender submits it: without a source, which the sender's
  /// key alone decides. This is what a spool keeps.
  public func encoded() -> [UInt8] { Accord_V1_Envelope(self, source: nil).written() }

  /// Reads an `Envelope` that an agency submitted.
  /// - Parameter source: what the sender's key authenticated; the envelope's own claim is not
  ///   looked at.
  /// - Throws: the first ``Refusal`` found, with its place.
  public init(decoding bytes: [UInt8], source: AgencyID) throws(Refusal) {
    guard bytes.count <= Limits.messageBytes else { throw Refusal(.messageTooLarge) }
    try self.init(reading: Accord_V1_Envelope(reading: bytes), source: source)
  }

  /// - Parameter source: `nil` where the envelope's own field counts, because the router wrote it.
  init(reading frame: Accord_V1_Envelope, source: AgencyID?) throws(Refusal) {
    guard let id = try Read.messageID(frame.id, "id") else {
      throw Refusal(.malformedFrame, at: "id")
    }
    let sender: AgencyID =
      if let source { source } else { try Read.required(frame.source, "source") }
    self.init(
      id: id, topic: try Read.word(frame.type, "type", else: .unknownTopic),
      source: sender,
      program: try Read.required(frame.program, "program", else: .wrongProgram),
      sentAt: try Read.time(frame.time, "time"),
      purpose: try Read.word(frame.purpose, "purpose", else: .wrongPurpose),
      participant: try Read.identifier(frame.participant, "participant"),
      tokens: try Read.list(
        frame.tokens, "tokens", limit: Limits.identityTokens, IdentityToken.init(reading:)),
      caseID: try Read.identifier(frame.subject, "subject"),
      inReplyTo: try Read.messageID(frame.inReplyTo, "in_reply_to"),
      release: try Read.identifier(frame.release, "release"),
      audience: try Read.identifiers(frame.audience, "audience", limit: Limits.audience))
    try Read.room(frame.segments.count, in: Limits.segments, Refusal(.tooManySegments))
    segments = try Read.list(frame.segments, "segments", Segment.init(reading:))
    if let statement = frame.consent { consent = try ConsentStatement(reading: statement) }
    if frame.hasSeal {
      let seal = try within("seal") { () throws(Refusal) in try Seal(reading: frame.seal) }
      guard seal.segments.count == segments.count else {
        throw Refusal(.malformedFrame, at: "seal.segments")
      }
      self.seal = seal
    }
  }
}

extension Accord_V1_Envelope {
  /// - Parameters:
  ///   - source: what stands in the envelope's source field, if anything.
  ///   - facet: which part of its segments is written.
  init(_ message: Message, source: AgencyID?, _ facet: SegmentFacet = .whole) {
    id = message.id.data
    if let source { self.source = source.text }
    type = message.topic.rawValue
    time = message.sentAt.milliseconds
    if let caseID = message.caseID { subject = caseID.text }
    program = message.program.text
    if let participant = message.participant { self.participant = participant.text }
    purpose = message.purpose.rawValue
    if let inReplyTo = message.inReplyTo { self.inReplyTo = inReplyTo.data }
    if let release = message.release { self.release = release.text }
    if !message.audience.isEmpty { audience = message.audience.map { $0.text } }
    if !message.tokens.isEmpty { tokens = message.tokens.map(Accord_V1_IdentityToken.init) }
    if !message.segments.isEmpty {
      segments = message.segments.map { Accord_V1_Segment($0, facet) }
    }
    if let statement = message.consent { consent = OneOf_Consent(statement) }
    if let seal = message.seal { self.seal = Accord_V1_Seal(seal) }
  }
}

extension Accord_V1_Envelope.OneOf_Consent {
  init(_ statement: ConsentStatement) {
    switch statement {
    case .release(let release): self = .releaseSigned(Accord_V1_Release(release))
    case .refusal(let refusal): self = .releaseRefused(Accord_V1_RefusedRelease(refusal))
    case .revocation(let revocation): self = .releaseRevoked(Accord_V1_RevokedRelease(revocation))
    case .event(let event): self = .releaseEvent(Accord_V1_ReleaseEvent(event))
    }
  }
}

extension ConsentStatement {
  init(reading frame: Accord_V1_Envelope.OneOf_Consent) throws(Refusal) {
    switch frame {
    case .releaseSigned(let release):
      self = .release(
        try within("release_signed") { () throws(Refusal) in
          try ReleaseOfInformation(reading: release)
        })
    case .releaseRefused(let refusal):
      self = .refusal(
        try within("release_refused") { () throws(Refusal) in try RoiRefusal(reading: refusal) })
    case .releaseRevoked(let revocation):
      self = .revocation(
        try within("release_revoked") { () throws(Refusal) in
          try RoiRevocation(reading: revocation)
        })
    case .releaseEvent(let event):
      self = .event(
        try within("release_event") { () throws(Refusal) in try RoiEvent(reading: event) })
    }
  }
}

extension IdentityToken {
  init(reading frame: Accord_V1_IdentityToken) throws(Refusal) {
    self.init(
      try Read.word(frame.kind, "kind"),
      try Read.bytes(frame.value, "value", count: WireBounds.hashBytes))
  }
}

extension Accord_V1_IdentityToken {
  init(_ token: IdentityToken) {
    kind = token.kind.rawValue
    value = Data(token.value)
  }
}
