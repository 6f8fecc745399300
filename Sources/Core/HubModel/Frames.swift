/// The two submit sequences of a sender; each is numbered densely from 1.
public enum SubmitSequence: UInt8, CaseIterable, Hashable, Sendable {
  case data = 0
  /// Releases, identity answers, confirmations: overtakes the data in the sender's spool.
  case control = 1
}

extension Topic {
  /// The sequence on which the topic travels.
  public var sequence: SubmitSequence {
    Catalogue.spec(of: self)?.disclosure == .control ? .control : .data
  }
}

/// What an adapter sends on the submit lane (the model of `accord.v1.Submission`).
public enum Submission: Hashable, Sendable {
  case hello(Hello)
  case publish(Publish)
  case acknowledge(Acknowledge)
  case resume(Resume)
  case ping(echo: UInt64)

  public struct Hello: Hashable, Sendable {
    /// Of the wire contract; ``Submission/wireVersion`` today.
    public var version: UInt32
    public var source: Incarnation
    public var isConsumer: Bool
    /// The ledger incarnation that the adapter last confirmed, if any.
    public var ledger: Incarnation?
    public init(version: UInt32, source: Incarnation, isConsumer: Bool, ledger: Incarnation?) {
      self.version = version
      self.source = source
      self.isConsumer = isConsumer
      self.ledger = ledger
    }
  }

  public struct Publish: Hashable, Sendable {
    /// A message that could be decoded, or why it could not.
    public enum Item: Hashable, Sendable {
      indirect case message(Message)
      case undecodable(Refusal)
    }
    public var sequence: SubmitSequence
    /// Number of the first item; the rest follow densely.
    public var first: UInt64
    public var items: [Item]
    public init(sequence: SubmitSequence, first: UInt64, items: [Item]) {
      self.sequence = sequence
      self.first = first
      self.items = items
    }
  }

  public struct Acknowledge: Hashable, Sendable {
    public var ledger: Incarnation
    public var through: UInt64
    public var quarantined: [UInt64]
    public init(ledger: Incarnation, through: UInt64, quarantined: [UInt64] = []) {
      self.ledger = ledger
      self.through = through
      self.quarantined = quarantined
    }
  }

  public struct Resume: Hashable, Sendable {
    public var ledger: Incarnation
    /// The next delivery number that the adapter has not applied.
    public var next: UInt64
    public init(ledger: Incarnation, next: UInt64) {
      self.ledger = ledger
      self.next = next
    }
  }

  public static let wireVersion: UInt32 = 1
}

/// What the router answers on the submit lane (the model of `accord.v1.Reply`).
public enum Reply: Hashable, Sendable {
  case welcome(Welcome)
  case receipt(Receipt)
  case pong(Pong)
  case rejection(Refusal)

  public struct Welcome: Hashable, Sendable {
    public var version: UInt32
    public var agency: AgencyID
    public var role: Role
    public var program: ProgramID
    public var ledger: Incarnation
    public var releasePort: UInt16
    public var window: Int
    /// Accepted of this source incarnation, by sequence.
    public var dataThrough: UInt64
    public var controlThrough: UInt64
    public var acknowledgedThrough: UInt64
    public init(
      version: UInt32, agency: AgencyID, role: Role, program: ProgramID, ledger: Incarnation,
      releasePort: UInt16, window: Int, dataThrough: UInt64, controlThrough: UInt64,
      acknowledgedThrough: UInt64
    ) {
      self.version = version
      self.agency = agency
      self.role = role
      self.program = program
      self.ledger = ledger
      self.releasePort = releasePort
      self.window = window
      self.dataThrough = dataThrough
      self.controlThrough = controlThrough
      self.acknowledgedThrough = acknowledgedThrough
    }
  }

  public struct Receipt: Hashable, Sendable {
    public struct Refused: Hashable, Sendable {
      public var number: UInt64
      public var refusal: Refusal
      public init(number: UInt64, refusal: Refusal) {
        self.number = number
        self.refusal = refusal
      }
    }
    public var sequence: SubmitSequence
    public var through: UInt64
    public var refused: [Refused]
    public init(sequence: SubmitSequence, through: UInt64, refused: [Refused] = []) {
      self.sequence = sequence
      self.through = through
      self.refused = refused
    }
  }

  public struct Pong: Hashable, Sendable {
    public var echo: UInt64
    /// Highest delivery number sent to the agency; reveals a lost tail.
    public var head: UInt64
    public var time: WallTime
    public var dataHorizon: UInt64
    public var controlHorizon: UInt64
    public var ledger: Incarnation
    public init(
      echo: UInt64, head: UInt64, time: WallTime, dataHorizon: UInt64, controlHorizon: UInt64,
      ledger: Incarnation
    ) {
      self.echo = echo
      self.head = head
      self.time = time
      self.dataHorizon = dataHorizon
      self.controlHorizon = controlHorizon
      self.ledger = ledger
    }
  }
}
