import Crypto
import Foundation
import HubModel
import Operations
import Testing

@testable import Desk

/// What the tests of this folder begin with.
enum SignOnSample {
  static func settings(_ more: String = "") throws -> SignOnSettings {
    let text = """
      address: https://desk.lakewood.example
      single-sign-on:
        issuer: \(PaperProvider.issuer)
        client-id: \(PaperProvider.client)
        role-claim: groups
        roles:
          clerk: [staff]
          attorney: [accord-attorneys, accord-leads]
          supervisor: [accord-leads]
      \(more.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      """
    let settings = try DeskSettings.parse(
      StrictYAML.parse(text, file: "/desk.yaml"), state: "/state",
      agency: try #require(AgencyID("lakewood-prosecutor")),
      roles: DeskRoles.names(of: .prosecutor))
    return try #require(settings.singleSignOn)
  }

  static func provider(_ paper: PaperProvider, _ more: String = "") throws -> IdentityProvider {
    IdentityProvider(
      try settings(more), redirect: "https://desk.lakewood.example/sign-in/callback",
      exchange: { request in paper.answer(request) })
  }

  static func trip(isAgain: Bool = false) -> SignOnTrip {
    SignOnTrip(next: "/holds", isAgain: isAgain, at: PaperProvider.now)
  }
}

@Suite("ID tokens")
struct IdentityTokenTests {
  let paper: PaperProvider
  static let seconds = PaperProvider.now.milliseconds / 1_000

  init() throws { paper = try PaperProvider() }

  private func redeem(
    _ changes: [String: Any] = [:], _ signing: PaperProvider.Signing = .es256,
    header: [String: Any] = [:], isAgain: Bool = false
  ) async throws -> VerifiedClaims {
    let trip = SignOnSample.trip(isAgain: isAgain)
    let token = try paper.token(
      PaperProvider.claims(nonce: trip.nonce, changes), signing, header: header)
    let provider = try SignOnSample.provider(paper)
    return try await provider.redeem(paper.grant(token, trip), trip, at: PaperProvider.now)
  }

  /// The words of the refusal; empty where it was taken.
  private func refusal(
    _ changes: [String: Any] = [:], _ signing: PaperProvider.Signing = .es256,
    header: [String: Any] = [:], isAgain: Bool = false
  ) async throws -> String {
    do {
      _ = try await redeem(changes, signing, header: header, isAgain: isAgain)
      return ""
    } catch let problem as SignOnProblem {
      return problem.words
    }
  }

  @Test(
    "A token that the provider signed is believed, whichever of its keys it used",
    arguments: [PaperProvider.Signing.es256, .rs256, .eddsa])
  func good(signing: PaperProvider.Signing) async throws {
    let claims = try await redeem([:], signing)
    #expect(claims.members["sub"]?.text == "248289761001")
    #expect(claims.members["groups"]?.texts == ["staff", "accord-attorneys"])
  }

  @Test("A token that nobody signed, or that anybody could sign, is refused")
  func unsigned() async throws {
    #expect(try await refusal([:], .none).contains("(alg)"))
    #expect(try await refusal([:], .hs256).contains("(alg)"))
    #expect(try await refusal([:], .hs256, header: ["kid": "RS256"]).contains("(alg)"))
    // Another name in the header does not make a signature.
    #expect(try await refusal([:], .none, header: ["alg": "ES256", "kid": "ES256"]) != "")
    #expect(try await refusal([:], .hs256, header: ["alg": "RS256", "kid": "RS256"]) != "")
    #expect(try await refusal([:], .es256, header: ["alg": "NONE"]).contains("(alg)"))
    #expect(try await refusal([:], .es256, header: ["crit": ["b64"]]).contains("(alg)"))
  }

