/// What is wrong with an export, a proof or a chain, and where.
public struct AuditFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// The document is not one, or was cut or damaged beyond reading.
    case malformed = "audit-malformed"
    /// An entry's bytes do not have the hash that stands beside them.
    case leaf = "audit-leaf"
    /// A position is missing, doubled or out of order.
    case position = "audit-position"
    /// The entries do not lead to the root of a checkpoint.
    case root = "audit-root"
    /// A checkpoint is not signed by a key of the hub.
    case signature = "audit-signature"
    /// Checkpoints or links are out of order, or of another log.
    case order = "audit-order"
    /// A life of the ledger begins without the entry that says so, or with a wrong one.
    case incarnation = "audit-incarnation"
    /// An agency's chain and the export do not agree.
    case chain = "audit-chain"
    /// The document ends before its end.
    case cut = "audit-cut"
    /// A proof does not lead to its checkpoint.
    case path = "audit-path"
  }

  public let kind: Kind
  public let text: String
  /// Line of the document, from 1; 0 where no line is meant.
  public var line: Int
  /// Position in the log, where one is meant.
  public let position: UInt64?

  public init(_ kind: Kind, _ text: String, position: UInt64? = nil, line: Int = 0) {
    self.kind = kind
    self.text = text
    self.position = position
    self.line = line
  }

  public var description: String {
    var place = line > 0 ? "line \(line)" : ""
    if let position { place += (place.isEmpty ? "" : ", ") + "position \(position)" }
    return "\(kind.rawValue)\(place.isEmpty ? "" : " (\(place))"): \(text)"
  }
}
