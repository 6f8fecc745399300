import FoundationEssentials
public import HubModel

extension Submission {
  /// The frame as an adapter sends it.
  public func encoded() -> [UInt8] {
    var frame = Accord_V1_Submission()
    switch self {
    case .publish(let publish): return publish.encoded()
    case .hello(let hello): frame.hello = Accord_V1_Hello(hello)
    case .acknowledge(let acknowledge):
      frame.acknowledge = Accord_V1_Acknowledge(acknowledge)
    case .resume(let resume):
      frame.resume.ledgerIncarnation = resume.ledger.text
      frame.resume.next = resume.next
    case .ping(let echo, let chain):
      frame.ping.echo = echo
      if let chain { frame.ping.chain = chain }
    }
    return frame.written()
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
    switch try Accord_V1_Submission(reading: bytes).frame {
    case nil: throw Refusal(.malformedFrame, at: "frame")
    case .hello(let hello): self = .hello(try Hello(reading: hello))
    case .publish(let publish): self = .publish(try Publish(reading: publish, source: source))
    case .acknowledge(let acknowledge):
      self = .acknowledge(try Acknowledge(reading: acknowledge))
    case .resume(let resume): self = .resume(try Resume(reading: resume))
    case .ping(let ping):
      self = .ping(
        echo: ping.echo,
        chain: ping.hasChain ? try Read.number(ping.chain, "ping.chain") : nil)
    }
  }
}

extension Submission.Hello {
  init(reading frame: Accord_V1_Hello) throws(Refusal) {
    self.init(
      version: frame.version,
      source: try Read.required(frame.sourceIncarnation, "hello.source_incarnation"),
      isConsumer: frame.consumer,
      ledger: try Read.identifier(frame.ledgerIncarnation, "hello.ledger_incarnation"))
  }
}

extension Accord_V1_Hello {
  init(_ hello: Submission.Hello) {
    version = hello.version
    sourceIncarnation = hello.source.text
    consumer = hello.isConsumer
    if let ledger = hello.ledger { ledgerIncarnation = ledger.text }
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

  init(reading frame: Accord_V1_Publish, source: AgencyID) throws(Refusal) {
    try Read.room(
      frame.messages.count, in: Limits.messagesPerPublish,
      Refusal(.frameTooLarge, at: "publish.messages"))
    guard frame.first > 0, frame.first < UInt64(Int64.max) - UInt64(Limits.messagesPerPublish)
    else { throw Refusal(.malformedFrame, at: "publish.first") }
    self.init(
      sequence: try Read.sequence(frame.sequence, "publish.sequence"), first: frame.first,
      items: frame.messages.map { Item(reading: $0, source: source) })
  }
}

extension Submission.Publish.Item {
  fileprivate init(reading bytes: Data, source: AgencyID) {
    guard bytes.count <= Limits.messageBytes else {
      self = .undecodable(Refusal(.messageTooLarge))
      return
    }
    do throws(Refusal) {
      self = .message(try Message(reading: Accord_V1_Envelope(reading: bytes), source: source))
    } catch {
      self = .undecodable(error)
    }
  }
}

extension Submission.Acknowledge {
  init(reading frame: Accord_V1_Acknowledge) throws(Refusal) {
    let through = try Read.number(frame.through, "acknowledge.through")
    guard frame.quarantined.count <= Limits.largestWindow,
      frame.quarantined.allSatisfy({ (1...max(through, 1)).contains($0) })
    else { throw Refusal(.malformedFrame, at: "acknowledge.quarantined") }
    self.init(
      ledger: try Read.required(frame.ledgerIncarnation, "acknowledge.ledger_incarnation"),
      through: through, quarantined: frame.quarantined)
  }
}

extension Accord_V1_Acknowledge {
  init(_ acknowledge: Submission.Acknowledge) {
    ledgerIncarnation = acknowledge.ledger.text
    through = acknowledge.through
    quarantined = acknowledge.quarantined
  }
}

extension Submission.Resume {
  init(reading frame: Accord_V1_Resume) throws(Refusal) {
    self.init(
      ledger: try Read.required(frame.ledgerIncarnation, "resume.ledger_incarnation"),
      next: try Read.number(frame.next, "resume.next"))
    guard next > 0 else { throw Refusal(.malformedFrame, at: "resume.next") }
  }
}
