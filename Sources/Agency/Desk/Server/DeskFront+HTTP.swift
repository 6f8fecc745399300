import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Between pages and HTTP.
extension DeskFront {
  /// Browsers do not tell ports apart in cookies: two desks on one machine need two names.
  var cookieName: String {
    settings.transport == .plain ? "accord-\(settings.port)" : "__Host-accord-\(settings.port)"
  }

  func cookie(_ token: String, seconds: Int) -> Cookie {
    Cookie(
      name: cookieName, value: token, maxAge: seconds, path: "/",
      secure: settings.transport != .plain, httpOnly: true, sameSite: .lax)
  }

  static func html(_ html: HTML, status: Int) -> Response {
    Response(
      status: HTTPResponse.Status(code: status),
      headers: [.contentType: "text/html; charset=utf-8"],
      body: ResponseBody(byteBuffer: html.text.buffer))
  }

  static func seeOther(_ path: String) -> Response {
    Response(status: .seeOther, headers: [.location: path])
  }

  static func answer(_ document: Document) -> Response {
    var headers: HTTPFields = [.contentType: document.type]
    if let name = document.name {
      headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    }
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.bytes)))
  }

  static func answer(_ asset: DeskAsset) -> Response {
    Response(
      status: .ok, headers: [.contentType: asset.type, .cacheControl: "no-cache"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
  }

  /// The posted form; `nil` where it is too large or no form.
  static func form(_ request: inout Request, largest: Int) async throws -> Form? {
    guard
      request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true,
      let body = try? await request.collectBody(upTo: largest)
    else { return nil }
    return Form(encoded: String(buffer: body))
  }

  /// Whether the browser says that the form comes from a page of this desk. One that says nothing
  /// still has the form's token to show.
  static func isOwn(_ request: Request) -> Bool {
    if let site = HTTPField.Name("sec-fetch-site").flatMap({ request.headers[$0] }) {
      return site == "same-origin" || site == "none"
    }
    guard let origin = request.headers[.origin], origin != "null" else { return true }
    return URL(string: origin)?.authority == request.head.authority
  }

  static func isLive(_ request: Request) -> Bool {
    HTTPField.Name("x-desk-live").map { request.headers[$0] != nil } ?? false
  }

  static func address(of request: Request) -> String {
    request.uri.query.map { "\(request.uri.path)?\($0)" } ?? request.uri.path
  }

  /// A path of this desk; never another site's.
  static func safe(next: String?) -> String {
    guard let next, next.hasPrefix("/"), !next.hasPrefix("//"), !next.contains("\\"),
      next.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { return "/" }
    return next
  }

  /// Who a trusted reverse proxy says it is; believed from its own address alone.
  func proxied(_ request: Request, _ context: DeskContext) -> String? {
    guard let proxy = settings.proxy, proxy.addresses.contains(context.peer),
      let name = HTTPField.Name(proxy.header)
    else { return nil }
    // Two values mean that somebody else set one of them.
    let values = request.headers[values: name]
    return values.count == 1 ? values[0].lowercased() : nil
  }
}

extension URL {
  fileprivate var authority: String? {
    guard let host = host() else { return nil }
    let shown = host.contains(":") ? "[\(host)]" : host
    return port.map { "\(shown):\($0)" } ?? shown
  }
}

extension String {
  var buffer: ByteBuffer { ByteBuffer(string: self) }

  var percentEncoded: String {
    addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}
