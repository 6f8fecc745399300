/// One entry of the log, as it stands in an export.
public struct LogLeaf: Codable, Hashable, Sendable {
  public var position: UInt64
  /// The bytes of an ``AuditLeaf``.
  public var leaf: [UInt8]
  public init(position: UInt64, leaf: [UInt8]) {
    self.position = position
    self.leaf = leaf
  }
}

/// What would a recipient get of a participant's, if somebody sent it now?
public struct PreviewQuestion: Codable, Hashable, Sendable {
  /// `agency/alias`, as the agency names the person.
  public var participant: String
  public var recipient: String
  public var purpose: String
  /// Empty: every topic of which the agreement lets the recipient hear.
  public var topics: [String]
  /// Empty: every category that the topics can carry.
  public var categories: [String]
  /// Sensitivity that the information is to have; Part 2 comes of itself from a Part 2 program.
  public var labels: [String]
  /// The release that the message is to name; nil for none.
  public var release: String?
  public init(
    participant: String, recipient: String, purpose: String, topics: [String] = [],
    categories: [String] = [], labels: [String] = [], release: String? = nil
  ) {
    self.participant = participant
    self.recipient = recipient
    self.purpose = purpose
    self.topics = topics
    self.categories = categories
    self.labels = labels
    self.release = release
  }
}

/// What the engine answered, segment by segment.
public struct PreviewReport: Codable, Hashable, Sendable {
  public enum Outcome: String, Codable, Hashable, Sendable {
    case released
    /// Not covered yet: it would wait.
    case held
    case withheld
  }
  public struct Item: Codable, Hashable, Sendable {
    public var topic: String
    public var discloser: String
    public var category: String
    public var labels: [String]
    public var outcome: Outcome
    public var authority: String
    public var legalBasis: String
    /// Deciding releases: `roi-1 v2`.
    public var releases: [String]
    public var reasons: [String]
    /// Which statement of 42 CFR 2.32(a) would go with it.
    public var statement: String
    public init(
      topic: String, discloser: String, category: String, labels: [String], outcome: Outcome,
      authority: String, legalBasis: String, releases: [String], reasons: [String],
      statement: String
    ) {
      self.topic = topic
      self.discloser = discloser
      self.category = category
      self.labels = labels
      self.outcome = outcome
      self.authority = authority
      self.legalBasis = legalBasis
      self.releases = releases
      self.reasons = reasons
      self.statement = statement
    }
  }
  public var question: PreviewQuestion
  public var at: Int64
  public var consentPosition: UInt64
  public var agreementVersion: UInt32
  public var items: [Item]
  public init(
    question: PreviewQuestion, at: Int64, consentPosition: UInt64, agreementVersion: UInt32,
    items: [Item]
  ) {
    self.question = question
    self.at = at
    self.consentPosition = consentPosition
    self.agreementVersion = agreementVersion
    self.items = items
  }
}
