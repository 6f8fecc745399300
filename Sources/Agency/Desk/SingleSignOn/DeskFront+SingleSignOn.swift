import AdapterKit
import Crypto
import Foundation
import HubModel
import Hummingbird
import Operations

/// Signing in by the agency's own identity provider (OpenID Connect, authorization code with PKCE).
extension DeskFront {
  static var signOnPath: String { "/sign-in/sso" }
  static var signedOutPath: String { "/signed-out" }

  private var tripCookie: String { cookieName + "-sso" }
  /// Somebody signed out here: the provider must not let the next one in on their session.
  private var leftCookie: String { cookieName + "-left" }

  /// Closed to scripts; sent when the provider sends the browser back, unlike a strict one.
  private func signOnCookie(_ name: String, _ value: String, seconds: Int) -> Cookie {
    Cookie(
      name: name, value: value, maxAge: seconds, path: "/",
      secure: settings.transport != .plain, httpOnly: true, sameSite: .lax)
  }

  func leave(_ request: Request, _ context: DeskContext) async throws -> Response {
    guard let signOn else { return Self.seeOther("/sign-in") }
    let now = SystemClock().wall()
    let query = Form(encoded: request.uri.query ?? "") ?? Form()
    let isAgain = query.has("again") || request.cookies[leftCookie] != nil
    let trip = SignOnTrip(
      next: Self.safe(next: query.first("next")), isAgain: isAgain, at: now)
    do throws(SignOnProblem) {
      let address = try await signOn.provider.address(for: trip, at: now)
      var response = Self.seeOther(address)
      let seconds = Int(SignOnTrip.longest.milliseconds / 1_000)
      guard let sealed = try? trip.sealed(with: signOn.key) else { throw .stranger }
      response.setCookie(signOnCookie(tripCookie, sealed, seconds: seconds))
      return response
    } catch {
      return refuse(error, context, next: trip.next)
    }
  }

  func comeBack(_ request: Request, _ context: DeskContext) async throws -> Response {
    guard let signOn else { return Self.seeOther("/sign-in") }
    let now = SystemClock().wall()
    let query = Form(encoded: request.uri.query ?? "") ?? Form()
    let trip = SignOnTrip(
      sealed: request.cookies[tripCookie]?.value, with: signOn.key, at: now)
    if let until = await signIn.wait(for: context.peer, at: now) {
      return waitPage(until: until, next: trip?.next ?? "/", context, at: now)
    }
    let account: Account
    let session: String?
    do {
      (account, session) = try await admit(query, trip, signOn, at: now)
    } catch let problem as SignOnProblem {
      await signIn.note(context.peer, at: now)
      var response = refuse(problem, context, next: trip?.next ?? "/")
      if problem != .stranger { response.setCookie(signOnCookie(tripCookie, "", seconds: 0)) }
      return response
    }
    office.host.setting.log.notice(
      "signed in", metadata: ["account": "\(account.name)", "by": "single sign-on"])
    let next = trip?.next ?? "/"
    var response: Response
    if let caller = try caller(request, context, at: now), caller.account.name == account.name {
      try office.store.unlock(caller.session, at: now)
      try office.store.name(caller.session, session)
      response = Self.seeOther(next)
    } else {
      response = try enter(account, next: next, at: now, session: session)
    }
    for name in [tripCookie, leftCookie] {
      response.setCookie(signOnCookie(name, "", seconds: 0))
    }
    return response
  }

  /// Who the provider says it is, and what it calls its own session (`sid`), where it does.
  private func admit(
    _ query: Form, _ trip: SignOnTrip?, _ signOn: SignOn, at now: WallTime
  ) async throws -> (Account, session: String?) {
    guard let trip, let state = query.first("state"), query.all("state").count == 1,
      TokenExpectation.isSame(state, trip.state)
    else { throw SignOnProblem.stranger }
    let provider = signOn.provider
    try await provider.note(trip, at: now)
    try await provider.check(issuer: query.first("iss"), at: now)
    guard query.all("code").count == 1, let code = query.text("code"), !query.has("error") else {
      throw SignOnProblem.refused
    }
    let claims = try await provider.redeem(code, trip, at: now)
    return (
      try office.store.admit(claims, provider.settings, roles: roles),
      claims.members["sid"]?.text
    )
  }

