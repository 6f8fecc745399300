import GRDBSQLite
import HubModel
import HubProtocol

/// Every statement that HubClient runs on an adapter's store.
///
/// Sendable by confinement: the store uses it inside its database queue and nowhere else.
final class StoreStatements: @unchecked Sendable {
  let connection: OpaquePointer
  private var random = RandomPool()
  let state, setSource, setLedger, setApplied: StoreStatement
  let sequences, setSequence: StoreStatement
  let spool, advance, batch, submit, submission, prune, forget: StoreStatement
  let bury, deadLetter, deadLetters: StoreStatement
  let inbox, claim, quarantine, quarantined, quarantinedNumbers: StoreStatement
  let openSavepoint, closeSavepoint, rollBack: StoreStatement

  init(on connection: OpaquePointer) throws(StoreError) {
    self.connection = connection
    func make(_ name: String, _ sql: String) throws(StoreError) -> StoreStatement {
      try StoreStatement(name, sql, on: connection)
    }
    state = try make("read state", "SELECT source, ledger, applied FROM hub_state")
    setSource = try make("write source", "UPDATE hub_state SET source = ?")
    setLedger = try make("write ledger", "UPDATE hub_state SET ledger = ?, applied = ?")
    setApplied = try make("write applied", "UPDATE hub_state SET applied = ?")
    sequences = try make(
      "read sequences", "SELECT id, next, receipted, pruned FROM hub_sequence ORDER BY id")
    setSequence = try make(
      "write sequence", "UPDATE hub_sequence SET receipted = ?, pruned = ? WHERE id = ?")
    spool = try make("spool", """
        INSERT INTO spool (entry, message, body, leaves)
        SELECT (id << 60) + next, ?, ?, ? FROM hub_sequence WHERE id = ?
        """)
    advance = try make("count spool", "UPDATE hub_sequence SET next = next + 1 WHERE id = ?")
    batch = try make(
      "read spool",
      "SELECT entry, body, leaves FROM spool WHERE entry > ? AND entry < ? ORDER BY entry LIMIT ?")
    submit = try make(
      "note submission", """
        INSERT INTO submission (message, entry)
        SELECT ?, (id << 60) + next FROM hub_sequence WHERE id = ?
        """)
    submission = try make(
      "find submission", "SELECT ifnull(entry, -1) FROM submission WHERE message = ?")
    prune = try make("prune spool", "DELETE FROM spool WHERE entry > ? AND entry <= ?")
    forget = try make(
      "forget submissions", """
        DELETE FROM submission WHERE message < ? AND NOT EXISTS (
          SELECT 1 FROM spool WHERE spool.entry = submission.entry)
        """)
    bury = try make(
      "bury submission", """
        INSERT INTO dead_letter (message, sequence, number, code, place, body, at)
        SELECT message, ?, ?, ?, ?, body, ? FROM spool WHERE entry = ?
        ON CONFLICT DO UPDATE SET code = excluded.code, place = excluded.place
        """)
    deadLetter = try make(
      "find dead letter", "SELECT code, place FROM dead_letter WHERE message = ?")
    deadLetters = try make(
      "read dead letters", """
        SELECT message, sequence, number, code, place, at FROM dead_letter
        WHERE message > ? ORDER BY message LIMIT ?
        """)
    inbox = try make("read inbox", "SELECT part, segments FROM inbox WHERE message = ?")
    claim = try make(
      "claim delivery", """
        INSERT INTO inbox (message, part, number, segments) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET number = excluded.number, segments = excluded.segments
        """)
    quarantine = try make(
      "quarantine delivery", """
        INSERT INTO quarantine (ledger, number, reason, delivery, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
    quarantined = try make(
      "read quarantine",
      "SELECT ledger, number, reason, at, delivery FROM quarantine ORDER BY at, number LIMIT ?")
    quarantinedNumbers = try make(
      "read quarantined numbers", """
        SELECT number FROM quarantine WHERE ledger = ? AND number > ? AND number <= ? ORDER BY 1
        """)
    openSavepoint = try make("open savepoint", "SAVEPOINT delivery")
    closeSavepoint = try make("close savepoint", "RELEASE delivery")
    rollBack = try make("roll back", "ROLLBACK TO delivery")
  }

  /// The message with fresh salts, and what of it is to be signed.
  func salted(_ message: HubModel.Message) -> (HubModel.Message, SealedLeaves) {
    var salted = message
    let leaves = SealedLeaves(salting: &salted, with: &random)
    return (salted, leaves)
  }

  /// Frees all statements, so that the connection can close.
  func finish() {
    for statement in [
      state, setSource, setLedger, setApplied, sequences, setSequence, spool, advance, batch,
      submit, submission, prune, forget, bury, deadLetter, deadLetters, inbox, claim, quarantine,
      quarantined, quarantinedNumbers, openSavepoint, closeSavepoint, rollBack,
    ] { statement.finish() }
  }
}
