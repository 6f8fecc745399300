import ConsentEngine
import HubModel
@testable import RouterCore

/// Mistakes that a router could make, each planted in the test's own turn and never in what is
/// shipped: the judge must find every one.
enum PlantedBug: CaseIterable {
  /// Hands over first and writes down after.
  case sendsBeforeCommit
  /// Decides what was published before it hears the revocation of the same batch.
  case decidesAtStartOfBatch
  /// Sends a delivery again by the permit of the first time.
  case cachesPermits
  /// Says "revoked" before it is durable.
  case acknowledgesBeforeCommit
  /// Repeats by itself what was not acknowledged.
  case repeatsWithoutDeciding
  /// Forgets what a revocation said once the process has ended.
  case losesRevocationsInCrash
}

/// The turn of a router that has a bug.
final class BrokenTurn {
  private let bug: PlantedBug
  private var sent: [AgencyID: [UInt64: PermittedDelivery]] = [:]

  init(_ bug: PlantedBug) { self.bug = bug }

  func run(
    _ state: inout RouterState, transport: CrashingTransport, journal: CrashingJournal,
    clock: CreepingClock, fresh: inout TownIDs
  ) throws {
    let events = transport.poll(atMost: Limits.turnEvents, waiting: Span(milliseconds: 0))
    func outcome(_ events: [Event]) throws -> Outcome {
      let batch = Batch(events: events, now: clock.now(), tick: clock.tick())
      return state.apply(batch, try journal.load(state.needs(batch)), fresh: &fresh)
    }
    func commit(_ outcome: Outcome) throws {
      if !outcome.journal.isEmpty { try journal.commit(outcome.journal) }
    }
    switch bug {
    case .sendsBeforeCommit:
      let outcome = try outcome(events)
      try transport.send(outcome.sends)
      try commit(outcome)
    case .decidesAtStartOfBatch:
      let first = try outcome(events.filter { !Self.isControl($0) })
      try commit(first)
      let second = try outcome(events.filter(Self.isControl))
      try commit(second)
      try transport.send(first.sends + second.sends)
    case .cachesPermits:
      let outcome = try outcome(events)
      try commit(outcome)
      try transport.send(outcome.sends.map(fromCache))
    case .acknowledgesBeforeCommit:
      let outcome = try outcome(events)
      try transport.send(outcome.sends.filter(Self.isReply))
      try commit(outcome)
      try transport.send(outcome.sends.filter { !Self.isReply($0) })
    case .repeatsWithoutDeciding:
      let outcome = try outcome(events)
      try commit(outcome)
      let again = sent.values.compactMap { $0.values.max { $0.number < $1.number } }
      for send in outcome.sends { _ = fromCache(send) }
      try transport.send(outcome.sends + again.map { .deliver($0) })
    case .losesRevocationsInCrash:
      var outcome = try outcome(events)
      outcome.journal.removeAll {
        switch $0 {
        case .release(_, let record): record.state == .revoked
        case .tombstone: true
        default: false
        }
      }
      try commit(outcome)
      try transport.send(outcome.sends)
    }
  }

  private func fromCache(_ send: Send) -> Send {
    switch send {
    case .deliver(let delivery):
      sent[delivery.recipient, default: [:]][delivery.number] = delivery
      return send
    case .void(let agency, let delivery):
      return sent[agency]?[delivery.number].map { .deliver($0) } ?? send
    default: return send
    }
  }

  private static func isControl(_ event: Event) -> Bool {
    guard case .submission(_, .publish(let publish)) = event else { return false }
    return publish.sequence == .control
  }
  private static func isReply(_ send: Send) -> Bool {
    if case .reply = send { true } else { false }
  }
}

extension PermittedDelivery {
  fileprivate var number: UInt64 { delivery.number }
}
