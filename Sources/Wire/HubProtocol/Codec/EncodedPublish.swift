public import HubModel

/// Builds publish frames from envelopes that are encoded already, as a spool keeps them: the
/// messages are copied once and never decoded.
public enum EncodedPublish {
  /// - Parameters:
  ///   - first: number of the first message; the others follow densely.
  ///   - messages: at most as many as ``count(fitting:)`` says.
  public static func frame(
    sequence: SubmitSequence, first: UInt64, messages: [[UInt8]]
  ) -> [UInt8] {
    let body = messages.reduce(0) { $0 + $1.count + overheadPerMessage }
    var writer = WireWriter(capacity: body + overheadPerFrame)
    writer.nested(2) {
      $0.number(1, UInt64(sequence.rawValue))
      $0.number(2, first)
      for message in messages { $0.blob(3, message, present: true) }
    }
    return writer.bytes
  }

  /// How many messages, from the first on, fit into one frame, given their lengths in bytes.
  public static func count(fitting lengths: some Sequence<Int>) -> Int {
    var room = Limits.frameBytes - overheadPerFrame
    var count = 0
    for length in lengths.prefix(Limits.messagesPerPublish) {
      room -= length + overheadPerMessage
      if room < 0 { break }
      count += 1
    }
    return count
  }

  // A tag and a length of at most five bytes each.
  private static let overheadPerMessage = 6
  private static let overheadPerFrame = 32
}
