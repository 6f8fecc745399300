import FoundationEssentials
public import HubModel

extension Delivery {
  /// The second frame of the release lane; the first is the topic's name.
  public func encoded() -> [UInt8] {
    var frame = Accord_V1_WrittenDelivery()
    frame.ledgerIncarnation = incarnation.text
    frame.number = number
    if let content {
      // The message's own trace, and never what its sender wrote there.
      frame.message = content.message.written(
        source: content.message.source, trace: TraceContext(of: content.message.id))
      frame.part = UInt32(content.part)
      if let notice = content.notice {
        frame.notice = notice.statement
        frame.scopes = notice.scopes.map { Accord_V1_Scope($0).written(as: Data.self) }
      }
    }
    return frame.written()
  }

  /// Reads a delivery. A notice without statement and scopes is read as none.
  public init(decoding bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    let frame = try Accord_V1_Delivery(reading: bytes)
    self.init(
      incarnation: try Read.required(frame.ledgerIncarnation, "ledger_incarnation"),
      number: try Read.number(frame.number, "number"), content: try Content(reading: frame))
    guard number > 0 else { throw Refusal(.malformedFrame, at: "number") }
  }
}

extension Delivery.Content {
  /// `nil` where the delivery's number is void.
  init?(reading frame: Accord_V1_Delivery) throws(Refusal) {
    guard let part = UInt16(exactly: frame.part) else {
      throw Refusal(.malformedFrame, at: "part")
    }
    let statement = try Read.text(frame.notice, "notice")
    try Read.room(
      frame.scopes.count, in: WireBounds.listEntries, Refusal(.messageTooLarge, at: "scopes"))
    var scopes: [DisclosureNotice.Scope] = []
    for scope in frame.scopes {
      scopes.append(
        try within("scopes") { () throws(Refusal) in try DisclosureNotice.Scope(reading: scope) })
    }
    guard frame.hasMessage else { return nil }
    let message = try within("message") { () throws(Refusal) in
      try Message(reading: frame.message, source: nil)
    }
    let hasNotice = !statement.isEmpty || !scopes.isEmpty
    self.init(
      message: message, part: part,
      notice: hasNotice ? DisclosureNotice(statement: statement, scopes: scopes) : nil)
  }
}

extension DisclosureNotice.Scope {
  init(reading frame: Accord_V1_Scope) throws(Refusal) {
    self.init(
      release: try Read.required(frame.release, "release"), version: frame.version,
      signedAt: frame.hasSignedAt ? try Read.time(frame.signedAt, "signed_at") : nil,
      expiresAt: frame.hasExpiresAt ? try Read.time(frame.expiresAt, "expires_at") : nil,
      expiryEvent: try Read.text(frame.expiresOnEvent, "expires_on_event"),
      purposes: try Read.words(frame.purposes, "purposes"),
      categories: try Read.words(frame.categories, "categories", else: .wrongCategory))
  }
}

extension Accord_V1_Scope {
  init(_ scope: DisclosureNotice.Scope) {
    release = scope.release.text
    version = scope.version
    if let signedAt = scope.signedAt { self.signedAt = signedAt.milliseconds }
    if let expiresAt = scope.expiresAt { self.expiresAt = expiresAt.milliseconds }
    expiresOnEvent = scope.expiryEvent
    purposes = scope.purposes.sortedWords
    categories = scope.categories.sortedWords
  }
}
