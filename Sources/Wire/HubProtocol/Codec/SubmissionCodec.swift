public import HubModel

extension Submission {
  /// The frame as an adapter sends it.
  public func encoded() -> [UInt8] {
    if case .publish(let publish) = self { return publish.encoded() }
    var writer = WireWriter(capacity: 128)
    switch self {
    case .publish: break
    case .hello(let hello):
      writer.nested(1) {
        $0.number(1, UInt64(hello.version))
        $0.identifier(2, hello.source)
        $0.flag(3, hello.isConsumer)
        $0.identifier(4, hello.ledger)
      }
    case .acknowledge(let acknowledge):
      writer.nested(3) {
        $0.identifier(1, acknowledge.ledger)
        $0.number(2, acknowledge.through)
        for number in acknowledge.quarantined { $0.number(3, number, present: true) }
      }
    case .resume(let resume):
      writer.nested(4) {
        $0.identifier(1, resume.ledger)
        $0.number(2, resume.next)
      }
    case .ping(let echo): writer.nested(5) { $0.number(1, echo) }
    }
    return writer.bytes
  }

  /// The agency that stands in a message until the router has put the authenticated one there.
  /// No registry can name it.
  public static let unauthenticated = AgencyID("unauthenticated")!

  /// Reads a frame of the submit lane.
  ///
  /// A publish with messages that cannot be read is itself readable: those items say why, the
  /// others are not harmed.
  /// - Parameter source: the agency whose key sent the frame; the source of its messages.
  /// - Throws: the ``Refusal`` of a frame that is none.
  public init(
    decoding bytes: [UInt8], source: AgencyID = Submission.unauthenticated
  ) throws(Refusal) {
    guard bytes.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    var reader = WireReader(bytes)
    var frame: Submission?
    while let tag = try reader.tag() {
      guard tag.field > 5 || frame == nil else { throw Refusal(.malformedFrame, at: "frame") }
      switch tag.field {
      case 1: frame = .hello(try Hello(reading: try reader.nested(tag, "hello")))
      case 2:
        frame = .publish(try Publish(reading: try reader.nested(tag, "publish"), source: source))
      case 3:
        frame = .acknowledge(try Acknowledge(reading: try reader.nested(tag, "acknowledge")))
      case 4: frame = .resume(try Resume(reading: try reader.nested(tag, "resume")))
      case 5: frame = .ping(echo: try readEcho(try reader.nested(tag, "ping")))
      default: try reader.skip(tag)
      }
    }
    guard let frame else { throw Refusal(.malformedFrame, at: "frame") }
    self = frame
  }
}

private func readEcho(_ reader: consuming WireReader) throws(Refusal) -> UInt64 {
  var echo: UInt64 = 0
  while let tag = try reader.tag() {
    if tag.field == 1 { echo = try reader.raw(tag, "ping.echo") } else { try reader.skip(tag) }
  }
  return echo
}

extension Submission.Hello {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var version: UInt32 = 0
    var source: Incarnation?
    var isConsumer = false
    var ledger: Incarnation?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: version = try reader.small(tag, "hello.version")
      case 2: source = try reader.identifier(tag, "hello.source_incarnation")
      case 3: isConsumer = try reader.flag(tag, "hello.consumer")
      case 4: ledger = try reader.identifier(tag, "hello.ledger_incarnation")
      default: try reader.skip(tag)
      }
    }
    guard let source else { throw Refusal(.malformedFrame, at: "hello.source_incarnation") }
    self.init(version: version, source: source, isConsumer: isConsumer, ledger: ledger)
  }
}

extension Submission.Publish {
  /// An item that could not be decoded cannot be encoded either; it becomes an empty message,
  /// which keeps the numbers of those behind it and is refused.
  func encoded() -> [UInt8] {
    EncodedPublish.frame(
      sequence: sequence, first: first,
      messages: items.map { item in
        switch item {
        case .message(let message): message.encoded()
        case .undecodable: []
        }
      })
  }

  init(reading reader: consuming WireReader, source: AgencyID) throws(Refusal) {
    var sequence = SubmitSequence.data
    var first: UInt64 = 0
    var items: [Item] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1:
        guard let known = SubmitSequence(rawValue: try reader.small(tag, "publish.sequence"))
        else { throw Refusal(.malformedFrame, at: "publish.sequence") }
        sequence = known
      case 2: first = try reader.number(tag, "publish.first")
      case 3:
        guard items.count < Limits.messagesPerPublish else {
          throw Refusal(.frameTooLarge, at: "publish.messages")
        }
        items.append(Item(reading: try reader.nested(tag, "publish.messages"), source: source))
      default: try reader.skip(tag)
      }
    }
    guard first > 0, first < UInt64(Int64.max) - UInt64(Limits.messagesPerPublish) else {
      throw Refusal(.malformedFrame, at: "publish.first")
    }
    self.init(sequence: sequence, first: first, items: items)
  }
}

extension Submission.Publish.Item {
  fileprivate init(reading reader: WireReader, source: AgencyID) {
    guard reader.count <= Limits.messageBytes else {
      self = .undecodable(Refusal(.messageTooLarge))
      return
    }
    do throws(Refusal) {
      self = .message(try Message(reading: reader, source: source))
    } catch {
      self = .undecodable(error)
    }
  }
}

extension Submission.Acknowledge {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var ledger: Incarnation?
    var through: UInt64 = 0
    var quarantined: [UInt64] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: ledger = try reader.identifier(tag, "acknowledge.ledger_incarnation")
      case 2: through = try reader.number(tag, "acknowledge.through")
      case 3:
        try reader.numbers(
          tag, "acknowledge.quarantined", into: &quarantined, limit: Limits.largestWindow)
      default: try reader.skip(tag)
      }
    }
    guard let ledger else { throw Refusal(.malformedFrame, at: "acknowledge.ledger_incarnation") }
    guard quarantined.allSatisfy({ (1...max(through, 1)).contains($0) }) else {
      throw Refusal(.malformedFrame, at: "acknowledge.quarantined")
    }
    self.init(ledger: ledger, through: through, quarantined: quarantined)
  }
}

extension Submission.Resume {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var ledger: Incarnation?
    var next: UInt64 = 0
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: ledger = try reader.identifier(tag, "resume.ledger_incarnation")
      case 2: next = try reader.number(tag, "resume.next")
      default: try reader.skip(tag)
      }
    }
    guard let ledger else { throw Refusal(.malformedFrame, at: "resume.ledger_incarnation") }
    guard next > 0 else { throw Refusal(.malformedFrame, at: "resume.next") }
    self.init(ledger: ledger, next: next)
  }
}
