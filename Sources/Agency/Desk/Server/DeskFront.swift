import AdapterKit
import Foundation
import HubModel
import Hummingbird
import Operations

/// The desk's door: knows who comes, lets them where they may go, and shows what a page says.
struct DeskFront<Adapter: AgencyAdapter>: Sendable {
  let office: DeskOffice<Adapter>
  let tabs: [DeskTab]
  let isDemonstration: Bool
  let alarm: @Sendable (Visit) throws -> HTML?
  let roles: [DeskRole]
  let signIn: SignIn
  /// `nil` where the agency has none.
  let signOn: SignOn?

  init(
    office: DeskOffice<Adapter>, tabs: [DeskTab], isDemonstration: Bool,
    alarm: @escaping @Sendable (Visit) throws -> HTML?, roles: [DeskRole]
  ) throws {
    self.office = office
    self.tabs = tabs
    self.isDemonstration = isDemonstration
    self.alarm = alarm
    self.roles = roles
    signIn = SignIn(store: office.store)
    signOn = try SignOn(office.settings, office.store)
  }

  var settings: DeskSettings { office.settings }
  var layout: Layout {
    Layout(
      settings: settings, tabs: tabs, isDemonstration: isDemonstration,
      link: office.host.linkState(), dates: office.host.setting.notices)
  }

  func router(_ routes: DeskRoutes) -> Router<DeskContext> {
    let router = Router(context: DeskContext.self)
    router.addMiddleware { SafeHeaders(isTLS: settings.transport != .plain) }
    for asset in DeskAsset.allCases {
      router.get(RouterPath(asset.path)) { _, _ in Self.answer(asset) }
    }
    router.get("/healthz") { _, _ in Response(status: .ok, body: .init(byteBuffer: "ok\n".buffer)) }
    addWatch(to: router)
    for (path, feed) in routes.feeds {
      router.get(RouterPath(path)) { _, context in
        let secret = context.parameters.get("feed") ?? ""
        guard let document = try feed(secret) else { return Response(status: .notFound) }
        return Self.answer(document)
      }
    }
    router.get("/sign-in") { request, context in try signInPage(request, context) }
    router.post("/sign-in") { request, context in try await signIn(request, context) }
    router.get(RouterPath(Self.signOnPath)) { request, context in
      try await leave(request, context)
    }
    router.get(RouterPath(IdentityProvider.callbackPath)) { request, context in
      try await comeBack(request, context)
    }
    router.get(RouterPath(Self.signedOutPath)) { request, context in
      try await signedOutPage(request, context)
    }
    router.post(RouterPath(Self.providerSignOutPath)) { request, context in
      try await endByProvider(request, context)
    }
    router.post("/sign-out") { request, context in try await signOut(request, context) }
    router.post("/unlock") { request, context in try await unlock(request, context) }
    router.get("/events") { request, context in try events(request, context) }
    for route in routes.all + ownRoutes() {
      let path = RouterPath(route.path)
      router.on(path, method: route.isPost ? .post : .get) { request, context in
        try await answer(route, request, context)
      }
    }
    router.get("/**") { request, context in
      try notFound(request, context)
    }
    return router
  }

  /// The person behind a request, as far as the session says.
  struct Caller {
    let session: Session
    let account: Account
    let role: DeskRole
    let state: Session.State
  }

  func caller(_ request: Request, _ context: DeskContext, at now: WallTime) throws -> Caller? {
    guard let token = request.cookies[cookieName]?.value,
      let (session, account) = try office.store.session(token), !account.isOff,
      let role = roles.first(where: { $0.name == account.role }), isVouchedFor(account)
    else { return nil }
    let state = session.state(at: now, under: settings)
    guard state != .over else { return nil }
    // A reverse proxy asks again by itself: a lock of ours would only be in its way, and somebody
    // whom it does not name has no session here.
    let named = proxied(request, context)
    if let named, named != account.name { return nil }
    let isProxied = named != nil
    return Caller(
      session: session, account: account, role: role, state: isProxied ? .open : state)
  }

  /// Whoever a provider vouched for has a session only while the desk trusts that provider.
  private func isVouchedFor(_ account: Account) -> Bool {
    guard let subject = account.subject else { return true }
    guard let trusted = settings.singleSignOn else { return false }
    return subject.hasPrefix(Account.subject("", of: trusted.issuer))
  }

  // MARK: Pages

