import HubModel
import HubProtocol
import RouterCore

/// Opening a new life of a ledger that was put back to a backup.
extension Ledger {
  /// Signs the backup's log as it stands, and in one transaction opens the new life, suspends what
  /// must be confirmed, and stops what was stopped since.
  ///
  /// - Parameter replaced: the life that the key store heard of last.
  func openNewLife(
    _ order: RestoreOrder, replacing replaced: Incarnation?
  ) throws -> RestoreReport {
    guard edge.size > 0 else {
      throw LedgerError(.foreign, "restore", detail: "the backup's log is empty")
    }
    var plan = try plan(order)
    try writeCheckpoint(of: order.program, by: order.key, at: order.now, isScheduled: false)
    let (size, root, before) = (edge.size, edge.root, incarnation)
    // A copy does not know of itself. Nobody may forget what it lacks: it may be put back again.
    let itself = try readAsBackup()
    var generator = SystemRandomNumberGenerator()
    let fresh = MessageID(high: generator.next(), low: generator.next()).description
    guard let next = Incarnation(fresh) else {
      throw LedgerError(.damaged, "name a new life")
    }
    try writing {
      try statements.restore.setIncarnation.text(next.text).run()
      incarnation = next
      try statements.restore.addRestore.int(order.now.milliseconds).text(next.text)
        .text(before.text).uint(size).text(replaced?.text).run()
      plan.report.requeued = try requeueWindows()
      plan.report.incarnation = next.text
      var turn = TurnWriting(self)
      let opening: [JournalEntry] = [
        .audit(
          AuditEntry(
            .ledgerOpened, at: order.now, actor: .hub,
            detail: AuditOpening.continuing(size: size, root: root).detail)),
        .audit(
          AuditEntry(
            .ledgerRestored, at: order.now, actor: .hub,
            detail: "\(plan.report.detail): \(order.reason)")),
      ]
      _ = try turn.write(opening + [.backedUp(itself)] + plan.entries)
      for name in plan.heldNames {
        try statements.heldNames.add.int(number(of: name.agency)).blob(name.index).run()
      }
      try flushKeys()
    }
    committedSize = edge.size
    isRestored = true
    forgetAll()
    return plan.report
  }

  /// What was under way goes back to the head of its queue: in the new life it is decided and
  /// numbered anew. Numbers go on behind the highest that the backup knows.
  private func requeueWindows() throws -> Int {
    let parts = statements.restore
    var count = 0
    for (agency, lane) in try readRecovered().lanes {
      let number = try number(of: agency)
      let back = lane.window.filter { $0.fate == .released }
      try parts.shiftQueue.int(number).int(Int64(back.count)).run()
      for (index, part) in back.enumerated() {
        try parts.requeue.id(part.key.message).int(number).int(Int64(part.key.part))
          .int(Int64(index + 1)).run()
      }
      try parts.endWindow.int(number).run()
      try parts.resetLane.int(number).uint(lane.next - 1).int(Int64(back.count)).run()
      count += back.count
    }
    return count
  }
}
