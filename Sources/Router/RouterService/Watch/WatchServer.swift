import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Operations
import ServiceLifecycle
import Synchronization

/// Serves what the ``Watcher`` sees: `/live` and `/ready` for a service manager or load balancer,
/// `/metrics` for a monitoring system, and a page for people. It only reads; and when its port is
/// taken or it fails, the router goes on and it tries again.
final class WatchServer: Sendable {
  private let settings: HealthSettings
  private let program: String
  private let watcher: Watcher
  private let admission: ScrapeGuard
  private let log: Logger
  private let task = Mutex<Task<Void, Never>?>(nil)
  private static let pause: Duration = .seconds(5)

  /// - Throws: where the scrape token cannot be read.
  init(
    _ settings: HealthSettings, program: String, watcher: Watcher, log: Logger
  ) throws(ConfigurationError) {
    self.settings = settings
    self.program = program
    self.watcher = watcher
    self.log = log
    admission = try ScrapeGuard(tokenFile: settings.tokenFile, trustsThisMachine: true)
  }

  func start() {
    guard settings.isOn else { return }
    let running = Task { [self] in
      var isToldOf = false
      while !Task.isCancelled {
        do {
          try await serve()
        } catch {
          if !isToldOf, !Task.isCancelled {
            log.error(
              "health and metrics cannot be served; the router goes on without, and tries again",
              metadata: [
                "address": "\(settings.bind):\(settings.port)", "error": "\(error)",
                "remedy": "give 'health' in router.yaml a port that is free",
              ])
          }
          isToldOf = true
        }
        try? await Task.sleep(for: Self.pause)
      }
    }
    task.withLock { $0 = running }
  }

  func stop() {
    task.withLock { $0?.cancel() }
  }

  private func serve() async throws {
    var quiet = Logger(label: "health")
    quiet.logLevel = .critical
    let application = Application(
      router: router(), server: .http1(),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.bind, port: Int(settings.port)), serverName: nil),
      onServerRunning: { [self] _ in
        log.info(
          "health and metrics are served",
          metadata: ["address": "\(settings.bind):\(settings.port)"])
      }, logger: quiet)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: [application], logger: quiet))
    try await withTaskCancellationHandler {
      try await group.run()
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  // MARK: Answers

  private func router() -> Router<WatchContext> {
    let router = Router(context: WatchContext.self)
    router.addMiddleware { WatchHeaders() }
    // Tells nothing but that it answers: anybody who reaches the port may know that.
    router.get("/live") { [watcher] _, _ in
      watcher.turnAge < Watcher.Sample.hungTurn
        ? Self.answer("live\n") : Self.answer("not live\n", .serviceUnavailable)
    }
    guarded(router, "/ready") { sample in
      let readiness = sample.readiness
      return Self.answer(readiness.text, HTTPResponse.Status(code: readiness.status))
    }
    guarded(router, "/metrics") { [watcher] sample in
      Self.answer(
        RouterExposition.text(sample, watcher.metrics), type: Exposition.contentType)
    }
    guarded(router, "/") { [program, watcher] sample in
      Self.answer(
        StatusPage(sample, program: program, metrics: watcher.metrics).text,
        type: "text/html; charset=utf-8")
    }
    router.get("/status.css") { _, _ in Self.answer(StatusStyle.text, type: "text/css") }
    return router
  }

  private func guarded(
    _ router: Router<WatchContext>, _ path: RouterPath,
    _ answer: @escaping @Sendable (Watcher.Sample) -> Response
  ) {
    router.get(path) { [admission, watcher] request, context in
      let isAdmitted = admission.admits(peer: context.peer, host: request.head.authority) { name in
        HTTPField.Name(name).flatMap { request.headers[$0] }
      }
      guard isAdmitted else { return Self.answer(ScrapeGuard.refusal, .forbidden) }
      return answer(await watcher.sample())
    }
  }

  private static func answer(
    _ text: String, _ status: HTTPResponse.Status = .ok,
    type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

/// What a request has besides itself: where it came from.
private struct WatchContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let peer: String

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "?"
  }
}

/// The page loads its own style and nothing else, runs nothing, and stands in no frame.
private struct WatchHeaders: RouterMiddleware {
  private static let fields: [(String, String)] = [
    (
      "content-security-policy",
      "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; "
        + "base-uri 'none'"
    ),
    ("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"), ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"), ("cache-control", "no-store"),
  ]

  func handle(
    _ request: Request, context: WatchContext,
    next: (Request, WatchContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    for (name, value) in Self.fields {
      if let name = HTTPField.Name(name) { response.headers[name] = value }
    }
    return response
  }
}