  @Test("A token by another's key is refused, whatever key it names")
  func wrongKey() async throws {
    let other = try PaperProvider()
    let provider = try SignOnSample.provider(paper)
    for header in [["kid": "ES256"], ["kid": "stolen"], ["kid": "shared"]] {
      let trip = SignOnSample.trip()
      let token = try other.token(
        PaperProvider.claims(nonce: trip.nonce), .es256, header: header)
      await #expect(throws: SignOnProblem.self) {
        try await provider.redeem(paper.grant(token, trip), trip, at: PaperProvider.now)
      }
    }
    // One without a name is tried with every key that fits.
    let trip = SignOnSample.trip()
    for (source, isRight) in [(paper, true), (other, false)] {
      let token = try source.token(
        PaperProvider.claims(nonce: trip.nonce), .es256, header: ["kid": NSNull()])
      let code = paper.grant(token, trip)
      let claims = try? await provider.redeem(code, trip, at: PaperProvider.now)
      #expect((claims != nil) == isRight)
    }
  }

  @Test("A token that was changed after it was signed is refused")
  func changed() async throws {
    let trip = SignOnSample.trip()
    let token = try paper.token(PaperProvider.claims(nonce: trip.nonce))
    let other = try paper.token(
      PaperProvider.claims(nonce: trip.nonce, ["groups": ["accord-leads"]]))
    let parts = token.split(separator: ".")
    let mixed = "\(parts[0]).\(other.split(separator: ".")[1]).\(parts[2])"
    let provider = try SignOnSample.provider(paper)
    for text in [mixed, token + "x", String(token.dropLast(4)), "a.b", "", token + "." + token] {
      await #expect(throws: SignOnProblem.self) {
        try await provider.redeem(paper.grant(text, trip), trip, at: PaperProvider.now)
      }
    }
  }

  @Test("A token of another issuer, for another client or of another sign-in is refused")
  func foreign() async throws {
    for (changes, word) in [
      (["iss": "https://login.elsewhere.example"], "(iss)"),
      (["iss": PaperProvider.issuer + "/"], "(iss)"), (["iss": NSNull()], "(iss)"),
      (["aud": "another-client"], "(aud)"), (["aud": [String]()], "(aud)"),
      (["aud": NSNull()], "(aud)"), (["aud": [PaperProvider.client, "another"]], "(azp)"),
      (["aud": [PaperProvider.client, "another"], "azp": "another"], "(azp)"),
      (["azp": "another"], "(azp)"), (["nonce": "00"], "(nonce)"), (["nonce": NSNull()], "(nonce)"),
      (["nonce": ""], "(nonce)"), (["sub": ""], "(sub)"), (["sub": NSNull()], "(sub)"),
    ] as [([String: Any], String)] {
      #expect(try await refusal(changes).contains(word), "\(word)")
    }
    let several: [String: Any] = [
      "aud": [PaperProvider.client, "another"], "azp": PaperProvider.client,
    ]
    #expect(try await refusal(several) == "")
  }

  @Test("A token counts for its time, and clocks may differ by so much and no more")
  func times() async throws {
    let now = Self.seconds
    for (changes, word) in [
      (["exp": now - 59], ""), (["exp": now - 60], "(exp)"), (["exp": NSNull()], "(exp)"),
      (["exp": "soon"], "(exp)"), (["exp": 1e300], "(exp)"), (["iat": now + 60], ""),
      (["iat": now + 61], "(iat)"), (["iat": now - 661], "(iat)"), (["iat": now - 659], ""),
      (["iat": NSNull()], "(iat)"), (["nbf": now + 60], ""), (["nbf": now + 61], "(nbf)"),
      (["nbf": "x"], "(nbf)"),
    ] as [([String: Any], String)] {
      let words = try await refusal(changes)
      #expect(word.isEmpty ? words.isEmpty : words.contains(word), "\(changes): \(words)")
    }
  }

  @Test("Where the person must be asked again, an older proof does not count")
  func again() async throws {
    let now = Self.seconds
    #expect(try await refusal(["auth_time": now], isAgain: true) == "")
    for old in [now - 61, now - 3_600, NSNull()] as [Any] {
      #expect(try await refusal(["auth_time": old], isAgain: true).contains("(auth_time)"))
      #expect(try await refusal(["auth_time": old]) == "")
    }
  }
}

@Suite("The identity provider")
struct IdentityProviderTests {
  let paper: PaperProvider

  init() throws { paper = try PaperProvider() }

