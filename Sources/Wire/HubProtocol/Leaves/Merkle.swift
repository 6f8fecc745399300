internal import Crypto

/// SHA-256 trees as RFC 6962, 2.1: the first byte keeps leaves and nodes apart.
public enum Merkle {
  /// SHA-256(0x00 ‖ leaf).
  public static func leafHash(_ leaf: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: [0])
    hash.update(data: leaf)
    return Array(hash.finalize())
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: [1])
    hash.update(data: left)
    hash.update(data: right)
    return Array(hash.finalize())
  }

  static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
