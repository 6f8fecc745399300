import FoundationEssentials
public import HubModel

extension Reply {
  /// The frame as the router sends it.
  public func encoded() -> [UInt8] {
    var frame = Accord_V1_Reply()
    switch self {
    case .welcome(let welcome): frame.welcome = Accord_V1_Welcome(welcome)
    case .receipt(let receipt): frame.receipt = Accord_V1_Receipt(receipt)
    case .pong(let pong): frame.pong = Accord_V1_Pong(pong)
    case .rejection(let refusal, let after):
      frame.rejection.code = refusal.code.rawValue
      frame.rejection.place = refusal.place
      frame.rejection.remedy = refusal.code.remedy
      if let after { frame.rejection.retryAfterMs = UInt32(clamping: after.milliseconds) }
    }
    return frame.written()
  }

  /// Reads a frame that the router sent.
  public init(decoding bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    switch try Accord_V1_Reply(reading: bytes).frame {
    case nil: throw Refusal(.malformedFrame, at: "frame")
    case .welcome(let welcome): self = .welcome(try Welcome(reading: welcome))
    case .receipt(let receipt): self = .receipt(try Receipt(reading: receipt))
    case .pong(let pong): self = .pong(try Pong(reading: pong))
    case .rejection(let rejection):
      // Its remedy is for people, and this version has its own words.
      self = .rejection(
        Refusal(
          try Read.word(rejection.code, "rejection.code"),
          at: try Read.text(rejection.place, "rejection.place")),
        after: rejection.retryAfterMs == 0
          ? nil : Span(milliseconds: Int64(rejection.retryAfterMs)))
    }
  }
}

extension Reply.Welcome {
  init(reading frame: Accord_V1_Welcome) throws(Refusal) {
    guard let port = UInt16(exactly: frame.releasePort), port > 0 else {
      throw Refusal(.malformedFrame, at: "welcome.release_port")
    }
    guard (1...UInt32(Limits.largestWindow)).contains(frame.window) else {
      throw Refusal(.malformedFrame, at: "welcome.window")
    }
    self.init(
      version: frame.version, agency: try Read.required(frame.agency, "welcome.agency"),
      role: try Read.word(frame.role, "welcome.role"),
      program: try Read.required(frame.program, "welcome.program"),
      ledger: try Read.required(frame.ledgerIncarnation, "welcome.ledger_incarnation"),
      releasePort: port, window: Int(frame.window),
      dataThrough: try Read.number(frame.dataThrough, "welcome.data_through"),
      controlThrough: try Read.number(frame.controlThrough, "welcome.control_through"),
      acknowledgedThrough: try Read.number(
        frame.acknowledgedThrough, "welcome.acknowledged_through"),
      senders: try Read.list(
        frame.senders, "welcome.senders", limit: Limits.agencies, Reply.Sender.init(reading:)))
  }
}

extension Accord_V1_Welcome {
  init(_ welcome: Reply.Welcome) {
    version = welcome.version
    agency = welcome.agency.text
    ledgerIncarnation = welcome.ledger.text
    releasePort = UInt32(welcome.releasePort)
    window = UInt32(clamping: welcome.window)
    dataThrough = welcome.dataThrough
    controlThrough = welcome.controlThrough
    acknowledgedThrough = welcome.acknowledgedThrough
    program = welcome.program.text
    role = welcome.role.rawValue
    senders = welcome.senders.map(Accord_V1_Sender.init)
  }
}

extension Reply.Sender {
  init(reading frame: Accord_V1_Sender) throws(Refusal) {
    self.init(
      try Read.required(frame.agency, "agency"), maySendUnsealed: frame.unsealed,
      keys: try Read.list(frame.keys, "keys") { key throws(Refusal) in
        Key(
          curve: try Read.bytes(key.curve, "curve", count: 32),
          signing: try Read.bytes(key.signing, "signing", count: 32))
      })
  }
}

