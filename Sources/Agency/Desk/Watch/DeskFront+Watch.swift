import AdapterKit
import HTTPTypes
import Hummingbird
import NIOCore
import Operations

/// How the daemon does, for a service manager and a monitoring system: without an account, but
/// only on the machine itself or with the scrape token.
extension DeskFront {
  func addWatch(to router: Router<DeskContext>) {
    router.get("/live") { _, _ in Self.plain("live\n") }
    guarded(router, "/ready") { health in
      let readiness = health.readiness
      return Self.plain(readiness.text, HTTPResponse.Status(code: readiness.status))
    }
    guarded(router, "/metrics") { health in
      Self.plain(AdapterMetric.text(health), type: Exposition.contentType)
    }
  }

  private func guarded(
    _ router: Router<DeskContext>, _ path: RouterPath,
    _ answer: @escaping @Sendable (AdapterHealth) -> Response
  ) {
    let (admission, host) = (office.scraping, office.host)
    router.get(path) { request, context in
      let isAdmitted = admission.admits(peer: context.peer, host: request.head.authority) { name in
        HTTPField.Name(name).flatMap { request.headers[$0] }
      }
      guard isAdmitted else { return Self.plain(ScrapeGuard.refusal, .forbidden) }
      return answer(try host.health())
    }
  }

  private static func plain(
    _ text: String, _ status: HTTPResponse.Status = .ok,
    type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
