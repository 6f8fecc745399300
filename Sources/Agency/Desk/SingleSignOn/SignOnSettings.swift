import AdapterKit
import Foundation
public import HubModel
import Operations

/// The section `single-sign-on` of a desk: the agency's own identity provider (OpenID Connect), and
/// who of its people has which role here.
public struct SignOnSettings: Sendable, Hashable {
  /// The claim that tells a role, as its place in the token: `groups`, `realm_access.roles`.
  public struct ClaimPath: Sendable, Hashable {
    let parts: [String]
  }

  /// A role of the desk, and the values of the claim that give it.
  public struct Grant: Sendable, Hashable {
    public var role: String
    public var values: Set<String>
  }

  /// Exactly as the provider calls itself; its discovery document lies below.
  public var issuer: String
  public var client: String
  /// `nil` for a public client, which proves itself by PKCE alone.
  var secret: String?
  /// PEM file of the authorities that vouch for the provider; the system's where there is none.
  public var authorities: String?
  /// What people call it; on the button.
  public var name: String
  /// Asked for beside `openid`.
  public var scopes: [String]
  public var roleClaim: ClaimPath
  public var roles: [Grant]
  /// Whose value is the account's name at this desk.
  public var nameClaim: ClaimPath
  /// Whose value is the person's code in the rota or records system.
  public var staffClaim: ClaimPath?
  /// By how much the provider's clock may differ from ours.
  public var skew: Span

  /// - Parameter known: the roles of this agency's desk.
  init?(_ fields: YAMLFields, known: [String]) {
    let issuer = fields.required("issuer", .webAddress(schemes: ["https", "http"]))
    let client = fields.required("client-id", .text(largest: 200))
    secret = SecretLine.read("client-secret-file", of: fields)
    authorities = fields.optional("ca-file", .path)
    name = fields.value("name", .text(largest: 60), default: "single sign-on")
    scopes = fields.value(
      "scopes", .list(of: .scopeName, count: 0...20), default: ["profile"])
    let roleClaim = fields.required("role-claim", .claimPath)
    roles = Self.roles(fields, known: known)
    nameClaim = fields.value(
      "name-claim", .claimPath, default: ClaimPath(parts: ["preferred_username"]))
    staffClaim = fields.optional("staff-claim", .claimPath)
    skew = .seconds(
      Int64(fields.value("clock-skew-seconds", .integer(0...300), default: 60)))
    guard let issuer, let client, let roleClaim, !roles.isEmpty else { return nil }
    if !Self.isSafe(issuer) {
      fields.report("issuer", "must begin with https://, but for a provider on this machine")
      return nil
    }
    if issuer.contains("?") || issuer.contains("#") {
      fields.report("issuer", "must have no '?' and no '#'")
      return nil
    }
    (self.issuer, self.client, self.roleClaim) = (issuer, client, roleClaim)
  }

  private static func roles(_ fields: YAMLFields, known: [String]) -> [Grant] {
    let read = fields.required(
      "roles", .keyed(byTextOf: .list(of: .text(largest: 200), count: 1...100)))
    guard let read else { return [] }
    if read.isEmpty { fields.report("roles", "must name a role, and values that give it") }
    for entry in read where !known.contains(entry.key) {
      fields.report("roles", "knows \(known.joined(separator: ", ")), not \(entry.key)")
    }
    return read.map { Grant(role: $0.key, values: Set($0.value)) }
  }

  /// Whether what is sent to that address cannot be read on the way: TLS, or this machine.
  static func isSafe(_ address: String) -> Bool {
    guard let url = URL(string: address), let host = url.host, !host.isEmpty,
      url.user == nil, url.fragment == nil
    else { return false }
    return url.scheme == "https"
      || url.scheme == "http" && ["127.0.0.1", "::1", "localhost"].contains(host)
  }

  /// The role that counts for those values: of several, the one that may do the most.
  func role(for values: Set<String>, among roles: [DeskRole]) -> DeskRole? {
    let granted = Set(self.roles.filter { !$0.values.isDisjoint(with: values) }.map(\.role))
    return roles.filter { granted.contains($0.name) }.max { $0.rights.count < $1.rights.count }
  }
}

extension SignOnSettings.ClaimPath {
  init?(_ text: String) {
    parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 8, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
  }

  /// A claim whose own name has dots (`https://county.example/roles`) is found whole.
  func value(in claims: ClaimValue) -> ClaimValue? {
    if case .object(let members) = claims, let whole = members[text] { return whole }
    var found = claims
    for part in parts {
      guard case .object(let members) = found, let next = members[part] else { return nil }
      found = next
    }
    return found
  }

  var text: String { parts.joined(separator: ".") }
}

extension YAMLValue where Value == SignOnSettings.ClaimPath {
  static var claimPath: YAMLValue {
    scalar("the name of a claim, as groups or realm_access.roles") {
      $0.utf8.count <= 200 ? SignOnSettings.ClaimPath($0) : nil
    }
  }
}

extension YAMLValue where Value == String {
  /// RFC 6749, section 3.3.
  static var scopeName: YAMLValue {
    scalar("a scope, as profile") { text in
      (1...100).contains(text.utf8.count)
        && text.utf8.allSatisfy { (33...126).contains($0) && $0 != 34 && $0 != 92 } ? text : nil
    }
  }
}
