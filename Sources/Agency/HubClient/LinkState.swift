public import HubModel

/// How a link stands, for status files and commands.
public struct LinkState: Hashable, Sendable {
  /// The router has greeted this link and not been silent since.
  public var isConnected = false
  /// When the router was last heard, by this machine's clock.
  public var lastContact: WallTime?
  /// The hub's clock less this machine's, as its last answer told; right to half of the way there
  /// and back.
  public var clockOffset: Span?
  /// How long the hub's last answer took, there and back.
  public var roundTrip: Span?
  /// The life of the router's ledger that this store follows.
  public var ledger: Incarnation?
  /// A new life that the router announced and nobody confirmed: its deliveries are not applied,
  /// and only control messages go out. See ``HubLink/confirmIncarnation(_:)``.
  public var unconfirmedLedger: Incarnation?
  /// Every delivery through this number is applied or set aside.
  public var appliedThrough: UInt64 = 0
  /// Messages that the router has not confirmed.
  public var dataDepth: UInt64 = 0
  public var controlDepth: UInt64 = 0
  /// What the router, or its host, last refused to this link as a whole.
  public var lastRejection: Refusal?
  /// A history of the router's log that does not lead on from what it told before; stays until a
  /// person has confirmed a new life of its ledger.
  public var refusedHistory: HistoryRefusal?
  /// When this link's own key ends, if it has an end.
  public var keyExpiresAt: WallTime?
  /// The last trouble with sockets or store, without any content; nothing once it is over.
  public var lastFailure: String?

  public init() {}
}

/// What happens on a link, in order.
public enum LinkEvent: Hashable, Sendable {
  case connected
  case disconnected
  /// The router has the sequence on disk through this number.
  case receipted(SubmitSequence, through: UInt64)
  /// The router will not take this number; its message is a dead letter now.
  case refused(SubmitSequence, number: UInt64, ErrorCode)
  /// Deliveries through this number are applied, on disk.
  case applied(through: UInt64)
  case quarantined(number: UInt64)
  /// The router refused a frame or the link as a whole.
  case rejected(ErrorCode)
  /// The router's ledger has a new life that waits for a person's confirmation.
  case incarnationChanged(Incarnation)
  /// The router told of further checkpoints of its log.
  case historyExtended(through: UInt64)
  /// The router told of a history that does not lead on from what it told before.
  case historyRefused(HistoryRefusal.Reason)
  /// An agency seals with a key that was not known here.
  case signerAdded(AgencyID, KeyFingerprint)
  /// This store was put back to an earlier state: deliveries after `from` and through `through`
  /// were acknowledged before that and will not come again.
  case missed(after: UInt64, through: UInt64)
  /// Submit numbers no longer meant the same at both ends; the spool began a new life.
  case sourceRenewed
}
