import Foundation
import HubModel
import Operations

/// Resources of one type that a server has, as rows to be polled: those that changed at or after a
/// mark (`_lastUpdated`), page by page, the oldest first.
struct FHIRSearch: PolledSource {
  let server: FHIRServer
  let type: String
  let search: String?
  /// A further resource that each row brings along: `Consent:patient`.
  var include: String?
  private let page = FHIRPage()

  init(server: FHIRServer, type: String, search: String?, include: String? = nil) {
    self.server = server
    self.type = type
    self.search = search
    self.include = include
  }

  /// Of one search; a server decides how much stands on each.
  private static let mostPages = 2_000

  func read(from mark: String?, limit: Int) throws(PolledFailure) -> [PolledRow] {
    do throws(FHIRServer.Failure) {
      let found = try find(since: mark, limit: limit)
      return found.resources.compactMap { resource in
        var document = resource
        if include != nil {
          document = [
            "resourceType": "Bundle", "type": "collection",
            "entry": ([resource] + found.companions(of: resource)).map { ["resource": $0] },
          ]
        }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: document, options: options)).map {
          PolledRow(json: $0, mark: FHIRFound.mark(of: resource))
        }
      }
    } catch {
      throw PolledFailure(error.description, pause: error.pause)
    }
  }

  /// All pages or none: one that is missing fails the whole search, and nothing of it counts.
  private func find(since: String?, limit: Int) throws(FHIRServer.Failure) -> FHIRFound {
    var found = FHIRFound(type: type)
    var next: String? = firstPage(since: since, limit: limit)
    var seen: Set<String> = []
    while let url = next, found.resources.count < limit, seen.count < Self.mostPages {
      guard seen.insert(url).inserted else {
        throw .init(description: "the server's pages go round in a circle", isPassing: false)
      }
      let isFirst = seen.count == 1
      let (body, tag) = try server.get(url, page: isFirst ? page : nil)
      let link = try found.take(body)
      if isFirst { page.remember(url, tag: tag, body) }
      next = try link.map { link throws(FHIRServer.Failure) in
        try address(of: link, from: url)
      }
    }
    try found.sort(isCut: next != nil)
    found.resources = Array(found.resources.prefix(limit))
    return found
  }

  private func firstPage(since: String?, limit: Int) -> String {
    var query = ["_sort=_lastUpdated", "_count=\(min(limit, 200))"]
    if let search { query.append(search) }
    if let include { query.append("_include=\(include)") }
    if let since {
      let safe = since.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      query.append("_lastUpdated=ge\(safe)")
    }
    return "\(server.base)/\(type)?\(query.joined(separator: "&"))"
  }

  /// The token goes to no other server, whatever a page says.
  private func address(
    of link: String, from url: String
  ) throws(FHIRServer.Failure) -> String {
    let base = server.base
    let text = URL(string: link, relativeTo: URL(string: url))?.absoluteString ?? link
    guard [base + "/", base + "?"].contains(where: { text.hasPrefix($0) }) || text == base else {
      throw .init(description: "the next page is on another server", isPassing: false)
    }
    return text
  }
}

/// What the pages of a search hold.
struct FHIRFound {
  let type: String
  var resources: [[String: Any]] = []
  /// Resources of other types that came along, as `Patient/42`.
  private var companions: [String: [String: Any]] = [:]

  init(type: String) { self.type = type }

  static func mark(of resource: [String: Any]) -> String? {
    (resource["meta"] as? [String: Any])?["lastUpdated"] as? String
  }

  /// - Returns: where the next page is.
  mutating func take(_ body: Data) throws(FHIRServer.Failure) -> String? {
    guard let bundle = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any],
      bundle["resourceType"] as? String == "Bundle"
    else {
      throw .init(description: "the server sent no Bundle, or a part of one", isPassing: true)
    }
    for entry in bundle["entry"] as? [[String: Any]] ?? [] {
      guard let resource = entry["resource"] as? [String: Any],
        let kind = resource["resourceType"] as? String
      else { continue }
      if kind == type {
        resources.append(resource)
      } else if let id = resource["id"] as? String {
        companions["\(kind)/\(id)"] = resource
      } else if let words = FHIROutcome.words(of: resource) {
        throw .init(description: "the server searched in part alone (\(words))", isPassing: true)
      }
    }
    let links = bundle["link"] as? [[String: Any]] ?? []
    return links.first { $0["relation"] as? String == "next" }?["url"] as? String
  }

  /// Some servers pass over `_sort`. Where all was read that is put right here; where only a part
  /// was, what is left out would never be asked for again.
  mutating func sort(isCut: Bool) throws(FHIRServer.Failure) {
    let times = resources.map { Self.mark(of: $0).flatMap { WallTime(iso8601: $0) } }
    guard zip(times, times.dropFirst()).contains(where: { Self.isAfter($0, $1) }) else { return }
    guard !isCut else {
      throw .init(
        description: "the server does not sort by _lastUpdated, and has too much for one reading; "
          + "narrow it by 'search'", isPassing: false)
    }
    resources = zip(resources, times).enumerated().sorted { left, right in
      let (one, other) = (left.element.1, right.element.1)
      return Self.isAfter(other, one) || (!Self.isAfter(one, other) && left.offset < right.offset)
    }.map(\.element.0)
  }

  /// What has no time counts as older than everything.
  private static func isAfter(_ one: WallTime?, _ other: WallTime?) -> Bool {
    guard let one else { return false }
    return other.map { one > $0 } ?? true
  }

  /// The patient whom a resource names, where they came along.
  func companions(of resource: [String: Any]) -> [[String: Any]] {
    guard let patient = resource["patient"] as? [String: Any],
      let reference = patient["reference"] as? String
    else { return [] }
    let parts = reference.split(separator: "/").suffix(2)
    return companions[parts.joined(separator: "/")].map { [$0] } ?? []
  }
}
