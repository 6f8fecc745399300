/// Participants, and by which names and tokens they are known.
struct PeopleStatements {
  let addParticipant, person, members, movePosition, setHead, alias, preferredAliases, unprefer,
    setAlias, token, setToken: Prepared

  init(_ make: Preparer) throws {
    addParticipant = try make(
      "write participant", "INSERT INTO participant (id) VALUES (?) ON CONFLICT DO NOTHING")
    person = try make("read participant", "SELECT position, head FROM participant WHERE id = ?")
    members = try make("read participants", "SELECT id FROM participant WHERE head = ?")
    setHead = try make("write participant", "UPDATE participant SET head = ?2 WHERE id = ?1")
    movePosition = try make(
      "write participant", """
        INSERT INTO participant (id, position) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET position = max(position, excluded.position)
        """)
    alias = try make(
      "read alias", "SELECT participant FROM alias WHERE agency = ? AND alias = ?")
    preferredAliases = try make(
      "read aliases", "SELECT agency, alias FROM alias WHERE participant = ? AND preferred = 1")
    unprefer = try make(
      "write alias", """
        UPDATE alias SET preferred = 0 WHERE participant = ? AND agency = ? AND preferred = 1
        """)
    setAlias = try make(
      "write alias", """
        INSERT INTO alias (agency, alias, participant, preferred) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE
        SET participant = excluded.participant, preferred = excluded.preferred
        """)
    token = try make(
      "read token", """
        SELECT participant, confirmed FROM token WHERE kind = ? AND value = ?
        ORDER BY participant LIMIT ?
        """)
    setToken = try make(
      "write token", """
        INSERT INTO token (kind, value, participant, confirmed) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed
        """)
  }
}

/// Releases of information, and what revoked them unseen.
struct ConsentStatements {
  let releaseOwner, releases, setRelease, tombstones, addTombstone, blankets,
    setBlanket, marks, setMark, removeMark, authorities, setAuthority,
    reviewAuthority: Prepared

  init(_ make: Preparer) throws {
    releaseOwner = try make(
      "read release", "SELECT participant, captured_by FROM release WHERE id = ?")
    releases = try make(
      "read releases", """
        SELECT body, captured_by, position, state, revoked_toward, missing FROM release
        WHERE participant = ? ORDER BY position, id
        """)
    setRelease = try make(
      "write release", """
        INSERT INTO release (
          id, participant, captured_by, position, state, revoked_toward, missing, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET participant = excluded.participant,
          captured_by = excluded.captured_by, position = excluded.position,
          state = excluded.state, revoked_toward = excluded.revoked_toward,
          missing = excluded.missing, body = excluded.body
        """)
    blankets = try make(
      "read revocations", "SELECT recipients, at FROM blanket WHERE participant = ? ORDER BY at")
    setBlanket = try make(
      "write revocation", """
        INSERT INTO blanket VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
        """)
    marks = try make(
      "read consent marks", "SELECT kind, name, at FROM consent_mark WHERE participant = ?")
    setMark = try make(
      "write consent mark", """
        INSERT INTO consent_mark VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
        """)
    removeMark = try make(
      "remove consent mark",
      "DELETE FROM consent_mark WHERE participant = ? AND kind = ? AND name = ?")
    authorities = try make(
      "read authorities", "SELECT kind, body FROM authority WHERE participant = ? ORDER BY id")
    setAuthority = try make(
      "write authority", """
        INSERT INTO authority (id, participant, kind, body) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET body = excluded.body
        """)
    reviewAuthority = try make(
      "write review", "UPDATE authority SET reviewed_at = ?, finding = ? WHERE id = ?")
    tombstones = try make(
      "read tombstones", "SELECT release FROM tombstone WHERE participant = ?")
    addTombstone = try make(
      "write tombstone", "INSERT INTO tombstone VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
  }
}

/// Cases, as each agency sees them, and bookings of nobody.
struct CaseStatements {
  let openCase, setView, caseRecord, views, setNoMatch: Prepared

  init(_ make: Preparer) throws {
    openCase = try make(
      "write case", """
        INSERT INTO "case" (id, opened_by, participant) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE
        SET opened_by = excluded.opened_by, participant = excluded.participant
        """)
    setView = try make(
      "write view", """
        INSERT INTO case_view ("case", viewer, view) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET view = excluded.view
        """)
    caseRecord = try make(
      "read case", "SELECT opened_by, participant FROM \"case\" WHERE id = ?")
    views = try make("read views", "SELECT viewer, view FROM case_view WHERE \"case\" = ?")
    setNoMatch = try make(
      "write no-match", """
        INSERT INTO no_match VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at
        """)
  }
}
