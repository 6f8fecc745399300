import Crypto
import Foundation
import HubModel

/// A webhook: a CloudEvents JSON document, signed as the *Standard Webhooks* specification says, so
/// that whoever receives it can check it with a library of their language.
struct WebhookChannel: NoticeChannel {
  /// Of the secret: HMAC-SHA-256's own block is more than enough.
  static let secretBytes = 24...64

  var secret: [UInt8]
  var authorities: String?
  var identity: (certificate: String, key: String)?
  var timeoutSeconds = 15

  private struct Event: Encodable {
    struct Content: Encodable {
      var waits: [String: Int]
      var isOver: Bool
      var link: String?
    }

    var specversion = "1.0"
    var id: String
    var source: String
    var type: String
    var time: String
    var datacontenttype = "application/json"
    var data: Content
  }

  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure) {
    let body = Data(shown(notice, to: address).utf8)
    let seconds = notice.at.milliseconds / 1_000
    var request = CurlRequest(url: address)
    request.method = "POST"
    request.headers = [
      "Content-Type: application/cloudevents+json; charset=UTF-8", "webhook-id: \(notice.id)",
      "webhook-timestamp: \(seconds)",
      "webhook-signature: v1,\(signature(notice.id, seconds, body))",
    ]
    // Kinds and counts of several messages: a trace of its own, which says nothing of theirs.
    let trace = TraceContext(
      random: (.random(in: 0 ... .max), .random(in: 1 ... .max)), parent: .random(in: 1 ... .max))
    if let trace { request.headers.append("traceparent: \(trace)") }
    request.body = body
    request.authorities = authorities
    request.identity = identity
    request.timeoutSeconds = timeoutSeconds
    try HTTPAnswer.check(request)
  }

  func signature(_ id: String, _ seconds: Int64, _ body: Data) -> String {
    let signed = Data("\(id).\(seconds).".utf8) + body
    let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
    return Data(code).base64EncodedString()
  }

  func shown(_ notice: OutsideNotice, to address: String) -> String {
    let event = Event(
      id: notice.id, source: "/agencies/\(notice.agency)",
      type: notice.isOver ? "org.accord.alert.over" : "org.accord.alert.waits",
      time: notice.at.iso8601,
      data: .init(
        waits: Dictionary(uniqueKeysWithValues: notice.counts.map { ($0.key.rawValue, $0.value) }),
        isOver: notice.isOver, link: notice.link))
    return (try? Listing.json(event)) ?? ""
  }
}

/// A text message through the HTTP gateway of whatever provider the agency has: a template in which
/// `{to}` and `{text}` stand for the number and the words.
struct TextMessageChannel: NoticeChannel {
  var url: String
  var method = "POST"
  var contentType = "application/x-www-form-urlencoded"
  var body = "to={to}&text={text}"
  /// As `Authorization: Bearer …`; from a file of its own.
  var headers: [String] = []
  var authorities: String?
  var timeoutSeconds = 15

  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure) {
    var request = CurlRequest(url: filled(url, notice, address, Self.percent))
    request.method = method
    if method != "GET" {
      request.body = Data(shown(notice, to: address).utf8)
      request.headers = ["Content-Type: \(contentType)"]
    }
    request.headers += headers
    request.authorities = authorities
    request.timeoutSeconds = timeoutSeconds
    try HTTPAnswer.check(request)
  }

  func shown(_ notice: OutsideNotice, to address: String) -> String {
    let isJSON = contentType.contains("json")
    return filled(
      method == "GET" ? url : body, notice, address,
      isJSON && method != "GET" ? Self.json : Self.percent)
  }

  private func filled(
    _ template: String, _ notice: OutsideNotice, _ address: String, _ safe: (String) -> String
  ) -> String {
    template.replacingOccurrences(of: "{to}", with: safe(address))
      .replacingOccurrences(of: "{text}", with: safe(notice.line))
  }

  private static func percent(_ text: String) -> String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }

  private static func json(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let bytes = try? encoder.encode(text) else { return "" }
    return String(String(decoding: bytes, as: UTF8.self).dropFirst().dropLast())
  }
}

/// The agency's own command, with the kinds and counts as arguments.
struct CommandChannel: NoticeChannel {
  var command: LocalCommand

  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure) {
    if let problem = command.run(arguments(notice, address)) { throw NoticeFailure(problem) }
  }

  func shown(_ notice: OutsideNotice, to address: String) -> String {
    ([command.path] + arguments(notice, address)).joined(separator: " ")
  }

  private func arguments(_ notice: OutsideNotice, _ address: String) -> [String] {
    let kinds = notice.counts.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.rawValue)=\($0.value)" }
    return [address, notice.isOver ? "over" : "waits", kinds.joined(separator: ","),
      notice.link ?? ""]
  }
}

/// What an answer by HTTP means for a notice.
enum HTTPAnswer {
  static func check(_ request: CurlRequest) throws(NoticeFailure) {
    let status: Int
    do throws(CurlRequest.Failure) {
      status = try request.perform().status
    } catch {
      throw NoticeFailure("the server was not reached: \(error)")
    }
    switch status {
    case 200..<300: return
    // Too many, too slow, or the server's own trouble: later may do.
    case 408, 425, 429, 500...: throw NoticeFailure("the server answered \(status)")
    default: throw NoticeFailure("the server refused it with \(status)", isPassing: false)
    }
  }
}
