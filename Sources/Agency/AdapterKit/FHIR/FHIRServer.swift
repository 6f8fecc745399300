import Foundation

/// A server of FHIR R4 by REST: the agency's own records system. Blocks while it asks.
struct FHIRServer: Sendable {
  /// Without a slash at its end.
  var base: String
  var token: String?
  var authorities: String?
  var timeoutSeconds = 30

  /// Pages of one search.
  private static let mostPages = 200

  /// Why it did not answer as it should. Holds no word of a resource.
  struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
    let isPassing: Bool
  }

  /// Creates the resource, or replaces the one with the same identifier (a conditional update).
  func put(_ json: Data, _ type: String, system: String, value: String) throws(Failure) {
    let query = "\(system)|\(value)".addingPercentEncoding(withAllowedCharacters: .alphanumerics)
    var request = request("\(base)/\(type)?identifier=\(query ?? "")")
    request.method = "PUT"
    request.headers.append("Content-Type: application/fhir+json; charset=utf-8")
    request.body = json
    _ = try answer(request)
  }

  /// Resources of a type that changed at or after a moment, each as it stands, the oldest first.
  func resources(
    _ type: String, search: String?, since: String?, limit: Int
  ) throws(Failure) -> [[String: Any]] {
    var query = ["_sort=_lastUpdated", "_count=\(min(limit, 200))"]
    if let search { query.append(search) }
    if let since {
      let safe = since.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      query.append("_lastUpdated=ge\(safe)")
    }
    var next: String? = "\(base)/\(type)?\(query.joined(separator: "&"))"
    var found: [[String: Any]] = []
    for _ in 0..<Self.mostPages {
      guard let url = next, found.count < limit else { break }
      let body = try answer(request(url))
      guard let bundle = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any],
        bundle["resourceType"] as? String == "Bundle"
      else { throw Failure(description: "the server sent no Bundle", isPassing: true) }
      let entries = bundle["entry"] as? [[String: Any]] ?? []
      found += entries.compactMap { $0["resource"] as? [String: Any] }
        .filter { $0["resourceType"] as? String == type }
      let links = bundle["link"] as? [[String: Any]] ?? []
      next = links.first { $0["relation"] as? String == "next" }?["url"] as? String
      // The token goes to no other server, whatever a page says.
      if let link = next, !link.hasPrefix(base + "/"), !link.hasPrefix(base + "?") {
        throw Failure(description: "the next page is on another server", isPassing: false)
      }
    }
    return Array(found.prefix(limit))
  }

  private func request(_ url: String) -> CurlRequest {
    var request = CurlRequest(url: url)
    request.headers = ["Accept: application/fhir+json"]
    if let token { request.headers.append("Authorization: Bearer \(token)") }
    request.authorities = authorities
    request.timeoutSeconds = timeoutSeconds
    return request
  }

  private func answer(_ request: CurlRequest) throws(Failure) -> Data {
    let reply: CurlRequest.Reply
    do throws(CurlRequest.Failure) {
      reply = try request.perform()
    } catch {
      throw Failure(description: "the server was not reached: \(error)", isPassing: true)
    }
    switch reply.status {
    case 200..<300: return reply.body
    case 401, 403, 408, 409, 425, 429, 500...:
      throw Failure(description: "the server answered \(reply.status)", isPassing: true)
    default: throw Failure(description: "the server refused with \(reply.status)", isPassing: false)
    }
  }
}

/// Resources of one type, as rows to be polled.
struct FHIRSearch: PolledSource {
  let server: FHIRServer
  let type: String
  let search: String?

  func read(from mark: String?, limit: Int) throws(PolledFailure) -> [PolledRow] {
    let found: [[String: Any]]
    do throws(FHIRServer.Failure) {
      found = try server.resources(type, search: search, since: mark, limit: limit)
    } catch {
      throw PolledFailure(error.description)
    }
    return found.compactMap { resource in
      let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
      guard let json = try? JSONSerialization.data(withJSONObject: resource, options: options)
      else { return nil }
      let meta = resource["meta"] as? [String: Any]
      return PolledRow(json: json, mark: meta?["lastUpdated"] as? String)
    }
  }
}
