import AdapterKit
import Foundation
import HubModel

/// The agency's identity provider, as its own documents describe it (OpenID Connect Discovery 1.0).
actor IdentityProvider {
  /// What is used of the discovery document.
  struct Description: Sendable, Decodable {
    let issuer: String
    let authorization_endpoint: String
    let token_endpoint: String
    let jwks_uri: String
    let userinfo_endpoint: String?
    let end_session_endpoint: String?
    let token_endpoint_auth_methods_supported: [String]?
    let authorization_response_iss_parameter_supported: Bool?
  }

  typealias Exchange = @Sendable (CurlRequest) async throws(CurlRequest.Failure) ->
    CurlRequest.Reply

  /// How long the provider's documents are believed without asking again: a key that it took back
  /// counts no longer than this.
  static let freshness = Span.minutes(5)
  /// Answers that came back lately; more than people sign in within ``SignOnTrip/longest``.
  private static let mostAnswers = 10_000

  /// Whoever posts made-up logout tokens has the keys fetched no more often.
  private static let renewing = Span.minutes(1)
  private static let mostSignOutsAtOnce = 8

  /// Below the desk's address; the whole of it is registered at the provider.
  static let callbackPath = "/sign-in/callback"

  let settings: SignOnSettings
  /// Where the provider sends browsers back to.
  let redirect: String
  private let exchange: Exchange
  private var described: (read: Description, at: WallTime)?
  private var keys: (read: ProviderKeys, at: WallTime)?
  /// By state: each answer counts once.
  private var answered: [String: WallTime] = [:]
  /// Logout tokens by their name (`jti`): each counts once.
  private var signedOut: [String: WallTime] = [:]
  private var signOutsUnderWay = 0

  init(
    _ settings: SignOnSettings, redirect: String,
    exchange: @escaping Exchange = { request throws(CurlRequest.Failure) in
      try await request.performAside()
    }
  ) {
    self.settings = settings
    self.redirect = redirect
    self.exchange = exchange
  }

  // MARK: Leaving

  /// Where the browser is sent.
  func address(for trip: SignOnTrip, at now: WallTime) async throws(SignOnProblem) -> String {
    let description = try await describe(at: now)
    var fields = [
      ("response_type", "code"), ("client_id", settings.client), ("redirect_uri", redirect),
      ("scope", (["openid"] + settings.scopes).joined(separator: " ")), ("state", trip.state),
      ("nonce", trip.nonce), ("code_challenge", trip.challenge),
      ("code_challenge_method", "S256"),
    ]
    if trip.isAgain { fields += [("prompt", "login"), ("max_age", "0")] }
    return Self.address(description.authorization_endpoint, fields)
  }

  /// Where somebody ends the session at the provider too; `nil` where it offers none, or is away.
  func signOutAddress(back: String, at now: WallTime) async -> String? {
    guard let description = try? await describe(at: now),
      let place = description.end_session_endpoint, SignOnSettings.isSafe(place)
    else { return nil }
    return Self.address(
      place, [("client_id", settings.client), ("post_logout_redirect_uri", back)])
  }

  // MARK: Coming back

  /// Notes that a sign-in was answered.
  /// - Throws: where it was answered before.
  func note(_ trip: SignOnTrip, at now: WallTime) throws(SignOnProblem) {
    if answered.count >= Self.mostAnswers {
      answered = answered.filter { now - $0.value <= SignOnTrip.longest }
    }
    guard answered.count < Self.mostAnswers else { throw .provider("too many sign-ins at once") }
    guard answered.updateValue(now, forKey: trip.state) == nil else { throw .stranger }
  }

  /// RFC 9207: that the answer is this provider's.
  func check(issuer: String?, at now: WallTime) async throws(SignOnProblem) {
    if let issuer {
      guard issuer == settings.issuer else { throw .token("another provider answered (iss)") }
    } else if try await describe(at: now).authorization_response_iss_parameter_supported == true {
      throw .token("the answer does not say of which provider it is (iss)")
    }
  }

  /// Gives the code for an ID token, and checks that.
  func redeem(
    _ code: String, _ trip: SignOnTrip, at now: WallTime
  ) async throws(SignOnProblem) -> VerifiedClaims {
    let (token, access) = try await tokens(for: code, trip, at: now)
    let claims = try await verified(token, at: now, renewing: .seconds(0))
    let expectation = TokenExpectation(
      issuer: settings.issuer, client: settings.client, nonce: trip.nonce, skew: settings.skew,
      authenticatedSince: trip.authenticatedSince)
    try expectation.check(claims.members, at: now)
    return try await completed(claims, access: access, at: now)
  }

  /// - Parameter age: keys that were read no longer ago are not read again for a token that fits
  ///   none of them.
  private func verified(
    _ token: String, at now: WallTime, renewing age: Span
  ) async throws(SignOnProblem) -> VerifiedClaims {
    if let claims = try await keys(at: now).verify(token) { return claims }
    // The provider may have changed its keys since they were read.
    if let read = keys?.at, now - read >= age {
      keys = nil
      if let claims = try await keys(at: now).verify(token) { return claims }
    }
    throw .token("no key of the provider's fits it (kid, alg)")
  }

  // MARK: Being told to sign somebody out

  /// Checks a logout token; it counts once.
  func signOut(_ token: String, at now: WallTime) async throws(SignOnProblem) -> SignOutOrder {
    // Anybody may post one: what cannot be done at once is not queued.
    guard signOutsUnderWay < Self.mostSignOutsAtOnce else {
      throw .signOut("too many come at once")
    }
    signOutsUnderWay += 1
    defer { signOutsUnderWay -= 1 }
    let expectation = LogoutExpectation(
      issuer: settings.issuer, client: settings.client, skew: settings.skew)
    let claims: VerifiedClaims
    do throws(SignOnProblem) {
      claims = try await verified(token, at: now, renewing: Self.renewing)
    } catch .token(let words) {
      throw .signOut(words)
    }
    let (order, name) = try expectation.check(claims.members, at: now)
    if signedOut.count >= Self.mostAnswers {
      signedOut = signedOut.filter { now - $0.value <= expectation.remembered }
    }
    guard signedOut.count < Self.mostAnswers else { throw .signOut("too many came lately") }
    guard signedOut.updateValue(now, forKey: name) == nil else {
      throw .signOut("it came before (jti)")
    }
    return order
  }

  /// Many providers tell who somebody is at their UserInfo endpoint alone (OpenID Connect Core 1.0,
  /// section 5.3). What the signed token says counts before it.
  private func completed(
    _ claims: VerifiedClaims, access: String?, at now: WallTime
  ) async throws(SignOnProblem) -> VerifiedClaims {
    let wanted = [settings.roleClaim, settings.nameClaim] + (settings.staffClaim.map { [$0] } ?? [])
    guard wanted.contains(where: { claims.value($0) == nil }), let access,
      let place = try await describe(at: now).userinfo_endpoint, SignOnSettings.isSafe(place)
    else { return claims }
    var request = CurlRequest(url: place)
    request.headers = ["Accept: application/json", "Authorization: Bearer \(access)"]
    let reply = try await send(request)
    guard reply.status == 200,
      let more = try? JSONDecoder().decode([String: ClaimValue].self, from: reply.body)
    else { throw .provider("its UserInfo endpoint answered \(reply.status), or no JSON") }
    // Section 5.3.2: otherwise it may be another person's.
    guard more["sub"] == claims.members["sub"] else {
      throw .token("the UserInfo endpoint tells of another person (sub)")
    }
    return VerifiedClaims(members: more.merging(claims.members) { $1 })
  }

  private struct Answer: Decodable {
    let id_token: String?
    let access_token: String?
    let error: String?
  }

  private func tokens(
    for code: String, _ trip: SignOnTrip, at now: WallTime
  ) async throws(SignOnProblem) -> (token: String, access: String?) {
    let description = try await describe(at: now)
    var fields = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
      ("code_verifier", trip.verifier),
    ]
    var request = CurlRequest(url: description.token_endpoint)
    request.method = "POST"
    request.headers = [
      "Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
    ]
    if let pair = basic(description) {
      request.headers.append("Authorization: Basic \(Data(pair.utf8).base64EncodedString())")
    } else {
      fields.append(("client_id", settings.client))
      if let secret = settings.secret { fields.append(("client_secret", secret)) }
    }
    request.body = Data(Self.form(fields).utf8)
    let reply = try await send(request)
    let answer = try? JSONDecoder().decode(Answer.self, from: reply.body)
    guard reply.status == 200 else {
      let error = answer?.error ?? ""
      if error == "invalid_grant" { throw .code("used before, too old, or not ours") }
      let word = error.wholeMatch(of: /[a-z_]{1,40}/) == nil ? "no reason" : error
      throw .provider("its token endpoint answered \(reply.status), \(word)")
    }
    guard let token = answer?.id_token else { throw .provider("its answer has no ID token") }
    let access = answer?.access_token
    guard access?.utf8.allSatisfy({ (33...126).contains($0) }) != false else {
      throw .provider("its access token is none")
    }
    return (token, access)
  }

  /// Client and secret for HTTP's own authentication; `nil` where they go into the form instead.
  private func basic(_ description: Description) -> String? {
    guard let secret = settings.secret else { return nil }
    let ways = description.token_endpoint_auth_methods_supported ?? ["client_secret_basic"]
    // RFC 6749, section 2.3.1: both are encoded as a form's fields before they are joined. Not
    // every provider undoes that: where it makes a difference and the form will do, take the form.
    let pair = "\(Self.encoded(settings.client)):\(Self.encoded(secret))"
    let isPlain = pair == "\(settings.client):\(secret)"
    guard ways.contains("client_secret_basic") else { return nil }
    return isPlain || !ways.contains("client_secret_post") ? pair : nil
  }

  // MARK: The provider's documents

  private func describe(at now: WallTime) async throws(SignOnProblem) -> Description {
    if let known = described, now - known.at < Self.freshness { return known.read }
    let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
    let bytes = try await document(base + "/.well-known/openid-configuration")
    guard let read = try? JSONDecoder().decode(Description.self, from: bytes) else {
      throw .provider("its discovery document lacks what it must have")
    }
    guard read.issuer == settings.issuer else {
      throw .provider("its discovery document names another issuer than 'issuer' here")
    }
    for place in [read.authorization_endpoint, read.token_endpoint, read.jwks_uri] {
      guard SignOnSettings.isSafe(place) else {
        throw .provider("its discovery document names an address without TLS")
      }
    }
    described = (read, now)
    return read
  }

  private func keys(at now: WallTime) async throws(SignOnProblem) -> ProviderKeys {
    if let known = keys, now - known.at < Self.freshness { return known.read }
    let place = try await describe(at: now).jwks_uri
    let read = try ProviderKeys(try await document(place))
    keys = (read, now)
    return read
  }

  private func document(_ address: String) async throws(SignOnProblem) -> Data {
    var request = CurlRequest(url: address)
    request.headers = ["Accept: application/json"]
    let reply = try await send(request)
    guard reply.status == 200 else {
      throw .provider("one of its documents is answered \(reply.status)")
    }
    return reply.body
  }

  private func send(_ request: CurlRequest) async throws(SignOnProblem) -> CurlRequest.Reply {
    var request = request
    request.authorities = settings.authorities
    request.timeoutSeconds = 10
    do {
      return try await exchange(request)
    } catch {
      throw .provider("it is not reached: \(error.words)")
    }
  }

  private static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
  }

  /// All but RFC 3986's unreserved characters.
  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  private static func address(_ place: String, _ fields: [(String, String)]) -> String {
    place + (place.contains("?") ? "&" : "?") + form(fields)
  }
}
