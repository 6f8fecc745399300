/// What a restore of the ledger changes in a backup, besides what a turn can.
struct RestoreStatements {
  let people, generation, spools, setIncarnation, addRestore, shiftQueue, requeue, endWindow,
    resetLane: Prepared

  init(_ make: Preparer) throws {
    people = try make(
      "read releases", "SELECT DISTINCT participant FROM release ORDER BY participant")
    generation = try make("read key store", "SELECT key_generation FROM ledger")
    spools = try make("read spools", "SELECT agency, incarnation, data, control FROM source")
    setIncarnation = try make("open a new life", "UPDATE ledger SET incarnation = ?")
    addRestore = try make(
      "open a new life", """
        INSERT INTO restore (at, incarnation, continued, size, replaced) VALUES (?, ?, ?, ?, ?)
        """)
    shiftQueue = try make(
      "write queue",
      "UPDATE part SET queued = queued + ?2 WHERE recipient = ?1 AND fate = 0")
    requeue = try make(
      "write queue", """
        UPDATE part SET fate = 0, queued = ?4, number = NULL, in_window = 0
        WHERE message = ?1 AND recipient = ?2 AND part = ?3
        """)
    endWindow = try make(
      "write window", "UPDATE part SET in_window = 0 WHERE recipient = ? AND in_window = 1")
    resetLane = try make(
      "write lane", """
        UPDATE lane SET acknowledged = ?2, queue_tail = queue_tail + ?3 WHERE agency = ?1
        """)
  }
}
