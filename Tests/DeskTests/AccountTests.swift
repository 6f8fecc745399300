import Foundation
import HubModel
import Operations
import Testing

@testable import Desk

@Suite struct OneTimeCodeTests {
  /// RFC 6238, appendix B, the SHA-1 column: the last six of eight digits.
  @Test(
    "The codes are those of RFC 6238",
    arguments: [
      (Int64(59), "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"),
      (1_234_567_890, "005924"), (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
  func vectors(seconds: Int64, code: String) {
    let totp = OneTimeCode(secret: Data("12345678901234567890".utf8))
    let step = OneTimeCode.step(at: WallTime(milliseconds: seconds * 1_000))
    #expect(totp.code(of: step) == code)
  }

  @Test("A code counts once, and one step early or late")
  func once() {
    let totp = OneTimeCode(secret: Data("12345678901234567890".utf8))
    let now = WallTime(milliseconds: 1_111_111_111_000)
    let step = OneTimeCode.step(at: now)
    #expect(totp.step(of: "050471", at: now, after: 0) == step)
    #expect(totp.step(of: " 050 471 ", at: now, after: 0) == step)
    #expect(totp.step(of: "050471", at: now, after: step) == nil)
    #expect(totp.step(of: totp.code(of: step - 1), at: now, after: 0) == step - 1)
    #expect(totp.step(of: totp.code(of: step - 2), at: now, after: 0) == nil)
    #expect(totp.step(of: "", at: now, after: 0) == nil)
  }

  @Test("The secret goes into an app as base 32")
  func base32() {
    let totp = OneTimeCode(secret: Data("12345678901234567890".utf8))
    #expect(totp.base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    #expect(
      totp.address(account: "pat", agency: "lakewood").hasPrefix(
        "otpauth://totp/Accord%20lakewood%3Apat?secret=GEZ"))
  }
}

@Suite struct SignInTests {
  static let now = WallTime(milliseconds: 1_800_000_000_000)
  static let password = "four rivers meet here"

  private func store() throws -> (DeskStore, String) {
    let folder = NSTemporaryDirectory() + "accord-desk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return (try DeskStore(folder: folder), folder)
  }

  private func add(_ name: String, to store: DeskStore, secret: Data? = nil) throws {
    var account = Account(name: name, display: "Pat", role: "attorney", staff: nil)
    account.password = try PasswordHash(of: Self.password)
    account.secret = secret
    try store.save(account)
  }

  @Test("Password and code together open the desk; either alone does not")
  func both() async throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secret = Data("12345678901234567890".utf8)
    try add("pat", to: store, secret: secret)
    let signIn = SignIn(store: store)
    let code = OneTimeCode(secret: secret).code(of: OneTimeCode.step(at: Self.now))
    func attempt(_ password: String, _ code: String) async throws -> SignIn.Outcome {
      try await signIn.check(
        name: "pat", password: password, code: code, from: "127.0.0.1", at: Self.now)
    }
    #expect(try await attempt(Self.password, "") == .wrong)
    #expect(try await attempt("another password", code) == .wrong)
    guard case .welcome(let account) = try await attempt(Self.password, code) else {
      Issue.record("password and code were refused")
      return
    }
    #expect(account.name == "pat")
    // The code was seen by whoever looked over the shoulder.
    #expect(try await attempt(Self.password, code) == .wrong)
  }

  @Test("Guessing gets slow: after five wrong tries even the right password waits")
  func slow() async throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try add("pat", to: store)
    let signIn = SignIn(store: store)
    func attempt(_ password: String, at now: WallTime) async throws -> SignIn.Outcome {
      try await signIn.check(name: "pat", password: password, code: "", from: "::1", at: now)
    }
    for _ in 0..<DeskStore.freeTries {
      #expect(try await attempt("wrong", at: Self.now) == .wrong)
    }
    let later = Self.now + .seconds(60)
    #expect(try await attempt(Self.password, at: Self.now) == .wait(until: later))
    guard case .welcome = try await attempt(Self.password, at: later + .seconds(1)) else {
      Issue.record("the wait did not end")
      return
    }
  }

