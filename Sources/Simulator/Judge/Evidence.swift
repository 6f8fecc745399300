import HubClient
import HubModel
import HubProtocol
import Ledger

/// What a court would be shown at the end of a run: the whole log, its checkpoints and lives, each
/// agency's own chain, and what is left of people who were expunged.
struct Evidence {
  let world: World

  func look() {
    let history = world.history
    guard let ledger = world.router.ledger, let signer = SimulatedRouter.signer else { return }
    do {
      try ledger.writeCheckpoint(
        of: world.town.program, by: signer, at: world.router.clock.now(), isScheduled: false)
      let reader = try LedgerReader(at: world.router.folder + "ledger.sqlite")
      let log = try export(reader)
      let summary = try verify(log, against: nil)
      if summary.incarnations != history.taken.lives {
        history.note("the log tells of \(summary.incarnations) lives of the ledger, not of all")
      }
      for agency in world.agencies { try look(at: agency, log) }
      world.router.judgedGone = 0
      try world.router.judgeWhoIsGone(in: ledger)
    } catch {
      history.note("the evidence does not hold: \(error)")
    }
  }

  private func look(at agency: SimulatedAgency, _ log: [Substring]) throws {
    guard let store = agency.store else { return }
    if let refusal = try store.historyRefusal() {
      world.history.note(
        "\(agency.id) refused the log's history: \(refusal.reason.rawValue), known through "
          + "\(refusal.known), told of \(refusal.told)")
    }
    do {
      _ = try verify(log, against: store.chain(of: agency.id, program: world.town.program))
    } catch {
      world.history.note("\(agency.id)'s chain does not go with the log: \(error)")
    }
  }

  private func export(_ reader: LedgerReader) throws -> [Substring] {
    let head = try reader.auditHead(of: world.town.program)
    var text = head.text
    var next: UInt64? = 0
    while let from = next {
      let page = try reader.auditPage(from: from, size: head.size)
      text += page.text
      next = page.next
    }
    return text.split(separator: "\n")
  }

  private func verify(_ log: [Substring], against chain: AgencyChain?) throws -> AuditSummary {
    var verifier = AuditVerifier(trusting: SimulatedRouter.signer?.publicKey, against: chain)
    for line in log { try verifier.take(line) }
    return try verifier.finish()
  }
}