  private func refuse(
    _ problem: SignOnProblem, _ context: DeskContext, next: String
  ) -> Response {
    office.host.setting.log.warning(
      "sign-in refused",
      metadata: [
        "from": "\(context.peer)", "why": "\(problem.words)", "code": "\(problem.stableCode)",
      ])
    let page = SignOnPages.page(for: problem, settings, next: next)
    return Self.html(layout.outside(page), status: page.status)
  }

  // MARK: Leaving for good

  /// After the desk's own session is over: the provider's may go on.
  func signedOutPage(_ request: Request, _ context: DeskContext) async throws -> Response {
    guard let signOn else { return Self.seeOther("/sign-in") }
    let address = await signOn.provider.signOutAddress(
      back: settings.address + "/sign-in", at: SystemClock().wall())
    return Self.html(layout.outside(SignOnPages.signedOut(settings, address)), status: 200)
  }

  /// Makes the next sign-in of this browser ask again.
  func markLeft(_ response: inout Response) {
    let seconds = Int(settings.longest.milliseconds / 1_000)
    response.setCookie(signOnCookie(leftCookie, "1", seconds: seconds))
  }
}

/// What the door needs for it.
struct SignOn: Sendable {
  let provider: IdentityProvider
  /// Seals what browsers carry.
  let key: SymmetricKey

  /// - Returns: `nil` where the desk has no single sign-on.
  init?(_ settings: DeskSettings, _ store: DeskStore) throws {
    guard let section = settings.singleSignOn else { return nil }
    let key = try store.secret("single-sign-on") { Data(Randomness.bytes(32)) }
    self.key = SymmetricKey(data: key)
    provider = IdentityProvider(
      section, redirect: settings.address + IdentityProvider.callbackPath)
  }
}

extension DeskStore {
  /// The account of whom the provider vouches for; made at the first sign-in, and brought up to
  /// date at each.
  func admit(
    _ claims: VerifiedClaims, _ settings: SignOnSettings, roles: [DeskRole]
  ) throws -> Account {
    let subject = Account.subject(claims.members["sub"]?.text ?? "", of: settings.issuer)
    let known = try account(subject: subject)
    let values = claims.value(settings.roleClaim)?.texts ?? []
    guard let role = settings.role(for: values, among: roles) else {
      // Whoever lost the role is out at once, wherever they are signed in.
      if let known { try endSessions(of: known.name) }
      throw SignOnProblem.noRole
    }
    if known?.isOff == true { throw SignOnProblem.isOff }
    let name = known?.name ?? claims.value(settings.nameClaim)?.text?.lowercased() ?? ""
    guard Account.isName(name) else { throw SignOnProblem.noName }
    // The same name at the provider is not the same person here: a local account stays its owner's.
    if known == nil, try account(name) != nil { throw SignOnProblem.nameTaken }
    var account = known ?? Account(name: name, display: name, role: role.name, staff: nil)
    account.subject = subject
    if account.role != role.name { try endSessions(of: name) }
    account.role = role.name
    account.display = Self.shown(claims.members["name"]?.text) ?? name
    account.staff = settings.staffClaim.flatMap { Self.shown(claims.value($0)?.text) }
    try save(account)
    return account
  }

  private static func shown(_ text: String?) -> String? {
    let line = text?.filter { !$0.isNewline }.trimmingCharacters(in: .whitespaces) ?? ""
    return line.isEmpty ? nil : String(line.prefix(80))
  }

  func account(subject: String) throws -> Account? {
    try queue.read { database in
      try Account.fetchOne(
        database, sql: "SELECT * FROM account WHERE subject = ?", arguments: [subject])
    }
  }
}
