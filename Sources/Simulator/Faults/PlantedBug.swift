import HubModel
import HubProtocol
import RouterCore

/// Bugs that are put in on purpose, between the parts of the real system, to see whether the
/// judge finds them. None of this stands in any daemon.
public enum PlantedBug: String, CaseIterable, Sendable {
  /// What a turn decided goes out before it is written down.
  case sendsBeforeCommit = "sends-before-commit"
  /// A commit that failed counts as done.
  case ignoresFailedFlush = "ignores-failed-flush"
  case losesRevocation = "loses-revocation"
  case losesTombstone = "loses-tombstone"
  case losesRedecision = "loses-redecision"
  case losesLapse = "loses-lapse"
  case losesQueue = "loses-queue"
  case losesAudit = "loses-audit"
  /// A resend goes out as it went out first, not decided again.
  case permitsAreCached = "permits-are-cached"
  case deliversToNeighbour = "delivers-to-neighbour"
  /// Releases never expire.
  case frozenClock = "frozen-clock"
  case replayOffByOne = "replay-off-by-one"
  case acknowledgesAhead = "acknowledges-ahead"
  case skipsSubmission = "skips-submission"
  case confusesPeople = "confuses-people"
  /// Decided on any release of the person, not on the one that the referral names.
  case ignoresNamedRelease = "ignores-named-release"
  case widensRelease = "widens-release"
  /// What was withheld of a message goes out with the rest of it.
  case sendsWholeMessages = "sends-whole-messages"
  /// What waited of a message while the rest went is forgotten.
  case losesRest = "loses-rest"
  case narrowsRevocation = "narrows-revocation"
  /// Who takes back everything takes back only what has come already.
  case losesBlanket = "loses-blanket"
  case losesMerge = "loses-merge"
  case losesAgreement = "loses-agreement"
  /// A wall clock that was set is believed.
  case trustsAnyClock = "trusts-any-clock"
  /// The old connections of a key that was cut off stay.
  case forgetsRebind = "forgets-rebind"
  case ignoresLowSpace = "ignores-low-space"
  /// A release that was stopped at a word goes on.
  case ignoresSuspension = "ignores-suspension"
  /// A false release, or one whose event has come, goes on.
  case ignoresEnd = "ignores-end"
  /// What an emergency opened stays open.
  case staleEmergency = "stale-emergency"
  /// An order of a court is read as naming everybody.
  case widensOrder = "widens-order"
  /// After a restore releases are in force as the backup has them.
  case revivesAfterRestore = "revives-after-restore"
  /// A ledger that was put back goes on under the name of its former life.
  case keepsIncarnation = "keeps-incarnation"
  /// The keys of a person who was expunged stay, and with them every copy.
  case losesExpungement = "loses-expungement"
  /// What a court wants kept is destroyed like everything else.
  case ignoresLegalHold = "ignores-legal-hold"
  /// A hold on somebody whom the backup does not know is not put on them when they come.
  case forgetsHeldNames = "forgets-held-names"
  /// Retention counts a day too many.
  case retiresTooEarly = "retires-too-early"
  /// Whoever accepts a new life of the ledger forgets what was applied in the former one.
  case forgetsInbox = "forgets-inbox"

  /// Between turn and ledger: whether this never reaches the disk.
  func loses(_ entry: JournalEntry) -> Bool {
    switch (self, entry) {
    case (.losesRevocation, .release(_, let record)):
      record.state == .revoked || !record.revokedToward.isEmpty
    case (.losesTombstone, .tombstone): true
    case (.losesRedecision, .timer(.redecide, _, _)): true
    case (.losesLapse, .timer(.lapse, _, _)): true
    case (.losesQueue, .part(let part)): part.fate == .pending
    case (.losesBlanket, .blanket): true
    case (.losesMerge, .group): true
    case (.losesAgreement, .agreement): true
    case (.losesExpungement, .expunged): true
    case (.ignoresLegalHold, .legalHold): true
    case (.ignoresSuspension, .mark(_, .suspended, _)): true
    case (.ignoresEnd, .mark(_, .voided, _)), (.ignoresEnd, .mark(_, .occurred, _)): true
    case (.losesRest, .part(let part)): part.key.part > 0
    case (.losesAudit, .audit(let entry)): entry.kind == .withheld
    default: false
    }
  }

