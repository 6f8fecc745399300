import Crypto
import Foundation
import HTTPTypes
import HubModel
import Hummingbird
import HummingbirdTLS
import Logging
import Operations
import ServiceLifecycle

/// Takes records over HTTP: `POST /v1/messages`, a CloudEvents document (or a batch of them) whose
/// `data` is a form of one of the adapter's folders. Answered once it is decided and on disk.
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
  private static let types = [
    "application/cloudevents+json", "application/cloudevents-batch+json", "application/json",
  ]

  /// Serves until the task is cancelled.
  func run(
    _ door: IntakeDoor, isOpen: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    let router = Router()
    router.get("/v1/openapi.json") { _, _ in
      Self.reply(.ok, "application/json", OpenAPIDocument.text(fields: mapping.fields))
    }
    router.post("/v1/messages") { request, _ in await take(request, door) }
    var quiet = Logger(label: "http connector")
    quiet.logLevel = .error
    let server: HTTPServerBuilder =
      if let tls { try .tls(.http1(), tlsConfiguration: tls.configuration) } else { .http1() }
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
    let type = request.headers[.contentType]?.split(separator: ";").first.map { String($0).trimmed }
    guard let type, Self.types.contains(type.lowercased()) else {
      return Self.problem(
        .unsupportedMediaType, "media-type", ["Send \(Self.types.joined(separator: " or "))."])
    }
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: Self.largestBody)
    } catch {
      return Self.problem(
        .contentTooLarge, "too-large", ["Send at most \(Self.largestBody >> 20) MiB."])
    }
    let now = SystemClock().wall()
    let told = await door.bring(
      Data(body.readableBytesView), by: name, ending: "json", into: folder, at: now.milliseconds)
    guard case .filed(let filing) = told else {
      var response = Self.problem(.serviceUnavailable, "not-now", ["Send it again."])
      response.headers[.retryAfter] = "5"
      return response
    }
    switch filing.outcome {
    case .taken, .seenBefore, .takenInPart:
      let answer = Answer(
        outcome: filing.outcome.word, taken: filing.taken, refused: filing.bad, notes: filing.note)
      return Self.reply(.ok, "application/json", (try? Listing.json(answer)) ?? "{}")
    case .rejected: return Self.problem(.unprocessableContent, "refused", filing.note)
    }
  }

  private struct Answer: Encodable {
    var outcome: String
    var taken: Int
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

extension Filing.Outcome {
  fileprivate var word: String {
    switch self {
    case .taken: "taken"
    case .takenInPart: "taken-in-part"
    case .rejected: "refused"
    case .seenBefore: "seen-before"
    }
  }
}

/// What a caller's programmers read: the contract of one connector, as OpenAPI 3.1.
enum OpenAPIDocument {
  static func text(fields: Set<String>) -> String {
    let properties = Dictionary(
      uniqueKeysWithValues: fields.map { ($0, ["type": ["string", "number", "boolean", "array"]]) })
    let event: [String: Any] = [
      "type": "object", "required": ["specversion", "id", "source", "type", "data"],
      "properties": [
        "specversion": ["const": "1.0"],
        "id": [
          "type": "string",
          "description": "With source: the same pair again is taken as the same event.",
        ],
        "source": ["type": "string", "format": "uri-reference"], "type": ["type": "string"],
        "time": ["type": "string", "format": "date-time"],
        "data": ["type": "object", "properties": properties],
      ],
    ]
    func content(_ schema: [String: Any], _ type: String) -> [String: Any] {
      ["content": [type: ["schema": schema]]]
    }
    let answer: [String: Any] = [
      "type": "object",
      "properties": [
        "outcome": ["enum": ["taken", "taken-in-part", "seen-before"]],
        "taken": ["type": "integer"], "refused": ["type": "integer"],
        "notes": ["type": "array", "items": ["type": "string"]],
      ],
    ]
    let problem: [String: Any] = [
      "type": "object",
      "properties": [
        "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
        "detail": ["type": "array", "items": ["type": "string"]],
      ],
    ]
    var responses: [String: Any] = [
      "200": content(answer, "application/json").merging(
        ["description": "Decided and on disk."]) { $1 }
    ]
    for (status, words) in [
      ("401", "No token, or another."), ("413", "Larger than 8 MiB."), ("415", "Not JSON."),
      ("422", "Nothing of it can be used; it is kept to be mended."),
      ("503", "Not now: send it again."),
    ] {
      responses[status] = content(problem, "application/problem+json").merging(
        ["description": words]) { $1 }
    }
    let document: [String: Any] = [
      "openapi": "3.1.0",
      "info": ["title": "Accord adapter", "version": "1"],
      "paths": [
        "/v1/messages": [
          "post": [
            "summary": "Bring records of one event, or of several.",
            "security": [["token": [String]()]],
            "requestBody": [
              "required": true,
              "content": [
                "application/cloudevents+json": ["schema": event],
                "application/cloudevents-batch+json": [
                  "schema": ["type": "array", "items": event]
                ],
              ],
            ], "responses": responses,
          ]
        ]
      ],
      "components": [
        "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]
      ],
    ]
    let bytes = try? JSONSerialization.data(
      withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
