public import HubModel

/// Messages and deliveries as CloudEvents 1.0 documents in JSON, for files and webhooks.
///
/// The attributes are those of the envelope. `data` has a member for each information category,
/// with the fields the catalogue gives the topic: `"data": {"referral": {"door":
/// "social-contact"}}`. A category of which there are several segments is a list. Names that begin
/// with `$` stand for what is not a field (`$labels`, `$authored`, `$consent` …); the article
/// *Formats* lists them.
///
/// Every fault is a ``Refusal`` whose place is the path in the document.
public enum CloudEventsJSON {
  /// - Throws: where a field is not one of the catalogue for the topic, or of another type.
  public static func document(of message: Message) throws(Refusal) -> [UInt8] {
    try JSONValue.object(members(of: message)).document()
  }

  /// A void number is a document of type `delivery.void` without data.
  public static func document(of delivery: Delivery) throws(Refusal) -> [UInt8] {
    var members: [String: JSONValue] = [:]
    if let content = delivery.content {
      members = try Self.members(of: content.message)
      members["deliverypart"] = .integer(Int64(content.part))
      if let notice = content.notice { members["disclosurenotice"] = value(of: notice) }
    } else {
      members = [
        "specversion": .text("1.0"), "type": .text(Topic.void.rawValue),
        "id": .text("\(delivery.incarnation)-\(delivery.number)"),
        "source": .text(AgencyID.hub.text),
      ]
    }
    members["ledgerincarnation"] = .text(delivery.incarnation.text)
    // A CloudEvents integer has 32 bits.
    members["deliverynumber"] = .text(String(delivery.number))
    return try JSONValue.object(members).document()
  }

  /// - Parameter source: the agency whose adapter reads the document; `nil` takes the document's.
  public static func message(
    from document: [UInt8], source: AgencyID? = nil
  ) throws(Refusal) -> Message {
    var object = try JSONObject(try JSONValue(document: document), path: "")
    return try message(from: &object, source: source)
  }

  public static func delivery(from document: [UInt8]) throws(Refusal) -> Delivery {
    var object = try JSONObject(try JSONValue(document: document), path: "")
    let ledger: Incarnation = try object.required(
      try object.identifier("ledgerincarnation"), "ledgerincarnation")
    let digits = try object.required(try object.text("deliverynumber"), "deliverynumber")
    guard let number = UInt64(digits), number > 0, number < UInt64(Int64.max)
    else { throw Refusal(.wrongFieldType, at: "deliverynumber") }
    let part: UInt16 = try object.number("deliverypart") ?? 0
    let notice = try readNotice(&object)
    if case .text(Topic.void.rawValue)? = object.peek("type") {
      return Delivery(incarnation: ledger, number: number, content: nil)
    }
    let message = try message(from: &object, source: nil)
    return Delivery(
      incarnation: ledger, number: number,
      content: .init(message: message, part: part, notice: notice))
  }

  // MARK: - Attributes

  private static func members(of message: Message) throws(Refusal) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "specversion": .text("1.0"), "id": .text(message.id.description),
      "source": .text(message.source.text), "type": .text(message.topic.rawValue),
      "time": .time(message.sentAt), "datacontenttype": .text("application/json"),
      "program": .text(message.program.text), "purpose": .text(message.purpose.rawValue),
    ]
    members["subject"] = message.caseID.map { .text($0.text) }
    members["participant"] = message.participant.map { .text($0.text) }
    members["inreplyto"] = message.inReplyTo.map { .text($0.description) }
    members["release"] = message.release.map { .text($0.text) }
    if !message.audience.isEmpty {
      // A CloudEvents attribute is no list.
      members["audience"] = .text(message.audience.map(\.text).joined(separator: " "))
    }
    members["traceparent"] = TraceContext(of: message.id).map { .text($0.description) }
    members["data"] = .object(try data(of: message))
    return members
  }

  private static func message(
    from object: inout JSONObject, source: AgencyID?
  ) throws(Refusal) -> Message {
    guard try object.text("specversion") == "1.0" else {
      throw Refusal(.unsupportedVersion, at: "specversion")
    }
    guard let id = MessageID(try object.required(try object.text("id"), "id")) else {
      throw Refusal(.wrongFieldType, at: "id")
    }
    guard let topic = Topic(rawValue: try object.required(try object.text("type"), "type")),
      let spec = Catalogue.spec(of: topic)
    else { throw Refusal(.unknownTopic, at: "type") }
    let claimed: AgencyID? = try object.identifier("source")
    var message = Message(
      id: id, topic: topic, source: try object.required(source ?? claimed, "source"),
      program: try object.required(try object.identifier("program"), "program"),
      sentAt: try object.required(try object.time("time"), "time"),
      purpose: try object.required(try object.word("purpose"), "purpose"))
    message.caseID = try object.identifier("subject")
    message.participant = try object.identifier("participant")
    message.inReplyTo = try readID(&object, "inreplyto")
    message.release = try object.identifier("release")
    for name in (try object.text("audience") ?? "").split(separator: " ") {
      guard let agency = AgencyID(name) else { throw Refusal(.wrongFieldType, at: "audience") }
      message.audience.append(agency)
    }
    // A message's trace is its own id, whatever a document says.
    for name in ["traceparent", "tracestate"] { _ = try object.text(name) }
    if let data = try object.object("data") { try read(data, spec, into: &message) }
    return message
  }

  private static func readID(
    _ object: inout JSONObject, _ name: String
  ) throws(Refusal) -> MessageID? {
    guard let text = try object.text(name) else { return nil }
    guard let id = MessageID(text) else { throw Refusal(.wrongFieldType, at: name) }
    return id
  }

  // MARK: - Notice

  private static func value(of notice: DisclosureNotice) -> JSONValue {
    .object([
      "statement": .text(notice.statement),
      "scopes": .list(
        notice.scopes.map { scope in
          var members: [String: JSONValue] = [
            "release": .text(scope.release.text), "version": .integer(Int64(scope.version)),
            "purposes": .words(scope.purposes), "categories": .words(scope.categories),
          ]
          members["signed-at"] = scope.signedAt.map { .time($0) }
          members["expires-at"] = scope.expiresAt.map { .time($0) }
          if !scope.expiryEvent.isEmpty { members["expires-on"] = .text(scope.expiryEvent) }
          return .object(members)
        }),
    ])
  }

  private static func readNotice(_ object: inout JSONObject) throws(Refusal) -> DisclosureNotice? {
    guard var notice = try object.object("disclosurenotice") else { return nil }
    let statement = try notice.text("statement") ?? ""
    let scopes = try notice.list("scopes") { value, path throws(Refusal) in
      var scope = try JSONObject(value, path: path)
      let read = DisclosureNotice.Scope(
        release: try scope.required(try scope.identifier("release"), "release"),
        version: try scope.number("version") ?? 0, signedAt: try scope.time("signed-at"),
        expiresAt: try scope.time("expires-at"), expiryEvent: try scope.text("expires-on") ?? "",
        purposes: try scope.words("purposes"), categories: try scope.words("categories"))
      try scope.finish()
      return read
    }
    try notice.finish()
    return DisclosureNotice(statement: statement, scopes: scopes)
  }
}
