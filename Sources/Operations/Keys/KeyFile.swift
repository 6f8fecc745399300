public import Crypto
import Foundation
public import HubModel
public import HubProtocol
public import ZeroMQ

/// The secret keys of an agency's daemon or of the router: a CURVE pair for the connection and an
/// Ed25519 pair for signatures, in a file that only its owner may read.
public struct KeyFile: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public let curve: CurveKeyPair
  public let signing: Curve25519.Signing.PrivateKey
  public let created: WallTime

  /// What names the pair of keys in registry, log and commands.
  public var fingerprint: KeyFingerprint {
    KeyFingerprint.of(curve: curve.publicKey.bytes, signing: signingPublicKey)
  }

  /// The Ed25519 public key, 32 bytes.
  public var signingPublicKey: [UInt8] { [UInt8](signing.publicKey.rawRepresentation) }

  /// The half that signs, named by the pair's fingerprint.
  public var signer: SigningKey { SigningKey(signing, fingerprint: fingerprint) }

  /// New keys from the system's randomness.
  /// - Throws: where libzmq was built without CURVE.
  public static func generate(at now: WallTime) throws(ZeroMQError) -> KeyFile {
    KeyFile(
      curve: try CurveKeyPair.generate(), signing: Curve25519.Signing.PrivateKey(), created: now)
  }

  /// Reads a key file.
  /// - Throws: where others may read it, a key is missing or malformed, or a public key is not
  ///   the one that belongs to its secret. Errors never show a secret.
  public static func load(_ path: String) throws(ConfigurationError) -> KeyFile {
    try StrictYAML.parse(TextFile.readSecret(path), file: path).read { fields in
      let created = fields.required("created", .time)
      let curve = fields.required("curve", YAMLValue<CurveKeyPair>.curvePair)
      let signing = fields.required(
        "signing", YAMLValue<Curve25519.Signing.PrivateKey>.signingPair)
      guard let created, let curve, let signing else { return nil }
      return KeyFile(curve: curve, signing: signing, created: created)
    }
  }

  /// Writes a new key file with mode 600; one that exists is never replaced.
  /// - Parameter holder: whose key it is, for the comment.
  public func write(to path: String, holder: String) throws(ConfigurationError) {
    let text = """
      # Secret key of \(LogText.escaped(holder)). Whoever has this file is \
      \(LogText.escaped(holder)) to the hub:
      # keep it mode 600, leave it out of mail and ordinary backups, and if it may have been seen,
      # cut it off at the router: accord key cut-off \(fingerprint) --reason "..."
      # Fingerprint: \(fingerprint)
      created: "\(created.iso8601)"
      curve:
        public: "\(curve.publicKey.z85)"
        secret: "\(curve.secretKey.z85)"
      signing:
        public: "\(Hex.encode(signingPublicKey))"
        secret: "\(Hex.encode(signing.rawRepresentation))"

      """
    try TextFile.write(text, to: path, mode: 0o600, overwrites: false)
  }

  /// The public half, as the registry lists it.
  public func registryKey(_ use: Registry.Key.Use) -> Registry.Key {
    Registry.Key(
      fingerprint: fingerprint, curve: curve.publicKey.bytes, signing: signingPublicKey, use: use)
  }

  /// As ``registryKey(_:)``, of one that takes deliveries or only submits.
  public func registryKey(isConsumer: Bool) -> Registry.Key {
    registryKey(isConsumer ? .consumer : .publisher)
  }

  public var description: String { "KeyFile(\(fingerprint))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension YAMLValue where Value == CurveKeyPair {
  fileprivate static var curvePair: YAMLValue {
    .mapping { fields in
      let publicKey = fields.required(
        "public", .scalar("40 characters of Z85") { CurvePublicKey(z85: $0) })
      let secretKey = fields.required(
        "secret", .scalar("40 characters of Z85", isSecret: true) { CurveSecretKey(z85: $0) })
      guard let publicKey, let secretKey else { return nil }
      guard let pair = try? CurveKeyPair(secretKey: secretKey), pair.publicKey == publicKey else {
        fields.report("public", "does not belong to the secret key; restore the file as it was")
        return nil
      }
      return pair
    }
  }
}

extension YAMLValue where Value == Curve25519.Signing.PrivateKey {
  fileprivate static var signingPair: YAMLValue {
    .mapping { fields in
      let publicKey = fields.required("public", YAMLValue<[UInt8]>.hex(bytes: 32))
      let secret = fields.required("secret", YAMLValue<[UInt8]>.hex(bytes: 32, isSecret: true))
      guard let publicKey, let secret else { return nil }
      guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret),
        [UInt8](key.publicKey.rawRepresentation) == publicKey
      else {
        fields.report("public", "does not belong to the secret key; restore the file as it was")
        return nil
      }
      return key
    }
  }
}
