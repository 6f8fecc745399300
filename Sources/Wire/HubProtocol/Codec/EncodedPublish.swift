import FoundationEssentials
public import HubModel

/// Builds publish frames from envelopes that are encoded already, as a spool keeps them: the
/// messages are never decoded.
public enum EncodedPublish {
  /// - Parameters:
  ///   - first: number of the first message; the others follow densely.
  ///   - messages: at most as many as ``count(fitting:)`` says.
  public static func frame(
    sequence: SubmitSequence, first: UInt64, messages: [[UInt8]]
  ) -> [UInt8] {
    var publish = Accord_V1_Publish()
    publish.sequence = Accord_V1_Sequence(sequence)
    publish.first = first
    publish.messages = messages.map { Data($0) }
    var frame = Accord_V1_Submission()
    frame.frame = .publish(publish)
    return frame.written()
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

extension Accord_V1_Sequence {
  init(_ sequence: SubmitSequence) {
    switch sequence {
    case .data: self = .data
    case .control: self = .control
    }
  }
}
