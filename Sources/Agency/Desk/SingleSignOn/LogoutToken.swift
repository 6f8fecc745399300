import HubModel

/// Whose sessions the identity provider ends.
struct SignOutOrder: Sendable, Hashable {
  /// `sub`: the person; `nil` where the token names a session alone.
  let subject: String?
  /// `sid`: one session at the provider; `nil` for all of the person's.
  let session: String?
}

/// What a logout token must fit (OpenID Connect Back-Channel Logout 1.0, section 2.6).
struct LogoutExpectation: Sendable {
  let issuer: String
  let client: String
  let skew: Span

  /// What makes a token one of this kind (section 2.4).
  static let event = "http://schemas.openid.net/event/backchannel-logout"
  /// Bytes of the posted form.
  static let largest = 16 << 10
  private static let longestText = 255

  /// How long a token's `jti` is remembered: as long as the token could count again.
  var remembered: Span {
    Span(milliseconds: TokenExpectation.longestAge.milliseconds + 2 * skew.milliseconds)
  }

  /// - Returns: whose sessions end, and the token's own name, by which it counts once.
  func check(
    _ claims: [String: ClaimValue], at now: WallTime
  ) throws(SignOnProblem) -> (order: SignOutOrder, name: String) {
    guard claims["iss"]?.text == issuer else { throw .signOut("its issuer (iss) is another") }
    guard claims["aud"]?.texts.contains(client) == true else {
      throw .signOut("its audience (aud) is another client")
    }
    // An ID token has one; without this, it could be replayed as an order to sign out.
    guard claims["nonce"] == nil else { throw .signOut("it has a nonce, as no such token may") }
    guard case .object(let events)? = claims["events"], case .object? = events[Self.event] else {
      throw .signOut("it does not say that it is one (events)")
    }
    let early = now + Span(milliseconds: -skew.milliseconds)
    guard let issued = claims["iat"]?.time, issued <= now + skew,
      issued >= early + Span(milliseconds: -TokenExpectation.longestAge.milliseconds)
    else { throw .signOut("it was not issued just now (iat), or the clocks differ") }
    // Asked for since the final text; providers of before give none, and the age bounds them.
    if let ends = claims["exp"] {
      guard let ends = ends.time, ends > early else {
        throw .signOut("it has expired (exp), or the clocks differ")
      }
    }
    let order = SignOutOrder(
      subject: try Self.text("sub", of: claims), session: try Self.text("sid", of: claims))
    guard order.subject != nil || order.session != nil else {
      throw .signOut("it names neither a person (sub) nor a session (sid)")
    }
    guard let name = try Self.text("jti", of: claims) else {
      throw .signOut("it has no name of its own (jti)")
    }
    return (order, name)
  }

  private static func text(
    _ name: String, of claims: [String: ClaimValue]
  ) throws(SignOnProblem) -> String? {
    guard let claim = claims[name] else { return nil }
    guard let text = claim.text, (1...longestText).contains(text.utf8.count) else {
      throw .signOut("a claim in it is no text, or too long (\(name))")
    }
    return text
  }
}
