import Crypto
import Foundation
import HubModel
import JWTKit

/// A value of a claim, as JSON has them.
enum ClaimValue: Sendable, Hashable, Codable {
  case text(String)
  case number(Double)
  case flag(Bool)
  case list([ClaimValue])
  case object([String: ClaimValue])
  case nothing

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .nothing
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([ClaimValue].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: ClaimValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .text(let text): try value.encode(text)
    case .number(let number): try value.encode(number)
    case .flag(let flag): try value.encode(flag)
    case .list(let list): try value.encode(list)
    case .object(let members): try value.encode(members)
    case .nothing: try value.encodeNil()
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// One text, or each of a list's.
  var texts: Set<String> {
    switch self {
    case .text(let text): [text]
    case .list(let list): Set(list.compactMap(\.text))
    default: []
    }
  }

  /// Seconds since 1970 (RFC 7519, NumericDate); `nil` for what no clock shows.
  var time: WallTime? {
    guard case .number(let seconds) = self, (0...1e11).contains(seconds) else { return nil }
    return WallTime(milliseconds: Int64(seconds * 1_000))
  }
}

/// What an ID token must fit.
struct TokenExpectation: Sendable {
  let issuer: String
  let client: String
  let nonce: String
  let skew: Span
  /// The person had to show who they are no earlier than this.
  let authenticatedSince: WallTime?

  /// Longest age of a token that was only just asked for.
  static let longestAge = Span.minutes(10)

  /// OpenID Connect Core 1.0, section 3.1.3.7: whose, for whom, when, in answer to what.
  func check(_ claims: [String: ClaimValue], at now: WallTime) throws(SignOnProblem) {
    guard claims["iss"]?.text == issuer else { throw .token("its issuer (iss) is another") }
    let audience = claims["aud"]?.texts ?? []
    guard audience.contains(client) else {
      throw .token("its audience (aud) is another client")
    }
    let party = claims["azp"]
    guard audience.count == 1 || party != nil else {
      throw .token("it is for several clients and says not for which (azp)")
    }
    guard party == nil || party?.text == client else {
      throw .token("it was issued to another client (azp)")
    }
    guard let nonce = claims["nonce"]?.text, Self.isSame(nonce, self.nonce) else {
      throw .token("it answers another sign-in (nonce)")
    }
    guard let subject = claims["sub"]?.text, (1...255).contains(subject.utf8.count) else {
      throw .token("it does not say whose it is (sub)")
    }
    try checkTimes(claims, at: now)
  }

  private func checkTimes(
    _ claims: [String: ClaimValue], at now: WallTime
  ) throws(SignOnProblem) {
    let early = now + Span(milliseconds: -skew.milliseconds)
    guard let ends = claims["exp"]?.time, ends > early else {
      throw .token("it has expired (exp), or the clocks differ")
    }
    guard let issued = claims["iat"]?.time, issued <= now + skew,
      issued >= early + Span(milliseconds: -Self.longestAge.milliseconds)
    else { throw .token("it was not issued just now (iat), or the clocks differ") }
    if let begins = claims["nbf"] {
      guard let begins = begins.time, begins <= now + skew else {
        throw .token("it does not count yet (nbf), or the clocks differ")
      }
    }
    if let since = authenticatedSince {
      guard let moment = claims["auth_time"]?.time,
        moment >= since + Span(milliseconds: -skew.milliseconds)
      else { throw .notAskedAgain }
    }
  }

  /// Compared whole, whatever differs first.
  static func isSame(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    return one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// The claims of a token whose signature was checked.
struct VerifiedClaims: JWTPayload {
  let members: [String: ClaimValue]

  init(members: [String: ClaimValue]) { self.members = members }

  init(from decoder: any Decoder) throws {
    members = try decoder.singleValueContainer().decode([String: ClaimValue].self)
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(members)
  }

  /// What the claims say is for ``TokenExpectation``, which knows the time.
  func verify(using algorithm: some JWTAlgorithm) {}

  func value(_ path: SignOnSettings.ClaimPath) -> ClaimValue? { path.value(in: .object(members)) }
}

/// The provider's signing keys.
struct ProviderKeys: Sendable {
  /// Ways of signing that need the provider's private key. Never `none`, and never a shared secret
  /// (HS256): with that, whoever knows the public key or the client's secret could sign.
  static let families: [String: String] = [
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA",
    "PS512": "RSA", "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP",
  ]
  /// Bytes of an RSA modulus: 2,048 bits.
  private static let shortestModulus = 256
  private static let most = 100

  private let keys: [JWK]

  /// Leaves out what signs nothing here: keys for encryption, of unknown kinds, too short.
  init(_ document: Data) throws(SignOnProblem) {
    guard let object = try? JSONSerialization.jsonObject(with: document) as? [String: Any],
      let list = object["keys"] as? [Any], list.count <= Self.most
    else { throw .provider("its key set is none") }
    keys = list.compactMap { entry in
      guard let entry = entry as? [String: Any], (entry["use"] as? String ?? "sig") == "sig",
        let bytes = try? JSONSerialization.data(withJSONObject: entry),
        let key = try? JWK(json: String(decoding: bytes, as: UTF8.self)), key.privateExponent == nil
      else { return nil }
      if key.keyType == .rsa {
        let modulus = key.modulus.flatMap { Data(base64URL: $0) } ?? Data()
        guard modulus.drop(while: { $0 == 0 }).count >= Self.shortestModulus else { return nil }
      }
      return key
    }
  }

  private struct Header: Decodable {
    let alg: String
    let kid: String?
    let crit: [String]?
  }

  private static func header(of token: String) -> Header? {
    guard let part = token.split(separator: ".", omittingEmptySubsequences: false).first else {
      return nil
    }
    return Data(base64URL: String(part)).flatMap {
      try? JSONDecoder().decode(Header.self, from: $0)
    }
  }

  /// - Returns: `nil` where none of the keys bears the name that the token gives, so that newer
  ///   keys should be looked for.
  /// - Throws: where the signature does not fit, or is of a kind that is not taken.
  func verify(_ token: String) async throws(SignOnProblem) -> VerifiedClaims? {
    guard token.utf8.count <= 64 << 10, let header = Self.header(of: token) else {
      throw .token("it cannot be read")
    }
    guard let family = Self.families[header.alg], header.crit == nil,
      let algorithm = JWK.Algorithm(rawValue: header.alg)
    else { throw .token("it is not signed in a way that is taken here (alg)") }
    let fitting = keys.filter { key in
      key.keyType.rawValue == family
        && (header.kid == nil || key.keyIdentifier?.string == header.kid)
        && (key.algorithm == nil || key.algorithm == algorithm)
    }
    guard !fitting.isEmpty else { return nil }
    for var key in fitting {
      key.algorithm = algorithm
      key.keyIdentifier = key.keyIdentifier ?? "only"
      do {
        let one = try await JWTKeyCollection().add(jwk: key)
        return try await one.verify(token, as: VerifiedClaims.self)
      } catch {
        continue
      }
    }
    throw .token("its signature does not fit")
  }
}
