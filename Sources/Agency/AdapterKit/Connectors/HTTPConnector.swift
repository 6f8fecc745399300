import Crypto
import Foundation
import HTTPTypes
import HubModel
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import Operations
import ServiceLifecycle

/// Takes records over HTTP: `POST /v1/messages`, a CloudEvent (structured, a batch of them, or
/// binary) whose `data` is a form of one of the adapter's folders. Answered once it is decided and
/// on disk.
///
/// The answer follows from the request and the mapping file alone. Whether a case or person is
/// known here, whether something was sent, whether it came before: each could tell who takes part
/// in the program, and stands in the agency's own files instead.
struct HTTPConnector: Sendable {
  let name: String
  let folder: String
  let mapping: RecordMapping
  let host: String
  let port: Int
  let tls: ConnectorTLS?
  /// SHA-256 of the token that callers show; `nil` where their certificate is enough.
  let token: [UInt8]?
  let log: Logger

  static let largestBody = 8 << 20
  /// A caller that says nothing for so long is let go.
  private static let idle = TimeAmount.seconds(60)

  /// Serves until the task is cancelled.
  func run(
    _ door: IntakeDoor, isOpen: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    let router = Router()
    let contract = OpenAPIDocument(
      mapping: mapping, hasToken: token != nil, hasCertificates: tls?.clients != nil)
    router.get("/v1/openapi.json") { _, _ in
      Self.reply(.ok, "application/json", contract.text)
    }
    router.post("/v1/messages") { request, _ in await take(request, door) }
    var quiet = Logger(label: "http connector")
    quiet.logLevel = .critical
    let plain = HTTPServerBuilder.http1(configuration: .init(idleTimeout: Self.idle))
    let server = try tls.map { try .tls(plain, tlsConfiguration: $0.configuration) } ?? plain
    let application = Application(
      router: router, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: nil),
      onServerRunning: { channel in isOpen(channel.localAddress?.port ?? port) }, logger: quiet)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: [application], logger: quiet))
    try await withTaskCancellationHandler {
      try await group.run()
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  private func take(_ request: Request, _ door: IntakeDoor) async -> Response {
    guard isKnown(request.headers[.authorization]) else {
      var response = Self.problem(.unauthorized, "no-token", ["Send your token as a bearer."])
      response.headers[.wwwAuthenticate] = "Bearer"
      return response
    }
    let event = EventRequest(request.headers)
    guard let event else {
      return Self.problem(
        .unsupportedMediaType, "media-type",
        ["Send \(EventRequest.types.joined(separator: " or "))."])
    }
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: Self.largestBody)
    } catch {
      return Self.problem(
        .contentTooLarge, "too-large", ["Send at most \(Self.largestBody >> 20) MiB."])
    }
    let now = SystemClock().wall()
    let bytes = event.document(Data(body.readableBytesView))
    let told = await door.bring(
      bytes, by: name, ending: "json", into: folder, at: now.milliseconds,
      trace: Self.trace(of: request.headers))
    guard case .filed = told else {
      var response = Self.problem(.serviceUnavailable, "not-now", ["Send it again."])
      response.headers[.retryAfter] = "5"
      return response
    }
    let form = mapping.form(of: bytes)
    let notes = form.bad.map(\.description)
    if form.good == 0 { return Self.problem(.unprocessableContent, "refused", notes) }
    let answer = Answer(received: form.good, refused: form.bad.count, notes: notes)
    return Self.reply(.accepted, "application/json", (try? Listing.json(answer)) ?? "{}")
  }

  /// W3C Trace Context; where the header stands twice it is not valid, and counts as not there.
  static func trace(of headers: HTTPFields) -> TraceContext? {
    guard let name = HTTPField.Name("traceparent") else { return nil }
    return headers[name].flatMap { TraceContext(header: $0) }
  }

  private struct Answer: Encodable {
    var received: Int
    var refused: Int
    var notes: [String]
  }

  private func isKnown(_ header: String?) -> Bool {
    guard let token else { return true }
    guard let header, header.lowercased().hasPrefix("bearer ") else { return false }
    let shown = Array(SHA256.hash(data: Data(header.dropFirst(7).utf8)))
    // Compared whole, whatever differs first.
    return zip(shown, token).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private struct Problem: Encodable {
    var type: String
    var title: String
    var status: Int
    var detail: [String]
  }

  /// RFC 9457.
  private static func problem(
    _ status: HTTPResponse.Status, _ type: String, _ detail: [String]
  ) -> Response {
    let problem = Problem(
      type: "urn:accord:problem:\(type)", title: status.reasonPhrase, status: status.code,
      detail: detail)
    return reply(status, "application/problem+json", (try? Listing.json(problem)) ?? "{}")
  }

  private static func reply(
    _ status: HTTPResponse.Status, _ type: String, _ text: String
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
