/// The right edge of a growing tree: the roots of its perfect subtrees. It takes one node hash an
/// entry on average to keep, and gives the root of the whole.
public struct CompactRange: Hashable, Sendable {
  /// Leaves so far.
  public private(set) var size: UInt64 = 0
  /// Roots of the perfect subtrees, the largest (and leftmost) first: one for each bit of `size`.
  public private(set) var hashes: [[UInt8]] = []

  public init() {}

  /// An edge as it was kept.
  /// - Returns: `nil` where the hashes cannot be those of a tree of that size.
  public init?(size: UInt64, hashes: [[UInt8]]) {
    guard hashes.count == size.nonzeroBitCount,
      hashes.allSatisfy({ $0.count == Merkle.hashBytes })
    else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// Takes one more leaf.
  public mutating func append(_ leafHash: [UInt8]) { append(leafHash) { _, _, _ in } }

  /// Takes one more leaf.
  /// - Parameter completed: called for each inner node whose subtree this leaf completes, with
  ///   its level (a leaf's parent has level 1) and its index within the level.
  public mutating func append(
    _ leafHash: [UInt8],
    completed: (_ level: Int, _ index: UInt64, _ hash: [UInt8]) throws -> Void
  ) rethrows {
    var hash = leafHash
    var index = size
    var level = 0
    size += 1
    while index & 1 == 1 {
      hash = Merkle.nodeHash(hashes.removeLast(), hash)
      index >>= 1
      level += 1
      try completed(level, index, hash)
    }
    hashes.append(hash)
  }

  /// The root of the tree (RFC 6962, 2.1).
  public var root: [UInt8] {
    guard var root = hashes.last else { return Merkle.emptyRoot }
    for hash in hashes.dropLast().reversed() { root = Merkle.nodeHash(hash, root) }
    return root
  }
}

/// Proofs that a leaf stands in a tree (RFC 6962, 2.1.1).
public enum InclusionProof {
  /// The path of the leaf at `index` in the tree of the first `size` leaves, from the leaf up.
  /// - Parameter node: the root of the perfect subtree at a level and index; level 0 are leaves'
  ///   hashes. At most two for each level of the tree are asked for.
  public static func path(
    of index: UInt64, size: UInt64,
    node: (_ level: Int, _ index: UInt64) throws -> [UInt8]
  ) rethrows -> [[UInt8]] {
    precondition(index < size, "a proof is of a leaf within the tree")
    var path: [[UInt8]] = []
    var (start, count) = (UInt64(0), size)
    while count > 1 {
      let left = largestPowerOfTwo(below: count)
      if index - start < left {
        path.append(try root(of: start + left, count - left, node))
        count = left
      } else {
        path.append(try root(of: start, left, node))
        start += left
        count -= left
      }
    }
    return path.reversed()
  }

  /// The root that leaf and path lead to (RFC 9162, 2.1.3.2).
  /// - Returns: `nil` where the path is too short or too long for such a leaf.
  public static func root(
    leafHash: [UInt8], index: UInt64, size: UInt64, path: [[UInt8]]
  ) -> [UInt8]? {
    guard index < size else { return nil }
    var (first, last, hash) = (index, size - 1, leafHash)
    for sibling in path {
      guard last > 0 else { return nil }
      if first & 1 == 1 || first == last {
        hash = Merkle.nodeHash(sibling, hash)
        while first & 1 == 0 && first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        hash = Merkle.nodeHash(hash, sibling)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 ? hash : nil
  }

  private static func root(
    of start: UInt64, _ count: UInt64, _ node: (Int, UInt64) throws -> [UInt8]
  ) rethrows -> [UInt8] {
    if count.nonzeroBitCount == 1 {
      let level = count.trailingZeroBitCount
      return try node(level, start >> UInt64(level))
    }
    let left = largestPowerOfTwo(below: count)
    return Merkle.nodeHash(
      try root(of: start, left, node), try root(of: start + left, count - left, node))
  }

  private static func largestPowerOfTwo(below count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }
}
