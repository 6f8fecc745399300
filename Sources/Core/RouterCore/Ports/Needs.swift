public import HubModel

/// A participant as one agency names them.
public struct AliasKey: Hashable, Sendable {
  public let agency: AgencyID
  public let alias: ParticipantAlias
  public init(_ agency: AgencyID, _ alias: ParticipantAlias) {
    self.agency = agency
    self.alias = alias
  }
}

/// One life of one agency's spool.
public struct SourceKey: Hashable, Sendable {
  public let agency: AgencyID
  public let incarnation: Incarnation
  public init(_ agency: AgencyID, _ incarnation: Incarnation) {
    self.agency = agency
    self.incarnation = incarnation
  }
}

/// What a turn must know from the ledger before it can decide; asked for in one piece.
public struct Needs: Equatable, Sendable {
  /// Which of these are known already?
  public var messages: Set<MessageID> = []
  public var sources: Set<SourceKey> = []
  /// Spools that repeat what they sent before: what of it was refused?
  public var refusals: Set<SourceKey> = []
  public var aliases: Set<AliasKey> = []
  public var tokens: Set<IdentityToken> = []
  /// People of whom a turn wants to know, whatever it is called by.
  public var people: Set<ParticipantID> = []
  /// Names of people who are to be expunged: what waits about them?
  public var expunging: Set<AliasKey> = []
  public var cases: Set<CaseID> = []
  public var releases: Set<RoiID> = []
  /// Content of deliveries in a window that must go out again.
  public var resends: [PartKey] = []
  /// Messages that a steward's answer or a sender's confirmation names.
  public var named: Set<MessageID> = []
  /// How many pending parts to bring from the head of each recipient's queue.
  public var queues: [AgencyID: Int] = [:]
  /// Numbers of the checkpoint chain behind which the links are asked for,
  /// ``Limits/chainLinks`` at most.
  public var links: Set<UInt64> = []
  /// Timers due at or before this instant.
  public var dueBy: WallTime
  public var timerLimit = Limits.turnTimers
  public var redecisionLimit = Limits.turnRedecisions
  /// Bring the next chunk of this.
  public var redecision: Redecision?
  /// This turn may change what decides: whoever has anything held is still to be reached.
  public var mayStartRedecision = false

  public init(dueBy: WallTime) { self.dueBy = dueBy }
}

/// What the ledger knows of a participant that a decision may need.
public struct ParticipantRecord: Equatable, Sendable {
  public var consents: ParticipantConsents
  /// By which alias each agency is told of the person.
  public var aliases: [AgencyID: ParticipantAlias]
  /// Participants who were found to be the same person.
  public var others: Set<ParticipantID>
  /// Nothing about them may be destroyed.
  public var isOnLegalHold = false
  public init(
    consents: ParticipantConsents = ParticipantConsents(),
    aliases: [AgencyID: ParticipantAlias] = [:], others: Set<ParticipantID> = []
  ) {
    self.consents = consents
    self.aliases = aliases
    self.others = others
  }
}

/// A participant whom an identity token points to.
public struct TokenMatch: Hashable, Sendable {
  public let participant: ParticipantID
  /// Confirmed: the identifier is one that identifies by itself, or a human linked it.
  public let isConfirmed: Bool
  public init(participant: ParticipantID, isConfirmed: Bool) {
    self.participant = participant
    self.isConfirmed = isConfirmed
  }
}

/// Facts for one turn. It is *closed*: for every participant that anything in it mentions, the
/// record is there, and those of the others whom it is one person with; and for every case, all
/// of its views.
public struct Facts: Equatable, Sendable {
  public var known: Set<MessageID> = []
  public var sources: [SourceKey: SourceCursor] = [:]
  public var refusals: [SourceKey: [RefusedSubmission]] = [:]
  public var aliases: [AliasKey: ParticipantID] = [:]
  /// Of the names that were asked for and that nobody is known by: those of somebody who was on
  /// legal hold in a former life of the ledger.
  public var heldNames: Set<AliasKey> = []
  public var tokens: [IdentityToken: [TokenMatch]] = [:]
  public var cases: [CaseID: CaseRecord] = [:]
  public var releases: [RoiID: ReleaseOwner] = [:]
  public var participants: [ParticipantID: ParticipantRecord] = [:]
  /// Every message that a queue, a resend, a timer or a named id asks for; one whose content was
  /// erased has no segments left.
  public var messages: [MessageID: StoredMessage] = [:]
  /// The parts of those messages that are asked for by a resend, a timer or a named id.
  public var parts: [MessageID: [PartRecord]] = [:]
  public var queues: [AgencyID: QueuePage] = [:]
  /// Pending and held parts about those who are to be expunged, with their messages.
  public var waiting: [PartRecord] = []
  /// Links of the checkpoint chain, by the number that they follow.
  public var links: [UInt64: [ChainLink]] = [:]
  public var due: [DueTimer] = []
  public var chunk: RedecisionChunk?
  /// Of the participants in these facts: those whose own held parts are to be decided again, a
  /// timer of theirs being due, and the place behind which that goes on.
  public var redeciding: [ParticipantID: UInt64] = [:]
  /// Of the participants in these facts: those of whom something is held behind `chunk` that the
  /// redecision will come to, or, where one may start, those of whom anything is held.
  public var unreached: Set<ParticipantID> = []
  /// When the first timer after those in `due` falls due.
  public var nextDue: WallTime?

  public init() {}
}

/// The head of one recipient's queue of pending parts, in queue order.
public struct QueuePage: Equatable, Sendable {
  public var parts: [PartRecord]
  /// Nothing pending lies behind `parts`.
  public var isComplete: Bool
  public init(parts: [PartRecord], isComplete: Bool) {
    self.parts = parts
    self.isComplete = isComplete
  }
}

/// A number of a spool that was refused. The newest ``Limits/refusalsRemembered`` numbers of each
/// sequence are remembered: far more than can be under way without a receipt.
public struct RefusedSubmission: Hashable, Sendable {
  public let sequence: SubmitSequence
  public let number: UInt64
  public let refusal: Refusal
  public init(sequence: SubmitSequence, number: UInt64, refusal: Refusal) {
    self.sequence = sequence
    self.number = number
    self.refusal = refusal
  }
}

/// Accepted through these numbers.
public struct SourceCursor: Hashable, Sendable {
  public var data: UInt64
  public var control: UInt64
  public init(data: UInt64 = 0, control: UInt64 = 0) {
    self.data = data
    self.control = control
  }
  public subscript(sequence: SubmitSequence) -> UInt64 {
    get { sequence == .data ? data : control }
    set { if sequence == .data { data = newValue } else { control = newValue } }
  }
}

/// Whose release an id is.
public struct ReleaseOwner: Hashable, Sendable {
  public let participant: ParticipantID
  public let capturedBy: AgencyID
  public init(participant: ParticipantID, capturedBy: AgencyID) {
    self.participant = participant
    self.capturedBy = capturedBy
  }
}
