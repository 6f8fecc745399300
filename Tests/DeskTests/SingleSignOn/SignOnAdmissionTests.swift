import Foundation
import HubModel
import Operations
import Testing

@testable import Desk

@Suite("Who the identity provider vouches for")
struct SignOnAdmissionTests {
  let store: DeskStore
  let settings: SignOnSettings
  private let folder: TemporaryFolder

  /// Gone with the value.
  private final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "accord-desk-\(UUID().uuidString)"
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  init() throws {
    folder = try TemporaryFolder()
    store = try DeskStore(folder: folder.path)
    settings = try SignOnSample.settings("staff-claim: employee.number")
  }

  private func admit(_ changes: [String: Any] = [:]) throws -> Account {
    let claims = PaperProvider.claims(nonce: "n", changes)
    let bytes = try JSONSerialization.data(withJSONObject: claims)
    return try store.admit(
      JSONDecoder().decode(VerifiedClaims.self, from: bytes), settings,
      roles: DeskRoles.all(of: .prosecutor))
  }

  @Test("A claim gives the role; of several the one that may do the most")
  func roles() throws {
    for (groups, role) in [
      (["staff"], "clerk"), (["staff", "accord-attorneys"], "attorney"),
      (["accord-leads"], "supervisor"), (["accord-leads", "staff"], "supervisor"),
    ] {
      let account = try admit(["groups": groups, "employee": ["number": "77"]])
      #expect(account.role == role)
      #expect(account.name == "pat.orrin")
      #expect(account.display == "Pat Orrin")
      #expect(account.staff == "77")
    }
    #expect(try store.accounts().count == 1)
    #expect(try admit(["groups": "staff"]).role == "clerk")
  }

  @Test("Without a role nobody gets in, and whoever lost it is out at once")
  func noRole() throws {
    let account = try admit()
    let token = try store.startSession(of: account.name, at: PaperProvider.now)
    for groups in [["nobody"], [String](), "Staff", NSNull(), ["x": "staff"], 7] as [Any] {
      #expect(throws: SignOnProblem.noRole) { try admit(["groups": groups]) }
    }
    #expect(try store.session(token) == nil)
  }

  @Test("A role that changed ends the sessions that had the other")
  func changedRole() throws {
    let token = try store.startSession(of: try admit().name, at: PaperProvider.now)
    _ = try admit()
    #expect(try store.session(token) != nil)
    _ = try admit(["groups": ["staff"]])
    #expect(try store.session(token) == nil)
  }

  @Test("A name at the provider is not the account of that name here")
  func taken() throws {
    var local = Account(name: "pat.orrin", display: "Local", role: "supervisor", staff: nil)
    local.password = try PasswordHash(of: "a password of this desk")
    try store.save(local)
    #expect(throws: SignOnProblem.nameTaken) { try admit() }
    #expect(try store.account("pat.orrin")?.display == "Local")
  }

  @Test("A person keeps the account whatever they are called later, and nobody takes it over")
  func renamed() throws {
    _ = try admit()
    #expect(try admit(["preferred_username": "pat.castell", "name": "Pat Castell"]).name
      == "pat.orrin")
    #expect(try store.account("pat.orrin")?.display == "Pat Castell")
    #expect(throws: SignOnProblem.nameTaken) { try admit(["sub": "another"]) }
  }

  @Test(
    "A name that cannot be an account's is refused",
    arguments: ["", "a b", "../x", "<script>", "ünï", String(repeating: "x", count: 65)])
  func badName(name: String) throws {
    #expect(throws: SignOnProblem.noName) { try admit(["preferred_username": name]) }
    #expect(try store.accounts().isEmpty)
  }

  @Test("An account of the provider's has no password to guess")
  func noPassword() async throws {
    _ = try admit()
    let signIn = SignIn(store: store)
    for password in ["", "x"] {
      let outcome = try await signIn.check(
        name: "pat.orrin", password: password, code: "", from: "::1", at: PaperProvider.now)
      #expect(outcome == .wrong)
    }
  }

  @Test("What the configuration cannot mean is named")
  func settingsErrors() throws {
    func problem(_ section: String, address: String = "address: https://desk.example") -> String {
      do {
        _ = try DeskSettings.parse(
          StrictYAML.parse(
            "\(address)\nsingle-sign-on:\n"
              + section.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"),
            file: "/desk.yaml"), state: "/state",
          agency: try #require(AgencyID("lakewood-prosecutor")),
          roles: DeskRoles.names(of: .prosecutor))
        return ""
      } catch {
        return "\(error)"
      }
    }
    let good = """
      issuer: https://login.example
      client-id: accord
      role-claim: realm_access.roles
      roles: {attorney: [a]}
      """
    #expect(problem(good) == "")
    #expect(problem(good, address: "idle-minutes: 5").contains("address"))
    #expect(problem(good.replacing("https:", with: "http:")).contains("https://"))
    #expect(problem(good.replacing("https://login.example", with: "http://127.0.0.1:9")) == "")
    #expect(problem(good.replacing("example", with: "example/?a=b")).contains("issuer"))
    #expect(problem(good.replacing("attorney", with: "atorney")).contains("clerk"))
    #expect(problem(good.replacing("{attorney: [a]}", with: "{}")).contains("roles"))
    #expect(problem(good.replacing("realm_access.roles", with: "a..b")).contains("role-claim"))
    #expect(problem(good + "\nclock-skew-seconds: 301").contains("0 to 300"))
    #expect(problem(good + "\nscopes: [\"a b\"]").contains("scope"))
    #expect(problem(good + "\nclient-secret-file: nowhere").contains("client-secret-file"))
  }

  @Test("A claim is found by its path, or whole where its own name has dots")
  func paths() throws {
    let claims = ClaimValue.object([
      "a": .object(["b": .text("deep")]), "https://x.example/roles": .text("whole"),
    ])
    for (path, value) in [("a.b", "deep"), ("https://x.example/roles", "whole"), ("a.c", nil)] {
      let found = try #require(SignOnSettings.ClaimPath(path))
      #expect(found.value(in: claims)?.text == value)
    }
  }
}