  @Test("The browser is sent with state, nonce and the hash of a secret, and never the secret")
  func leaving() async throws {
    let trip = SignOnSample.trip()
    let provider = try SignOnSample.provider(paper, "scopes: [profile, groups]")
    let address = try await provider.address(for: trip, at: PaperProvider.now)
    let parts = address.split(separator: "?", maxSplits: 1)
    #expect(parts[0] == "\(PaperProvider.issuer)/authorize")
    let form = try #require(Form(encoded: String(parts[1])))
    #expect(form.first("response_type") == "code")
    #expect(form.first("client_id") == PaperProvider.client)
    #expect(form.first("redirect_uri") == "https://desk.lakewood.example/sign-in/callback")
    #expect(form.first("scope") == "openid profile groups")
    #expect(form.first("state") == trip.state)
    #expect(form.first("nonce") == trip.nonce)
    #expect(form.first("code_challenge_method") == "S256")
    #expect(form.first("prompt") == nil)
    #expect(!address.contains(trip.verifier))
    let again = try await provider.address(
      for: SignOnSample.trip(isAgain: true), at: PaperProvider.now)
    #expect(again.contains("prompt=login&max_age=0"))
  }

  /// RFC 7636, appendix B.
  @Test("The challenge is the one of RFC 7636")
  func challenge() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    let hash = Data(SHA256.hash(data: Data(verifier.utf8))).base64URL
    #expect(hash == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
  }

  @Test("A code counts once, and only with the secret of the browser that asked for it")
  func code() async throws {
    let provider = try SignOnSample.provider(paper)
    let trip = SignOnSample.trip()
    let code = paper.grant(try paper.token(PaperProvider.claims(nonce: trip.nonce)), trip)
    _ = try await provider.redeem(code, trip, at: PaperProvider.now)
    await #expect(throws: SignOnProblem.code("used before, too old, or not ours")) {
      try await provider.redeem(code, trip, at: PaperProvider.now)
    }
    let stolen = paper.grant(try paper.token(PaperProvider.claims(nonce: trip.nonce)), trip)
    await #expect(throws: SignOnProblem.code("used before, too old, or not ours")) {
      try await provider.redeem(stolen, SignOnSample.trip(), at: PaperProvider.now)
    }
  }

  @Test("An answer counts once at this desk too, and only where it is this provider's")
  func answers() async throws {
    let provider = try SignOnSample.provider(paper)
    let trip = SignOnSample.trip()
    try await provider.note(trip, at: PaperProvider.now)
    await #expect(throws: SignOnProblem.stranger) {
      try await provider.note(trip, at: PaperProvider.now)
    }
    try await provider.check(issuer: nil, at: PaperProvider.now)
    try await provider.check(issuer: PaperProvider.issuer, at: PaperProvider.now)
    await #expect(throws: SignOnProblem.self) {
      try await provider.check(issuer: "https://evil.example", at: PaperProvider.now)
    }
    var description = PaperProvider.description
    description["authorization_response_iss_parameter_supported"] = true
    paper.set("/.well-known/openid-configuration", json: description)
    let strict = try SignOnSample.provider(paper)
    await #expect(throws: SignOnProblem.self) {
      try await strict.check(issuer: nil, at: PaperProvider.now)
    }
  }

  @Test("What the token does not tell is asked for, and only of the same person")
  func userInfo() async throws {
    var description = PaperProvider.description
    description["userinfo_endpoint"] = PaperProvider.issuer + "/userinfo"
    paper.set("/.well-known/openid-configuration", json: description)
    func groups(_ changes: [String: Any], _ told: [String: Any]) async throws -> Set<String>? {
      paper.set("/userinfo", json: told)
      let trip = SignOnSample.trip()
      let token = try paper.token(PaperProvider.claims(nonce: trip.nonce, changes))
      let provider = try SignOnSample.provider(paper)
      let claims = try await provider.redeem(
        paper.grant(token, trip), trip, at: PaperProvider.now)
      return claims.members["groups"]?.texts
    }
    let told: [String: Any] = ["sub": "248289761001", "groups": ["accord-leads"]]
    #expect(try await groups(["groups": NSNull()], told) == ["accord-leads"])
    #expect(try await groups(["groups": ["staff"], "name": NSNull()], told) == ["staff"])
    #expect(paper.count("/userinfo") == 1)
    #expect(
      try await groups(["preferred_username": NSNull(), "groups": ["staff"]], told) == ["staff"])
    await #expect(throws: SignOnProblem.self) {
      try await groups(["groups": NSNull()], ["sub": "another", "groups": ["accord-leads"]])
    }
    await #expect(throws: SignOnProblem.self) {
      try await groups(["groups": NSNull()], ["groups": ["accord-leads"]])
    }
  }

  @Test("A document that is another's, without TLS, or none, is not believed")
  func documents() async throws {
    for (key, value) in [
      ("issuer", "https://login.lakewood.example"), ("token_endpoint", "http://login.example/t"),
      ("jwks_uri", "ftp://login.example/j"), ("authorization_endpoint", "javascript:alert(1)"),
    ] {
      var description = PaperProvider.description
      description[key] = value
      paper.set("/.well-known/openid-configuration", json: description)
      let provider = try SignOnSample.provider(paper)
      await #expect(throws: SignOnProblem.self, "\(key)") {
        try await provider.address(for: SignOnSample.trip(), at: PaperProvider.now)
      }
    }
    paper.set("/.well-known/openid-configuration", status: 500, json: [:])
    let provider = try SignOnSample.provider(paper)
    await #expect(throws: SignOnProblem.self) {
      try await provider.address(for: SignOnSample.trip(), at: PaperProvider.now)
    }
    #expect(await provider.signOutAddress(back: "https://x", at: PaperProvider.now) == nil)
  }

  @Test("A key that is new is looked for at once, and one that was taken back ends in minutes")
  func rotation() async throws {
    let provider = try SignOnSample.provider(paper)
    func attempt(at now: WallTime) async throws {
      let trip = SignOnSample.trip()
      let seconds = now.milliseconds / 1_000
      let claims = PaperProvider.claims(
        nonce: trip.nonce, ["iat": seconds, "exp": seconds + 60])
      _ = try await provider.redeem(
        paper.grant(try paper.token(claims), trip), trip, at: now)
    }
    let all = try paper.keys
    paper.set("/jwks", json: ["keys": all.filter { $0["kid"] != "ES256" }])
    await #expect(throws: SignOnProblem.self) { try await attempt(at: PaperProvider.now) }
    paper.set("/jwks", json: ["keys": all])
    try await attempt(at: PaperProvider.now)
    let asked = paper.count("/jwks")
    try await attempt(at: PaperProvider.now + .minutes(4))
    #expect(paper.count("/jwks") == asked)
    paper.set("/jwks", json: ["keys": all.filter { $0["kid"] != "ES256" }])
    await #expect(throws: SignOnProblem.self) {
      try await attempt(at: PaperProvider.now + .minutes(6))
    }
  }

  @Test("A key that is too short to trust is left out")
  func short() async throws {
    let token = try paper.token(PaperProvider.claims(nonce: "n"), .rs256)
    func keys(modulus: (Data) -> Data) throws -> ProviderKeys {
      let list = try paper.keys.filter { $0["kid"] == "RS256" }.map { key in
        let bytes = try #require(key["n"].flatMap { Data(base64URL: $0) })
        return key.merging(["n": modulus(bytes).base64URL]) { $1 }
      }
      return try ProviderKeys(JSONSerialization.data(withJSONObject: ["keys": list]))
    }
    #expect(try await keys { $0 }.verify(token) != nil)
    // 2,040 bits, and 1,024: not a key of the provider's at all.
    #expect(try await keys { $0.dropLast() }.verify(token) == nil)
    #expect(try await keys { $0.prefix(128) }.verify(token) == nil)
  }

  @Test("What a browser carries opens at this desk alone, whole, and for ten minutes")
  func trips() throws {
    let key = SymmetricKey(size: .bits256)
    let trip = SignOnSample.trip()
    let sealed = try trip.sealed(with: key)
    func opened(_ text: String?, _ key: SymmetricKey, after span: Span) -> SignOnTrip? {
      SignOnTrip(sealed: text, with: key, at: PaperProvider.now + span)
    }
    #expect(opened(sealed, key, after: .minutes(10)) == trip)
    #expect(opened(sealed, key, after: .minutes(11)) == nil)
    #expect(opened(sealed, key, after: Span(milliseconds: -5_000)) == nil)
    #expect(opened(sealed, SymmetricKey(size: .bits256), after: .seconds(1)) == nil)
    #expect(opened(String(sealed.dropLast(2)), key, after: .seconds(1)) == nil)
    #expect(opened("", key, after: .seconds(1)) == nil)
    #expect(opened(nil, key, after: .seconds(1)) == nil)
  }
}
