public import ConsentEngine
public import HubModel

/// One connection of one agency key, as the transport authenticated it.
public struct Session: Hashable, Sendable {
  /// The transport's name for the connection.
  public let connection: [UInt8]
  /// The key that CURVE authenticated; what a frame claims never counts.
  public let fingerprint: KeyFingerprint
  public init(connection: [UInt8], fingerprint: KeyFingerprint) {
    self.connection = connection
    self.fingerprint = fingerprint
  }
}

/// What an operator asks of the router.
public enum AdministrativeAct: Sendable {
  case cutOff(KeyFingerprint, reason: String)
  case replaceRegistry(Registry)
  /// Records a version of the agreement, with its file's bytes; it is in force at once or, where
  /// `effective` lies ahead, from then on.
  case activate(ProgramAgreement, text: [UInt8], effective: WallTime?)
  case revoke(RoiID, reason: String)
  /// The wall clock is right as it is now; what was held may go on.
  case acceptClock(reason: String)
  /// Two names that agencies have for participants are one person's.
  case merge(AliasKey, AliasKey, reason: String)
  /// The participant behind this name is nobody else after all.
  case separate(AliasKey, reason: String)
  /// Nothing of the person behind this name, under any of their names, may be read any more.
  case expunge(AliasKey, reason: String)
  /// Nothing of a person was in use since the end of their records' retention, by what the ledger
  /// knew when their consents stood at this position: they are expunged, unless that has changed.
  case retire(ParticipantID, position: UInt64)
  /// An archive of everything before this instant is whole on disk.
  case archived(before: WallTime, detail: String)
  /// From now on nothing about the person behind this name is destroyed, or it may be again.
  case legalHold(AliasKey, Bool, reason: String)
  /// A privacy officer has looked at an access in a medical emergency.
  case reviewEmergency(RoiID, finding: String)
  /// An order of a court about the participant behind this name.
  indirect case recordOrder(CourtOrder, of: AliasKey, reason: String)
  /// Somebody is about to be given the list of what went out about this participant.
  case account(AliasKey, detail: String)
  /// Somebody is about to be given a list that is not about one participant.
  case listing(AuditEntry.Kind, of: AgencyID?, detail: String)
  /// A backup of the ledger begins, is made, or failed.
  case backup(BackupStage)
  /// What is held of this message, or was set aside by its recipient, is decided again.
  case replay(MessageID, to: AgencyID?, reason: String)
  /// What is held of this message waits no longer; its sender is told, where it may be.
  case giveBack(MessageID, to: AgencyID?, reason: String)
  /// Maintenance mode begins or ends.
  case drain(Bool, reason: String)
  /// What would this recipient get? Asks, and sends nothing.
  case preview(PreviewRequest)
}

/// How a backup of the ledger goes.
public enum BackupStage: Hashable, Sendable {
  case begun, failed
  case done(Backup)
}

/// One input of a turn.
public enum Event: Sendable {
  case submission(Session, Submission)
  /// A frame that could not be read.
  case malformed(Session, Refusal)
  case administration(AdministrativeAct, ticket: UInt64)
  /// A scheduled checkpoint of the log was written: the chain goes on to here.
  case chained(ChainPoint)
  /// The disk ran low, or has room again.
  case space(isLow: Bool)
}

/// Everything that one turn is given from outside.
public struct Batch: Sendable {
  public var events: [Event]
  public var now: WallTime
  public var tick: Tick
  public init(events: [Event], now: WallTime, tick: Tick) {
    self.events = events
    self.now = now
    self.tick = tick
  }
}

/// One output of a turn, sent only after the turn's journal is durable.
public enum Send: Sendable {
  case reply(Session, Reply)
  indirect case deliver(PermittedDelivery)
  /// The number goes out, its content does not.
  case void(AgencyID, Delivery)
  /// Close and bind the agency's release lane again, so that no old connection stays.
  case rebind(AgencyID)
  case administered(ticket: UInt64, Refusal?)
  indirect case previewed(ticket: UInt64, Preview)
}

public struct Outcome: Sendable {
  public var journal: [JournalEntry]
  public var sends: [Send]
  /// Another turn should follow at once, without waiting for input.
  public var hasMoreWork: Bool
}
