public import HubModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Random numbers from the kernel, drawn many at a time: a call for each salt would cost more
/// than hashing its leaf.
public struct RandomPool: RandomNumberGenerator, Sendable {
  private static let capacity = 4_096
  private var bytes: [UInt8] = []
  private var position = 0

  public init() {}

  public mutating func next() -> UInt64 {
    refillIfNeeded(8)
    defer { position += 8 }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: UInt64.self) }
  }

  public mutating func draw(_ count: Int) -> [UInt8] {
    precondition(count <= Self.capacity, "a pool gives at most \(Self.capacity) bytes at once")
    refillIfNeeded(count)
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  private mutating func refillIfNeeded(_ count: Int) {
    guard position + count > bytes.count else { return }
    if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: Self.capacity) }
    bytes.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: Self.capacity, by: 256) {
        // Fails only where the kernel has no generator or the range is wrong; neither can be here.
        let failure = getentropy(buffer.baseAddress.map { $0 + start }, 256)
        precondition(failure == 0, "the kernel gives no randomness")
      }
    }
    position = 0
  }
}

/// The leaves of one message, ready to stand in a batch's tree: of its header, then of its
/// segments in their order.
public struct SealedLeaves: Hashable, Sendable {
  public let headerSalt: [UInt8]
  /// 32 bytes each.
  public let hashes: [[UInt8]]

  /// Salts the message's segments and hashes its leaves.
  public init(salting message: inout Message, with random: inout RandomPool) {
    headerSalt = random.draw(Seal.saltBytes)
    for index in message.segments.indices {
      message.segments[index].salt = random.draw(Seal.saltBytes)
    }
    let leaves = SignatureLeaf.hashes(of: message, headerSalt: headerSalt)
    hashes = [leaves.header] + leaves.segments
  }

  /// As a spool keeps them: the salt, then the hashes.
  public var bytes: [UInt8] { headerSalt + hashes.flatMap { $0 } }

  /// Reads ``bytes``; `nil` where they are none.
  public init?(bytes: [UInt8]) {
    let rest = bytes.count - Seal.saltBytes
    guard rest > 0, rest.isMultiple(of: Merkle.hashBytes),
      rest / Merkle.hashBytes <= Limits.segments + 1
    else { return nil }
    headerSalt = Array(bytes[..<Seal.saltBytes])
    hashes = stride(from: Seal.saltBytes, to: bytes.count, by: Merkle.hashBytes).map {
      Array(bytes[$0..<$0 + Merkle.hashBytes])
    }
  }
}

/// Signs a batch of messages under one root.
///
/// The tree has always the same depth, its leaves stand in random slots, and what is free is
/// filled with random hashes. A free subtree is filled at its top, since nobody can tell a random
/// hash from that of two random ones: so a small batch costs little.
public struct SealedBatch {
  public static let slots = 1 << Seal.depth

  private var leaves: [SealedLeaves] = []
  private var count = 0

  public init() {}

  public var isEmpty: Bool { leaves.isEmpty }

  /// Adds a message's leaves.
  /// - Returns: false where the tree has no room for them; they belong into the next batch.
  public mutating func add(_ message: SealedLeaves) -> Bool {
    guard count + message.hashes.count <= Self.slots else { return false }
    leaves.append(message)
    count += message.hashes.count
    return true
  }

  /// One seal for each message, in the order in which they were added.
  public func sealed(by key: SigningKey, _ random: inout RandomPool) throws -> [Seal] {
    var slots = Array(0..<UInt32(Self.slots))
    slots.shuffle(using: &random)
    var free = slots[...]
    // A heap: node 1 is the root, the children of n are 2n and 2n+1, leaves begin at `slots`.
    var nodes = [[UInt8]](repeating: [], count: 2 * Self.slots)
    let places = leaves.map { message in
      message.hashes.map { hash -> UInt32 in
        let slot = free.removeFirst()
        nodes[Self.slots + Int(slot)] = hash
        return slot
      }
    }
    for node in stride(from: Self.slots - 1, through: 1, by: -1) {
      let (left, right) = (2 * node, 2 * node + 1)
      if nodes[left].isEmpty && nodes[right].isEmpty { continue }
      if nodes[left].isEmpty { nodes[left] = random.draw(Merkle.hashBytes) }
      if nodes[right].isEmpty { nodes[right] = random.draw(Merkle.hashBytes) }
      nodes[node] = Merkle.nodeHash(nodes[left], nodes[right])
    }
    let signature = try key.sign(nodes[1])
    return zip(leaves, places).map { message, slots in
      let paths = slots.map { Self.path(of: $0, in: nodes) }
      return Seal(
        scheme: Seal.scheme, root: nodes[1], signature: signature, signer: key.fingerprint,
        headerSalt: message.headerSalt, header: paths[0], segments: Array(paths.dropFirst()))
    }
  }

  private static func path(of slot: UInt32, in nodes: [[UInt8]]) -> Seal.Path {
    var node = slots + Int(slot)
    var siblings: [UInt8] = []
    siblings.reserveCapacity(Seal.depth * Merkle.hashBytes)
    while node > 1 {
      siblings += nodes[node ^ 1]
      node >>= 1
    }
    return Seal.Path(slot: slot, siblings: siblings)
  }
}

extension Message {
  /// The message with a seal of its own, as a sender of single messages makes it.
  public func sealed(by key: SigningKey) throws -> Message {
    var (message, random, batch) = (self, RandomPool(), SealedBatch())
    let leaves = SealedLeaves(salting: &message, with: &random)
    _ = batch.add(leaves)
    message.seal = try batch.sealed(by: key, &random).first
    return message
  }
}
