internal import Crypto
public import HubModel

extension Identifier where Tag == FingerprintTag {
  /// The name of an agency key: it covers both halves, so that neither can be swapped alone.
  ///
  /// The first 24 bytes of SHA-256 over `accord key v1`, a zero byte, `curve` and `signing`, as 48
  /// lower-case hexadecimal digits.
  /// - Parameters:
  ///   - curve: CURVE public key, 32 bytes (not its Z85 text).
  ///   - signing: Ed25519 public key, 32 bytes.
  public static func of(curve: [UInt8], signing: [UInt8]) -> KeyFingerprint {
    precondition(curve.count == 32 && signing.count == 32, "a public key has 32 bytes")
    var hash = SHA256()
    hash.update(data: Array("accord key v1".utf8) + [0])
    hash.update(data: curve)
    hash.update(data: signing)
    let text = Hex.encode(hash.finalize().prefix(24))
    guard let fingerprint = KeyFingerprint(text) else {
      preconditionFailure("48 hexadecimal digits are an identifier")
    }
    return fingerprint
  }
}
