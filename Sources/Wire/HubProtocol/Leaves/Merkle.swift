internal import Crypto

/// SHA-256 trees as RFC 6962, 2.1: the first byte keeps leaves and nodes apart.
public enum Merkle {
  /// Bytes of a hash.
  public static let hashBytes = 32
  private static let leafPrefix: [UInt8] = [0]
  private static let nodePrefix: [UInt8] = [1]

  /// SHA-256(0x00 ‖ leaf).
  public static func leafHash(_ leaf: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: leafPrefix)
    hash.update(data: leaf)
    return bytes(of: hash.finalize())
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    nodeHash(left[...], right[...])
  }

  static func nodeHash(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> [UInt8] {
    // One piece, on the stack: most hashes are of nodes.
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * hashBytes, alignment: 8) { buffer in
      guard left.count == hashBytes, right.count == hashBytes else {
        return digest(nodePrefix + left + right)
      }
      buffer[0] = 1
      UnsafeMutableRawBufferPointer(rebasing: buffer[1...hashBytes]).copyBytes(from: left)
      UnsafeMutableRawBufferPointer(rebasing: buffer[(1 + hashBytes)...]).copyBytes(from: right)
      var hash = SHA256()
      hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
      return bytes(of: hash.finalize())
    }
  }

  /// The root of a tree without leaves.
  public static let emptyRoot = digest([])

  static func digest(_ bytes: [UInt8]) -> [UInt8] { Self.bytes(of: SHA256.hash(data: bytes)) }

  // A digest's own sequence is made of an array of its bytes: this spares one of two copies.
  private static func bytes(of digest: SHA256.Digest) -> [UInt8] {
    digest.withUnsafeBytes { [UInt8]($0) }
  }
}
