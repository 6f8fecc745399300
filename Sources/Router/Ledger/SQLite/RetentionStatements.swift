/// What retention looks through and removes; never more rows at once than its chunk.
struct RetentionStatements {
  let content, oldBookings, dropBookings, people, isBusy, isExpunged, remains, onHold,
    setBegun, setPass, setEnded, archived, setArchived, unfinished, last, free, shrink: Prepared

  init(_ make: Preparer) throws {
    // Every message counts for the limit, whether anything is left of it or not.
    content = try make(
      "look for old content", """
        SELECT m.id, length(p.body),
          p.id IS NOT NULL AND m.accepted_at < ?2 AND NOT EXISTS (
            SELECT 1 FROM part t WHERE t.message = m.id AND (
              t.fate IN (0, 1, 2, 4) OR t.in_window = 1 OR t.changed_at >= ?2))
          AND NOT EXISTS (
            SELECT 1 FROM participant h WHERE h.held IS NOT NULL AND (
              h.id = m.participant
              OR h.head = (SELECT head FROM participant WHERE id = m.participant)))
        FROM message m LEFT JOIN payload p ON p.id = m.payload
        WHERE m.id > ?1 AND m.id < ?3 ORDER BY m.id LIMIT ?4
        """)
    oldBookings = try make("look for old bookings", "SELECT count(*) FROM no_match WHERE at < ?")
    dropBookings = try make(
      "remove old bookings", """
        DELETE FROM no_match WHERE (source, booking) IN (
          SELECT source, booking FROM no_match WHERE at < ? LIMIT ?)
        RETURNING 1
        """)
    people = try make(
      "look through participants", """
        SELECT id, position, touched, expunged IS NOT NULL FROM participant
        WHERE id > ? ORDER BY id LIMIT ?
        """)
    isBusy = try make(
      "look for what is newer", """
        SELECT 1 FROM message m WHERE m.participant = ?1 AND (
          m.accepted_at >= ?2 OR EXISTS (
            SELECT 1 FROM part t WHERE t.message = m.id AND (
              t.fate IN (0, 1, 2) OR t.in_window = 1 OR t.changed_at >= ?2)))
        LIMIT 1
        """)
    isExpunged = try make(
      "read participant", "SELECT 1 FROM participant WHERE id = ? AND expunged IS NOT NULL")
    remains = try make(
      "look for what cannot be read any more", """
        SELECT id FROM message WHERE participant = ? AND payload IS NOT NULL LIMIT ?
        """)
    onHold = try make(
      "read legal holds",
      "SELECT count(*) FROM participant WHERE held IS NOT NULL AND expunged IS NULL")
    setBegun = try make("write retention", "INSERT INTO retention (began, pass) VALUES (?, ?)")
    setPass = try make(
      "write retention", "UPDATE retention SET pass = ? WHERE ended IS NULL")
    setEnded = try make(
      "write retention", "UPDATE retention SET pass = ?, ended = ? WHERE ended IS NULL")
    archived = try make("read archives", "SELECT archived FROM ledger")
    setArchived = try make("write archive", "UPDATE ledger SET archived = max(archived, ?)")
    unfinished = try make("read retention", "SELECT pass FROM retention WHERE ended IS NULL")
    last = try make("read retention", "SELECT max(began) FROM retention")
    free = try make("read free pages", "PRAGMA freelist_count")
    shrink = try make(
      "give back free pages", "PRAGMA incremental_vacuum(\(Ledger.pagesPerShrink))")
  }
}
