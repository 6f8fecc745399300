import FoundationEssentials
public import HubModel

/// A message as the ledger keeps it: what deciding takes apart from what it is about, so that the
/// content can be destroyed while the decision about it stays explicable.
///
/// The header is an encoded `Envelope` whose segments have their metadata alone (category, labels,
/// authored, media type). The payload is an encoded `SealedPayload` over the segments' content.
public enum StoredEnvelope {
  /// The header, with the authenticated source.
  public static func header(of message: Message) -> [UInt8] {
    Accord_V1_Envelope(message, source: message.source, .metadata).written()
  }

  /// The content of the segments, in their order, in the clear (scheme 0).
  public static func payload(of message: Message) -> [UInt8] {
    guard !message.segments.isEmpty else { return [] }
    var payload = Accord_V1_Payload()
    payload.segments = message.segments.map { Accord_V1_Segment($0, .content) }
    var sealed = Accord_V1_SealedPayload()
    sealed.ciphertext = payload.written(as: Data.self)
    return sealed.written()
  }

  /// Puts a message together again.
  /// - Parameter payload: `nil` where it was erased; the segments then have no content.
  /// - Throws: a ``Refusal`` where the two are damaged, do not belong together, or the payload is
  ///   sealed with a key that this module does not hold.
  public static func message(header: [UInt8], payload: [UInt8]?) throws(Refusal) -> Message {
    var message = try within("header") { () throws(Refusal) in
      try Message(reading: Accord_V1_Envelope(reading: header), source: nil)
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

  private static func open(_ payload: [UInt8]) throws(Refusal) -> [SegmentContent] {
    let sealed = try Accord_V1_SealedPayload(reading: payload)
    guard sealed.scheme == 0 else { throw Refusal(.malformedFrame, at: "scheme") }
    let segments = try Accord_V1_Payload(reading: sealed.ciphertext).segments
    try Read.room(segments.count, in: Limits.segments, Refusal(.tooManySegments))
    return try Read.list(segments, "segments", SegmentContent.init(reading:))
  }
}
