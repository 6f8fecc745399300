import FoundationEssentials
public import HubModel

extension Message {
  /// The message as an `Envelope`, as its sender submits it: without a source, which the sender's
  /// key alone decides. This is what a spool keeps.
  public func encoded() -> [UInt8] { written(source: nil).array }

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

extension Message {
  /// The message as an `Envelope`.
  /// - Parameters:
  ///   - source: what stands in the envelope's source field, if anything.
  ///   - facet: which part of its segments is written.
  func written(
    source: AgencyID?, trace: TraceContext? = nil, _ facet: SegmentFacet = .whole
  ) -> Data {
    var frame = Accord_V1_WrittenEnvelope()
    frame.id = id.data
    if let source { frame.source = source.text }
    frame.type = topic.rawValue
    frame.time = sentAt.milliseconds
    if let caseID { frame.subject = caseID.text }
    frame.program = program.text
    frame.purpose = purpose.rawValue
    if let inReplyTo { frame.inReplyTo = inReplyTo.data }
    if let release { frame.release = release.text }
    if !audience.isEmpty { frame.audience = audience.map { $0.text } }
    if let trace { frame.traceparent = trace.description }
    frame.segments = segments.map { $0.written(facet) }
    return frame.written(withPersonOf: self)
  }
}

extension Accord_V1_WrittenEnvelope {
  /// The envelope, with what says of `message` who it is about, or could be used to find out.
  func written(withPersonOf message: Message) -> Data {
    var frame = self
    if let participant = message.participant { frame.participant = participant.text }
    frame.tokens = message.tokens.map { Accord_V1_IdentityToken($0).written(as: Data.self) }
    guard let statement = message.consent else {
      if let seal = message.seal { frame.seal = seal.written() }
      return frame.written(as: Data.self)
    }
    var consent = Accord_V1_Envelope()
    consent.consent = .init(statement)
    let seal = message.seal?.encodedField() ?? []
    // In the order of the fields' numbers.
    if case .event = statement {
      return frame.written(as: Data.self) + seal + consent.written(as: Data.self)
    }
    return frame.written(as: Data.self) + consent.written(as: Data.self) + seal
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
          guard release.version > 0 else { throw Refusal(.malformedFrame, at: "version") }
          return try ReleaseOfInformation(reading: release)
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
