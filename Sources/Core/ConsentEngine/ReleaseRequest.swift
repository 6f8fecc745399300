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
///
/// Handed around by reference: it is large, and looked at for every segment and release.
public final class ReleaseRequest: Sendable {
  public let message: Message
  /// The agency that submitted the message; for what the hub derived, its recipient.
  public let discloser: Registry.Agency
  public let recipient: Registry.Agency
  public let footing: Footing
  public let segments: SegmentSet
  /// What the sender itself was told of what it now tells on, by category.
  public let received: [InformationCategory: Received]

  public init(
    message: Message, discloser: Registry.Agency, recipient: Registry.Agency, footing: Footing,
    segments: SegmentSet, received: [InformationCategory: Received] = [:]
  ) {
    self.message = message
    self.discloser = discloser
    self.recipient = recipient
    self.footing = footing
    self.segments = segments
    self.received = received
  }

  /// Labels that apply here to the segment at `index`: its own, and Part 2 where a Part 2 program
  /// discloses what it obtained, since the label follows who obtained the information
  /// (42 CFR 2.12(e)(1)). What was received keeps the labels under which it came, whatever the
  /// sender puts on it.
  public func labels(at index: Int) -> WordSet<SensitivityLabel> {
    let (category, own) = (message.segments[index].category, message.segments[index].labels)
    guard footing == .submitted else { return own }
    let all = own.union(received[category]?.labels ?? [])
    return discloser.isPart2Program && category != .operational ? all.union([.part2]) : all
  }
}

/// What is asked of each layer and of each release: whether this segment may go. Of the segment
/// only what they can speak of: what stands in it would be copied for nothing.
struct Question {
  let request: ReleaseRequest
  let category: InformationCategory
  /// Those that apply here (``ReleaseRequest/labels(at:)``).
  let labels: WordSet<SensitivityLabel>
  /// Whether the sender put none on it.
  let hasNoLabels: Bool
  let authored: CivilDate?
  let hasAttachment: Bool
  let now: WallTime

  /// - Parameter index: of one of the message's segments.
  init(segment index: Int, of request: ReleaseRequest, at now: WallTime) {
    self.request = request
    category = request.message.segments[index].category
    labels = request.labels(at: index)
    hasNoLabels = request.message.segments[index].labels.isEmpty
    authored = request.message.segments[index].authored
    hasAttachment = !request.message.segments[index].attachment.isEmpty
    self.now = now
  }
}

extension Question {
  /// Whether nobody but these wrote the segment: neither who tells it nor, of what that agency was
  /// told itself, anybody from whom it came. Who keeps something is not who wrote it.
  func isWritten(byNobodyBut authors: [AgencyID]) -> Bool {
    authors.contains(request.discloser.id)
      && request.received[category]?.authors.allSatisfy(authors.contains) ?? true
  }

  /// Whether one of these may have written the segment, or some of it.
  func isWritten(byOneOf authors: [AgencyID]) -> Bool {
    authors.contains(request.discloser.id)
      || request.received[category]?.authors.contains(where: authors.contains) ?? false
  }
}

/// Information that an agency was told by another, and now tells on: a new decision, bound by the
/// terms under which it came (42 CFR 2.33(b)).
public struct Received: Hashable, Sendable {
  /// Whether the agency could be told it today, under what the participant says now.
  public enum Standing: Hashable, Sendable {
    case stands
    /// Its time is over, or it is suspended: another release may cover it.
    case waits
    /// It was taken back or refused, or never may have been told.
    case ended
  }

  /// Labels that it had on its way to the sender.
  public let labels: WordSet<SensitivityLabel>
  public let standing: Standing
  /// From whom it came, and from whom these had it.
  public let authors: Set<AgencyID>

  public init(labels: WordSet<SensitivityLabel>, standing: Standing, authors: Set<AgencyID>) {
    self.labels = labels
    self.standing = standing
    self.authors = authors
  }
}
