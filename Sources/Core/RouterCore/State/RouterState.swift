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
  /// How long a session may say nothing before it is forgotten.
  let silence: Span
  var lanes: [AgencyID: Lane]
  var sessions: [Session: SessionRecord] = [:]
  /// Accepted numbers of the spools behind the present sessions.
  var sources: [SourceKey: SourceCursor] = [:]
  /// When the ledger's first timer falls due.
  public internal(set) var nextDue: WallTime?
  var isLowOnSpace = false
  var clock = ClockGuard()
  /// The last link of the checkpoint chain.
  var chain: ChainPoint

  /// Why releases are held for the operator to look at the clock; `nil` while they are not.
  public var clockFault: ClockFault? { clock.fault }

  /// - Parameters:
  ///   - registry: as its file says; keys that the ledger knows to be cut off stay so.
  ///   - clock: what the machine's clocks show; compared with what the ledger saw last.
  public init(
    recovered: Recovered, registry: Registry, agreement: ProgramAgreement,
    window: Int = Limits.defaultWindow, silence: Span = Limits.sessionSilence,
    clock: ClockMark? = nil
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
    self.clock = ClockGuard(start: clock, last: recovered.clock)
    self.chain = recovered.chain
  }

  /// Whether the agency's consumer is connected and has its lane open.
  public func isConnected(_ agency: AgencyID) -> Bool { lanes[agency]?.isOpen ?? false }

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
