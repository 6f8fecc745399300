public import HubModel

/// A message as the ledger keeps it: what deciding takes apart from what it is about, so that the
/// content can be destroyed while the decision about it stays explicable.
///
/// The header is an encoded `Envelope` whose segments have their metadata alone (category, labels,
/// authored, media type). The payload is an encoded `SealedPayload` over the segments' content.
public enum StoredEnvelope {
  /// The header, with the authenticated source.
  public static func header(of message: Message) -> [UInt8] {
    var writer = WireWriter(capacity: 384)
    message.write(.metadata, source: message.source, into: &writer)
    return writer.bytes
  }

  /// The content of the segments, in their order, in the clear (scheme 0).
  public static func payload(of message: Message) -> [UInt8] {
    guard !message.segments.isEmpty else { return [] }
    var writer = WireWriter(capacity: 1_024)
    writer.nested(4) { sealed in
      for segment in message.segments {
        sealed.nested(1) { segment.write(.content, into: &$0) }
      }
    }
    return writer.bytes
  }

  /// Puts a message together again.
  /// - Parameter payload: `nil` where it was erased; the segments then have no content.
  /// - Throws: a ``Refusal`` where the two are damaged, do not belong together, or the payload is
  ///   sealed with a key that this module does not hold.
  public static func message(header: [UInt8], payload: [UInt8]?) throws(Refusal) -> Message {
    var message = try within("header") { () throws(Refusal) in
      try Message(reading: WireReader(header), source: nil)
    }
    guard let payload else { return message }
    let contents = try within("payload") { () throws(Refusal) in try open(payload) }
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

  private static func open(_ payload: [UInt8]) throws(Refusal) -> [SegmentParts] {
    var reader = WireReader(payload)
    var scheme: UInt32 = 0
    var contents: [SegmentParts] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: scheme = try reader.small(tag, "scheme")
      case 4: contents = try segments(try reader.nested(tag, "ciphertext"), scheme: scheme)
      default: try reader.skip(tag)
      }
    }
    guard scheme == 0 else { throw Refusal(.malformedFrame, at: "scheme") }
    return contents
  }

  private static func segments(
    _ reader: consuming WireReader, scheme: UInt32
  ) throws(Refusal) -> [SegmentParts] {
    // Ciphertext is no list of segments; the scheme is refused by the caller.
    guard scheme == 0 else { return [] }
    var contents: [SegmentParts] = []
    while let tag = try reader.tag() {
      guard tag.field == 1 else {
        try reader.skip(tag)
        continue
      }
      guard contents.count < Limits.segments else { throw Refusal(.tooManySegments) }
      let nested = try reader.nested(tag, "segments")
      contents.append(try SegmentParts(reading: nested))
    }
    return contents
  }
}
