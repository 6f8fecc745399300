import HubModel
import RouterCore

/// What is done to a ledger in the course of its years; here in the course of hours.
enum Upkeep: String, CaseIterable, Sendable {
  case backup = "ledger backed up"
  case restore = "ledger put back to a backup"
  case expunge = "person expunged"
  case hold = "legal hold placed"
  case lift = "legal hold lifted"
  case retention = "retention run"

  /// Backups come first and often, or there is nothing to put back.
  static let drawn: [Upkeep] = [
    .backup, .backup, .backup, .backup, .restore, .restore, .expunge, .expunge, .hold, .lift,
    .retention, .retention,
  ]
}

extension World {
  func scheduleUpkeep(until end: Tick) {
    guard faults.minutesBetweenUpkeep > 0 else { return }
    let wait = Span.seconds(Int64(upkeep.within(1...(2 * 60 * faults.minutesBetweenUpkeep))))
    guard now + wait < end else { return }
    after(wait) { [self] in
      keepUp(upkeep.pick(Upkeep.drawn))
      scheduleUpkeep(until: end)
    }
  }

  private func keepUp(_ what: Upkeep) {
    guard router.isUp, !router.isBeingRestored else { return }
    if what == .restore && router.backups.isEmpty { return }
    tally.faults[what.rawValue, default: 0] += 1
    switch what {
    case .backup: router.backUp()
    case .restore: router.loseLedger()
    case .expunge:
      if let name = someName() { router.ask(.expunge(name, reason: "asked for it")) }
    case .hold:
      if let name = someName() { router.ask(.legalHold(name, true, reason: "a subpoena")) }
    case .lift:
      if let name = someName() { router.ask(.legalHold(name, false, reason: "settled")) }
    case .retention: router.runRetention()
    }
  }

  private func someName() -> AliasKey? {
    let agency = upkeep.pick(agencies).id
    return Traffic.alias(of: upkeep.pick(faults.people), at: agency).map { AliasKey(agency, $0) }
  }
}
