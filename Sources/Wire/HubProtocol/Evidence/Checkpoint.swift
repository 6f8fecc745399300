import FoundationEssentials
public import HubModel

/// What the log was at one moment: its size and root, as the router vouches for them.
///
/// Signed, it is a note in the manner of C2SP checkpoints (see the article *The audit log*).
public struct Checkpoint: Hashable, Sendable {
  /// Which log it is of; ``origin(of:)``.
  public var origin: String
  public var size: UInt64
  public var root: [UInt8]
  public var incarnation: Incarnation
  public var at: WallTime

  public init(
    origin: String, size: UInt64, root: [UInt8], incarnation: Incarnation, at: WallTime
  ) {
    self.origin = origin
    self.size = size
    self.root = root
    self.incarnation = incarnation
    self.at = at
  }

  /// The name of a program's log.
  public static func origin(of program: ProgramID) -> String { "accord/\(program)" }

  /// The text that is signed, its last line break included.
  public var body: String {
    """
    \(origin)
    \(size)
    \(Data(root).base64EncodedString())
    incarnation \(incarnation)
    time \(at.milliseconds)

    """
  }

  public func signed(by key: SigningKey) throws -> SignedCheckpoint {
    let signature = try key.sign(Array(body.utf8))
    let hint = SignedCheckpoint.hint(of: key.publicKey, origin: origin)
    let blob = Data(hint + signature).base64EncodedString()
    return try SignedCheckpoint(reading: "\(body)\n\u{2014} \(origin) \(blob)\n")
  }
}

/// A checkpoint with its signature.
public struct SignedCheckpoint: Hashable, Sendable {
  public let checkpoint: Checkpoint
  /// The whole text.
  public let note: String
  /// The first bytes of a hash of name and key, by which a note says which key signed it.
  public let hint: [UInt8]
  public let signature: [UInt8]

  /// Reads a note. Its signature is looked at by ``isSigned(by:)`` alone.
  /// - Throws: ``AuditFlaw``, where the text is not a checkpoint.
  public init(reading note: String) throws(AuditFlaw) {
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 8, lines[5].isEmpty, lines[7].isEmpty,
      let size = UInt64(lines[1]), lines[1] == "\(size)",
      let root = Data(base64Encoded: String(lines[2])), root.count == Merkle.hashBytes,
      let incarnation = Self.value("incarnation", lines[3]).flatMap({ Incarnation(String($0)) }),
      let time = Self.value("time", lines[4]).flatMap({ Int64($0) })
    else { throw AuditFlaw(.malformed, "a checkpoint is not in the form of one") }
    checkpoint = Checkpoint(
      origin: String(lines[0]), size: size, root: [UInt8](root), incarnation: incarnation,
      at: WallTime(milliseconds: time))
    let words = lines[6].split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "\u{2014}", words[1] == lines[0],
      let blob = Data(base64Encoded: String(words[2])), blob.count == 4 + 64,
      note.utf8.elementsEqual(
        "\(checkpoint.body)\n\u{2014} \(words[1]) \(words[2])\n".utf8)
    else { throw AuditFlaw(.malformed, "a checkpoint's signature line is not one") }
    self.note = note
    hint = [UInt8](blob.prefix(4))
    signature = [UInt8](blob.dropFirst(4))
  }

  public func isSigned(by publicKey: [UInt8]) -> Bool {
    hint == Self.hint(of: publicKey, origin: checkpoint.origin)
      && SigningKey.verifies(signature, over: Array(checkpoint.body.utf8), by: publicKey)
  }

  /// SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key), its first four bytes.
  static func hint(of publicKey: [UInt8], origin: String) -> [UInt8] {
    Array(Merkle.digest(Array(origin.utf8) + [0x0a, 0x01] + publicKey).prefix(4))
  }

  private static func value(_ name: String, _ line: Substring) -> Substring? {
    line.hasPrefix(name + " ") ? line.dropFirst(name.count + 1) : nil
  }
}

/// The hash chain over the scheduled checkpoints, which every agency's adapter keeps.
///
/// A link is a salted hash of a checkpoint, so that it says nothing of the log's size; the salt
/// stands in the export, where the auditor can check the link. All agencies are told the same
/// chain: any two of them can compare it.
public enum CheckpointChain {
  public static let saltBytes = 32

  /// The value before the first link.
  public static func start(origin: String) -> [UInt8] {
    Merkle.digest(Array("accord chain v1".utf8) + [0] + Array(origin.utf8))
  }

  /// What a link says of its checkpoint: SHA-256("accord chain link v1" ‖ 0 ‖ salt ‖ note).
  public static func commitment(to note: String, salt: [UInt8]) -> [UInt8] {
    Merkle.digest(Array("accord chain link v1".utf8) + [0] + salt + Array(note.utf8))
  }

  /// The value after link `number`: SHA-256(value before ‖ number, 64 bits ‖ commitment).
  public static func value(
    after value: [UInt8], number: UInt64, commitment: [UInt8]
  ) -> [UInt8] {
    var writer = LeafWriter(capacity: 72)
    writer.fixed(value)
    writer.number(number)
    writer.fixed(commitment)
    return Merkle.digest(writer.bytes)
  }
}
