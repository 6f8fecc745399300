public import Crypto
public import HubModel

/// The half of a key that signs: a sender's batches, or the router's checkpoints.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// Of the key pair that this is the signing half of.
  public let fingerprint: KeyFingerprint
  private let key: Curve25519.Signing.PrivateKey

  public init(_ key: Curve25519.Signing.PrivateKey, fingerprint: KeyFingerprint) {
    self.key = key
    self.fingerprint = fingerprint
  }

  /// The Ed25519 public key, 32 bytes.
  public var publicKey: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }

  /// An Ed25519 signature, 64 bytes.
  /// - Throws: where the system has no randomness to give.
  public func sign(_ bytes: [UInt8]) throws -> [UInt8] {
    [UInt8](try key.signature(for: bytes))
  }

  /// Whether `signature` is the public key's over `bytes`.
  public static func verifies(
    _ signature: [UInt8], over bytes: [UInt8], by publicKey: [UInt8]
  ) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: bytes)
  }

  public var description: String { "SigningKey(\(fingerprint))" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
