import AdapterKit
import Foundation
import HubModel
import Hummingbird
import Operations

/// Signing in, out, and on after a pause.
extension DeskFront {
  /// Lasts as long as somebody takes to sign in; binds the form to the browser it was shown in.
  private var doorCookie: String { cookieName + "-door" }

  private func door(_ token: String) -> Cookie {
    Cookie(
      name: doorCookie, value: token, maxAge: 3_600, path: "/",
      secure: settings.transport != .plain, httpOnly: true, sameSite: .strict)
  }

  func signInPage(_ request: Request, _ context: DeskContext) throws -> Response {
    let now = SystemClock().wall()
    let next = Self.safe(next: Form(encoded: request.uri.query ?? "")?.first("next"))
    if try caller(request, context, at: now) != nil { return Self.seeOther(next) }
    if let response = try enterByProxy(request, context, at: now) { return response }
    return showSignIn(next: next, problem: nil)
  }

  private func showSignIn(next: String, problem: String?, status: Int = 200) -> Response {
    let token = Randomness.text(bytes: 16)
    let page = SignInPages.signIn(settings, token: token, next: next, problem: problem)
    var response = Self.html(layout.outside(page), status: status)
    response.setCookie(door(token))
    return response
  }

  func signIn(_ request: Request, _ context: DeskContext) async throws -> Response {
    var request = request
    let now = SystemClock().wall()
    guard let form = try await Self.form(&request, largest: 8 << 10) else {
      return showSignIn(next: "/", problem: "The form could not be read.", status: 400)
    }
    let next = Self.safe(next: form.first("next"))
    guard Self.isOwn(request), let token = form.first(Visit.formField),
      token.count == 32, token == request.cookies[doorCookie]?.value
    else {
      return showSignIn(
        next: next, problem: "This page was open too long. Please sign in again.", status: 403)
    }
    let name = (form.text("name") ?? "").lowercased()
    let outcome = try await signIn.check(
      name: name, password: form.first("password") ?? "", code: form.text("code") ?? "",
      from: context.peer, at: now)
    switch outcome {
    case .welcome(let account):
      office.host.setting.log.notice("signed in", metadata: ["account": "\(account.name)"])
      return try enter(account, next: next, at: now)
    case .wrong:
      office.host.setting.log.warning("sign-in refused", metadata: ["from": "\(context.peer)"])
      return showSignIn(
        next: next,
        problem: "Name, password and code do not fit together. Check them and try again.",
        status: 401)
    case .wait(let until):
      office.host.setting.log.warning(
        "sign-in has to wait", metadata: ["from": "\(context.peer)"])
      return waitPage(until: until, next: next, context, at: now)
    }
  }

  func waitPage(
    until: WallTime, next: String, _ context: DeskContext, at now: WallTime
  ) -> Response {
    let minutes = max(1, ((until - now).milliseconds + 59_999) / 60_000)
    return showSignIn(
      next: next,
      problem: "Too many tries did not fit. Try again in \(minutes) min, or ask your "
        + "administrator for a new password.", status: 429)
  }

  /// - Parameter session: what the identity provider calls its own.
  func enter(
    _ account: Account, next: String, at now: WallTime, session: String? = nil
  ) throws -> Response {
    let token = try office.store.startSession(of: account.name, at: now, named: session)
    var response = Self.seeOther(next)
    response.setCookie(cookie(token, seconds: Int(settings.longest.milliseconds / 1_000)))
    return response
  }

  /// A reverse proxy has signed the person in: the desk asks only who it is.
  func enterByProxy(
    _ request: Request, _ context: DeskContext, at now: WallTime
  ) throws -> Response? {
    guard let name = proxied(request, context), Account.isName(name),
      let account = try office.store.account(name), !account.isOff
    else { return nil }
    return try enter(
      account, next: request.method == .get ? Self.address(of: request) : "/", at: now)
  }

  func signOut(_ request: Request, _ context: DeskContext) async throws -> Response {
    var request = request
    let caller = try caller(request, context, at: SystemClock().wall())
    guard let caller, let form = try await Self.form(&request, largest: 8 << 10),
      form.first(Visit.formField) == caller.session.form
    else { return Self.seeOther("/") }
    try office.store.end(caller.session)
    let isElsewhereToo = caller.account.subject != nil
    var response = Self.seeOther(isElsewhereToo ? Self.signedOutPath : "/sign-in")
    response.setCookie(cookie("", seconds: 0))
    if isElsewhereToo { markLeft(&response) }
    return response
  }

  // MARK: The lock

  func lockedPage(
    _ caller: Caller, next: String, problem: String? = nil, at now: WallTime
  ) -> Response {
    let visit = Visit(
      account: caller.account, role: caller.role, now: now, path: [:], query: Form(),
      form: Form(), isLocked: true, formToken: caller.session.form, address: next)
    let page = SignInPages.locked(settings, visit, next: next, problem: problem)
    return respond(.page(page), visit)
  }

  func unlock(_ request: Request, _ context: DeskContext) async throws -> Response {
    var request = request
    let now = SystemClock().wall()
    guard let caller = try caller(request, context, at: now) else {
      return Self.seeOther("/sign-in")
    }
    guard let form = try await Self.form(&request, largest: 8 << 10), Self.isOwn(request),
      form.first(Visit.formField) == caller.session.form
    else { return show(.foreignForm, caller, at: now) }
    let next = Self.safe(next: form.first("next"))
    switch try await signIn.unlock(
      caller.account, password: form.first("password") ?? "", at: now)
    {
    case .welcome:
      try office.store.unlock(caller.session, at: now)
      return Self.seeOther(next)
    case .wrong:
      return lockedPage(caller, next: next, problem: "The password does not fit.", at: now)
    case .wait:
      return lockedPage(
        caller, next: next, problem: "Too many tries. Wait a quarter of an hour, or sign out.",
        at: now)
    }
  }
}
