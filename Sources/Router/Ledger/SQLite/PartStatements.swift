import HubModel

/// Fates, queues, windows and escrow.
struct PartStatements {
  let setPart, parts, queue, lanes, window, moveLane, deliverWindow, closeWindow, heldOf,
    isHeldBehind, heldOfAll, pendingOf, waitingOf: Prepared

  init(_ make: Preparer) throws {
    setPart = try make(
      "write part", """
        INSERT INTO part (\(Self.partColumns), in_window) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET segments = excluded.segments, fate = excluded.fate,
          participant = excluded.participant, queued = excluded.queued,
          number = excluded.number, disclosed = excluded.disclosed,
          changed_at = excluded.changed_at, in_window = excluded.in_window
        """)
    parts = try make(
      "read parts", "SELECT \(Self.partColumns) FROM part WHERE message = ?")
    queue = try make(
      "read queue", """
        SELECT \(Self.partColumns) FROM part
        WHERE recipient = ? AND fate = 0 ORDER BY queued LIMIT ?
        """)
    lanes = try make(
      "read lanes", "SELECT agency, next, acknowledged, queue_tail FROM lane")
    window = try make(
      "read window", """
        SELECT \(Self.partColumns) FROM part
        WHERE recipient = ? AND in_window = 1 AND number > ? ORDER BY number
        """)
    moveLane = try make(
      "write lane", """
        INSERT INTO lane (agency, next, acknowledged, queue_tail) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET next = max(next, excluded.next),
          acknowledged = max(acknowledged, excluded.acknowledged),
          queue_tail = max(queue_tail, excluded.queue_tail)
        """)
    deliverWindow = try make(
      "write window", """
        UPDATE part SET in_window = 0, fate = \(Fate.delivered.code), changed_at = ?3
        WHERE recipient = ?1 AND in_window = 1 AND number <= ?2 AND fate = \(Fate.released.code)
        """)
    closeWindow = try make(
      "write window", """
        UPDATE part SET in_window = 0 WHERE recipient = ? AND in_window = 1 AND number <= ?
        """)
    heldOf = try make(
      "read held", """
        SELECT \(Self.partColumns) FROM part
        WHERE fate = 1 AND participant = ? AND queued > ? ORDER BY queued LIMIT ?
        """)
    isHeldBehind = try make(
      "read held", """
        SELECT 1 FROM part
        WHERE fate = 1 AND participant = ? AND queued > ? AND queued <= ? LIMIT 1
        """)
    heldOfAll = try make(
      "read held", """
        SELECT \(Self.partColumns) FROM part INDEXED BY part_held
        WHERE fate = 1 AND queued > ? AND queued <= ? ORDER BY queued LIMIT ?
        """)
    pendingOf = try make(
      "read queue", """
        SELECT \(Self.partColumns) FROM part
        WHERE recipient = ? AND fate = 0 AND queued > ? AND queued <= ? ORDER BY queued LIMIT ?
        """)
    // Asked for once a person is expunged: what is pending is looked through whole.
    waitingOf = try make(
      "read waiting", """
        SELECT \(Self.partColumns) FROM part WHERE fate = 1 AND participant = ?1
        UNION ALL
        SELECT \(Self.partColumns) FROM part INDEXED BY part_queue
        WHERE fate = 0 AND participant = ?1
        """)
  }
}

extension PartStatements {
  /// The columns of a part record, in the order in which `Ledger.readPart` reads them.
  private static let partColumns = """
    message, recipient, part, segments, fate, participant, queued, number, disclosed, changed_at
    """
}
