import HubModel

// The `data` of a document: segments by category, and what is not a field under `$` names.
extension CloudEventsJSON {
  static func data(of message: Message) throws(Refusal) -> [String: JSONValue] {
    guard let spec = Catalogue.spec(of: message.topic) else {
      throw Refusal(.unknownTopic, at: "type")
    }
    var groups: [String: [JSONValue]] = [:]
    for (index, segment) in message.segments.enumerated() {
      let path = message.seal.flatMap { index < $0.segments.count ? $0.segments[index] : nil }
      groups[segment.category.rawValue, default: []].append(
        try value(of: segment, spec, path: path))
    }
    var members = groups.mapValues { $0.count == 1 ? $0[0] : .list($0) }
    if !message.tokens.isEmpty {
      members["$tokens"] = .list(
        message.tokens.map {
          .object(["kind": .text($0.kind.rawValue), "value": .base64($0.value)])
        })
    }
    members["$consent"] = message.consent.map { value(of: $0) }
    members["$seal"] = message.seal.map { value(of: $0) }
    return members
  }

  static func read(
    _ data: JSONObject, _ spec: TopicSpec, into message: inout Message
  ) throws(Refusal) {
    var data = data
    message.tokens = try data.list("$tokens") { value, path throws(Refusal) in
      var token = try JSONObject(value, path: path)
      let read = IdentityToken(
        try token.required(try token.word("kind"), "kind"),
        try token.required(try token.blob("value", lengths: [WireBounds.hashBytes]), "value"))
      try token.finish()
      return read
    }
    message.consent = try readConsent(&data)
    let seal = try data.object("$seal")
    var paths: [Seal.Path?] = []
    // The members of an object have no order; the categories' own makes one.
    for category in InformationCategory.allCases {
      guard let value = data.take(category.rawValue) else { continue }
      let place = data.place(category.rawValue)
      if case .list(let values) = value {
        for (index, value) in values.enumerated() {
          let read = try segment(
            category, try JSONObject(value, path: "\(place)[\(index)]"), spec)
          message.segments.append(read.segment)
          paths.append(read.path)
        }
      } else {
        let read = try segment(category, try JSONObject(value, path: place), spec)
        message.segments.append(read.segment)
        paths.append(read.path)
      }
    }
    guard message.segments.count <= Limits.segments else {
      throw Refusal(.tooManySegments, at: data.path)
    }
    if let name = data.names.first, !name.hasPrefix("$") {
      throw Refusal(.wrongCategory, at: data.path)
    }
    try data.finish()
    if let seal { message.seal = try readSeal(seal, paths) }
  }

  // MARK: - Segments

  private static func value(
    of segment: Segment, _ spec: TopicSpec, path: Seal.Path?
  ) throws(Refusal) -> JSONValue {
    let place = "data.\(segment.category.rawValue)"
    var members: [String: JSONValue] = [:]
    for field in segment.fields {
      guard let known = spec.field(field.name) else {
        throw Refusal(.unknownField, at: place)
      }
      guard field.value.type == known.type else {
        throw Refusal(.wrongFieldType, at: "\(place).\(field.name)")
      }
      guard known.repeats else {
        guard members.updateValue(value(of: field.value), forKey: field.name) == nil else {
          throw Refusal(.repeatedField, at: "\(place).\(field.name)")
        }
        continue
      }
      var list: [JSONValue] = []
      if case .list(let earlier)? = members[field.name] { list = earlier }
      members[field.name] = .list(list + [value(of: field.value)])
    }
    if !segment.labels.isEmpty { members["$labels"] = .words(segment.labels) }
    members["$authored"] = segment.authored.map { .date($0) }
    if !segment.attachment.isEmpty { members["$attachment"] = .base64(segment.attachment) }
    if !segment.mediaType.isEmpty { members["$media-type"] = .text(segment.mediaType) }
    if !segment.salt.isEmpty { members["$salt"] = .base64(segment.salt) }
    members["$path"] = path.map { value(of: $0) }
    return .object(members)
  }

