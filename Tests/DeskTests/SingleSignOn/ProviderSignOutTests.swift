import Foundation
import HubModel
import Operations
import Testing

@testable import Desk

/// OpenID Connect Back-Channel Logout 1.0.
@Suite("Signed out by the identity provider")
struct ProviderSignOutTests {
  let paper: PaperProvider
  let provider: IdentityProvider
  static let seconds = PaperProvider.now.milliseconds / 1_000

  init() throws {
    paper = try PaperProvider()
    provider = try SignOnSample.provider(paper)
  }

  static func claims(_ changes: [String: Any] = [:]) -> [String: Any] {
    let claims: [String: Any] = [
      "iss": PaperProvider.issuer, "aud": PaperProvider.client, "iat": seconds,
      "exp": seconds + 120, "jti": UUID().uuidString, "sub": "248289761001", "sid": "s-1",
      "events": [LogoutExpectation.event: [String: Any]()],
    ]
    return claims.merging(changes) { $1 }.filter { !($0.value is NSNull) }
  }

  private func order(
    _ changes: [String: Any] = [:], _ signing: PaperProvider.Signing = .es256,
    header: [String: Any] = [:]
  ) async throws -> SignOutOrder {
    let token = try paper.token(Self.claims(changes), signing, header: header)
    return try await provider.signOut(token, at: PaperProvider.now)
  }

  /// The words of the refusal; empty where it was taken.
  private func refusal(
    _ changes: [String: Any] = [:], _ signing: PaperProvider.Signing = .es256,
    header: [String: Any] = [:]
  ) async throws -> String {
    do {
      _ = try await order(changes, signing, header: header)
      return ""
    } catch let problem as SignOnProblem {
      #expect(problem.stableCode == "sign-out-refused", "\(problem)")
      return problem.words
    }
  }

  @Test(
    "A token that the provider signed says whose sessions end",
    arguments: [PaperProvider.Signing.es256, .rs256, .eddsa])
  func good(signing: PaperProvider.Signing) async throws {
    #expect(
      try await order([:], signing, header: ["typ": "logout+jwt"])
        == SignOutOrder(subject: "248289761001", session: "s-1"))
    #expect(
      try await order(["sid": NSNull()], signing)
        == SignOutOrder(subject: "248289761001", session: nil))
    #expect(
      try await order(["sub": NSNull()], signing) == SignOutOrder(subject: nil, session: "s-1"))
  }

  @Test("A token that nobody signed, anybody could sign, or another signed is refused")
  func signature() async throws {
    #expect(try await refusal([:], .none).contains("(alg)"))
    #expect(try await refusal([:], .hs256).contains("(alg)"))
    #expect(try await refusal([:], .hs256, header: ["alg": "RS256", "kid": "RS256"]) != "")
    #expect(try await refusal([:], .none, header: ["alg": "ES256", "kid": "ES256"]) != "")
    let other = try PaperProvider().token(Self.claims())
    await #expect(throws: SignOnProblem.self) {
      try await provider.signOut(other, at: PaperProvider.now)
    }
    for text in ["", "a.b.c", String(repeating: "x", count: 70_000)] {
      await #expect(throws: SignOnProblem.self) {
        try await provider.signOut(text, at: PaperProvider.now)
      }
    }
  }

  @Test("A token of another issuer or client, without its mark, or of no one is refused")
  func foreign() async throws {
    let event = LogoutExpectation.event
    for (changes, word) in [
      (["iss": "https://login.elsewhere.example"], "(iss)"), (["iss": NSNull()], "(iss)"),
      (["aud": "another-client"], "(aud)"), (["aud": NSNull()], "(aud)"),
      (["events": NSNull()], "(events)"), (["events": [String: Any]()], "(events)"),
      (["events": [event]], "(events)"), (["events": [event: true]], "(events)"),
      (["events": ["http://schemas.example/other": [String: Any]()]], "(events)"),
      (["sub": NSNull(), "sid": NSNull()], "(sid)"), (["sid": 7], "(sid)"),
      (["sub": ""], "(sub)"), (["sub": String(repeating: "x", count: 256)], "(sub)"),
      (["jti": NSNull()], "(jti)"), (["nonce": "n"], "nonce"), (["nonce": NSNumber(0)], "nonce"),
    ] as [([String: Any], String)] {
      #expect(try await refusal(changes).contains(word), "\(changes) \(word)")
    }
    #expect(try await refusal(["aud": [PaperProvider.client, "another"]]) == "")
  }

  @Test("A token counts for minutes, and clocks may differ by so much and no more")
  func times() async throws {
    let now = Self.seconds
    for (changes, word) in [
      (["iat": now + 60], ""), (["iat": now + 61], "(iat)"), (["iat": now - 659], ""),
      (["iat": now - 661], "(iat)"), (["iat": NSNull()], "(iat)"), (["exp": now - 59], ""),
      (["exp": now - 60], "(exp)"), (["exp": "soon"], "(exp)"), (["exp": NSNull()], ""),
    ] as [([String: Any], String)] {
      let words = try await refusal(changes)
      #expect(word.isEmpty ? words.isEmpty : words.contains(word), "\(changes): \(words)")
    }
  }

  @Test("An ID token orders nobody out, and a logout token lets nobody in")
  func confused() async throws {
    let identity = try paper.token(PaperProvider.claims(nonce: "n"))
    await #expect(throws: SignOnProblem.self) {
      try await provider.signOut(identity, at: PaperProvider.now)
    }
    let bare = try paper.token(PaperProvider.claims(nonce: "n", ["nonce": NSNull(), "jti": "1"]))
    await #expect(throws: SignOnProblem.signOut("it does not say that it is one (events)")) {
      try await provider.signOut(bare, at: PaperProvider.now)
    }
    let trip = SignOnSample.trip()
    let logout = try paper.token(Self.claims())
    await #expect(throws: SignOnProblem.token("it answers another sign-in (nonce)")) {
      try await provider.redeem(paper.grant(logout, trip), trip, at: PaperProvider.now)
    }
  }

  @Test("A token counts once")
  func replayed() async throws {
    let token = try paper.token(Self.claims(["jti": "one"]))
    _ = try await provider.signOut(token, at: PaperProvider.now)
    for later in [Span.seconds(0), .minutes(5)] {
      await #expect(throws: SignOnProblem.self) {
        try await provider.signOut(token, at: PaperProvider.now + later)
      }
    }
    #expect(try await refusal(["jti": "one"]).contains("(jti)"))
    #expect(try await refusal(["jti": "two"]) == "")
    // What was refused is not remembered: the provider may say it right.
    #expect(try await refusal(["jti": "three", "aud": "another"]).contains("(aud)"))
    #expect(try await refusal(["jti": "three"]) == "")
  }

  @Test("Made-up tokens have the provider's keys fetched at most once a minute")
  func flood() async throws {
    _ = try await order()
    let asked = paper.count("/jwks")
    for _ in 0..<20 {
      #expect(try await refusal([:], .es256, header: ["kid": "made-up"]).contains("(kid"))
    }
    #expect(paper.count("/jwks") == asked)
    let later = PaperProvider.now + .minutes(2)
    let token = try paper.token(Self.claims(), header: ["kid": "made-up"])
    for _ in 0..<20 {
      await #expect(throws: SignOnProblem.self) { try await provider.signOut(token, at: later) }
    }
    #expect(paper.count("/jwks") == asked + 1)
  }
}

