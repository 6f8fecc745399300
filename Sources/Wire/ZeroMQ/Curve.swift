import CZeroMQ
import Glibc

/// The public half of a CURVE key: 32 bytes, 40 characters in Z85 (ZeroMQ RFC 32).
public struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
  /// The length of a key in bytes, and in Z85 characters.
  public static let byteCount = 32
  public static let z85Count = 40

  /// The 32 bytes.
  public let bytes: [UInt8]

  /// Nothing unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Nothing unless the text is exactly 40 characters of Z85.
  public init?(z85: String) {
    guard let bytes = Z85.decode(z85) else { return nil }
    self.bytes = bytes
  }

  /// The key as 40 characters of Z85.
  public var z85: String { Z85.encode(bytes) }

  public var description: String { z85 }
}

/// The secret half of a CURVE key. It never prints itself; ``z85`` is for writing a key file.
public struct CurveSecretKey: Hashable, Sendable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The 32 bytes. Never log them.
  public let bytes: [UInt8]

  /// Nothing unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == CurvePublicKey.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Nothing unless the text is exactly 40 characters of Z85.
  public init?(z85: String) {
    guard let bytes = Z85.decode(z85) else { return nil }
    self.bytes = bytes
  }

  /// The secret as 40 characters of Z85. Never log it.
  public var z85: String { Z85.encode(bytes) }

  /// The public key that belongs to this secret.
  ///
  /// - Throws: `ENOTSUP` where libzmq was built without CURVE.
  public func publicKey() throws(ZeroMQError) -> CurvePublicKey {
    var text = [CChar](repeating: 0, count: CurvePublicKey.z85Count + 1)
    guard zmq_curve_public(&text, z85) == 0 else { throw .last("derive CURVE public key") }
    return try CurvePublicKey(z85Buffer: text)
  }

  public var description: String { "CurveSecretKey(not shown)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Compares all bytes whatever the first ones say, so that timing tells nothing.
  public static func == (left: CurveSecretKey, right: CurveSecretKey) -> Bool {
    zip(left.bytes, right.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// Both halves of a CURVE key.
public struct CurveKeyPair: Hashable, Sendable {
  public let publicKey: CurvePublicKey
  public let secretKey: CurveSecretKey

  /// The pair that belongs to a stored secret.
  ///
  /// - Throws: `ENOTSUP` where libzmq was built without CURVE.
  public init(secretKey: CurveSecretKey) throws(ZeroMQError) {
    self.secretKey = secretKey
    publicKey = try secretKey.publicKey()
  }

  /// A new pair from the system's randomness.
  ///
  /// - Throws: `ENOTSUP` where libzmq was built without CURVE.
  public static func generate() throws(ZeroMQError) -> CurveKeyPair {
    var publicText = [CChar](repeating: 0, count: CurvePublicKey.z85Count + 1)
    var secretText = publicText
    guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
      throw .last("generate CURVE key pair")
    }
    let pair = try CurveKeyPair(secretKey: CurveSecretKey(z85Buffer: secretText))
    guard try pair.publicKey == CurvePublicKey(z85Buffer: publicText) else {
      throw ZeroMQError(code: EINVAL, operation: "derive CURVE public key of a generated pair")
    }
    return pair
  }
}

extension CurvePublicKey {
  fileprivate init(z85Buffer text: [CChar]) throws(ZeroMQError) {
    guard let key = CurvePublicKey(z85: Z85.text(text)) else {
      throw ZeroMQError(code: EINVAL, operation: "read CURVE public key from libzmq")
    }
    self = key
  }
}

extension CurveSecretKey {
  fileprivate init(z85Buffer text: [CChar]) throws(ZeroMQError) {
    guard let key = CurveSecretKey(z85: Z85.text(text)) else {
      throw ZeroMQError(code: EINVAL, operation: "read CURVE secret key from libzmq")
    }
    self = key
  }
}

/// Keys as text (ZeroMQ RFC 32), by libzmq's own coder.
private enum Z85 {
  static func encode(_ bytes: [UInt8]) -> String {
    var buffer = [CChar](repeating: 0, count: bytes.count / 4 * 5 + 1)
    zmq_z85_encode(&buffer, bytes, bytes.count)
    return text(buffer)
  }

  static func decode(_ text: String) -> [UInt8]? {
    // Length and zero bytes are checked here because the C function trusts its caller for both.
    guard text.utf8.count == CurvePublicKey.z85Count, !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: CurvePublicKey.byteCount)
    return zmq_z85_decode(&bytes, text) == nil ? nil : bytes
  }

  static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension Socket {
  /// What CURVE adds to each frame on the wire, in bytes: command name, nonce, flags and
  /// authenticator (ZeroMQ RFC 26).
  public static let curveFrameOverhead = 33

  /// Makes this the CURVE server of its connections: only peers whose key the ``Authenticator``
  /// admits for `domain` get in, and nobody does while there is no authenticator.
  ///
  /// A handshake that comes while there is no authenticator may stand still, not admitted, until
  /// ``SocketOption/handshakeMilliseconds(_:)`` is over (libzmq's default: 30 seconds); only then
  /// does the peer try again. So set that to a few seconds at most.
  ///
  /// Call before binding, on a socket without other security settings. When it throws, close the
  /// socket: it must not be bound.
  ///
  /// - Parameter domain: handed to the authenticator with every key; not empty, at most 255 bytes.
  /// - Throws: `EINVAL` for a bad domain, or where libzmq refuses to enforce it.
  public func beCurveServer(
    secretKey: CurveSecretKey, domain: String
  ) throws(ZeroMQError) {
    guard (1...255).contains(domain.utf8.count), !domain.utf8.contains(0) else {
      throw ZeroMQError(code: EINVAL, operation: "set ZAP domain (1 to 255 bytes, no zero byte)")
    }
    // First of all the switch without which libzmq admits every key when no handler answers.
    try set(ZMQ_ZAP_ENFORCE_DOMAIN, "ZAP domain enforcement", true)
    try set(ZMQ_ZAP_DOMAIN, "ZAP domain", bytes: Array(domain.utf8))
    try set(ZMQ_CURVE_SECRETKEY, "CURVE secret key", bytes: secretKey.bytes)
    try set(ZMQ_CURVE_SERVER, "CURVE server", true)
  }

  /// Makes this a CURVE client that talks to the holder of `serverKey` only, known there by `keys`.
  ///
  /// Call before connecting.
  public func beCurveClient(
    serverKey: CurvePublicKey, keys: CurveKeyPair
  ) throws(ZeroMQError) {
    try set(ZMQ_CURVE_SERVERKEY, "CURVE server key", bytes: serverKey.bytes)
    try set(ZMQ_CURVE_PUBLICKEY, "CURVE public key", bytes: keys.publicKey.bytes)
    try set(ZMQ_CURVE_SECRETKEY, "CURVE secret key", bytes: keys.secretKey.bytes)
  }
}
