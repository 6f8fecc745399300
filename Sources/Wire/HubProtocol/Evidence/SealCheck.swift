public import HubModel

/// Checks the seals of what is received. Messages of one batch lie under one root, so its
/// signature is verified once and each node of its tree is hashed once.
public struct SealCheck: Sendable {
  private struct Root: Hashable {
    let root: [UInt8]
    let signature: [UInt8]
    let signer: KeyFingerprint
  }
  /// Roots remembered, each with some 10 KiB: more than are under way at once.
  private static let capacity = 64
  private var good: [Root: VerifiedTree] = [:]
  private var order: [Root] = []

  public init() {}

  /// - Parameter key: the signer's Ed25519 public key.
  /// - Returns: whether `message` is what the holder of `key` signed.
  public mutating func holds(_ seal: Seal, of message: Message, by key: [UInt8]) -> Bool {
    guard seal.fits(message) else { return false }
    let root = Root(root: seal.root, signature: seal.signature, signer: seal.signer)
    if let holds = good[root]?.covers(message, under: seal) { return holds }
    var tree = VerifiedTree(root: seal.root)
    guard tree.covers(message, under: seal),
      SigningKey.verifies(seal.signature, over: seal.root, by: key)
    else { return false }
    if order.count == Self.capacity { good[order.removeFirst()] = nil }
    order.append(root)
    good[root] = tree
    return true
  }
}

/// What is known of the tree below a root: whatever led to it once.
///
/// A path is not believed because its leaf is known: all of it must be what leads to the root,
/// since whoever receives the message keeps the path as evidence.
struct VerifiedTree: Sendable {
  /// A heap: node 1 is the root, the children of `n` are `2n` and `2n + 1`, leaves begin at
  /// ``SealedBatch/slots``. Empty where nothing is known. With a node, its sibling and all that
  /// lies above the two is known.
  private var nodes = [[UInt8]](repeating: [], count: 2 * SealedBatch.slots)

  init(root: [UInt8]) { nodes[1] = root }

  /// As ``Seal/covers(_:)``, of a seal that fits the message and has this tree's root.
  mutating func covers(_ message: Message, under seal: Seal) -> Bool {
    let leaves = SignatureLeaf.hashes(of: message, headerSalt: seal.headerSalt)
    guard leaves.segments.count == seal.segments.count, leads(leaves.header, by: seal.header)
    else { return false }
    for (leaf, path) in zip(leaves.segments, seal.segments) where !leads(leaf, by: path) {
      return false
    }
    return true
  }

  /// - Parameter path: of the depth that all seals have.
  mutating func leads(_ leaf: [UInt8], by path: Seal.Path) -> Bool {
    var node = SealedBatch.slots + Int(path.slot)
    var rest = path.siblings[...]
    var hash = leaf
    var climbed: [(node: Int, hash: [UInt8])] = []
    while nodes[node].isEmpty {
      let sibling = rest.prefix(Merkle.hashBytes)
      rest = rest.dropFirst(Merkle.hashBytes)
      climbed.append((node, hash))
      climbed.append((node ^ 1, Array(sibling)))
      hash =
        node & 1 == 1
        ? Merkle.nodeHash(sibling, hash[...]) : Merkle.nodeHash(hash[...], sibling)
      node >>= 1
    }
    guard nodes[node] == hash else { return false }
    while node > 1 {
      guard rest.prefix(Merkle.hashBytes).elementsEqual(nodes[node ^ 1]) else { return false }
      rest = rest.dropFirst(Merkle.hashBytes)
      node >>= 1
    }
    for (node, hash) in climbed { nodes[node] = hash }
    return true
  }
}
