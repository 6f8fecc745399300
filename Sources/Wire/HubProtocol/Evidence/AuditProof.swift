import FoundationEssentials
import HubModel

/// That one entry stands in the log, provable to whoever has the router's key alone: its leaf, the
/// path to a checkpoint, and the checkpoint. Nothing of the other entries can be read from it.
public struct AuditProof: Hashable, Sendable {
  public var origin: String
  /// The router's Ed25519 public key.
  public var key: [UInt8]
  public var position: UInt64
  public var leaf: [UInt8]
  /// From the leaf's sibling upwards.
  public var path: [[UInt8]]
  public var checkpoint: SignedCheckpoint

  public init(
    origin: String, key: [UInt8], position: UInt64, leaf: [UInt8], path: [[UInt8]],
    checkpoint: SignedCheckpoint
  ) {
    self.origin = origin
    self.key = key
    self.position = position
    self.leaf = leaf
    self.path = path
    self.checkpoint = checkpoint
  }

  private static let formatLine = "accord-audit-proof 1"

  public var text: String {
    var lines = [
      Self.formatLine, "origin \(origin)", "key \(Hex.encode(key))", "position \(position)",
      "leaf \(Data(leaf).base64EncodedString())",
    ]
    lines += path.map { "path \(Hex.encode($0))" }
    lines += ["checkpoint \(Data(checkpoint.note.utf8).base64EncodedString())", "end", ""]
    return lines.joined(separator: "\n")
  }

  /// Reads a proof; whether it proves anything is ``verified(trusting:)``'s to say.
  public init(reading text: String) throws(AuditFlaw) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map({ $0 == Self.formatLine }) == true else {
      throw AuditFlaw(.malformed, "this is not an audit proof: it begins otherwise", line: 1)
    }
    guard lines.count >= 8, lines.count <= 8 + 64, lines[lines.count - 2] == "end",
      lines[lines.count - 1].isEmpty
    else { throw AuditFlaw(.cut, "the proof was cut, or is too long", line: lines.count) }
    func value(_ index: Int, _ name: String) throws(AuditFlaw) -> Substring {
      guard lines[index].hasPrefix(name + " ") else {
        throw AuditFlaw(.malformed, "'\(name)' should stand here", line: index + 1)
      }
      return lines[index].dropFirst(name.count + 1)
    }
    origin = String(try value(1, "origin"))
    key = try AuditExportLine.hex(try value(2, "key"), "key", 32)
    position = try AuditExportLine.number(try value(3, "position"), "position")
    leaf = try AuditExportLine.base64(try value(4, "leaf"), "leaf")
    path = []
    for index in 5..<lines.count - 3 {
      path.append(
        try AuditExportLine.hex(try value(index, "path"), "path's hash", Merkle.hashBytes))
    }
    let note = try AuditExportLine.base64(try value(lines.count - 3, "checkpoint"), "checkpoint")
    guard let note = String(validating: note, as: UTF8.self) else {
      throw AuditFlaw(.malformed, "the checkpoint is not text", line: lines.count - 2)
    }
    checkpoint = try SignedCheckpoint(reading: note)
  }

  /// Checks the proof.
  /// - Parameter key: the router's signing key, where it is known from elsewhere.
  /// - Returns: the entry that it is of.
  public func verified(trusting key: [UInt8]? = nil) throws(AuditFlaw) -> AuditLeaf {
    guard checkpoint.checkpoint.origin == origin else {
      throw AuditFlaw(.order, "the checkpoint is of another log, \(checkpoint.checkpoint.origin)")
    }
    guard key == nil || key == self.key, checkpoint.isSigned(by: self.key) else {
      throw AuditFlaw(.signature, "the checkpoint is not signed by the router's key")
    }
    let root = InclusionProof.root(
      leafHash: Merkle.leafHash(leaf), index: position, size: checkpoint.checkpoint.size,
      path: path)
    guard root == checkpoint.checkpoint.root else {
      throw AuditFlaw(
        .path, "entry and path do not lead to the checkpoint: the proof was changed",
        position: position)
    }
    let entry: AuditLeaf
    do throws(MalformedLeaf) {
      entry = try AuditLeaf(decoding: leaf)
    } catch {
      throw AuditFlaw(.leaf, "the entry cannot be read at \(error.place)", position: position)
    }
    guard entry.index == position else {
      throw AuditFlaw(.position, "the entry is of another position", position: position)
    }
    return entry
  }
}
