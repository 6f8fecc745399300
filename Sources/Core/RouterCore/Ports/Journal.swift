public import DiversionWorkflow
public import HubModel

/// One change of the ledger. A turn's entries are committed together or not at all.
///
/// The large ones are boxed: entries are moved about more often than they are looked into.
public enum JournalEntry: Equatable, Sendable {
  /// A message of this id is new, with everything it says.
  indirect case accepted(StoredMessage)
  /// A stored booking turned out to be this participant's: from now on an ordinary message.
  case identified(MessageID, ParticipantID)
  case submitted(SourceKey, SubmitSequence, through: UInt64)
  /// A submission that was refused, and why: repeated, it is answered the same.
  indirect case refused(SourceKey, RefusedSubmission)
  /// Inserts or replaces the part's record.
  indirect case part(PartRecord)
  /// Deliveries of the recipient through this number are applied.
  case acknowledged(AgencyID, through: UInt64)
  case participant(ParticipantID)
  /// The agency knows the participant by this alias; `isPreferred` if it is to be told by it.
  case alias(AliasKey, ParticipantID, isPreferred: Bool)
  case token(IdentityToken, ParticipantID, isConfirmed: Bool)
  /// Inserts or replaces a release (by its id) at its position in the participant's log.
  indirect case release(ParticipantID, RoiRecord)
  case tombstone(ParticipantID, RoiID, position: UInt64)
  /// What revoked everything, also what has not been seen yet.
  case blanket(ParticipantID, BlanketRevocation, position: UInt64)
  case mark(ParticipantID, ConsentMark, position: UInt64)
  indirect case emergency(ParticipantID, EmergencyAccess, position: UInt64)
  case emergencyReviewed(RoiID, finding: String, at: WallTime)
  indirect case order(ParticipantID, CourtOrder, position: UInt64)
  /// The participant counts as one person with others, of whom `head` is one; `nil`: no more.
  /// Consents that follow stand at `position` or later.
  case group(ParticipantID, head: ParticipantID?, position: UInt64)
  case opened(CaseID, by: AgencyID, participant: ParticipantID?)
  indirect case view(CaseID, CaseView)
  case timer(TimerKey, due: WallTime, count: Int)
  case cancel(TimerKey)
  /// A booking of nobody in the program: its source and number, and nothing more.
  case noMatch(AgencyID, booking: String, at: WallTime)
  /// The message's content is destroyed; its metadata and fates stay.
  case erase(MessageID)
  /// The participant's keys are destroyed once the turn is durable: their names, and whatever was
  /// said about them, cannot be read any more. Ids, fates and the log stay.
  case expunged(ParticipantID, at: WallTime)
  /// Nothing about the participant may be destroyed from now on; `nil`: it may be again.
  case legalHold(ParticipantID, since: WallTime?)
  /// An archive holds everything that was accepted before this instant.
  case archived(before: WallTime)
  case cutOff(KeyFingerprint, at: WallTime)
  /// This version of the agreement is in force from now on.
  case agreement(version: UInt32, hash: [UInt8], at: WallTime)
  /// This version is kept, to be in force from its effective date on.
  indirect case agreementRecorded(RecordedAgreement)
  /// How far deciding again has come; `nil` when it is done.
  indirect case redecision(Redecision?)
  /// A key came to its end; said once.
  case keyEnded(KeyFingerprint, WallTime)
  /// A backup of the ledger was made.
  indirect case backedUp(Backup)
  /// What the clocks showed: what a router that starts later compares its own with.
  case clock(ClockMark)
  indirect case audit(AuditEntry)
}

/// What a router starts from.
public struct Recovered: Equatable, Sendable {
  public struct Lane: Equatable, Sendable {
    /// The number that the next new delivery gets.
    public var next: UInt64
    public var acknowledged: UInt64
    /// The queue place that the next pending part gets.
    public var queueTail: UInt64
    /// Parts of the deliveries between `acknowledged` and `next`, in number order; a
    /// withheld one was last sent void.
    public var window: [PartRecord]
    public init(next: UInt64, acknowledged: UInt64, queueTail: UInt64, window: [PartRecord]) {
      self.next = next
      self.acknowledged = acknowledged
      self.queueTail = queueTail
      self.window = window
    }
  }
  public var incarnation: Incarnation
  public var lanes: [AgencyID: Lane]
  public var cutOff: Set<KeyFingerprint>
  public var agreementVersion: UInt32
  public var agreementHash: [UInt8]
  public var nextDue: WallTime?
  /// The version in force, if any is kept whole, and those that wait for their date.
  public var agreements: [RecordedAgreement]
  /// The place in the escrow that the next held part gets.
  public var escrowTail: UInt64
  public var redecision: Redecision?
  /// Where the chain over the log's scheduled checkpoints stands.
  public var chain: ChainPoint
  /// What the clocks showed when it was last written down.
  public var clock: ClockMark?
  /// The newest ``Limits/backupsRemembered``, the older first.
  public var backups: [Backup]
  /// Keys that came to their end, and which.
  public var endedKeys: [KeyFingerprint: WallTime]
  public init(
    incarnation: Incarnation, lanes: [AgencyID: Lane], cutOff: Set<KeyFingerprint>,
    agreementVersion: UInt32, agreementHash: [UInt8], nextDue: WallTime?,
    agreements: [RecordedAgreement] = [], escrowTail: UInt64 = 1, redecision: Redecision? = nil,
    chain: ChainPoint = ChainPoint(), clock: ClockMark? = nil, backups: [Backup] = [],
    endedKeys: [KeyFingerprint: WallTime] = [:]
  ) {
    self.endedKeys = endedKeys
    self.backups = backups
    self.incarnation = incarnation
    self.lanes = lanes
    self.cutOff = cutOff
    self.agreementVersion = agreementVersion
    self.agreementHash = agreementHash
    self.nextDue = nextDue
    self.agreements = agreements
    self.escrowTail = escrowTail
    self.redecision = redecision
    self.clock = clock
    self.chain = chain
  }
}

/// The ledger, as the turn sees it. Implementations are owned by the router's one thread.
public protocol Journal: AnyObject {
  func recover() throws -> Recovered
  func load(_ needs: Needs) throws -> Facts
  /// Durable on return: flushed, not merely written. A throw stops the router.
  func commit(_ entries: [JournalEntry]) throws
}

/// Where fresh ids come from. Each agency has a supply of its own, so that the ids one agency
/// sees never depend on how many another one used.
public protocol FreshIDs {
  mutating func random(for agency: AgencyID) -> (UInt64, UInt64)
}
