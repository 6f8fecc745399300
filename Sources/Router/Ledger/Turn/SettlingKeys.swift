import Foundation
import GRDB
import HubModel
import Keys
import RouterCore

/// What ledger and key store must agree on before anything is decided: at every start, so that a
/// crash between the two files, or a backup of either, leaves nobody half expunged.
extension Ledger {
  func settleKeys(_ database: Database) throws {
    try checkKeyStore(database)
    try checkMark(database)
    try finishExpungements(database)
    try followShredList(database)
    try sweepMessageKeys(database)
    try sweepHubKeys(database)
    try nameHolds(database)
    try keys.note(mark)
  }

  /// A ledger that lags behind what its key store heard of it was put back to a backup; only a
  /// restore may do that, since it alone keeps what was revoked from coming back.
  private func checkMark(_ database: Database) throws {
    guard let known = try keys.ledgerMark() else { return }
    if known.incarnation == incarnation {
      guard edge.size >= known.size else { throw LedgerError(.putBack, "open") }
      return
    }
    let replaced = try String.fetchOne(
      database, sql: "SELECT replaced FROM restore WHERE incarnation = ?",
      arguments: [incarnation.text])
    guard replaced == known.incarnation.text else { throw LedgerError(.putBack, "open") }
  }

  func hasBeenRestored(_ database: Database) throws -> Bool {
    try Row.fetchOne(database, sql: "SELECT 1 FROM restore LIMIT 1") != nil
  }

  /// A store that is another's, or that lags behind, would make readable things look erased.
  func checkKeyStore(_ database: Database) throws {
    let row = try Row.fetchOne(database, sql: "SELECT key_store, key_generation FROM ledger")
    if let id = row?[0] as Data?, let generation = row?[1] as Int64? {
      guard [UInt8](id) == keys.id else { throw LedgerError(.otherKeys, "open") }
      guard keys.generation >= UInt64(bitPattern: generation) else {
        throw LedgerError(.oldKeys, "open")
      }
      return
    }
    try statements.hub.setKeys.blob(keys.id).uint(keys.generation).run()
  }

  /// The ledger expunged them, and the process ended before their keys were destroyed.
  private func finishExpungements(_ database: Database) throws {
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, expunged FROM participant WHERE expunged IS NOT NULL")
    for row in rows {
      guard let id = MessageID(bytes: row[0] as Data) else { continue }
      let person = ParticipantID(id)
      guard try !keys.isShredded(id) else { continue }
      try keys.destroy(
        participants: [person], messages: messageIDs(about: person),
        at: WallTime(milliseconds: row[1]))
    }
  }

  /// The keys were destroyed, and this ledger is a backup from before that.
  private func followShredList(_ database: Database) throws {
    for person in try keys.shreddedParticipants() {
      let id = Data(person.value.bytes)
      let isBehind = try Row.fetchOne(
        database, sql: "SELECT 1 FROM participant WHERE id = ? AND expunged IS NULL",
        arguments: [id])
      guard isBehind != nil else { continue }
      let now = try latestTime(database)
      try statements.turn.begin.run()
      do {
        try database.execute(
          sql: "UPDATE part SET fate = ?, queued = NULL WHERE participant = ? AND fate IN (?, ?)",
          arguments: [Fate.shredded.code, id, Fate.pending.code, Fate.held.code])
        // A number that was given goes void if it is asked for again.
        try database.execute(
          sql: "UPDATE part SET fate = ? WHERE participant = ? AND fate = ?",
          arguments: [Fate.withheld.code, id, Fate.released.code])
        try expunge(person, at: now)
        var log = LogWriting(self)
        let entry = AuditEntry(
          .expunged, at: now, actor: .hub, participant: person, detail: "from the shred list")
        try log.prepareSalts(for: [.audit(entry)])
        try log.write(entry)
        try log.finish()
        try statements.turn.commit.run()
        committedSize = edge.size
      } catch {
        try? statements.turn.rollback.run()
        throw error
      }
    }
  }

  /// Keys of messages that were erased, and of messages whose turn was never committed.
  private func sweepMessageKeys(_ database: Database) throws {
    var erased: [MessageID] = []
    var unknown: [MessageID] = []
    for id in try keys.messagesWithKeys() {
      let row = try Row.fetchOne(
        database, sql: "SELECT payload IS NULL FROM message WHERE id = ?",
        arguments: [Data(id.bytes)])
      switch row.map({ $0[0] as Bool }) {
      case nil: unknown.append(id)
      case true?: erased.append(id)
      case false?: break
      }
    }
    try keys.destroy(participants: [], messages: erased, at: latestTime(database))
    try keys.forget(messages: unknown)
  }

  /// Hub keys of past periods that nothing uses any more.
  private func sweepHubKeys(_ database: Database) throws {
    let periods = try keys.hubPeriods()
    let unused = try periods.filter { period in
      guard period != periods.max() else { return false }
      let number = Int64(bitPattern: period)
      return try Row.fetchOne(
        database,
        sql: """
          SELECT 1 WHERE EXISTS (SELECT 1 FROM payload WHERE hub = ?1)
            OR EXISTS (SELECT 1 FROM case_view WHERE hub = ?1)
          """, arguments: [number]) == nil
    }
    try keys.forget(messages: [], hubPeriods: unused)
  }

  private func latestTime(_ database: Database) throws -> WallTime {
    WallTime(milliseconds: try Int64.fetchOne(database, sql: "SELECT wall FROM clock") ?? 0)
  }
}
