import Foundation

/// What a caller's programmers read: the contract of one connector, as OpenAPI 3.1.
struct OpenAPIDocument: Sendable {
  let mapping: RecordMapping
  let hasToken: Bool
  let hasCertificates: Bool

  var text: String {
    let bytes = try? JSONSerialization.data(
      withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private var document: [String: Any] {
    [
      "openapi": "3.1.0",
      "info": [
        "title": "Accord adapter", "version": "1",
        "description": """
          Takes records of one folder. An answer says whether the request can be read, and nothing \
          of what the agency makes of it.
          """,
      ],
      "paths": ["/v1/messages": ["post": operation]],
      "components": ["securitySchemes": schemes],
    ]
  }

  private var operation: [String: Any] {
    [
      "summary": "Bring records of one event, or of several.",
      "operationId": "bring",
      "security": schemes.isEmpty ? [] : [schemes.mapValues { _ in [String]() }],
      "parameters": ["specversion", "id", "source", "type", "time"].map { attribute in
        [
          "name": "ce-\(attribute)", "in": "header", "schema": ["type": "string"],
          "description": "Binary mode: the event's \(attribute). Then the body is its data alone.",
        ]
      },
      "requestBody": ["required": true, "content": content],
      "responses": responses,
    ]
  }

  private var schemes: [String: Any] {
    var schemes: [String: Any] = [:]
    if hasToken { schemes["token"] = ["type": "http", "scheme": "bearer"] }
    if hasCertificates { schemes["certificate"] = ["type": "mutualTLS"] }
    return schemes
  }

  // MARK: What is sent

  private var content: [String: Any] {
    [
      "application/cloudevents+json": ["schema": event],
      "application/cloudevents-batch+json": [
        "schema": ["type": "array", "items": event, "minItems": 1]
      ],
      "application/json": ["schema": ["oneOf": [data, event]]],
    ]
  }

  private var event: [String: Any] {
    [
      "type": "object", "required": ["specversion", "id", "source", "type", "data"],
      "properties": [
        "specversion": ["const": "1.0"],
        "id": [
          "type": "string", "minLength": 1,
          "description": "With source: the same pair again is the same event, and counts once.",
        ],
        "source": ["type": "string", "format": "uri-reference", "minLength": 1],
        "type": ["type": "string", "minLength": 1],
        "time": ["type": "string", "format": "date-time"], "data": data,
      ],
    ]
  }

  /// By the caller's own names, where the mapping file places each field in the data.
  private var data: [String: Any] {
    guard case .events(let layout) = mapping.layout, !layout.places.isEmpty else {
      return ["type": "object", "description": "A form of the adapter's folder."]
    }
    let places = layout.places.sorted { $0.key < $1.key }.map { field, place in
      "\(place.text)\(mapping.required.contains(field) ? " (needed)" : ""): \(field)"
    }
    return [
      "type": "object",
      "description": "Read from these places: \(places.joined(separator: "; ")).",
    ]
  }

  // MARK: What is answered

  private var responses: [String: Any] {
    let notes: [String: Any] = [
      "type": "array", "items": ["type": "string"],
      "description": "Which event, which field, what is wrong, what to do; never a value.",
    ]
    let answer: [String: Any] = [
      "type": "object", "required": ["received", "refused", "notes"],
      "properties": [
        "received": ["type": "integer", "description": "Events that can be read."],
        "refused": ["type": "integer", "description": "Events of the batch that cannot."],
        "notes": notes,
      ],
    ]
    let problem: [String: Any] = [
      "type": "object", "description": "RFC 9457.",
      "required": ["type", "title", "status", "detail"],
      "properties": [
        "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
        "detail": notes,
      ],
    ]
    func reply(_ words: String, _ type: String, _ schema: [String: Any]) -> [String: Any] {
      ["description": words, "content": [type: ["schema": schema]]]
    }
    var responses: [String: Any] = [
      "202": reply("On disk and decided.", "application/json", answer)
    ]
    for (status, words) in [
      ("401", "No token, or another."), ("413", "Larger than 8 MiB."), ("415", "Not JSON."),
      ("422", "Nothing of it can be read; it is kept to be mended."),
      ("503", "Not now: nothing was kept. Send it again."),
    ] {
      responses[status] = reply(words, "application/problem+json", problem)
    }
    return responses
  }
}
