import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What a request has besides itself: where it came from.
struct DeskContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let peer: String

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "?"
  }
}

/// What every answer says to the browser: load nothing from elsewhere, run no script of the page's
/// own text, be shown in no frame, keep no copy.
struct SafeHeaders: RouterMiddleware {
  let isTLS: Bool

  static let policy = [
    "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'",
    "connect-src 'self'", "media-src 'self'", "worker-src 'self'", "form-action 'self'",
    "frame-ancestors 'none'", "base-uri 'none'",
  ].joined(separator: "; ")

  func handle(
    _ request: Request, context: DeskContext,
    next: (Request, DeskContext) async throws -> Response
  ) async throws -> Response {
    let started = ContinuousClock.now
    var response = try await next(request, context)
    let took = (ContinuousClock.now - started).components
    let microseconds = took.seconds * 1_000_000 + took.attoseconds / 1_000_000_000_000
    var fields: [(String, String)] = [
      ("content-security-policy", Self.policy), ("x-frame-options", "DENY"),
      ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"),
      ("cross-origin-opener-policy", "same-origin"),
      ("cross-origin-resource-policy", "same-origin"),
      ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ]
    // What this server itself took, for whoever looks why a page is slow.
    fields.append(("server-timing", "desk;dur=\(Double(microseconds) / 1_000)"))
    if isTLS { fields.append(("strict-transport-security", "max-age=31536000")) }
    for (name, value) in fields {
      if let name = HTTPField.Name(name) { response.headers[name] = value }
    }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }
}
