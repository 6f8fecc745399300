/// Where the chain over the log's scheduled checkpoints stands: its last link, and the value that
/// all links through it lead to. No link: number 0 and no value.
public struct ChainPoint: Hashable, Sendable {
  public var number: UInt64
  public var value: [UInt8]
  public init(number: UInt64 = 0, value: [UInt8] = []) {
    self.number = number
    self.value = value
  }
}

/// One link of it: a salted hash of a checkpoint, which says nothing of the log's size.
public struct ChainLink: Hashable, Sendable {
  public var number: UInt64
  /// 32 bytes.
  public var commitment: [UInt8]
  /// The chain's value with this link, 32 bytes.
  public var value: [UInt8]
  public init(number: UInt64, commitment: [UInt8], value: [UInt8]) {
    self.number = number
    self.commitment = commitment
    self.value = value
  }
}

/// What a pong tells of the chain: the links that follow the asker's last one, as many as fit.
public struct ChainExtension: Hashable, Sendable {
  /// The last link of `commitments`; where there are none, the last link there is.
  public var through: UInt64
  /// The chain's value at that link; empty before the first.
  public var value: [UInt8]
  public var commitments: [[UInt8]]
  public init(through: UInt64, value: [UInt8], commitments: [[UInt8]] = []) {
    self.through = through
    self.value = value
    self.commitments = commitments
  }
}

extension Seal {
  /// SHA-256 trees of this depth, Ed25519 over the root.
  public static let scheme: UInt32 = 1
  /// The one depth of all signature trees: of 64 slots, so that a batch of 21 and more messages
  /// shares a signature, while a path stays short.
  public static let depth = 6
  public static let saltBytes = 16
  public static let hashBytes = 32

  /// Whether the seal has the shape of one for `message`. Says nothing of what was signed.
  public func fits(_ message: Message) -> Bool {
    scheme == Self.scheme && headerSalt.count == Self.saltBytes && header.hasSealDepth
      && segments.count == message.segments.count
      && segments.allSatisfy(\.hasSealDepth)
      && message.segments.allSatisfy { $0.salt.count == Self.saltBytes }
  }
}

extension Seal.Path {
  fileprivate var hasSealDepth: Bool {
    siblings.count == Seal.depth * Seal.hashBytes && slot < 1 << UInt32(Seal.depth)
  }
}
