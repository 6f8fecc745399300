import Crypto
import FoundationEssentials
public import HubModel

/// One line of an archive: a JSON object of which one member is there. The article *Archives* has
/// the whole format.
public struct ArchiveLine: Codable, Hashable, Sendable {
  public var head: ArchiveHead?
  public var message: ArchivedMessage?
  public var end: ArchiveEnd?

  public init(head: ArchiveHead) { self.head = head }
  public init(message: ArchivedMessage) { self.message = message }
  public init(end: ArchiveEnd) { self.end = end }

  /// The line, its line break included.
  public func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The longest that a reader takes, in bytes: the largest message as JSON inside JSON, with the
  /// entries of the log about it.
  public static let longest = 8 << 20
}

/// What an archive is of, and what vouches for it.
public struct ArchiveHead: Codable, Hashable, Sendable {
  public static let format = "accord-archive 1"
  public var format: String
  public var program: String
  /// Unix milliseconds.
  public var made: Int64
  /// Everything that was accepted before this instant and could still be read; Unix milliseconds.
  public var before: Int64
  /// The router's Ed25519 public key, in hexadecimal, and a checkpoint of the log that it signed.
  public var key: String
  public var checkpoint: String

  public init(
    program: ProgramID, made: WallTime, before: WallTime, key: [UInt8],
    checkpoint: SignedCheckpoint
  ) {
    format = Self.format
    self.program = program.text
    self.made = made.milliseconds
    self.before = before.milliseconds
    self.key = Hex.encode(key)
    self.checkpoint = checkpoint.note
  }
}

/// A message with all that it said, what became of it, and what the log has of it.
public struct ArchivedMessage: Codable, Hashable, Sendable {
  /// An entry of the log, and the path from it to the head's checkpoint.
  public struct Entry: Codable, Hashable, Sendable {
    public var position: UInt64
    /// In base64.
    public var leaf: String
    /// From the leaf's sibling upwards, in hexadecimal.
    public var path: [String]
    public init(position: UInt64, leaf: [UInt8], path: [[UInt8]]) {
      self.position = position
      self.leaf = Data(leaf).base64EncodedString()
      self.path = path.map { Hex.encode($0) }
    }
  }
  public var id: String
  /// Unix milliseconds.
  public var acceptedAt: Int64
  /// A CloudEvents document, as text. Absent where the catalogue of this version has no form for
  /// the message; then it stands in `stored`.
  public var document: String?
  /// Header and content as the ledger has them, in base64: an `Envelope` and a `Payload`.
  public var stored: [String]?
  public var parts: [MessageReport.Part]
  public var log: [Entry]
  public init(
    id: MessageID, acceptedAt: Int64, document: String, parts: [MessageReport.Part], log: [Entry]
  ) {
    self.id = id.description
    self.acceptedAt = acceptedAt
    self.document = document
    self.parts = parts
    self.log = log
  }

  /// A message without a document.
  public init(
    id: MessageID, acceptedAt: Int64, header: [UInt8], content: [UInt8],
    parts: [MessageReport.Part], log: [Entry]
  ) {
    self.id = id.description
    self.acceptedAt = acceptedAt
    stored = [header, content].map { Data($0).base64EncodedString() }
    self.parts = parts
    self.log = log
  }
}

extension ArchivedMessage {
  /// The message itself; `nil` where it cannot be read.
  public var message: Message? {
    if let document { return try? CloudEventsJSON.message(from: Array(document.utf8)) }
    guard let pieces = stored?.compactMap({ Data(base64Encoded: $0) }), pieces.count == 2 else {
      return nil
    }
    return try? StoredEnvelope.message(header: [UInt8](pieces[0]), content: [UInt8](pieces[1]))
  }
}

/// The last line: how much there is, and the SHA-256 of every byte before this line.
public struct ArchiveEnd: Codable, Hashable, Sendable {
  public var messages: Int
  public var sha256: String
  public init(messages: Int, sha256: String) {
    self.messages = messages
    self.sha256 = sha256
  }
}

/// What a verified archive holds.
public struct ArchiveSummary: Codable, Hashable, Sendable {
  public var program = ""
  /// Unix milliseconds.
  public var made: Int64 = 0
  public var before: Int64 = 0
  public var messages = 0
  /// Entries of the log that lead to the signed checkpoint.
  public var entries = 0
  /// As the log's entry of the kind `archived` has it.
  public var sha256 = ""
}

