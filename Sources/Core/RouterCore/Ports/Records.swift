public import DiversionWorkflow
public import HubModel

/// On what footing a message stands before the consent engine.
public enum MessageBasis: UInt8, Hashable, Sendable {
  /// Submitted by an agency.
  case submitted = 0
  /// Derived by the router from what its one recipient knows already, and the clock.
  case ownView = 1
  /// Tells a sender of the fate of its own message.
  case outcome = 2
  /// A booking that may be a participant's; waits for the identity steward's answer.
  case candidate = 3
  /// Asks the identity steward about such a booking.
  case identityQuestion = 4

  /// As the log and reports name it.
  public var word: String {
    switch self {
    case .submitted: "submitted"
    case .ownView: "own-view"
    case .outcome: "outcome"
    case .candidate: "candidate"
    case .identityQuestion: "identity-question"
    }
  }
}

/// A message as the ledger keeps it.
public struct StoredMessage: Equatable, Sendable {
  /// As submitted; its participant is the sender's alias.
  public var message: Message
  public var participant: ParticipantID?
  public var basis: MessageBasis
  public var acceptedAt: WallTime
  /// For an outcome: the submitted message that it tells of.
  public var about: MessageID?
  public init(
    message: Message, participant: ParticipantID?, basis: MessageBasis, acceptedAt: WallTime,
    about: MessageID? = nil
  ) {
    self.message = message
    self.participant = participant
    self.basis = basis
    self.acceptedAt = acceptedAt
    self.about = about
  }
}

/// Where one part of a message stands for one recipient.
public struct PartRecord: Equatable, Sendable {
  public var key: PartKey
  public var segments: SegmentSet
  public var fate: Fate
  /// The participant whom the message is about, so that held parts are found by person.
  public var participant: ParticipantID?
  /// Place in the recipient's queue while `pending`, in the escrow while `held`.
  public var queued: UInt64?
  /// Delivery number, from the first release on.
  public var number: UInt64?
  /// It was handed to the transport at least once: a disclosure, whatever its fate became.
  public var wasDisclosed: Bool
  public var changedAt: WallTime
  public init(
    key: PartKey, segments: SegmentSet, fate: Fate, participant: ParticipantID?,
    queued: UInt64? = nil, number: UInt64? = nil, wasDisclosed: Bool = false,
    changedAt: WallTime
  ) {
    self.key = key
    self.segments = segments
    self.fate = fate
    self.participant = participant
    self.queued = queued
    self.number = number
    self.wasDisclosed = wasDisclosed
    self.changedAt = changedAt
  }
}

/// A backup of the ledger: what it holds.
public struct Backup: Hashable, Sendable {
  public var at: WallTime
  /// Of the log.
  public var entries: UInt64
  /// Of each spool, accepted through. As many as there were lives of spools: a few for each agency.
  public var sources: [SourceKey: SourceCursor]
  public init(at: WallTime, entries: UInt64, sources: [SourceKey: SourceCursor]) {
    self.at = at
    self.entries = entries
    self.sources = sources
  }
}

/// A case, as the router alone knows it whole.
public struct CaseRecord: Equatable, Sendable {
  public var id: CaseID
  /// Who opened it; only that agency's messages may name it first.
  public var openedBy: AgencyID
  public var participant: ParticipantID?
  public var views: [AgencyID: CaseView]
  public init(
    id: CaseID, openedBy: AgencyID, participant: ParticipantID?, views: [AgencyID: CaseView] = [:]
  ) {
    self.id = id
    self.openedBy = openedBy
    self.participant = participant
    self.views = views
  }
}

/// Names a timer; setting it again moves it.
public enum TimerKey: Hashable, Sendable {
  /// The escrow's deadline of a message.
  case lapse(MessageID)
  /// "Not sent", said again to a sender who has not confirmed.
  case heldReminder(MessageID)
  /// A participant's held parts must be decided again. Its count is the place in the escrow
  /// behind which to go on: setting it anew begins from the start.
  case redecide(ParticipantID)
  /// The next deadline of one agency's view of a case.
  case view(CaseID, AgencyID)
  /// A release is about to expire.
  case releaseExpiring(ParticipantID, RoiID)
  /// A recorded version of the agreement takes effect.
  case agreement(version: UInt32)
}

public struct DueTimer: Equatable, Sendable {
  public var key: TimerKey
  public var due: WallTime
  /// How often it has fired before.
  public var count: Int
  /// For a redecision: the held parts to decide again, in the order of their places.
  public var held: [PartRecord]
  /// For a redecision: nothing held lies behind `held`.
  public var isComplete: Bool
  public init(
    key: TimerKey, due: WallTime, count: Int, held: [PartRecord] = [], isComplete: Bool = true
  ) {
    self.key = key
    self.due = due
    self.count = count
    self.held = held
    self.isComplete = isComplete
  }
}
