public import HubModel

extension Message {
  /// The message as an `Envelope`, as its sender submits it: without a source, which the sender's
  /// key alone decides. This is what a spool keeps.
  public func encoded() -> [UInt8] {
    var writer = WireWriter(capacity: 1_024)
    write(.whole, source: nil, into: &writer)
    return writer.bytes
  }

  /// Reads an `Envelope` that an agency submitted.
  /// - Parameter source: what the sender's key authenticated; the envelope's own claim is not
  ///   looked at.
  /// - Throws: the first ``Refusal`` found, with its place.
  public init(decoding bytes: [UInt8], source: AgencyID) throws(Refusal) {
    guard bytes.count <= Limits.messageBytes else { throw Refusal(.messageTooLarge) }
    try self.init(reading: WireReader(bytes), source: source)
  }

  /// - Parameter source: `nil` where the envelope's own field counts, because the router wrote it.
  init(reading reader: WireReader, source: AgencyID?) throws(Refusal) {
    let parts = try EnvelopeParts(reading: reader, readsSource: source == nil)
    guard let id = parts.id else { throw Refusal(.malformedFrame, at: "id") }
    guard let topic = parts.topic else { throw Refusal(.unknownTopic, at: "type") }
    guard let source = source ?? parts.source else { throw Refusal(.malformedFrame, at: "source") }
    guard let program = parts.program else { throw Refusal(.wrongProgram, at: "program") }
    guard let purpose = parts.purpose else { throw Refusal(.wrongPurpose, at: "purpose") }
    if let seal = parts.seal, seal.segments.count != parts.segments.count {
      throw Refusal(.malformedFrame, at: "seal.segments")
    }
    self.init(
      id: id, topic: topic, source: source, program: program, sentAt: parts.sentAt,
      purpose: purpose, participant: parts.participant, tokens: parts.tokens,
      caseID: parts.caseID, inReplyTo: parts.inReplyTo, release: parts.release,
      audience: parts.audience,
      trace: parts.traceParent.isEmpty
        ? nil : TraceContext(parent: parts.traceParent, state: parts.traceState),
      segments: parts.segments, consent: parts.consent, seal: parts.seal)
  }

  /// - Parameter source: what stands in the envelope's source field, if anything.
  func write(_ facet: SegmentFacet, source: AgencyID?, into writer: inout WireWriter) {
    writer.messageID(1, id)
    writer.identifier(2, source)
    writer.text(3, topic.rawValue)
    writer.signed(4, sentAt.milliseconds)
    writer.identifier(5, caseID)
    writer.identifier(6, program)
    writer.identifier(7, participant)
    writer.text(8, purpose.rawValue)
    writer.messageID(9, inReplyTo)
    writer.identifier(10, release)
    for agency in audience { writer.identifier(11, agency) }
    if let trace {
      writer.text(12, trace.parent)
      writer.text(13, trace.state)
    }
    for token in tokens {
      writer.nested(14) {
        $0.text(1, token.kind.rawValue)
        $0.blob(2, token.value)
      }
    }
    for segment in segments { writer.nested(15) { segment.write(facet, into: &$0) } }
    switch consent {
    case nil: break
    case .release(let release): writer.nested(16) { release.write(into: &$0) }
    case .refusal(let refusal): writer.nested(17) { refusal.write(into: &$0) }
    case .revocation(let revocation): writer.nested(18) { revocation.write(into: &$0) }
    }
    if let seal { writer.nested(19) { seal.write(into: &$0) } }
  }
}

/// An envelope while it is being read.
private struct EnvelopeParts {
  var id: MessageID?
  var source: AgencyID?
  var topic: Topic?
  var sentAt = WallTime(milliseconds: 0)
  var caseID: CaseID?
  var program: ProgramID?
  var participant: ParticipantAlias?
  var purpose: Purpose?
  var inReplyTo: MessageID?
  var release: RoiID?
  var audience: [AgencyID] = []
  var traceParent = ""
  var traceState = ""
  var tokens: [IdentityToken] = []
  var segments: [Segment] = []
  var consent: ConsentStatement?
  var seal: Seal?

