import Foundation
import HubModel
import Synchronization

/// A server of FHIR R4 by REST: the agency's own records system. Blocks while it asks.
struct FHIRServer: Sendable {
  /// Without a slash at its end.
  var base: String
  var token: String?
  /// Read anew for each request, in place of `token`: such tokens often live for an hour, and
  /// whoever renews one writes the file.
  var tokenFile: String?
  var authorities: String?
  /// Certificate and key by which the server knows the caller, PEM files.
  var identity: (certificate: String, key: String)?
  var timeoutSeconds = 30

  /// Why it did not answer as it should. Holds no word of a resource.
  struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
    let isPassing: Bool
    /// How long the server asked to be left alone (`Retry-After`).
    var pause: Span?
  }

  /// Creates the resource, unless one has that identifier already: whatever somebody has made of
  /// that one since is theirs, and stays (a conditional create).
  /// - Parameter trace: under which the server sees the request.
  func create(
    _ json: Data, _ type: String, system: String, value: String, trace: TraceContext? = nil
  ) throws(Failure) {
    let query = "\(system)|\(value)".addingPercentEncoding(withAllowedCharacters: .alphanumerics)
    var request = try request("\(base)/\(type)")
    request.method = "POST"
    request.headers.append("Content-Type: application/fhir+json; charset=utf-8")
    request.headers.append("If-None-Exist: identifier=\(query ?? "")")
    if let trace { request.headers.append("traceparent: \(trace)") }
    request.body = json
    _ = try answer(request)
  }

  /// - Parameter page: the last answer that was read; where the server knows it to be still right,
  ///   it does not send it again.
  /// - Returns: the answer, and the server's mark of it.
  func get(_ url: String, page: FHIRPage? = nil) throws(Failure) -> (body: Data, tag: String?) {
    var request = try request(url)
    // A search parameter that the server does not know must fail: passed over, it would bring
    // resources that nobody asked for.
    request.headers.append("Prefer: handling=strict")
    let known = page?.known(url)
    if let known { request.headers.append("If-None-Match: \(known.tag)") }
    let reply = try answer(request)
    if reply.status == 304, let known { return (known.body, known.tag) }
    return (reply.body, reply.headers["etag"])
  }

  private func request(_ url: String) throws(Failure) -> CurlRequest {
    var request = CurlRequest(url: url)
    request.headers = ["Accept: application/fhir+json"]
    if let token = try bearer() { request.headers.append("Authorization: Bearer \(token)") }
    request.authorities = authorities
    request.identity = identity
    request.timeoutSeconds = timeoutSeconds
    return request
  }

  private func bearer() throws(Failure) -> String? {
    guard let tokenFile else { return token }
    guard let line = SecretLine.line(of: tokenFile) else {
      throw Failure(description: "the token file is empty or cannot be read", isPassing: true)
    }
    return line
  }

  private func answer(_ request: CurlRequest) throws(Failure) -> CurlRequest.Reply {
    let reply: CurlRequest.Reply
    do throws(CurlRequest.Failure) {
      reply = try request.perform()
    } catch {
      throw Failure(description: "the server was not reached: \(error)", isPassing: true)
    }
    if (200..<300).contains(reply.status) || reply.status == 304 { return reply }
    let said = FHIROutcome.words(of: reply.body).map { " (\($0))" } ?? ""
    switch reply.status {
    case 401, 403, 408, 409, 425, 429, 500...:
      throw Failure(
        description: "the server answered \(reply.status)\(said)", isPassing: true,
        pause: reply.headers["retry-after"].flatMap { Int64($0) }
          .flatMap { $0 > 0 && $0 <= 86_400 ? .seconds($0) : nil })
    default:
      throw Failure(description: "the server refused with \(reply.status)\(said)", isPassing: false)
    }
  }
}

/// The last answer to a search, and the server's mark of it (ETag). Kept in memory alone.
final class FHIRPage: Sendable {
  /// Larger ones are asked for again.
  private static let largest = 1 << 20
  private let kept = Mutex<(url: String, tag: String, body: Data)?>(nil)

  func known(_ url: String) -> (tag: String, body: Data)? {
    kept.withLock { kept in
      guard let kept, kept.url == url else { return nil }
      return (kept.tag, kept.body)
    }
  }

  /// Remembers an answer that could be read to its end; a part would come for ever.
  func remember(_ url: String, tag: String?, _ body: Data) {
    kept.withLock { kept in
      guard let tag, tag.wholeMatch(of: /(W\/)?"[\x21\x23-\x7e]{0,200}"/) != nil,
        body.count <= Self.largest
      else { return kept = nil }
      kept = (url, tag, body)
    }
  }
}
