import FoundationEssentials
public import HubModel

/// A message as the ledger keeps it: what deciding takes apart from what it is about, so that the
/// content can be sealed and destroyed while the decision about it stays explicable.
///
/// The header is an encoded `Envelope` that names nobody: without participant, tokens, consent and
/// seal, and with the metadata of its segments alone (category, labels, authored, media type). The
/// content is an encoded `Payload` of everything else. Whoever stores it seals it.
public enum StoredEnvelope {
  /// The header, with the authenticated source.
  public static func header(of message: Message) -> [UInt8] {
    var bare = message
    bare.participant = nil
    bare.tokens = []
    bare.consent = nil
    bare.seal = nil
    return bare.written(source: message.source, .metadata).array
  }

  /// What the header leaves out, in the clear; nothing where it leaves out nothing.
  public static func content(of message: Message) -> [UInt8] {
    var payload = Accord_V1_WrittenPayload()
    payload.segments = message.segments.map { $0.written(.content) }
    payload.person = Accord_V1_WrittenEnvelope().written(withPersonOf: message)
    return payload.written()
  }

  /// Puts a message together again.
  /// - Parameter content: `nil` where it was erased; the segments then have no content, and the
  ///   message names nobody.
  /// - Throws: a ``Refusal`` where the two are damaged or do not belong together.
  public static func message(header: [UInt8], content: [UInt8]?) throws(Refusal) -> Message {
    var frame = try within("header") { () throws(Refusal) in
      try Accord_V1_Envelope(reading: header)
    }
    guard let content else {
      return try within("header") { () throws(Refusal) in try Message(reading: frame, source: nil) }
    }
    let payload = try within("payload") { () throws(Refusal) in
      try Accord_V1_Payload(reading: content)
    }
    if payload.hasPerson { frame.add(personIn: payload.person) }
    var message = try within("header") { () throws(Refusal) in
      try Message(reading: frame, source: nil)
    }
    let contents = try within("payload") { () throws(Refusal) in
      try Read.room(payload.segments.count, in: Limits.segments, Refusal(.tooManySegments))
      return try Read.list(payload.segments, "segments", SegmentContent.init(reading:))
    }
    guard contents.count == message.segments.count else {
      throw Refusal(.malformedFrame, at: "payload.segments")
    }
    for (index, content) in contents.enumerated() {
      message.segments[index].fields = content.fields
      message.segments[index].attachment = content.attachment
      message.segments[index].salt = content.salt
    }
    return message
  }
}

extension Accord_V1_Envelope {
  fileprivate mutating func add(personIn person: Accord_V1_Envelope) {
    participant = person.participant
    tokens = person.tokens
    consent = person.consent
    if person.hasSeal { seal = person.seal }
  }
}
