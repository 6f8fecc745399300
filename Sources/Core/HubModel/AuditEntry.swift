/// One entry of the tamper-evident log: an act of the router, and on whose authority.
///
/// Its leaf (see the article *The audit leaf*) is final: later releases add entries of new
/// kinds, never another layout.
public struct AuditEntry: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    case accepted = 1
    case refused = 2
    /// Permitted when decided, waiting for its recipient.
    case permitted = 3
    case held = 4
    case withheld = 5
    /// Handed to the transport: a disclosure.
    case released = 6
    /// Sent again after a fresh decision: the same disclosure.
    case resent = 7
    /// A number sent void, its content now denied.
    case voided = 8
    case acknowledged = 9
    case quarantined = 10
    case lapsed = 11
    case consentChanged = 12
    case noMatch = 13
    case candidate = 14
    case identityLinked = 15
    case keyCutOff = 16
    case agreementActivated = 17
    case registryChanged = 18
    case ledgerOpened = 19
    case clockHeld = 20
    case outcomeConfirmed = 21
    /// A key is in the registry, with its use and end; then that one of these changed, that its
    /// end has come, and that it is in the registry no more.
    case keyEnrolled = 22
    case keyChanged = 23
    case keyExpired = 24
    case keyRemoved = 25
    /// A backup of the ledger was made, over so many entries of the log.
    case backupTaken = 26
    /// The ledger was put back to a backup: what was done so that nothing revives.
    case ledgerRestored = 27
    /// A participant's keys are destroyed: nothing of them can be read any more.
    case expunged = 30
    /// A version of the agreement is kept, to be in force from its date on.
    case agreementRecorded = 32
    /// A recorded version that was overtaken before its date, or cannot be read any more.
    case agreementPassedOver = 33
    /// What a run of retention removed, by kind and count.
    case retentionRun = 34
    /// Nothing about a participant may be removed, and may be again.
    case legalHoldPlaced = 35
    case legalHoldLifted = 36
    /// An archive of what was kept up to a day was written, and its hash.
    case archived = 37
    /// Access in a medical emergency (42 CFR 2.51), and its review.
    case emergencyOpened = 40
    case emergencyReviewed = 41
    /// An order of a court under subpart E.
    case orderRecorded = 42
    /// Somebody asked what a recipient would get of a participant's; nothing was sent.
    case previewed = 48
    /// Somebody was given the list of a participant's disclosures.
    case accounted = 49
    /// Somebody was given the list of who holds copies under a release.
    case holdersListed = 50
    /// Somebody was given the list of everything that one agency was handed (42 CFR 2.16(b)).
    case breachListed = 51
    /// What an operator did over the admin socket, or was not allowed to: who, in which role, and
    /// what it was.
    case administered = 60
    case administrationRefused = 61
    /// The router's configuration is another than at the last start or reload: which keys changed.
    case configurationChanged = 62
    /// Maintenance mode began, and ended.
    case drainBegun = 63
    case drainEnded = 64
    /// At an operator's word a held part is decided again or given back, or one that was set aside
    /// is decided and sent again. What became of it has an entry of its own.
    case replayed = 65
  }

  public var kind: Kind
  public var at: WallTime
  /// Who acted: an agency, or the hub.
  public var actor: AgencyID
  public var message: MessageID?
  public var recipient: AgencyID?
  public var part: UInt16?
  public var number: UInt64?
  public var segments: SegmentSet
  public var topic: Topic?
  public var participant: ParticipantID?
  /// The consent log position at which it was decided.
  public var consentPosition: UInt64
  public var agreementVersion: UInt32
  /// Releases and versions that decided.
  public var releases: [ReleaseVersion]
  /// Reason and rule codes, in the order in which they were found.
  public var reasons: [String]
  /// Of a decision what ``DecisionDetail`` writes, of an administrative act a short detail; never
  /// participant data.
  public var detail: String

  public struct ReleaseVersion: Hashable, Sendable {
    public let id: RoiID
    public let version: UInt32
    public init(_ id: RoiID, version: UInt32) {
      self.id = id
      self.version = version
    }
  }

  public init(
    _ kind: Kind, at: WallTime, actor: AgencyID, message: MessageID? = nil,
    recipient: AgencyID? = nil, part: UInt16? = nil, number: UInt64? = nil,
    segments: SegmentSet = SegmentSet(bits: 0), topic: Topic? = nil,
    participant: ParticipantID? = nil, consentPosition: UInt64 = 0, agreementVersion: UInt32 = 0,
    releases: [ReleaseVersion] = [], reasons: [String] = [], detail: String = ""
  ) {
    self.kind = kind
    self.at = at
    self.actor = actor
    self.message = message
    self.recipient = recipient
    self.part = part
    self.number = number
    self.segments = segments
    self.topic = topic
    self.participant = participant
    self.consentPosition = consentPosition
    self.agreementVersion = agreementVersion
    self.releases = releases
    self.reasons = reasons
    self.detail = detail
  }
}

extension AuditEntry.Kind {
  /// As people read it: `keyCutOff` as "key-cut-off".
  public var word: String {
    var word = ""
    for character in String(describing: self) {
      if character.isUppercase { word += "-" }
      word += character.lowercased()
    }
    return word
  }
}
