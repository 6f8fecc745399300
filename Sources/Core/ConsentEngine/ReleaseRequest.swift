public import HubModel

/// On what footing a message asks to be released.
public enum Footing: Hashable, Sendable {
  /// An agency submitted it.
  case submitted
  /// The router derived it from what its one recipient already knows, and the clock.
  case ownView
  /// It tells a sender the fate of its own message.
  case outcome
  /// It asks an identity steward whether a possible match is the participant.
  case identityQuestion
}

/// One question to the engine: may `recipient` have these segments of this message, now?
public struct ReleaseRequest: Sendable {
  public let message: Message
  /// The agency that submitted the message; for what the hub derived, its recipient.
  public let discloser: Registry.Agency
  public let recipient: Registry.Agency
  public let footing: Footing
  public let segments: SegmentSet

  public init(
    message: Message, discloser: Registry.Agency, recipient: Registry.Agency, footing: Footing,
    segments: SegmentSet
  ) {
    self.message = message
    self.discloser = discloser
    self.recipient = recipient
    self.footing = footing
    self.segments = segments
  }

  /// Labels that apply to a segment here: its own, and Part 2 where a Part 2 program discloses
  /// what it obtained, since the label follows who obtained the information (42 CFR 2.12(e)(1)).
  public func labels(of segment: Segment) -> Set<SensitivityLabel> {
    guard discloser.isPart2Program, footing == .submitted, segment.category != .operational else {
      return segment.labels
    }
    return segment.labels.union([.part2])
  }
}