  init(reading reader: consuming WireReader, readsSource: Bool) throws(Refusal) {
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: id = try reader.messageID(tag, "id")
      case 2 where readsSource: source = try reader.identifier(tag, "source")
      case 3: topic = try reader.word(tag, "type", else: .unknownTopic)
      case 4: sentAt = try reader.time(tag, "time")
      case 5: caseID = try reader.identifier(tag, "subject")
      case 6: program = try reader.identifier(tag, "program")
      case 7: participant = try reader.identifier(tag, "participant")
      case 8: purpose = try reader.word(tag, "purpose", else: .wrongPurpose)
      case 9: inReplyTo = try reader.messageID(tag, "in_reply_to")
      case 10: release = try reader.identifier(tag, "release")
      case 11:
        guard audience.count < Limits.audience else {
          throw Refusal(.messageTooLarge, at: "audience")
        }
        audience.append(try reader.required(tag, "audience"))
      case 12: traceParent = try reader.ascii(tag, "traceparent", limit: WireBounds.traceBytes)
      case 13: traceState = try reader.ascii(tag, "tracestate", limit: WireBounds.traceBytes)
      default: try readParts(tag, &reader)
      }
    }
  }

  /// The fields that are messages of their own.
  private mutating func readParts(
    _ tag: WireReader.Tag, _ reader: inout WireReader
  ) throws(Refusal) {
    switch tag.field {
    case 14:
      guard tokens.count < Limits.identityTokens else {
        throw Refusal(.messageTooLarge, at: "tokens")
      }
      let nested = try reader.nested(tag, "tokens")
      let index = tokens.count
      tokens.append(
        try within("tokens[\(index)]") { () throws(Refusal) in
          try IdentityToken(reading: nested)
        })
    case 15:
      guard segments.count < Limits.segments else { throw Refusal(.tooManySegments) }
      let nested = try reader.nested(tag, "segments")
      let index = segments.count
      segments.append(
        try within("segments[\(index)]") { () throws(Refusal) in try Segment(reading: nested) })
    case 16, 17, 18: try readConsent(tag, &reader)
    case 19:
      guard seal == nil else { throw Refusal(.malformedFrame, at: "seal") }
      let nested = try reader.nested(tag, "seal")
      seal = try within("seal") { () throws(Refusal) in try Seal(reading: nested) }
    default: try reader.skip(tag)
    }
  }

  private mutating func readConsent(
    _ tag: WireReader.Tag, _ reader: inout WireReader
  ) throws(Refusal) {
    // Two statements in one message contradict each other; neither is taken.
    guard consent == nil else { throw Refusal(.malformedFrame, at: "consent") }
    let nested = try reader.nested(tag, "consent")
    switch tag.field {
    case 16:
      consent = .release(
        try within("release_signed") { () throws(Refusal) in
          try ReleaseOfInformation(reading: nested)
        })
    case 17:
      consent = .refusal(
        try within("release_refused") { () throws(Refusal) in try RoiRefusal(reading: nested) })
    default:
      consent = .revocation(
        try within("release_revoked") { () throws(Refusal) in
          try RoiRevocation(reading: nested)
        })
    }
  }
}

extension IdentityToken {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var kind: Kind?
    var value: [UInt8] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: kind = try reader.word(tag, "kind")
      case 2: value = try reader.blob(tag, "value", lengths: [WireBounds.hashBytes])
      default: try reader.skip(tag)
      }
    }
    guard let kind else { throw Refusal(.malformedFrame, at: "kind") }
    guard !value.isEmpty else { throw Refusal(.malformedFrame, at: "value") }
    self.init(kind, value)
  }
}

extension Seal {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var scheme: UInt32 = 0
    var root: [UInt8] = []
    var signature: [UInt8] = []
    var signer: KeyFingerprint?
    var headerSalt: [UInt8] = []
    var header: Path?
    var paths: [Path] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: scheme = try reader.small(tag, "scheme")
      case 2: root = try reader.blob(tag, "root", lengths: [WireBounds.hashBytes])
      case 3: signature = try reader.blob(tag, "signature", lengths: [WireBounds.signatureBytes])
      case 4: signer = try reader.required(tag, "signer")
      case 5: headerSalt = try reader.blob(tag, "header_salt", lengths: [WireBounds.saltBytes])
      case 6: header = try Path(reading: try reader.nested(tag, "header"))
      case 7:
        guard paths.count < Limits.segments else { throw Refusal(.tooManySegments) }
        paths.append(try Path(reading: try reader.nested(tag, "segments")))
      default: try reader.skip(tag)
      }
    }
    guard scheme == 1 else { throw Refusal(.malformedFrame, at: "scheme") }
    guard let signer, let header, !root.isEmpty, !signature.isEmpty, !headerSalt.isEmpty else {
      throw Refusal(.malformedFrame)
    }
    self.init(
      scheme: scheme, root: root, signature: signature, signer: signer, headerSalt: headerSalt,
      header: header, segments: paths)
  }

  func write(into writer: inout WireWriter) {
    writer.number(1, UInt64(scheme))
    writer.blob(2, root)
    writer.blob(3, signature)
    writer.identifier(4, signer)
    writer.blob(5, headerSalt)
    writer.nested(6) { header.write(into: &$0) }
    for path in segments { writer.nested(7) { path.write(into: &$0) } }
  }
}

extension Seal.Path {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var slot: UInt32 = 0
    var siblings: [[UInt8]] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: slot = try reader.small(tag, "slot")
      case 2:
        guard siblings.count < WireBounds.pathDepth else {
          throw Refusal(.malformedFrame, at: "siblings")
        }
        siblings.append(try reader.blob(tag, "siblings", lengths: [WireBounds.hashBytes]))
      default: try reader.skip(tag)
      }
    }
    self.init(slot: slot, siblings: siblings)
  }

  func write(into writer: inout WireWriter) {
    writer.number(1, UInt64(slot))
    for sibling in siblings { writer.blob(2, sibling, present: true) }
  }
}
