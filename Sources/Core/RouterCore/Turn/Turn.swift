import ConsentEngine
import DiversionWorkflow
import HubModel

/// The work of one turn: a copy of the state and the facts, changed step by step, and what is to
/// be written and sent at its end.
///
/// The order is the promise: first everything that was said is taken in, consent included; then
/// what is new is decided, against the state at the *end* of the batch; then lanes send. So a
/// publication and a revocation in one batch release nothing.
struct Turn<Fresh: FreshIDs> {
  var state: RouterState
  /// Begins as loaded and follows every change of this turn.
  var facts: Facts
  let now: WallTime
  let tick: Tick
  var fresh: Fresh

  private(set) var journal: [JournalEntry] = []
  private var sends: [Send] = []
  private var parts: [PartKey: Int] = [:]
  private var views: [ViewKey: Int] = [:]
  private var receipts: [ReceiptKey: Reply.Receipt] = [:]
  private var receiptOrder: [ReceiptKey] = []

  /// Accepted or derived in this turn, and not yet routed.
  var unrouted: [StoredMessage] = []
  /// People whose held parts are being decided again, in order; what is new about them takes its
  /// place behind those. With the place in the escrow behind which that goes on.
  var redeciding: [ParticipantID: UInt64]
  /// As it was when the turn began: what was loaded for it is of use only while it stands.
  let redecisionAtStart: Redecision?
  /// Timers that this turn has set or cancelled: what was loaded of them is out of date.
  private var touched: Set<TimerKey> = []
  /// Permitted in this turn, and not yet sent or queued; in order, by recipient.
  var ready: [AgencyID: [Ready]] = [:]
  var hasMoreWork = false

  /// A part with the permit that this very turn gave it.
  struct Ready {
    var part: PartRecord
    var message: StoredMessage
    var decision: Decision
  }

  private struct ReceiptKey: Hashable {
    let session: Session
    let sequence: SubmitSequence
  }

  init(state: consuming RouterState, facts: consuming Facts, batch: Batch, fresh: Fresh) {
    redeciding = facts.redeciding
    redecisionAtStart = state.redecision
    self.state = state
    self.facts = facts
    self.now = batch.now
    self.tick = batch.tick
    self.fresh = fresh
  }

  mutating func run(_ events: [Event]) {
    watchClock()
    // Deadlines destroy and announce: by a clock in doubt, none of them falls due.
    if state.clock.isHeld { facts.due = [] }
    else if state.nextDue.map({ $0 <= now }) ?? false { state.nextDue = facts.nextDue }
    endKeys()
    for event in events { take(event) }
    endKeys()
    for timer in facts.due where !touched.contains(timer.key) { fire(timer) }
    redecideHeld()
    forgetSilentSessions()
    // What a release teaches an agency's view may make that view say something in turn.
    repeat {
      routeAll()
      for agency in state.lanes.keys.sorted() { sendOut(agency) }
      redecidePending()
    } while !unrouted.isEmpty
    noteRedecision()
    markClock()
  }

  /// Whether anything is to be written down.
  var hasWritten: Bool { !journal.isEmpty }

  /// Routes what is new, and what routing it makes new, in order.
  private mutating func routeAll() {
    while !unrouted.isEmpty {
      // The whole list at once: to take each from its head would move all the others.
      let batch = unrouted
      unrouted = []
      for stored in batch { route(stored) }
    }
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .submission(let session, let submission):
      // Asked anew for every frame: a key that was cut off a moment ago says nothing more.
      guard let holder = state.registry.holder(of: session.fingerprint) else { return }
      take(submission, from: session, of: holder.agency, with: holder.key)
    case .malformed(let session, let refusal):
      guard state.registry.holder(of: session.fingerprint) != nil else { return }
      send(.reply(session, .rejection(refusal)))
    case .administration(let act, let ticket): administer(act, ticket: ticket)
    case .chained(let point): state.chain = point
    case .space(let isLow): state.isLowOnSpace = isLow
    }
  }

  // MARK: Writing and sending

  mutating func write(_ entry: JournalEntry) { journal.append(entry) }

  private struct ViewKey: Hashable {
    let caseID: CaseID
    let viewer: AgencyID
  }

  /// However much a view learns in this turn, it is written once, as it is at the end.
  mutating func write(_ view: CaseView) {
    let key = ViewKey(caseID: view.caseID, viewer: view.viewer)
    if let index = views[key] {
      journal[index] = .view(view.caseID, view)
    } else {
      views[key] = journal.count
      journal.append(.view(view.caseID, view))
    }
  }

  /// The last word on a part in this turn is the one that is written.
  mutating func write(_ part: PartRecord) {
    if let index = parts[part.key] {
      journal[index] = .part(part)
    } else {
      parts[part.key] = journal.count
      journal.append(.part(part))
    }
    guard var known = facts.parts[part.key.message] else { return }
    if let index = known.firstIndex(where: { $0.key == part.key }) {
      known[index] = part
    } else {
      known.append(part)
    }
    facts.parts[part.key.message] = known
  }

  /// The part as this turn has left it so far: what was loaded may be out of date.
  func latest(_ part: PartRecord) -> PartRecord {
    guard let index = parts[part.key], case .part(let written) = journal[index] else {
      return part
    }
    return written
  }

  func isWritten(_ part: PartKey) -> Bool { parts[part] != nil }

  mutating func send(_ output: Send) { sends.append(output) }

  mutating func setTimer(_ key: TimerKey, due: WallTime, count: Int = 0) {
    touched.insert(key)
    write(.timer(key, due: due, count: count))
    state.nextDue = min(state.nextDue ?? due, due)
    if due <= now { hasMoreWork = true }
  }

  mutating func cancelTimer(_ key: TimerKey) {
    touched.insert(key)
    write(.cancel(key))
  }

  /// Adds to the one cumulative receipt that the session gets at the end of the turn.
  mutating func receipt(
    _ session: Session, _ sequence: SubmitSequence, through: UInt64,
    refused: Reply.Receipt.Refused? = nil
  ) {
    let key = ReceiptKey(session: session, sequence: sequence)
    if receipts[key] == nil {
      receipts[key] = Reply.Receipt(sequence: sequence, through: through)
      receiptOrder.append(key)
    }
    receipts[key]?.through = through
    if let refused { receipts[key]?.refused.append(refused) }
  }

  func outcome() -> Outcome {
    let replies = receiptOrder.compactMap { key in
      receipts[key].map { Send.reply(key.session, .receipt($0)) }
    }
    // While the clock is in doubt, what is due waits for the operator and not for another turn.
    return Outcome(
      journal: journal, sends: replies + sends, hasMoreWork: hasMoreWork && !state.clock.isHeld)
  }

  /// An id for what the hub says to `agency`, from that agency's own supply.
  mutating func freshMessageID(for agency: AgencyID) -> MessageID {
    MessageID(at: now, random: fresh.random(for: agency))
  }
}
