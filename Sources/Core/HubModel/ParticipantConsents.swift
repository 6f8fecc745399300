/// All that a participant has said about consent, as of one position of their log.
///
/// What few people have stands apart and is shared: this is handed around at every decision.
public struct ParticipantConsents: Hashable, Sendable {
  public var position: UInt64
  public var records: [RoiRecord]
  /// `nil` where all of it is empty.
  @usableFromInline var rest: Shared?

  @usableFromInline struct Rest: Hashable, Sendable {
    @usableFromInline var tombstones: Set<RoiID> = []
    @usableFromInline var blankets: [BlanketRevocation] = []
    @usableFromInline var marks = ConsentMarks()
    @usableFromInline var orders: [CourtOrder] = []
    @usableFromInline var emergencies: [EmergencyAccess] = []
  }

  @usableFromInline final class Shared: Hashable, Sendable {
    @usableFromInline let rest: Rest
    init(_ rest: Rest) { self.rest = rest }

    @usableFromInline static func == (one: Shared, other: Shared) -> Bool {
      one === other || one.rest == other.rest
    }
    @usableFromInline func hash(into hasher: inout Hasher) { hasher.combine(rest) }
  }

  public init(position: UInt64 = 0, records: [RoiRecord] = [], tombstones: Set<RoiID> = []) {
    self.position = position
    self.records = records
    if !tombstones.isEmpty { self.tombstones = tombstones }
  }

  @usableFromInline mutating func change(_ change: (inout Rest) -> Void) {
    var next = rest?.rest ?? Rest()
    change(&next)
    rest = next == Rest() ? nil : Shared(next)
  }

  /// Releases revoked or refused before the router had seen them: a late arrival stays dead.
  @inlinable public var tombstones: Set<RoiID> {
    get { rest?.rest.tombstones ?? [] }
    set { change { $0.tombstones = newValue } }
  }
  /// Revocations of everything; of the same recipients only the last.
  @inlinable public var blankets: [BlanketRevocation] {
    get { rest?.rest.blankets ?? [] }
    set { change { $0.blankets = newValue } }
  }
  /// What suspends, voids or ends releases.
  @inlinable public var marks: ConsentMarks {
    get { rest?.rest.marks ?? ConsentMarks() }
    set { change { $0.marks = newValue } }
  }
  @inlinable public var orders: [CourtOrder] {
    get { rest?.rest.orders ?? [] }
    set { change { $0.orders = newValue } }
  }
  @inlinable public var emergencies: [EmergencyAccess] {
    get { rest?.rest.emergencies ?? [] }
    set { change { $0.emergencies = newValue } }
  }

  /// Takes in a revocation of everything; of two of the same reach the later one stays.
  public mutating func add(_ blanket: BlanketRevocation) {
    if let known = blankets.firstIndex(where: { $0.recipients == blanket.recipients }) {
      if blankets[known].at < blanket.at { blankets[known] = blanket }
    } else {
      blankets.append(blanket)
    }
  }
}
