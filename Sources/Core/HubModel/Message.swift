/// A typed value of a segment's field. Everything but `text` is coded, so that a schema toward
/// police and prosecutors can forbid free text by its type alone.
public enum FieldValue: Hashable, Sendable {
  /// A word of a code list: at most 64 bytes of printable ASCII without spaces.
  case code(String)
  /// Free text.
  case text(String)
  case integer(Int64)
  case date(CivilDate)
  case time(WallTime)
  case flag(Bool)
}

public struct Field: Hashable, Sendable {
  public let name: String
  public let value: FieldValue
  public init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }
}

/// A part of a message that is released or withheld as one: its category and labels decide.
public struct Segment: Hashable, Sendable {
  public var category: InformationCategory
  public var labels: WordSet<SensitivityLabel>
  /// The day the information was recorded; releases may be limited to a range of them.
  public var authored: CivilDate?
  public var fields: [Field]
  /// A document in the format `mediaType` names; empty for none.
  public var attachment: [UInt8]
  public var mediaType: String
  /// 16 random bytes that keep a signature leaf from being guessed; empty while unsigned.
  public var salt: [UInt8]

  public init(
    _ category: InformationCategory, labels: WordSet<SensitivityLabel> = [],
    authored: CivilDate? = nil, fields: [Field] = [], attachment: [UInt8] = [],
    mediaType: String = "", salt: [UInt8] = []
  ) {
    self.category = category
    self.labels = labels
    self.authored = authored
    self.fields = fields
    self.attachment = attachment
    self.mediaType = mediaType
    self.salt = salt
  }

  public func first(_ name: String) -> FieldValue? {
    fields.first { $0.name == name }?.value
  }
  public func code(_ name: String) -> String? {
    if case .code(let value)? = first(name) { value } else { nil }
  }
  public func time(_ name: String) -> WallTime? {
    if case .time(let value)? = first(name) { value } else { nil }
  }
  public func date(_ name: String) -> CivilDate? {
    if case .date(let value)? = first(name) { value } else { nil }
  }
  public func integer(_ name: String) -> Int64? {
    if case .integer(let value)? = first(name) { value } else { nil }
  }
  public func flag(_ name: String) -> Bool? {
    if case .flag(let value)? = first(name) { value } else { nil }
  }
}

/// A keyed token of a normalised identifier; the router never sees the identifier itself.
public struct IdentityToken: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Confirms an identity by itself.
    case stateID = "state-id"
    /// Confirms an identity once a human has linked the number to the participant.
    case inmateNumber = "inmate-number"
    /// Never more than a candidate.
    case nameAndBirthDate = "name-and-birth-date"
  }
  public let kind: Kind
  /// HMAC-SHA-256 under the program's matching key: 32 bytes.
  public let value: [UInt8]
  public init(_ kind: Kind, _ value: [UInt8]) {
    self.kind = kind
    self.value = value
  }
}

/// A sender's signature over a spool batch (a Merkle root), and this message's place under it.
/// Leaves are salted, one for the header and one for each segment, in a tree of fixed depth with
/// fillers in random slots, so that what was left out of a delivery does not show.
public struct Seal: Hashable, Sendable {
  public struct Path: Hashable, Sendable {
    public let slot: UInt32
    /// From the leaf's sibling upwards, 32 bytes each, one behind the other; as many as the tree
    /// is deep.
    public let siblings: [UInt8]
    public init(slot: UInt32, siblings: [UInt8]) {
      self.slot = slot
      self.siblings = siblings
    }
  }
  /// 1: SHA-256 leaves and nodes as RFC 6962, Ed25519 over the root.
  public let scheme: UInt32
  public let root: [UInt8]
  public let signature: [UInt8]
  public let signer: KeyFingerprint
  public let headerSalt: [UInt8]
  public let header: Path
  /// One for each segment that is present, in the segments' order.
  public let segments: [Path]
  public init(
    scheme: UInt32, root: [UInt8], signature: [UInt8], signer: KeyFingerprint,
    headerSalt: [UInt8], header: Path, segments: [Path]
  ) {
    self.scheme = scheme
    self.root = root
    self.signature = signature
    self.signer = signer
    self.headerSalt = headerSalt
    self.header = header
    self.segments = segments
  }
}

/// What a message says of consent itself; present only on `roi.*` topics.
public enum ConsentStatement: Hashable, Sendable {
  case release(ReleaseOfInformation)
  case refusal(RoiRefusal)
  case revocation(RoiRevocation)
  case event(RoiEvent)
}

/// A message as its sender submits it. `source` is what the sender's key authenticated.
public struct Message: Hashable, Sendable {
  public var id: MessageID
  public var topic: Topic
  public var source: AgencyID
  public var program: ProgramID
  /// When the sender wrote it, by the sender's clock: shown, never used to order.
  public var sentAt: WallTime
  public var purpose: Purpose
  public var participant: ParticipantAlias?
  public var tokens: [IdentityToken]
  public var caseID: CaseID?
  public var inReplyTo: MessageID?
  /// The one release that this message's own referral names. Where it is set, no other release
  /// can permit the message (design §10.1).
  public var release: RoiID?
  /// Narrows the agreement's recipients; never widens them. Empty: all of them.
  public var audience: [AgencyID]
  public var segments: [Segment]
  public var consent: ConsentStatement?
  public var seal: Seal?

  public init(
    id: MessageID, topic: Topic, source: AgencyID, program: ProgramID, sentAt: WallTime,
    purpose: Purpose, participant: ParticipantAlias? = nil, tokens: [IdentityToken] = [],
    caseID: CaseID? = nil, inReplyTo: MessageID? = nil, release: RoiID? = nil,
    audience: [AgencyID] = [], segments: [Segment] = [],
    consent: ConsentStatement? = nil, seal: Seal? = nil
  ) {
    self.id = id
    self.topic = topic
    self.source = source
    self.program = program
    self.sentAt = sentAt
    self.purpose = purpose
    self.participant = participant
    self.tokens = tokens
    self.caseID = caseID
    self.inReplyTo = inReplyTo
    self.release = release
    self.audience = audience
    self.segments = segments
    self.consent = consent
    self.seal = seal
  }

  /// The first segment's value of that name, over all segments.
  public func value(_ name: String) -> FieldValue? {
    for segment in segments {
      if let value = segment.first(name) { return value }
    }
    return nil
  }
  public func code(_ name: String) -> String? {
    if case .code(let value)? = value(name) { value } else { nil }
  }
  public func time(_ name: String) -> WallTime? {
    if case .time(let value)? = value(name) { value } else { nil }
  }
  public func date(_ name: String) -> CivilDate? {
    if case .date(let value)? = value(name) { value } else { nil }
  }
  public func integer(_ name: String) -> Int64? {
    if case .integer(let value)? = value(name) { value } else { nil }
  }
  public func flag(_ name: String) -> Bool? {
    if case .flag(let value)? = value(name) { value } else { nil }
  }
}

// Descriptions end in logs: they name the message and never what it says of a person.
extension Segment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "segment(\(category.rawValue), \(fields.count) fields)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Message: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "message(\(id), \(topic), from \(source))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