  /// Between ledger and turn.
  func change(_ facts: inout Facts) {
    if self == .forgetsHeldNames { facts.heldNames = [] }
    for person in facts.participants.keys {
      if self == .staleEmergency {
        facts.participants[person]?.consents.emergencies.lengthen()
      }
      if self == .revivesAfterRestore {
        facts.participants[person]?.consents.marks.unconfirmed = []
      }
      if self == .widensOrder { facts.participants[person]?.consents.orders.widen() }
    }
    guard self == .confusesPeople, let one = facts.aliases.values.min(by: { $0.value < $1.value })
    else { return }
    for key in facts.aliases.keys { facts.aliases[key] = one }
  }

  /// Between the wire and the router's turn.
  func change(received submission: inout Submission) {
    switch (self, submission) {
    case (.replayOffByOne, .resume(var resume)):
      resume.next += 1
      submission = .resume(resume)
    case (.ignoresNamedRelease, .publish(var publish)):
      publish.items = publish.items.map { item in
        guard case .message(var message) = item else { return item }
        message.release = nil
        return .message(message)
      }
      submission = .publish(publish)
    case (.widensRelease, .publish(var publish)):
      publish.items = publish.items.map(Self.widened)
      submission = .publish(publish)
    case (.narrowsRevocation, .publish(var publish)):
      publish.items = publish.items.map(Self.narrowed)
      submission = .publish(publish)
    default: break
    }
  }

  private static func widened(_ item: Submission.Publish.Item) -> Submission.Publish.Item {
    guard case .message(var message) = item, case .release(var roi)? = message.consent else {
      return item
    }
    roi.recipients += Role.allCases.map(Party.role)
    message.consent = .release(roi)
    return .message(message)
  }

  private static func narrowed(_ item: Submission.Publish.Item) -> Submission.Publish.Item {
    guard case .message(var message) = item, case .revocation(var revocation)? = message.consent,
      let nobody = AgencyID("nobody")
    else { return item }
    revocation.recipients = [.agency(nobody)]
    message.consent = .revocation(revocation)
    return .message(message)
  }

  /// Between the client's loop and the wire.
  func changed(submission frame: [UInt8]) -> [UInt8] {
    guard self == .acknowledgesAhead || self == .skipsSubmission,
      let submission = try? Submission(decoding: frame)
    else { return frame }
    switch (self, submission) {
    case (.acknowledgesAhead, .acknowledge(var frame)):
      frame.through += 1
      return Submission.acknowledge(frame).encoded()
    case (.skipsSubmission, .publish(var publish)):
      guard publish.items.count > 1, let first = publish.items.first else { return frame }
      publish.items[publish.items.count - 1] = first
      return Submission.publish(publish).encoded()
    default: return frame
    }
  }

  /// Between the router's turn and its lanes.
  /// - Parameter said: what the sender said, of which the delivery may hold a part.
  func change(_ delivery: inout Delivery, of said: Message?) {
    guard self == .sendsWholeMessages, let said else { return }
    delivery.content?.message.segments = said.segments
  }

  /// Between the router's turn and its lanes.
  func changed(recipient: AgencyID) -> AgencyID {
    self == .deliversToNeighbour && recipient.text == "harbor"
      ? AgencyID("cedar") ?? recipient : recipient
  }

  /// What the turn takes for its clock.
  func clock(of machine: MachineClock) -> any TurnClock {
    switch self {
    case .frozenClock: Self.stopped
    case .trustsAnyClock: WallOnly(machine: machine)
    default: machine
    }
  }
  private static let stopped = MachineClock()

  /// A clock whose ticks follow whoever sets the wall clock.
  private struct WallOnly: TurnClock {
    let machine: MachineClock
    func now() -> WallTime { machine.now() }
    func tick() -> Tick { Tick(milliseconds: machine.now().milliseconds) }
  }
}

extension [EmergencyAccess] {
  fileprivate mutating func lengthen() {
    for index in indices { self[index].closesAt = self[index].closesAt + .days(30) }
  }
}

extension [CourtOrder] {
  fileprivate mutating func widen() {
    for index in indices {
      self[index].recipients += Role.allCases.map(Party.role)
      self[index].expiresAt = self[index].expiresAt + .days(30)
    }
  }
}
