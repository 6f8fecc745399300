/// What a recipient gets under one number of its lane.
///
/// `content` is absent where the number was sent void. Only the router's permit-bound
/// constructor fills it (`PermittedDelivery` in `ConsentEngine`); this type is what an adapter
/// reads back from the wire.
public struct Delivery: Hashable, Sendable {
  public struct Content: Hashable, Sendable {
    /// The message as released: its participant is the recipient's own alias, its segments are
    /// those of the part.
    public var message: Message
    public var part: UInt16
    public var notice: DisclosureNotice?
    public init(message: Message, part: UInt16, notice: DisclosureNotice? = nil) {
      self.message = message
      self.part = part
      self.notice = notice
    }
  }

  public var incarnation: Incarnation
  /// Gapless for each recipient, from 1, within an incarnation of the ledger.
  public var number: UInt64
  public var content: Content?

  public init(incarnation: Incarnation, number: UInt64, content: Content?) {
    self.incarnation = incarnation
    self.number = number
    self.content = content
  }

  /// The topic frame under which it travels.
  public var topic: Topic { content?.message.topic ?? .void }
}

/// What must travel with a consented disclosure: the statement of 42 CFR 2.32(a) where the
/// content is Part 2, and the scope of the consent (2.32(b)).
public struct DisclosureNotice: Hashable, Sendable {
  public struct Scope: Hashable, Sendable {
    public var release: RoiID
    public var version: UInt32
    public var signedAt: WallTime?
    public var expiresAt: WallTime?
    public var expiryEvent: String
    public var purposes: WordSet<Purpose>
    public var categories: WordSet<InformationCategory>
    public init(
      release: RoiID, version: UInt32, signedAt: WallTime?, expiresAt: WallTime?,
      expiryEvent: String, purposes: WordSet<Purpose>, categories: WordSet<InformationCategory>
    ) {
      self.release = release
      self.version = version
      self.signedAt = signedAt
      self.expiresAt = expiresAt
      self.expiryEvent = expiryEvent
      self.purposes = purposes
      self.categories = categories
    }
  }
  /// The text of 42 CFR 2.32(a); empty where no segment is Part 2.
  public var statement: String
  public var scopes: [Scope]
  public init(statement: String, scopes: [Scope]) {
    self.statement = statement
    self.scopes = scopes
  }
}