/// Checks an archive line by line, without the router: its hash, the checkpoint's signature, and
/// of each message that it is the one its entries of the log are about.
public struct ArchiveVerifier {
  private let trusted: [UInt8]?
  private var hash = SHA256()
  private var line = 0
  private var head: (key: [UInt8], checkpoint: SignedCheckpoint)?
  private var isAtEnd = false
  private var summary = ArchiveSummary()

  /// - Parameter key: the router's signing key as its operator published it; without it, the key
  ///   that the archive names is believed.
  public init(trusting key: [UInt8]? = nil) { trusted = key }

  /// Takes the next line, without its line break.
  public mutating func take(_ bytes: some Collection<UInt8>) throws(AuditFlaw) {
    line += 1
    guard !isAtEnd else { throw flaw(.malformed, "something stands behind the end") }
    let data = Data(bytes)
    guard let read = try? JSONDecoder().decode(ArchiveLine.self, from: data),
      [read.head != nil, read.message != nil, read.end != nil].count(where: { $0 }) == 1,
      (line == 1) == (read.head != nil)
    else { throw flaw(.malformed, "the line is none that an archive has here") }
    if let end = read.end { return try finish(end) }
    hash.update(data: data)
    hash.update(data: [0x0a])
    if let head = read.head { try take(head) }
    if let message = read.message { try take(message) }
  }

  /// The archive has no more lines.
  public func finish() throws(AuditFlaw) -> ArchiveSummary {
    guard isAtEnd else { throw flaw(.cut, "the archive ends without its last line: it was cut") }
    return summary
  }

  private mutating func take(_ head: ArchiveHead) throws(AuditFlaw) {
    guard head.format == ArchiveHead.format, let key = Hex.decode(head.key), key.count == 32 else {
      throw flaw(.malformed, "this is not an archive that this version reads")
    }
    let checkpoint = try SignedCheckpoint(reading: head.checkpoint)
    guard trusted == nil || trusted == key, checkpoint.isSigned(by: key),
      ProgramID(head.program).map({ Checkpoint.origin(of: $0) }) == checkpoint.checkpoint.origin
    else { throw flaw(.signature, "the checkpoint is not one that the router signed") }
    self.head = (key, checkpoint)
    summary.program = head.program
    summary.made = head.made
    summary.before = head.before
  }

  private mutating func take(_ message: ArchivedMessage) throws(AuditFlaw) {
    guard let head, let id = MessageID(message.id), message.message?.id == id else {
      throw flaw(.malformed, "a message cannot be read, or is of another id")
    }
    for entry in message.log {
      guard let leaf = Data(base64Encoded: entry.leaf) else {
        throw flaw(.malformed, "an entry is not base64")
      }
      let path = entry.path.compactMap { Hex.decode($0) }
      guard path.count == entry.path.count else { throw flaw(.malformed, "a path is not one") }
      let proof = AuditProof(
        origin: head.checkpoint.checkpoint.origin, key: head.key, position: entry.position,
        leaf: [UInt8](leaf), path: path, checkpoint: head.checkpoint)
      let proven: AuditLeaf
      do throws(AuditFlaw) {
        proven = try proof.verified(trusting: trusted)
      } catch {
        throw flaw(error.kind, error.text)
      }
      guard proven.entry.message == id else {
        throw flaw(.leaf, "an entry of the log is about another message")
      }
      summary.entries += 1
    }
    guard !message.log.isEmpty else {
      throw flaw(.leaf, "the log has no entry of a message: nobody ever accepted it")
    }
    summary.messages += 1
  }

  private mutating func finish(_ end: ArchiveEnd) throws(AuditFlaw) {
    guard end.messages == summary.messages, end.sha256 == Hex.encode(hash.finalize()) else {
      throw flaw(.root, "the archive is not what its last line says: it was changed or cut")
    }
    summary.sha256 = end.sha256
    isAtEnd = true
  }

  private func flaw(_ kind: AuditFlaw.Kind, _ text: String) -> AuditFlaw {
    AuditFlaw(kind, text, line: line)
  }
}