  private static func segment(
    _ category: InformationCategory, _ object: JSONObject, _ spec: TopicSpec
  ) throws(Refusal) -> (segment: Segment, path: Seal.Path?) {
    var object = object
    var segment = Segment(category)
    segment.labels = try object.words("$labels")
    segment.authored = try object.date("$authored")
    segment.attachment = try object.blob("$attachment") ?? []
    segment.mediaType = try object.text("$media-type") ?? ""
    segment.salt = try object.blob("$salt", lengths: [WireBounds.saltBytes]) ?? []
    let path = try object.object("$path").map { json throws(Refusal) in try readPath(json) }
    for known in spec.fields {
      guard let value = object.take(known.name) else { continue }
      let place = object.place(known.name)
      guard known.category == category else { throw Refusal(.wrongCategory, at: place) }
      if known.repeats, case .list(let values) = value {
        for (index, value) in values.enumerated() {
          segment.fields.append(
            Field(known.name, try field(value, known.type, at: "\(place)[\(index)]")))
        }
      } else {
        segment.fields.append(Field(known.name, try field(value, known.type, at: place)))
      }
    }
    try object.finish()
    return (segment, path)
  }

  private static func value(of field: FieldValue) -> JSONValue {
    switch field {
    case .code(let text), .text(let text): .text(text)
    case .integer(let integer): .integer(integer)
    case .date(let date): .date(date)
    case .time(let time): .time(time)
    case .flag(let flag): .flag(flag)
    }
  }

  private static func field(
    _ value: JSONValue, _ type: TopicSpec.FieldType, at place: String
  ) throws(Refusal) -> FieldValue {
    switch (type, value) {
    case (.code, .text(let text)) where FieldValue.isCode(text): return .code(text)
    case (.text, .text(let text)):
      guard text.utf8.count <= Limits.fieldBytes else { throw Refusal(.fieldTooLong, at: place) }
      return .text(text)
    case (.integer, .integer(let integer)): return .integer(integer)
    case (.flag, .flag(let flag)): return .flag(flag)
    case (.date, .text(let text)):
      if let date = CivilDate(digits: Array(text.utf8)[...]) { return .date(date) }
    case (.time, .text(let text)):
      if let time = RFC3339.time(of: text) { return .time(time) }
    default: break
    }
    throw Refusal(.wrongFieldType, at: place)
  }

  // MARK: - Seal

  private static func value(of path: Seal.Path) -> JSONValue {
    .object(["slot": .integer(Int64(path.slot)), "siblings": .base64(path.siblings)])
  }

  private static func value(of seal: Seal) -> JSONValue {
    .object([
      "scheme": .integer(Int64(seal.scheme)), "root": .base64(seal.root),
      "signature": .base64(seal.signature), "signer": .text(seal.signer.text),
      "header-salt": .base64(seal.headerSalt), "header": value(of: seal.header),
    ])
  }

  private static func readPath(_ json: JSONObject) throws(Refusal) -> Seal.Path {
    var json = json
    let slot: UInt32 = try json.required(try json.number("slot"), "slot")
    let siblings = try json.required(
      try json.blob("siblings", lengths: WireBounds.pathLengths), "siblings")
    try json.finish()
    return Seal.Path(slot: slot, siblings: siblings)
  }

  /// The segments' paths stand with the segments, so that their order is nobody's concern.
  private static func readSeal(
    _ json: JSONObject, _ paths: [Seal.Path?]
  ) throws(Refusal) -> Seal {
    var json = json
    let segments = paths.compactMap(\.self)
    guard segments.count == paths.count else { throw Refusal(.missingField, at: "data.$path") }
    guard try json.number("scheme", as: UInt32.self) == 1 else {
      throw Refusal(.wrongFieldType, at: json.place("scheme"))
    }
    guard let header = try json.object("header") else {
      throw Refusal(.missingField, at: json.place("header"))
    }
    let seal = Seal(
      scheme: 1,
      root: try json.required(try json.blob("root", lengths: [WireBounds.hashBytes]), "root"),
      signature: try json.required(
        try json.blob("signature", lengths: [WireBounds.signatureBytes]), "signature"),
      signer: try json.required(try json.identifier("signer"), "signer"),
      headerSalt: try json.required(
        try json.blob("header-salt", lengths: [WireBounds.saltBytes]), "header-salt"),
      header: try readPath(header), segments: segments)
    try json.finish()
    return seal
  }
}