extension Accord_V1_Sender {
  init(_ sender: Reply.Sender) {
    agency = sender.agency.text
    unsealed = sender.maySendUnsealed
    keys = sender.keys.map { key in
      var frame = Accord_V1_Sender.Key()
      frame.curve = Data(key.curve)
      frame.signing = Data(key.signing)
      return frame
    }
  }
}

extension ChainExtension {
  init(reading frame: Accord_V1_Chain) throws(Refusal) {
    self.init(
      through: try Read.number(frame.through, "through"),
      value: try Read.bytes(frame.value, "value", count: 32, optional: frame.through == 0),
      commitments: try Read.list(
        frame.commitments, "commitments", limit: Limits.chainLinks
      ) { data throws(Refusal) in try Read.bytes(data, "commitment", count: 32) })
  }
}

extension Accord_V1_Chain {
  init(_ chain: ChainExtension) {
    through = chain.through
    value = Data(chain.value)
    commitments = chain.commitments.map { Data($0) }
  }
}

extension Reply.Receipt {
  init(reading frame: Accord_V1_Receipt) throws(Refusal) {
    try Read.room(
      frame.refused.count, in: Limits.messagesPerPublish,
      Refusal(.frameTooLarge, at: "receipt.refused"))
    var refused: [Refused] = []
    refused.reserveCapacity(frame.refused.count)
    for item in frame.refused { refused.append(try Refused(reading: item)) }
    self.init(
      sequence: try Read.sequence(frame.sequence, "receipt.sequence"),
      through: try Read.number(frame.through, "receipt.through"), refused: refused)
  }
}

extension Reply.Receipt.Refused {
  init(reading frame: Accord_V1_Receipt.Refused) throws(Refusal) {
    let number = try Read.number(frame.number, "receipt.refused.number")
    guard number > 0 else { throw Refusal(.malformedFrame, at: "receipt.refused.number") }
    self.init(
      number: number,
      refusal: Refusal(
        try Read.word(frame.code, "receipt.refused.code"),
        at: try Read.text(frame.place, "receipt.refused.place")))
  }
}

extension Accord_V1_Receipt {
  init(_ receipt: Reply.Receipt) {
    sequence = Accord_V1_Sequence(receipt.sequence)
    through = receipt.through
    refused = receipt.refused.map(Refused.init)
  }
}

extension Accord_V1_Receipt.Refused {
  init(_ refused: Reply.Receipt.Refused) {
    number = refused.number
    code = refused.refusal.code.rawValue
    place = refused.refusal.place
  }
}

extension Reply.Pong {
  init(reading frame: Accord_V1_Pong) throws(Refusal) {
    self.init(
      echo: frame.echo, head: try Read.number(frame.head, "pong.head"),
      time: try Read.time(frame.time, "pong.time"),
      dataHorizon: try Read.number(frame.dataHorizon, "pong.data_horizon"),
      controlHorizon: try Read.number(frame.controlHorizon, "pong.control_horizon"),
      ledger: try Read.required(frame.ledgerIncarnation, "pong.ledger_incarnation"),
      chain: frame.hasChain
        ? try within("pong.chain") { () throws(Refusal) in
          try ChainExtension(reading: frame.chain)
        } : nil,
      keyExpiresAt: frame.keyExpiresAt == 0
        ? nil : try Read.time(frame.keyExpiresAt, "pong.key_expires_at"))
  }
}

extension Accord_V1_Pong {
  init(_ pong: Reply.Pong) {
    echo = pong.echo
    head = pong.head
    time = pong.time.milliseconds
    dataHorizon = pong.dataHorizon
    controlHorizon = pong.controlHorizon
    ledgerIncarnation = pong.ledger.text
    if let chain = pong.chain { self.chain = Accord_V1_Chain(chain) }
    keyExpiresAt = pong.keyExpiresAt?.milliseconds ?? 0
  }
}
