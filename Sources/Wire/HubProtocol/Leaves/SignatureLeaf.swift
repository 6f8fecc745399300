public import HubModel

/// The leaves that a sender's seal signs, version 1 (see the article *Formats*): one for a
/// message's header and one for each segment, each with 16 random bytes in it, so that a leaf
/// which was left out of a delivery cannot be guessed from its hash.
///
/// The header leaf holds what reaches every recipient unchanged. It leaves out what is another for
/// each of them (the participant's alias), what none of them sees (tokens, audience) and the trace
/// context, which those underway may add to.
public enum SignatureLeaf {
  public static let version: UInt8 = 1

  private static let headerTag: UInt8 = 0x48  // H
  private static let segmentTag: UInt8 = 0x53  // S

  /// - Parameter salt: ``Seal/headerSalt``, 16 bytes.
  public static func header(of message: Message, salt: [UInt8]) -> [UInt8] {
    var writer = LeafWriter()
    writer.number(version)
    writer.number(headerTag)
    writer.blob(salt)
    writer.messageID(message.id)
    writer.text(message.topic.rawValue)
    writer.text(message.source.text)
    writer.text(message.program.text)
    writer.number(message.sentAt.milliseconds)
    writer.text(message.purpose.rawValue)
    writer.optional(message.caseID) { $0.text($1.text) }
    writer.optional(message.inReplyTo) { $0.messageID($1) }
    writer.optional(message.release) { $0.text($1.text) }
    switch message.consent {
    case nil: writer.number(UInt8(0))
    case .release(let release):
      writer.number(UInt8(1))
      writer.release(release)
    case .refusal(let refusal):
      writer.number(UInt8(2))
      writer.text(refusal.id.text)
      writer.text(refusal.reason.rawValue)
    case .revocation(let revocation):
      writer.number(UInt8(3))
      writer.optional(revocation.id) { $0.text($1.text) }
      writer.list(revocation.recipients) { $0.party($1) }
    case .event(let event):
      writer.number(UInt8(4))
      writer.text(event.kind.rawValue)
      writer.optional(event.id) { $0.text($1.text) }
      writer.text(event.event)
    }
    return writer.bytes
  }

  /// The leaf of one segment, under the segment's own salt. The message's id binds it to its
  /// message; its place among the segments is not in it, since that would show what was left out.
  public static func segment(_ segment: Segment, of message: MessageID) -> [UInt8] {
    var writer = LeafWriter(capacity: 1_024)
    writer.number(version)
    writer.number(segmentTag)
    writer.blob(segment.salt)
    writer.messageID(message)
    writer.text(segment.category.rawValue)
    writer.words(segment.labels)
    writer.optional(segment.authored) { $0.date($1) }
    writer.list(sorted(segment.fields)) { $0.field($1) }
    writer.text(segment.mediaType)
    writer.blob(segment.attachment)
    return writer.bytes
  }

  /// The leaf hashes of a message: of its header, and of its segments in their order.
  public static func hashes(
    of message: Message, headerSalt: [UInt8]
  ) -> (header: [UInt8], segments: [[UInt8]]) {
    (
      Merkle.leafHash(header(of: message, salt: headerSalt)),
      message.segments.map { Merkle.leafHash(segment($0, of: message.id)) }
    )
  }

  /// The root that a leaf's hash and its path lead to. Bit `n` of the slot says whether the `n`th
  /// sibling, counted from the leaf, stands to the left.
  public static func root(leafHash: [UInt8], path: Seal.Path) -> [UInt8] {
    var hash = leafHash
    for level in 0..<path.siblings.count / Merkle.hashBytes {
      let sibling = path.siblings[level * Merkle.hashBytes..<(level + 1) * Merkle.hashBytes]
      let isRight = level < 32 && path.slot & (1 << UInt32(level)) != 0
      hash = isRight ? Merkle.nodeHash(sibling, hash[...]) : Merkle.nodeHash(hash[...], sibling)
    }
    return hash
  }

  /// Fields by name; those of one name keep their order. So a message that went through a JSON
  /// document, whose names have no order, still verifies.
  private static func sorted(_ fields: [Field]) -> [Field] {
    fields.enumerated().sorted {
      $0.element.name == $1.element.name
        ? $0.offset < $1.offset
        : $0.element.name.utf8.lexicographicallyPrecedes($1.element.name.utf8)
    }.map(\.element)
  }
}

extension Seal {
  /// Whether header and segments of `message` all lie under this seal's root. The signature over
  /// the root is checked apart, once for a batch.
  public func covers(_ message: Message) -> Bool {
    let leaves = SignatureLeaf.hashes(of: message, headerSalt: headerSalt)
    guard scheme == 1, leaves.segments.count == segments.count,
      SignatureLeaf.root(leafHash: leaves.header, path: header) == root
    else { return false }
    return zip(leaves.segments, segments).allSatisfy { leaf, path in
      SignatureLeaf.root(leafHash: leaf, path: path) == root
    }
  }
}

extension LeafWriter {
  fileprivate mutating func date(_ date: CivilDate) { number(Int32(clamping: date.day)) }

  fileprivate mutating func field(_ field: Field) {
    text(field.name)
    switch field.value {
    case .code(let code):
      number(UInt8(2))
      text(code)
    case .text(let value):
      number(UInt8(3))
      text(value)
    case .integer(let integer):
      number(UInt8(4))
      number(integer)
    case .date(let value):
      number(UInt8(5))
      date(value)
    case .time(let time):
      number(UInt8(6))
      number(time.milliseconds)
    case .flag(let value):
      number(UInt8(7))
      flag(value)
    }
  }

  fileprivate mutating func party(_ party: Party) {
    switch party {
    case .agency(let agency):
      number(UInt8(1))
      text(agency.text)
    case .role(let role):
      number(UInt8(2))
      text(role.rawValue)
    case .person(let agency, let reference):
      number(UInt8(3))
      text(agency.text)
      text(reference)
    }
  }

  fileprivate mutating func scope(_ scope: InformationScope) {
    words(scope.categories)
    words(scope.labels)
    optional(scope.authoredFrom) { $0.date($1) }
    optional(scope.authoredThrough) { $0.date($1) }
    list(scope.authors) { $0.text($1.text) }
  }

  fileprivate mutating func release(_ release: ReleaseOfInformation) {
    text(release.id.text)
    number(release.version)
    text(release.kind.rawValue)
    list(release.disclosers) { $0.party($1) }
    list(release.recipients) { $0.party($1) }
    list(release.information) { $0.scope($1) }
    list(release.refusals) {
      $0.list($1.recipients) { $0.party($1) }
      $0.scope($1.information)
    }
    words(release.purposes)
    optional(release.signedAt) { $0.number($1.milliseconds) }
    text(release.signer.rawValue)
    text(release.signerEvidence)
    optional(release.startsAt) { $0.number($1.milliseconds) }
    switch release.expiry {
    case nil: number(UInt8(0))
    case .at(let time):
      number(UInt8(1))
      number(time.milliseconds)
    case .event(let event):
      number(UInt8(2))
      text(event)
    case .never: number(UInt8(3))
    }
    text(release.revocableFrom)
    text(release.formTemplate)
    blob(release.formImageHash)
    list(release.statements.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { $0.text($1) }
    list(release.jurisdictions) { $0.text($1) }
    text(release.witness)
    optional(release.supersedes) { $0.text($1.text) }
    flag(release.coversEarlier)
    list(release.identityStewards) { $0.text($1.text) }
    flag(release.stopUseNotice)
    text(release.redisclosure)
    text(release.track)
    list(release.conditionedOn.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      $0.text($1)
    }
  }
}
