public import HubModel

/// What is left of deciding everything again, after the agreement or a role in the registry
/// changed. It goes through the escrow, then through each queue, in chunks; where it stands is
/// committed with each chunk, so that a restart goes on behind it.
///
/// What comes in meanwhile is decided by what is in force by then and is not waited for: each
/// stretch ends where its line ended when the change came.
public struct Redecision: Hashable, Sendable, Codable {
  /// Places of one line: those behind `after`, up to `through`.
  public struct Stretch: Hashable, Sendable, Codable {
    public var after: UInt64
    public var through: UInt64
    public init(after: UInt64 = 0, through: UInt64) {
      self.after = after
      self.through = through
    }
    public var isDone: Bool { after >= through }
  }

  public struct Queue: Hashable, Sendable, Codable {
    public var recipient: AgencyID
    public var places: Stretch
    public init(_ recipient: AgencyID, _ places: Stretch) {
      self.recipient = recipient
      self.places = places
    }
  }

  public var held: Stretch
  /// Those that are not done, in the order in which they are gone through.
  public var queues: [Queue]

  public init(held: Stretch, queues: [Queue]) {
    self.held = held
    self.queues = queues.filter { !$0.places.isDone }
  }

  public var isDone: Bool { held.isDone && queues.isEmpty }
}

/// The parts that one turn decides again for a ``Redecision``: of the escrow while that is not
/// done, then of the first queue.
public struct RedecisionChunk: Equatable, Sendable {
  /// In the order of their places.
  public var parts: [PartRecord]
  /// Nothing of this stretch lies behind `parts`.
  public var isComplete: Bool
  public init(parts: [PartRecord], isComplete: Bool) {
    self.parts = parts
    self.isComplete = isComplete
  }
}

/// A version of the agreement that waits for its date.
public struct ScheduledAgreement: Hashable, Sendable {
  public var agreement: ProgramAgreement
  public var effective: WallTime
  public init(_ agreement: ProgramAgreement, effective: WallTime) {
    self.agreement = agreement
    self.effective = effective
  }
}

/// A version of the program agreement as the ledger keeps it, from the day it was recorded.
public struct RecordedAgreement: Hashable, Sendable {
  public var version: UInt32
  /// SHA-256 of `text`: 32 bytes.
  public var hash: [UInt8]
  /// The file, byte by byte.
  public var text: [UInt8]
  public var effective: WallTime
  public var recordedAt: WallTime
  public init(
    version: UInt32, hash: [UInt8], text: [UInt8], effective: WallTime, recordedAt: WallTime
  ) {
    self.version = version
    self.hash = hash
    self.text = text
    self.effective = effective
    self.recordedAt = recordedAt
  }
}
