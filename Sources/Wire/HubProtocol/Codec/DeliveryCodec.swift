public import HubModel

extension Delivery {
  /// The second frame of the release lane; the first is the topic's name.
  public func encoded() -> [UInt8] {
    var writer = WireWriter(capacity: 1_280)
    writer.identifier(1, incarnation)
    writer.number(2, number)
    if let content {
      writer.nested(3) { content.message.write(.whole, source: content.message.source, into: &$0) }
      writer.number(4, UInt64(content.part))
      if let notice = content.notice {
        writer.text(5, notice.statement)
        for scope in notice.scopes { writer.nested(6) { scope.write(into: &$0) } }
      }
    }
    return writer.bytes
  }

  /// Reads a delivery. A notice without statement and scopes is read as none.
  public init(decoding bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    var reader = WireReader(bytes)
    var incarnation: Incarnation?
    var number: UInt64 = 0
    var message: Message?
    var part: UInt16 = 0
    var notice = DisclosureNotice(statement: "", scopes: [])
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: incarnation = try reader.identifier(tag, "ledger_incarnation")
      case 2: number = try reader.number(tag, "number")
      case 3:
        guard message == nil else { throw Refusal(.malformedFrame, at: "message") }
        let nested = try reader.nested(tag, "message")
        message = try within("message") { () throws(Refusal) in
          try Message(reading: nested, source: nil)
        }
      case 4: part = try reader.small(tag, "part")
      case 5: notice.statement = try reader.text(tag, "notice")
      case 6:
        guard notice.scopes.count < WireBounds.listEntries else {
          throw Refusal(.messageTooLarge, at: "scopes")
        }
        let nested = try reader.nested(tag, "scopes")
        notice.scopes.append(
          try within("scopes") { () throws(Refusal) in
            try DisclosureNotice.Scope(reading: nested)
          })
      default: try reader.skip(tag)
      }
    }
    guard let incarnation else { throw Refusal(.malformedFrame, at: "ledger_incarnation") }
    guard number > 0 else { throw Refusal(.malformedFrame, at: "number") }
    let hasNotice = !notice.statement.isEmpty || !notice.scopes.isEmpty
    self.init(
      incarnation: incarnation, number: number,
      content: message.map {
        Content(message: $0, part: part, notice: hasNotice ? notice : nil)
      })
  }
}

extension DisclosureNotice.Scope {
  func write(into writer: inout WireWriter) {
    writer.identifier(1, release)
    writer.number(2, UInt64(version))
    if let signedAt { writer.signed(3, signedAt.milliseconds, present: true) }
    if let expiresAt { writer.signed(4, expiresAt.milliseconds, present: true) }
    writer.text(5, expiryEvent)
    writer.words(6, purposes)
    writer.words(7, categories)
  }

  init(reading reader: consuming WireReader) throws(Refusal) {
    var release: RoiID?
    var scope: (version: UInt32, event: String) = (0, "")
    var signedAt: WallTime?
    var expiresAt: WallTime?
    var purposes: Set<Purpose> = []
    var categories: Set<InformationCategory> = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: release = try reader.identifier(tag, "release")
      case 2: scope.version = try reader.small(tag, "version")
      case 3: signedAt = try reader.time(tag, "signed_at")
      case 4: expiresAt = try reader.time(tag, "expires_at")
      case 5: scope.event = try reader.text(tag, "expires_on_event")
      case 6: purposes.insert(try reader.word(tag, "purposes"))
      case 7: categories.insert(try reader.word(tag, "categories", else: .wrongCategory))
      default: try reader.skip(tag)
      }
    }
    guard let release else { throw Refusal(.malformedFrame, at: "release") }
    self.init(
      release: release, version: scope.version, signedAt: signedAt, expiresAt: expiresAt,
      expiryEvent: scope.event, purposes: purposes, categories: categories)
  }
}