  private func answer(
    _ route: DeskRoutes.Route, _ request: Request, _ context: DeskContext
  ) async throws -> Response {
    let now = SystemClock().wall()
    let here = Self.address(of: request)
    guard let caller = try caller(request, context, at: now) else {
      if let response = try enterByProxy(request, context, at: now) { return response }
      return Self.seeOther("/sign-in?next=" + (route.isPost ? "/" : here).percentEncoded)
    }
    let isLocked = caller.state == .locked
    var form = Form()
    var request = request
    if route.isPost {
      guard let posted = try await Self.form(&request, largest: route.largest) else {
        return show(.badForm, caller, at: now)
      }
      form = posted
      guard Self.isOwn(request), form.first(Visit.formField) == caller.session.form else {
        return show(.foreignForm, caller, at: now)
      }
    }
    if isLocked && !route.openWhenLocked {
      return lockedPage(caller, next: route.isPost ? "/" : here, at: now)
    }
    let visit = visit(caller, request, context, form, isLocked: isLocked, at: now)
    // A page that refreshes itself is no sign that somebody is there.
    if !isLocked && !Self.isLive(request) { try office.store.use(caller.session, at: now) }
    if let right = route.right, !caller.role.rights.contains(right) {
      return show(.notAllowed, caller, at: now)
    }
    do {
      return respond(try await route.handler(visit), visit)
    } catch let problem as DeskProblem {
      return show(problem, caller, at: now)
    } catch {
      office.host.setting.log.error(
        "desk page failed", metadata: ["route": "\(route.path)", "error": "\(type(of: error))"])
      return respond(.page(ProblemPages.broken(settings)), visit)
    }
  }

  private func visit(
    _ caller: Caller, _ request: Request, _ context: DeskContext, _ form: Form, isLocked: Bool,
    at now: WallTime
  ) -> Visit {
    var path: [String: String] = [:]
    for (key, value) in context.parameters { path[String(key)] = String(value) }
    return Visit(
      account: caller.account, role: caller.role, now: now, path: path,
      query: Form(encoded: request.uri.query ?? "") ?? Form(), form: form, isLocked: isLocked,
      formToken: caller.session.form, address: Self.address(of: request))
  }

  func respond(_ reply: DeskReply, _ visit: Visit) -> Response {
    switch reply {
    case .page(let page):
      // A page whose warning cannot be made is not shown without it.
      let alarm: HTML?
      do {
        alarm = visit.isLocked ? nil : try self.alarm(visit)
      } catch {
        alarm = Part.warning("Warnings cannot be shown", "<p>Reload this page.</p>")
      }
      let html = layout.whole(page, visit, alarm: alarm)
      return Self.html(html, status: page.status)
    case .seeOther(let path): return Self.seeOther(path)
    case .document(let document): return Self.answer(document)
    }
  }

  func show(_ problem: DeskProblem, _ caller: Caller, at now: WallTime) -> Response {
    let visit = Visit(
      account: caller.account, role: caller.role, now: now, path: [:], query: Form(),
      form: Form(), isLocked: caller.state == .locked, formToken: caller.session.form,
      address: "/")
    return respond(.page(ProblemPages.page(for: problem, settings)), visit)
  }

  private func notFound(_ request: Request, _ context: DeskContext) throws -> Response {
    let now = SystemClock().wall()
    guard let caller = try caller(request, context, at: now) else {
      return Self.seeOther("/sign-in")
    }
    return show(.notFound, caller, at: now)
  }

  // MARK: What every desk has

  private func ownRoutes() -> [DeskRoutes.Route] {
    let routes = DeskRoutes()
    routes.get("/views", .audit) { visit in
      .page(ViewsPage.page(try office.viewings(limit: 500), office.host.setting.notices))
    }
    routes.get("/", nil, openWhenLocked: true) { visit in
      let first = tabs.first { tab in
        visit.may(tab.right) && (!visit.isLocked || tab.openWhenLocked)
      }
      return .seeOther(first?.path ?? tabs.first?.path ?? "/views")
    }
    return routes.all
  }

  /// Tells an open page that something changed; what, it asks for itself.
  private func events(_ request: Request, _ context: DeskContext) throws -> Response {
    guard try caller(request, context, at: SystemClock().wall()) != nil else {
      return Response(status: .unauthorized)
    }
    let beats = LiveBeats(news: office.host.news, linkState: office.host.linkState)
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        try await writer.write("retry: 1000\n\n".buffer)
        for await beat in beats.stream() { try await writer.write(beat.buffer) }
        try await writer.finish(nil)
      })
  }
}
