import GRDB
import HubClient
import HubModel

/// The end of a run: everything is mended, everyone is back, and what stands is compared with
/// what was said and what each agency has in its own store.
struct Verdict {
  let world: World

  func look() {
    let history = world.history
    for agency in world.agencies {
      look(at: agency, history)
    }
    lookAtFates(history)
    if world.faults.minutesBetweenUpkeep > 0 { Evidence(world: world).look() }
  }

  private func look(at agency: SimulatedAgency, _ history: History) {
    guard let store = agency.store else {
      history.note("\(agency.id) did not come back")
      return
    }
    for (id, said) in history.said where said.by == agency.id {
      let isIn = history.accepted[id] != nil
      let state = try? store.submissionState(of: id)
      switch state {
      case .some(.receipted):
        if !isIn && !isAnswered(said.message, history) && !history.mayBeLost.contains(id) {
          history.note("\(agency.id) has a receipt for a \(said.message.topic) that is lost")
        }
      case .some(.refused):
        // A former life of the ledger may have refused what a later one takes.
        if isIn && !history.refusedBefore.contains(id) {
          history.note("a \(said.message.topic) was taken and refused")
        }
      case .some(.spooled):
        history.note("a \(said.message.topic) of \(agency.id) never left its spool")
      default:
        if !history.uncertain.contains(id) {
          history.note("\(agency.id) lost a \(said.message.topic) that it had on disk")
        }
      }
    }
    lookAtInbox(of: agency, store, history)
  }

  /// Bookings of nobody leave a number and no message; refusals are in the log.
  private func isAnswered(_ message: Message, _ history: History) -> Bool {
    message.topic == .bookingCreated || history.refused.contains(message.id)
      || history.shredded.contains(message.id)
  }

  /// What an agency applied, whatever part of its message it came in: parts of one life of the
  /// ledger are not those of another.
  private struct Applied: Hashable {
    let message: MessageID
    let segment: String
  }

  private func lookAtInbox(
    of agency: SimulatedAgency, _ store: AdapterStore, _ history: History
  ) {
    let rows =
      (try? store.read { database in
        try Row.fetchAll(
          database,
          sql: "SELECT number, message, part, segments, ledger FROM applied ORDER BY entry")
      }) ?? []
    var last: [String: Int64] = [:]
    var applied: Set<Applied> = []
    for row in rows {
      let number: Int64 = row["number"]
      let before = last.updateValue(number, forKey: row["ledger"]) ?? 0
      if number <= before { history.note("\(agency.id) applied \(number) after \(before)") }
      guard let id = MessageID(row["message"] as String) else { continue }
      for segment in (row["segments"] as String).split(separator: ";") {
        if !applied.insert(Applied(message: id, segment: String(segment))).inserted {
          history.note("\(agency.id) applied a delivery twice")
        }
      }
      let key = PartKey(
        message: id, recipient: agency.id, part: UInt16(clamping: row["part"] as Int64))
      // What went out before a restore may be decided otherwise after it.
      if history.releasedBefore.contains(key) { continue }
      guard let stands = history.standing[key] else {
        history.note("\(agency.id) applied what was never decided for it")
        continue
      }
      if !stands.wasReleased { history.note("\(agency.id) has what counts as undisclosed") }
    }
    for (key, stands) in history.standing
    where key.recipient == agency.id && stands.part.fate == .delivered {
      guard let message = history.said[key.message]?.message
        ?? history.accepted[key.message]?.message
      else { continue }
      for index in stands.part.segments where index < message.segments.count {
        let segment = AppliedTable.name(of: message.segments[index])
        if !applied.contains(Applied(message: key.message, segment: segment)) {
          history.note("a delivery to \(agency.id) counts as applied and is not there")
        }
      }
    }
  }

  private func lookAtFates(_ history: History) {
    let now = world.router.clock.now()
    for (key, stands) in history.standing {
      guard let stored = history.accepted[key.message] else { continue }
      switch stands.part.fate {
      case .pending, .released:
        history.note("a \(stored.message.topic) to \(key.recipient) is still on its way")
      case .held:
        let deadline = stored.acceptedAt + world.town.agreement.escrow.deadline
        if deadline + .days(1) < now { history.note("held long after its deadline") }
      default: break
      }
    }
  }

  /// Whether something waits for a release that is in force: once everyone is back and before the
  /// escrow's deadlines.
  func lookAtEscrow() {
    let history = world.history
    // After a restore the hub is more careful than anybody must be: what was narrowed since the
    // backup is stopped altogether until somebody lets it go on.
    guard history.taken.lives == 1 else { return }
    let now = world.router.clock.now()
    for (key, stands) in history.standing where stands.part.fate == .held {
      guard let original = history.said[key.message],
        let sender = history.registry.agencies[original.by],
        let agency = history.registry.agencies[key.recipient],
        let person = Traffic.person(of: original.message)
      else { continue }
      let message = original.message
      let path = ProgramAgreement.Path(message.topic, from: sender.role, to: agency.role)
      guard history.operators.paths.contains(path) else { continue }
      let isAllowed = stands.part.segments.contains {
        $0 < message.segments.count
          && history.consent.allows(
            message.segments[$0], of: message, about: person, from: sender, to: agency, at: now)
      }
      if isAllowed { history.note("a \(message.topic) is held though its release is in force") }
    }
  }
}
