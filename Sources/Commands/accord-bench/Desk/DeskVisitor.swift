import AdapterKit
import Foundation

/// A person's browser at one desk, as far as a measurement needs one.
final class DeskVisitor {
  struct Answer {
    let reply: CurlRequest.Reply
    /// Milliseconds that the server says it took.
    let took: Double
    var text: String { String(decoding: reply.body, as: UTF8.self) }
  }

  let desk: String
  private let address: String
  private let authorities: String
  private var cookie: String?

  init(_ county: DeskCounty, _ agency: DeskCounty.Agency) throws {
    desk = agency.rawValue.split(separator: "-").last.map(String.init) ?? agency.rawValue
    address = county.address(agency)
    authorities = county.certificate(agency)
    let door = try get("/sign-in")
    keepCookie(of: door)
    let inside = try post(
      "/sign-in",
      [
        ("form-token", try Self.token(door)), ("name", DeskCounty.account),
        ("password", DeskCounty.password),
      ])
    guard inside.reply.status == 303 else {
      throw BenchError("the desk of \(agency.rawValue) let nobody in: \(inside.reply.status)")
    }
    keepCookie(of: inside)
  }

  private func keepCookie(of answer: Answer) {
    cookie = answer.reply.headers["set-cookie"]?.split(separator: ";").first.map(String.init)
  }

  func get(_ path: String) throws -> Answer { try ask(path, body: nil) }

  func post(_ path: String, _ fields: [(String, String)]) throws -> Answer {
    let body = fields.map { name, value in
      "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
    }
    return try ask(path, body: Data(body.joined(separator: "&").utf8))
  }

  private func ask(_ path: String, body: Data?) throws -> Answer {
    var request = CurlRequest(url: address + path)
    request.authorities = authorities
    request.timeoutSeconds = 120
    if let cookie { request.headers.append("Cookie: \(cookie)") }
    if let body {
      request.method = "POST"
      request.headers.append("Content-Type: application/x-www-form-urlencoded")
      request.body = body
    }
    let reply = try request.perform()
    let timing = reply.headers["server-timing"]?.split(separator: "=").last
    guard let took = timing.flatMap({ Double($0) }) else {
      throw BenchError("\(path) was answered \(reply.status), without the server's time")
    }
    guard reply.status < 400 else { throw BenchError("\(path) was answered \(reply.status)") }
    return Answer(reply: reply, took: took)
  }

  static func token(_ answer: Answer) throws -> String {
    guard let match = answer.text.firstMatch(of: /name='form-token' value='([^']+)'/) else {
      throw BenchError("a page has no form")
    }
    return String(match.1)
  }

  /// The first link of a page that begins so.
  static func link(_ start: String, on answer: Answer) throws -> String {
    guard let found = answer.text.range(of: "href='\(start)") else {
      throw BenchError("a page has no link \(start)…")
    }
    let rest = answer.text[found.lowerBound...].dropFirst("href='".count)
    return String(rest.prefix { $0 != "'" }).replacing("&amp;", with: "&")
  }

  /// Asks so often, after some times that do not count.
  func measured(
    _ page: String, samples: Int, limit: Double, _ ask: () throws -> Answer
  ) throws -> DeskFigures.Row {
    for _ in 0..<3 { _ = try ask() }
    var times: [Double] = []
    var bytes = 0
    for _ in 0..<samples {
      let answer = try ask()
      times.append(answer.took)
      bytes = answer.reply.body.count
    }
    times.sort()
    func at(_ share: Double) -> Double {
      times[min(times.count - 1, Int((Double(times.count) * share).rounded(.down)))]
    }
    return DeskFigures.Row(
      desk: desk, page: page, bytes: bytes, p50: at(0.5), p95: at(0.95), p99: at(0.99),
      limit: limit)
  }
}