@Suite("Sessions that the identity provider ends")
struct ProviderSessionTests {
  let store: DeskStore
  private let folder = NSTemporaryDirectory() + "accord-sessions-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try DeskStore(folder: folder)
    for (name, subject) in [("pat", "1"), ("sam", "2")] {
      var account = Account(name: name, display: name, role: "attorney", staff: nil)
      account.subject = Account.subject(subject, of: PaperProvider.issuer)
      try store.save(account)
    }
    try store.save(Account(name: "local", display: "local", role: "clerk", staff: nil))
  }

  private func start(_ account: String, _ name: String?) throws -> String {
    try store.startSession(of: account, at: PaperProvider.now, named: name)
  }

  private func end(_ subject: String?, _ session: String?) throws -> Int {
    try store.end(
      SignOutOrder(subject: subject, session: session), of: PaperProvider.issuer)
  }

  private func isOpen(_ token: String) throws -> Bool { try store.session(token) != nil }

  @Test("A session's name ends that session alone, and a person's all of theirs")
  func named() throws {
    let tokens = [
      try start("pat", "s-1"), try start("pat", "s-2"), try start("sam", "s-3"),
      try start("local", nil),
    ]
    #expect(try end("1", "s-1") == 1)
    #expect(try tokens.map(isOpen) == [false, true, true, true])
    // Another's session is not the person's, whatever it is called.
    #expect(try end("1", "s-3") == 0)
    #expect(try end(nil, "s-3") == 1)
    #expect(try tokens.map(isOpen) == [false, true, false, true])
    #expect(try end("1", nil) == 1)
    #expect(try tokens.map(isOpen) == [false, false, false, true])
  }

  @Test("Where the provider never told the session's name, all of the person's end")
  func unnamed() throws {
    let (old, other) = (try start("pat", nil), try start("sam", nil))
    #expect(try end("1", "s-1") == 1)
    #expect(try !isOpen(old) && isOpen(other))
    #expect(try end(nil, "s-1") == 0)
    #expect(try isOpen(other))
  }

  @Test("A person of another issuer, or nobody, ends nothing")
  func nobody() throws {
    let token = try start("pat", "s-1")
    #expect(try end("3", nil) == 0)
    #expect(
      try store.end(
        SignOutOrder(subject: "1", session: nil), of: "https://login.elsewhere.example") == 0)
    #expect(try isOpen(token))
  }

  @Test("A session that the provider confirmed again has its newer name")
  func renamed() throws {
    let token = try start("pat", "s-1")
    let (session, _) = try #require(try store.session(token))
    try store.name(session, "s-2")
    #expect(try end("1", "s-1") == 0)
    #expect(try end("1", "s-2") == 1)
    #expect(try !isOpen(token))
  }
}
