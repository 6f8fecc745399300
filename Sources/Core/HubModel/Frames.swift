/// The two submit sequences of a sender; each is numbered densely from 1.
public enum SubmitSequence: UInt8, CaseIterable, Hashable, Sendable {
  case data = 0
  /// Releases, identity answers, confirmations: overtakes the data in the sender's spool.
  case control = 1
}

extension Topic {
  /// The sequence on which the topic travels.
  public var sequence: SubmitSequence {
    Catalogue.disclosure(of: self) == .control ? .control : .data
  }
}

/// What an adapter sends on the submit lane (the model of `accord.v1.Submission`).
public enum Submission: Hashable, Sendable {
  case hello(Hello)
  case publish(Publish)
  case acknowledge(Acknowledge)
  case resume(Resume)
  /// - `chain`: the last link of the checkpoint chain that the adapter has, 0 for none; absent
  ///   where it keeps no chain.
  case ping(echo: UInt64, chain: UInt64? = nil)

  public struct Hello: Hashable, Sendable {
    /// Of the wire contract, the newest that the sender speaks (``ProtocolVersions``).
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
  /// - `after`: where it passes by itself, when to try again.
  case rejection(Refusal, after: Span? = nil)

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
    /// Those whose messages may come, and the keys that seal them.
    public var senders: [Sender]
    public init(
      version: UInt32, agency: AgencyID, role: Role, program: ProgramID, ledger: Incarnation,
      releasePort: UInt16, window: Int, dataThrough: UInt64, controlThrough: UInt64,
      acknowledgedThrough: UInt64, senders: [Sender] = []
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
      self.senders = senders
    }
  }

  /// An agency as others need to know it to check its seals.
  public struct Sender: Hashable, Sendable {
    /// Both public halves, 32 bytes each: the fingerprint in a seal is of the two together.
    public struct Key: Hashable, Sendable {
      public var curve: [UInt8]
      public var signing: [UInt8]
      public init(curve: [UInt8], signing: [UInt8]) {
        self.curve = curve
        self.signing = signing
      }
    }
    public var agency: AgencyID
    public var maySendUnsealed: Bool
    public var keys: [Key]
    public init(_ agency: AgencyID, maySendUnsealed: Bool, keys: [Key]) {
      self.agency = agency
      self.maySendUnsealed = maySendUnsealed
      self.keys = keys
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
    /// What the asker's chain is to be extended by; absent where it was not asked for.
    public var chain: ChainExtension?
    /// When the asker's key ends, if it has an end.
    public var keyExpiresAt: WallTime?
    public init(
      echo: UInt64, head: UInt64, time: WallTime, dataHorizon: UInt64, controlHorizon: UInt64,
      ledger: Incarnation, chain: ChainExtension? = nil, keyExpiresAt: WallTime? = nil
    ) {
      self.keyExpiresAt = keyExpiresAt
      self.echo = echo
      self.head = head
      self.time = time
      self.dataHorizon = dataHorizon
      self.controlHorizon = controlHorizon
      self.ledger = ledger
      self.chain = chain
    }
  }
}
