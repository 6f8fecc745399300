import ConsentEngine
public import HubModel

/// The router, as a value. It holds the registry, the agreement, sessions, cursors and windows;
/// nothing in it grows with the backlog or with the number of participants.
public struct RouterState: Equatable, Sendable {
  /// A connection that has said hello.
  struct SessionRecord: Equatable, Sendable {
    var agency: AgencyID
    var source: SourceKey
    var isConsumer: Bool
    var lastHeard: Tick
  }

  public internal(set) var registry: Registry
  public internal(set) var agreement: ProgramAgreement
  public let incarnation: Incarnation
  /// Deliveries in flight to one recipient, at most.
  public let window: Int
  /// Of the wire contract, that this router speaks.
  var versions = ProtocolVersions.current
  /// How long a session may say nothing before it is forgotten.
  let silence: Span
  var lanes: [AgencyID: Lane]
  var sessions: [Session: SessionRecord] = [:]
  /// Accepted numbers of the spools behind the present sessions.
  var sources: [SourceKey: SourceCursor] = [:]
  /// When the ledger's first timer falls due.
  public internal(set) var nextDue: WallTime?
  var isLowOnSpace = false
  /// Maintenance mode: no new data is taken.
  public internal(set) var isDraining = false
  var clock = ClockGuard()
  /// The newest ``Limits/backupsRemembered``, the older first.
  var backups: [Backup]
  var isFirstBackupRunning = false
  /// Ends of keys that are in the log already.
  var loggedEnds: [KeyFingerprint: WallTime]
  /// The last link of the checkpoint chain.
  var chain: ChainPoint
  /// Versions that wait for their date; ``Limits/scheduledAgreements`` at most.
  public internal(set) var scheduled: [ScheduledAgreement]
  /// Whether the ledger knows `agreement` as the version in force.
  var isAgreementRecorded: Bool
  /// The place in the escrow that the next held part gets.
  var escrowTail: UInt64
  /// What is left to decide again after a change.
  public internal(set) var redecision: Redecision?

  /// Why releases are held for the operator to look at the clock; `nil` while they are not.
  public var clockFault: ClockFault? { clock.fault }

  /// - Parameters:
  ///   - registry: as its file says; keys that the ledger knows to be cut off stay so.
  ///   - agreement: the version in force by the ledger, or, where it has none, the first to be.
  ///   - scheduled: the versions that wait for their date.
  ///   - clock: what the machine's clocks show; compared with what the ledger saw last.
  public init(
    recovered: Recovered, registry: Registry, agreement: ProgramAgreement,
    scheduled: [ScheduledAgreement] = [], window: Int = Limits.defaultWindow,
    silence: Span = Limits.sessionSilence, clock: ClockMark? = nil
  ) {
    var known = registry
    for fingerprint in recovered.cutOff { known.cutOff(fingerprint) }
    self.registry = known
    self.agreement = agreement
    self.incarnation = recovered.incarnation
    self.window = window
    self.silence = silence
    self.lanes = recovered.lanes.mapValues(Lane.init(recovered:))
    for agency in registry.agencies.keys where lanes[agency] == nil { lanes[agency] = Lane() }
    self.nextDue = recovered.nextDue
    self.scheduled = scheduled
    self.isAgreementRecorded =
      recovered.agreementVersion == agreement.version
      && recovered.agreementHash == agreement.contentHash
    self.escrowTail = recovered.escrowTail
    self.redecision = recovered.redecision
    self.clock = ClockGuard(start: clock, last: recovered.clock)
    self.chain = recovered.chain
    self.backups = recovered.backups
    self.loggedEnds = recovered.endedKeys
  }

  /// Whether the agency's consumer is connected and has its lane open.
  public func isConnected(_ agency: AgencyID) -> Bool { lanes[agency]?.isOpen ?? false }

  /// When a frame last came under each key that is connected to the submit lane.
  public var heard: [KeyFingerprint: Tick] {
    sessions.reduce(into: [:]) { found, session in
      let fingerprint = session.key.fingerprint
      found[fingerprint] = max(
        found[fingerprint] ?? session.value.lastHeard, session.value.lastHeard)
    }
  }

  /// When a frame last came over the agency's consumer connection.
  public func lastHeard(_ agency: AgencyID) -> Tick? {
    sessions.values.filter { $0.agency == agency }.map(\.lastHeard).max()
  }

  /// Runs one turn: takes the batch, given the facts it asked for, and says what to write down
  /// and then to send. Pure: no clock, no randomness but what is handed in.
  public mutating func apply(
    _ batch: Batch, _ facts: consuming Facts, fresh: inout some FreshIDs
  ) -> Outcome {
    // Given away and taken back: with two owners, the first change to a window or to the facts
    // would copy them whole.
    var turn = Turn(state: consume self, facts: facts, batch: batch, fresh: fresh)
    turn.run(batch.events)
    let outcome = turn.outcome()
    fresh = turn.fresh
    self = turn.state
    return outcome
  }
}
