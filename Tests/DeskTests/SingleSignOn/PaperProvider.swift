import AdapterKit
import Crypto
import CryptoExtras
import Foundation
import HubModel
import Synchronization

@testable import Desk

/// An identity provider in this process, which says what a test has it say. It signs by
/// swift-crypto alone, so that a token is checked by another hand than the one that made it; it
/// keeps the rules of RFC 6749 and RFC 7636 about codes.
final class PaperProvider: Sendable {
  static let issuer = "https://login.lakewood.example/county"
  static let client = "accord-prosecutor"
  static let now = WallTime(milliseconds: 1_800_000_000_000)

  enum Signing: String, Sendable {
    case es256 = "ES256"
    case rs256 = "RS256"
    case eddsa = "EdDSA"
    /// Nobody signed.
    case none
    /// Signed by whoever knows the public key, which is everybody.
    case hs256 = "HS256"
  }

  struct Code: Sendable {
    let challenge: String
    let token: String
  }

  private struct State {
    var codes: [String: Code] = [:]
    var requests: [String: Int] = [:]
    var documents: [String: (status: Int, body: Data)] = [:]
  }

  private let state = Mutex(State())
  private let ec = P256.Signing.PrivateKey()
  private let ed = Curve25519.Signing.PrivateKey()
  private let rsa: _RSA.Signing.PrivateKey

  init() throws {
    rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    set("/.well-known/openid-configuration", json: Self.description)
    set("/jwks", json: ["keys": try keys])
  }

  static var description: [String: Any] {
    [
      "issuer": issuer, "authorization_endpoint": issuer + "/authorize",
      "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/jwks",
      "end_session_endpoint": issuer + "/logout?lang=en",
    ]
  }

  var keys: [[String: String]] {
    get throws {
      let point = ec.publicKey.x963Representation
      let primitives = try rsa.publicKey.getKeyPrimitives()
      return [
        ["kty": "oct", "kid": "shared", "k": "AAAA"],
        ["kty": "RSA", "kid": "sealing", "use": "enc", "n": "AQAB", "e": "AQAB"],
        [
          "kty": "EC", "crv": "P-256", "kid": "ES256", "alg": "ES256",
          "x": Data(point[1..<33]).base64URL, "y": Data(point[33...]).base64URL,
        ],
        // Some providers do not say for which algorithm a key is.
        [
          "kty": "RSA", "kid": "RS256", "use": "sig", "n": primitives.modulus.base64URL,
          "e": primitives.publicExponent.base64URL,
        ],
        [
          "kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "alg": "EdDSA",
          "x": ed.publicKey.rawRepresentation.base64URL,
        ],
      ]
    }
  }

  // MARK: Tokens

  static func claims(nonce: String, _ changes: [String: Any] = [:]) -> [String: Any] {
    let seconds = now.milliseconds / 1_000
    let claims: [String: Any] = [
      "iss": issuer, "sub": "248289761001", "aud": client, "nonce": nonce, "iat": seconds,
      "exp": seconds + 300, "auth_time": seconds, "preferred_username": "Pat.Orrin",
      "name": "Pat Orrin", "groups": ["staff", "accord-attorneys"],
    ]
    return claims.merging(changes) { $1 }.filter { !($0.value is NSNull) }
  }

  func token(
    _ claims: [String: Any], _ signing: Signing = .es256, header changes: [String: Any] = [:]
  ) throws -> String {
    let header: [String: Any] = ["alg": signing.rawValue, "kid": signing.rawValue, "typ": "JWT"]
    let parts = try [header.merging(changes) { $1 }, claims].map {
      try JSONSerialization.data(withJSONObject: $0).base64URL
    }
    let text = parts.joined(separator: ".")
    let bytes = Data(text.utf8)
    let signature: Data =
      switch signing {
      case .es256: try ec.signature(for: bytes).rawRepresentation
      case .rs256: try rsa.signature(for: bytes, padding: .insecurePKCS1v1_5).rawRepresentation
      case .eddsa: try ed.signature(for: bytes)
      case .none: Data()
      case .hs256:
        Data(
          HMAC<SHA256>.authenticationCode(
            for: bytes, using: SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))))
      }
    return text + "." + signature.base64URL
  }

  // MARK: The wire

  /// A code that is given for the token, once, to whoever has the verifier.
  func grant(_ token: String, _ trip: SignOnTrip) -> String {
    let code = UUID().uuidString
    state.withLock { $0.codes[code] = Code(challenge: trip.challenge, token: token) }
    return code
  }

  func set(_ path: String, status: Int = 200, json: [String: Any]) {
    let body = (try? JSONSerialization.data(withJSONObject: json)) ?? Data()
    state.withLock { $0.documents[path] = (status, body) }
  }

  func count(_ path: String) -> Int { state.withLock { $0.requests[path] ?? 0 } }

  func answer(_ request: CurlRequest) -> CurlRequest.Reply {
    let path = String(request.url.dropFirst(Self.issuer.count))
    return state.withLock { state in
      state.requests[path, default: 0] += 1
      if let document = state.documents[path] {
        return .init(status: document.status, body: document.body)
      }
      let form = request.body.flatMap { Form(encoded: String(decoding: $0, as: UTF8.self)) }
      guard path == "/token", let form, let code = form.first("code"),
        let known = state.codes.removeValue(forKey: code),
        form.first("grant_type") == "authorization_code",
        let verifier = form.first("code_verifier"),
        Data(SHA256.hash(data: Data(verifier.utf8))).base64URL == known.challenge
      else {
        return .init(status: 400, body: Data(#"{"error":"invalid_grant"}"#.utf8))
      }
      let body = #"{"token_type":"Bearer","access_token":"x","id_token":"\#(known.token)"}"#
      return .init(status: 200, body: Data(body.utf8))
    }
  }
}
