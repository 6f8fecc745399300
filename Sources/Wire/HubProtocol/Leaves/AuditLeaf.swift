public import HubModel

/// The leaf of an audit entry in the tamper-evident log, version 1 (see the article *Formats*).
///
/// A participant stands in it only as SHA-256(salt ‖ participant id): who holds the entry's salt
/// can show whom it is about, and once the salt is destroyed nobody can, while the log still
/// verifies.
public struct AuditLeaf: Hashable, Sendable {
  public static let version: UInt8 = 1
  public static let saltBytes = 16

  public var incarnation: Incarnation
  /// Position in the log, from 0.
  public var index: UInt64
  /// The entry without its participant, whom a leaf cannot name.
  public var entry: AuditEntry
  /// SHA-256(salt ‖ participant id), 32 bytes.
  public var participantHash: [UInt8]?

  /// The canonical bytes of an entry.
  /// - Parameter salt: 16 random bytes, the entry's own; unused where there is no participant.
  public static func bytes(
    entry: AuditEntry, index: UInt64, incarnation: Incarnation, salt: [UInt8]
  ) -> [UInt8] {
    AuditLeaf(
      incarnation: incarnation, index: index, entry: entry,
      participantHash: entry.participant.map { hash(of: $0, salt: salt) }
    ).bytes
  }

  /// How a leaf names a participant.
  public static func hash(of participant: ParticipantID, salt: [UInt8]) -> [UInt8] {
    precondition(salt.count == saltBytes, "an audit salt has 16 bytes")
    return Merkle.digest(salt + participant.value.bytes)
  }

  /// Whether the leaf is about `participant`, given the entry's salt.
  public func names(_ participant: ParticipantID, salt: [UInt8]) -> Bool {
    participantHash == Self.hash(of: participant, salt: salt)
  }

  public var bytes: [UInt8] {
    var writer = LeafWriter(capacity: 320)
    writer.number(Self.version)
    writer.text(incarnation.text)
    writer.number(index)
    writer.number(entry.kind.rawValue)
    writer.number(entry.at.milliseconds)
    writer.text(entry.actor.text)
    writer.optional(entry.message) { $0.messageID($1) }
    writer.optional(entry.recipient) { $0.text($1.text) }
    writer.optional(entry.part) { $0.number($1) }
    writer.optional(entry.number) { $0.number($1) }
    writer.number(entry.segments.bits)
    writer.optional(entry.topic) { $0.text($1.rawValue) }
    writer.optional(participantHash) { $0.fixed($1) }
    writer.number(entry.consentPosition)
    writer.number(entry.agreementVersion)
    writer.list(entry.releases) {
      $0.text($1.id.text)
      $0.number($1.version)
    }
    writer.list(entry.reasons) { $0.text($1) }
    writer.text(entry.detail)
    return writer.bytes
  }

  /// Reads a leaf back, to show what a proof is about.
  public init(decoding bytes: [UInt8]) throws(MalformedLeaf) {
    var reader = LeafReader(bytes)
    guard try reader.number("version") == Self.version else {
      throw MalformedLeaf(place: "version")
    }
    incarnation = try reader.identifier("incarnation")
    index = try reader.number("index")
    guard let kind = AuditEntry.Kind(rawValue: try reader.number("kind")) else {
      throw MalformedLeaf(place: "kind")
    }
    let at = WallTime(milliseconds: try reader.number("at"))
    entry = AuditEntry(kind, at: at, actor: try reader.identifier("actor"))
    entry.message = try reader.optional("message") { reader throws(MalformedLeaf) in
      try reader.messageID("message")
    }
    entry.recipient = try reader.optional("recipient") { reader throws(MalformedLeaf) in
      try reader.identifier("recipient")
    }
    entry.part = try reader.optional("part") { reader throws(MalformedLeaf) in
      try reader.number("part")
    }
    entry.number = try reader.optional("number") { reader throws(MalformedLeaf) in
      try reader.number("number")
    }
    entry.segments = SegmentSet(bits: try reader.number("segments"))
    entry.topic = try reader.optional("topic") { reader throws(MalformedLeaf) in
      guard let topic = Topic(rawValue: try reader.text("topic")) else {
        throw MalformedLeaf(place: "topic")
      }
      return topic
    }
    participantHash = try reader.optional("participant") { reader throws(MalformedLeaf) in
      try reader.fixed(32, "participant")
    }
    entry.consentPosition = try reader.number("consentPosition")
    entry.agreementVersion = try reader.number("agreementVersion")
    entry.releases = try reader.list("releases") { reader throws(MalformedLeaf) in
      AuditEntry.ReleaseVersion(
        try reader.identifier("releases"), version: try reader.number("releases"))
    }
    entry.reasons = try reader.list("reasons") { reader throws(MalformedLeaf) in
      try reader.text("reasons")
    }
    entry.detail = try reader.text("detail")
    guard reader.isAtEnd else { throw MalformedLeaf(place: "end") }
  }

  private init(
    incarnation: Incarnation, index: UInt64, entry: AuditEntry, participantHash: [UInt8]?
  ) {
    self.incarnation = incarnation
    self.index = index
    self.entry = entry
    self.entry.participant = nil
    self.participantHash = participantHash
  }
}
