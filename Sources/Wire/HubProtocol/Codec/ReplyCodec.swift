public import HubModel

extension Reply {
  /// The frame as the router sends it.
  public func encoded() -> [UInt8] {
    var writer = WireWriter(capacity: 256)
    switch self {
    case .welcome(let welcome): writer.nested(1) { welcome.write(into: &$0) }
    case .receipt(let receipt): writer.nested(2) { receipt.write(into: &$0) }
    case .pong(let pong): writer.nested(3) { pong.write(into: &$0) }
    case .rejection(let refusal):
      writer.nested(4) {
        $0.text(1, refusal.code.rawValue)
        $0.text(2, refusal.place)
        $0.text(3, refusal.code.remedy)
      }
    }
    return writer.bytes
  }

  /// Reads a frame that the router sent.
  public init(decoding bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    var reader = WireReader(bytes)
    var frame: Reply?
    while let tag = try reader.tag() {
      guard tag.field > 4 || frame == nil else { throw Refusal(.malformedFrame, at: "frame") }
      switch tag.field {
      case 1: frame = .welcome(try Welcome(reading: try reader.nested(tag, "welcome")))
      case 2: frame = .receipt(try Receipt(reading: try reader.nested(tag, "receipt")))
      case 3: frame = .pong(try Pong(reading: try reader.nested(tag, "pong")))
      case 4: frame = .rejection(try Refusal(reading: try reader.nested(tag, "rejection")))
      default: try reader.skip(tag)
      }
    }
    guard let frame else { throw Refusal(.malformedFrame, at: "frame") }
    self = frame
  }
}

extension Reply.Welcome {
  func write(into writer: inout WireWriter) {
    writer.number(1, UInt64(version))
    writer.identifier(2, agency)
    writer.identifier(3, ledger)
    writer.number(4, UInt64(releasePort))
    writer.number(5, UInt64(clamping: window))
    writer.number(6, dataThrough)
    writer.number(7, controlThrough)
    writer.number(8, acknowledgedThrough)
    writer.identifier(9, program)
    writer.text(10, role.rawValue)
  }

  init(reading reader: consuming WireReader) throws(Refusal) {
    var version: UInt32 = 0
    var agency: AgencyID?
    var ledger: Incarnation?
    var port: UInt16 = 0
    var window: UInt32 = 0
    var through: (data: UInt64, control: UInt64, acknowledged: UInt64) = (0, 0, 0)
    var program: ProgramID?
    var role: Role?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: version = try reader.small(tag, "welcome.version")
      case 2: agency = try reader.identifier(tag, "welcome.agency")
      case 3: ledger = try reader.identifier(tag, "welcome.ledger_incarnation")
      case 4: port = try reader.small(tag, "welcome.release_port")
      case 5: window = try reader.small(tag, "welcome.window")
      case 6: through.data = try reader.number(tag, "welcome.data_through")
      case 7: through.control = try reader.number(tag, "welcome.control_through")
      case 8: through.acknowledged = try reader.number(tag, "welcome.acknowledged_through")
      case 9: program = try reader.identifier(tag, "welcome.program")
      case 10: role = try reader.word(tag, "welcome.role")
      default: try reader.skip(tag)
      }
    }
    guard let agency, let ledger, let program, let role, port > 0,
      (1...UInt32(Limits.largestWindow)).contains(window)
    else { throw Refusal(.malformedFrame, at: "welcome") }
    self.init(
      version: version, agency: agency, role: role, program: program, ledger: ledger,
      releasePort: port, window: Int(window), dataThrough: through.data,
      controlThrough: through.control, acknowledgedThrough: through.acknowledged)
  }
}

extension Reply.Receipt {
  func write(into writer: inout WireWriter) {
    writer.number(1, UInt64(sequence.rawValue))
    writer.number(2, through)
    for item in refused {
      writer.nested(3) {
        $0.number(1, item.number)
        $0.text(2, item.refusal.code.rawValue)
        $0.text(3, item.refusal.place)
      }
    }
  }

  init(reading reader: consuming WireReader) throws(Refusal) {
    var sequence = SubmitSequence.data
    var through: UInt64 = 0
    var refused: [Refused] = []
    while let tag = try reader.tag() {
      switch tag.field {
      case 1:
        guard let known = SubmitSequence(rawValue: try reader.small(tag, "receipt.sequence"))
        else { throw Refusal(.malformedFrame, at: "receipt.sequence") }
        sequence = known
      case 2: through = try reader.number(tag, "receipt.through")
      case 3:
        guard refused.count < Limits.messagesPerPublish else {
          throw Refusal(.frameTooLarge, at: "receipt.refused")
        }
        refused.append(try Refused(reading: try reader.nested(tag, "receipt.refused")))
      default: try reader.skip(tag)
      }
    }
    self.init(sequence: sequence, through: through, refused: refused)
  }
}

extension Reply.Receipt.Refused {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var number: UInt64 = 0
    var code: ErrorCode?
    var place = ""
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: number = try reader.number(tag, "receipt.refused.number")
      case 2: code = try reader.word(tag, "receipt.refused.code")
      case 3: place = try reader.text(tag, "receipt.refused.place")
      default: try reader.skip(tag)
      }
    }
    guard let code, number > 0 else { throw Refusal(.malformedFrame, at: "receipt.refused") }
    self.init(number: number, refusal: Refusal(code, at: place))
  }
}

extension Reply.Pong {
  func write(into writer: inout WireWriter) {
    writer.number(1, echo)
    writer.number(2, head)
    writer.signed(3, time.milliseconds)
    writer.number(4, dataHorizon)
    writer.number(5, controlHorizon)
    writer.identifier(6, ledger)
  }

  init(reading reader: consuming WireReader) throws(Refusal) {
    var echo: UInt64 = 0
    var head: UInt64 = 0
    var time = WallTime(milliseconds: 0)
    var horizon: (data: UInt64, control: UInt64) = (0, 0)
    var ledger: Incarnation?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: echo = try reader.raw(tag, "pong.echo")
      case 2: head = try reader.number(tag, "pong.head")
      case 3: time = try reader.time(tag, "pong.time")
      case 4: horizon.data = try reader.number(tag, "pong.data_horizon")
      case 5: horizon.control = try reader.number(tag, "pong.control_horizon")
      case 6: ledger = try reader.identifier(tag, "pong.ledger_incarnation")
      default: try reader.skip(tag)
      }
    }
    guard let ledger else { throw Refusal(.malformedFrame, at: "pong.ledger_incarnation") }
    self.init(
      echo: echo, head: head, time: time, dataHorizon: horizon.data,
      controlHorizon: horizon.control, ledger: ledger)
  }
}

extension Refusal {
  /// A rejection, as one reads it: its remedy is for people, and this version has its own words.
  init(reading reader: consuming WireReader) throws(Refusal) {
    var code: ErrorCode?
    var place = ""
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: code = try reader.word(tag, "rejection.code")
      case 2: place = try reader.text(tag, "rejection.place")
      default: try reader.skip(tag)
      }
    }
    guard let code else { throw Refusal(.malformedFrame, at: "rejection.code") }
    self.init(code, at: place)
  }
}
