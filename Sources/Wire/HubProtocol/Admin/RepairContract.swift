/// What an operator looks for among what waits or went wrong.
public struct QueueQuery: Codable, Hashable, Sendable {
  public enum Which: String, Codable, CaseIterable, Sendable {
    /// Set aside by their recipient's adapter.
    case errors
    /// Wait in escrow for a release.
    case held
  }

  public var which: Which
  /// To this agency only, from this one, of this topic.
  public var recipient: String?
  public var source: String?
  public var topic: String?
  /// Accepted before this instant (Unix milliseconds).
  public var before: Int64?
  public var limit: Int

  public static let most = 10_000

  public init(
    _ which: Which, recipient: String? = nil, source: String? = nil, topic: String? = nil,
    before: Int64? = nil, limit: Int = 200
  ) {
    self.which = which
    self.recipient = recipient
    self.source = source
    self.topic = topic
    self.before = before
    self.limit = limit
  }
}

/// A part that waits or was set aside: metadata only.
public struct QueueItem: Codable, Hashable, Sendable {
  public var message: String
  public var part: UInt16
  public var topic: String
  public var source: String
  public var recipient: String
  public var acceptedAt: Int64
  /// When it came to where it stands.
  public var since: Int64
  /// When its escrow ends.
  public var until: Int64?
  /// The number under which it was sent last.
  public var number: UInt64?
  /// Why, as codes; the newest decision's.
  public var reasons: [String]

  public init(
    message: String, part: UInt16, topic: String, source: String, recipient: String,
    acceptedAt: Int64, since: Int64, until: Int64?, number: UInt64?, reasons: [String]
  ) {
    self.message = message
    self.part = part
    self.topic = topic
    self.source = source
    self.recipient = recipient
    self.acceptedAt = acceptedAt
    self.since = since
    self.until = until
    self.number = number
    self.reasons = reasons
  }
}

/// The content of a message, for whoever has the right and gives a reason.
public struct BodyReport: Codable, Hashable, Sendable {
  public var message: String
  /// A CloudEvents document; nothing where the content was destroyed.
  public var document: String?
  public init(message: String, document: String?) {
    self.message = message
    self.document = document
  }
}

/// A page of what happens: entries of the log without anything about a person.
public struct TailPage: Codable, Hashable, Sendable {
  public struct Event: Codable, Hashable, Sendable {
    public var position: UInt64
    public var at: Int64
    public var kind: String
    public var actor: String
    public var message: String?
    public var topic: String?
    public var recipient: String?
    public var part: UInt16?
    public var number: UInt64?
    public var reasons: [String]
    public init(
      position: UInt64, at: Int64, kind: String, actor: String, message: String?, topic: String?,
      recipient: String?, part: UInt16?, number: UInt64?, reasons: [String]
    ) {
      self.position = position
      self.at = at
      self.kind = kind
      self.actor = actor
      self.message = message
      self.topic = topic
      self.recipient = recipient
      self.part = part
      self.number = number
      self.reasons = reasons
    }
  }
  public var events: [Event]
  /// Where the next page begins.
  public var next: UInt64
  public init(events: [Event], next: UInt64) {
    self.events = events
    self.next = next
  }
}