  @Test("A name that is nobody's waits exactly as an account's does, whatever else is tried")
  func nobody() async throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try add("pat", to: store)
    func answers(_ name: String) async throws -> [SignIn.Outcome] {
      var answers: [SignIn.Outcome] = []
      // Each try comes from elsewhere, and the desk is started anew in between.
      for index in 0..<12 {
        let signIn = SignIn(store: store)
        answers.append(
          try await signIn.check(
            name: name, password: "wrong", code: "", from: "10.0.0.\(index)",
            at: Self.now + .seconds(Int64(index) * 40)))
      }
      return answers
    }
    let known = try await answers("pat")
    #expect(known.contains { if case .wait = $0 { true } else { false } })
    #expect(try await answers("nobody") == known)
    #expect(try await answers("not a name, perhaps a password") == known)
  }

  @Test("An address that tries many names waits as a whole")
  func address() async throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let signIn = SignIn(store: store)
    var outcome = SignIn.Outcome.wrong
    for index in 0...30 {
      outcome = try await signIn.check(
        name: "name-\(index)", password: "x", code: "", from: "10.0.0.9", at: Self.now)
    }
    #expect(outcome == .wait(until: Self.now + .seconds(300)))
  }

  @Test("A password is kept as its hash, and the file is its owner's alone")
  func kept() throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try add("pat", to: store)
    let path = folder + "/" + DeskStore.file
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    for name in names {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
      #expect(bytes.range(of: Data(Self.password.utf8)) == nil)
    }
  }

  @Test(
    "A password that is easily guessed cannot be set",
    arguments: ["short", "aaaaaaaaaaaaaaaa", "pat is my own name"])
  func weak(password: String) {
    #expect(PasswordHash.objection(to: password, of: "pat") != nil)
  }

  @Test("Each look is kept once a minute, by person and page")
  func looks() throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func look(_ account: String, _ subject: String, after seconds: Int64) throws {
      try store.record(
        .init(at: Self.now + .seconds(seconds), account: account, page: "hold", subject: subject))
    }
    try look("pat", "lr-1", after: 0)
    try look("pat", "lr-1", after: 30)
    try look("sam", "lr-1", after: 31)
    try look("pat", "lr-2", after: 32)
    try look("pat", "lr-1", after: 61)
    let kept = try store.viewings(limit: 10)
    #expect(kept.map(\.account) == ["pat", "pat", "sam", "pat"])
    #expect(try store.viewings(of: "lr-1", limit: 10).count == 3)
  }

  @Test("A session locks when idle, ends in time, and goes with its account")
  func session() throws {
    let (store, folder) = try store()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try add("pat", to: store)
    let token = try store.startSession(of: "pat", at: Self.now)
    let (session, _) = try #require(try store.session(token))
    let settings = try DeskSettings(idle: .minutes(15), longest: .hours(12))
    #expect(session.state(at: Self.now + .minutes(15), under: settings) == .open)
    #expect(session.state(at: Self.now + .minutes(16), under: settings) == .locked)
    #expect(session.state(at: Self.now + .hours(13), under: settings) == .over)
    #expect(try store.session("another") == nil)
    #expect(try store.remove("pat"))
    #expect(try store.session(token) == nil)
  }
}

extension DeskSettings {
  fileprivate init(idle: Span, longest: Span) throws {
    let text = """
      plain: true
      idle-minutes: \(idle.milliseconds / 60_000)
      session-hours: \(longest.milliseconds / 3_600_000)
      """
    self = try DeskSettings.parse(
      StrictYAML.parse(text, file: "/desk.yaml"), state: "/state",
      agency: try #require(AgencyID("lakewood-prosecutor")),
      roles: DeskRoles.names(of: .prosecutor))
  }
}

@Suite struct DeskSettingsTests {
  private func problem(_ text: String) throws -> String {
    let agency = try #require(AgencyID("lakewood-prosecutor"))
    do {
      _ = try DeskSettings.parse(
        StrictYAML.parse(text, file: "/desk.yaml"), state: "/state", agency: agency,
        roles: DeskRoles.names(of: .prosecutor))
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("Without TLS a desk listens to its own machine alone")
  func plain() throws {
    #expect(try problem("plain: true\nbind: 0.0.0.0").contains("127.0.0.1"))
    #expect(try problem("plain: true\nbind: 127.0.0.1") == "")
    #expect(try problem("bind: 0.0.0.0") == "")
  }

  @Test("A slip of the keyboard in the section is named")
  func slip() throws {
    #expect(try problem("idle-minuts: 5").contains("idle-minutes"))
    #expect(try problem("idle-minutes: 0").contains("1 to 720"))
    #expect(try problem("proxy:\n  header: X-User").contains("addresses"))
  }
}

@Suite struct LinkTests {
  @Test("A link tells nothing of the number in it, and opens only at its own desk and place")
  func links() {
    let links = OpaqueLinks(key: Data(repeating: 7, count: 32))
    let link = links.link("hold", "lr-26-0049")
    #expect(!link.contains("lr-26"))
    #expect(link.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    #expect(links.link("hold", "lr-26-0049") == link)
    #expect(links.number("hold", link) == "lr-26-0049")
    #expect(links.number("person", link) == nil)
    #expect(links.number("hold", String(link.dropLast())) == nil)
    #expect(links.number("hold", "lr-26-0049") == nil)
    #expect(OpaqueLinks(key: Data(repeating: 8, count: 32)).number("hold", link) == nil)
  }
}
