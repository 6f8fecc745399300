/// Participants, and by which names and tokens they are known.
struct PeopleStatements {
  let addParticipant, person, members, movePosition, setHead, alias, preferredAliases, unprefer,
    setAlias, token, setToken, setHeld, touched, expunge, forgetAliases, forgetTokens: Prepared

  init(_ make: Preparer) throws {
    addParticipant = try make(
      "write participant",
      "INSERT INTO participant (id, touched) VALUES (?, ?) ON CONFLICT DO NOTHING")
    person = try make(
      "read participant", "SELECT position, head, expunged, held FROM participant WHERE id = ?")
    setHeld = try make(
      "write participant", """
        INSERT INTO participant (id, held) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET held = excluded.held
        """)
    members = try make("read participants", "SELECT id FROM participant WHERE head = ?")
    setHead = try make("write participant", "UPDATE participant SET head = ?2 WHERE id = ?1")
    movePosition = try make(
      "write participant", """
        INSERT INTO participant (id, position, touched) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET position = max(position, excluded.position),
          touched = max(touched, excluded.touched)
        """)
    alias = try make(
      "read alias", "SELECT owner FROM alias WHERE agency = ? AND alias = ?")
    preferredAliases = try make(
      "read aliases",
      "SELECT agency, sealed, alias FROM alias WHERE owner = ? AND preferred = 1")
    unprefer = try make(
      "write alias", """
        UPDATE alias SET preferred = 0 WHERE owner = ? AND agency = ? AND preferred = 1
        """)
    setAlias = try make(
      "write alias", """
        INSERT INTO alias (agency, alias, owner, preferred, sealed) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET owner = excluded.owner, preferred = excluded.preferred,
          sealed = excluded.sealed
        """)
    token = try make(
      "read token", """
        SELECT owner, confirmed FROM token WHERE kind = ? AND value = ? ORDER BY owner LIMIT ?
        """)
    setToken = try make(
      "write token", """
        INSERT INTO token (kind, value, owner, confirmed) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed
        """)
    touched = try make("read participant", "SELECT touched FROM participant WHERE id = ?")
    expunge = try make(
      "expunge participant", """
        INSERT INTO participant (id, expunged) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET expunged = excluded.expunged
        """)
    forgetAliases = try make("expunge participant", "DELETE FROM alias WHERE owner = ?")
    forgetTokens = try make("expunge participant", "DELETE FROM token WHERE owner = ?")
  }
}

/// Names of people on legal hold, here and in former lives of the ledger.
struct HeldNameStatements {
  let names, isHeld, knows, add, forget: Prepared

  init(_ make: Preparer) throws {
    names = try make(
      "read aliases", """
        SELECT agency.name, alias.alias FROM alias JOIN agency ON agency.id = alias.agency
        WHERE alias.owner = ?
        """)
    isHeld = try make(
      "read participant", "SELECT 1 FROM participant WHERE id = ? AND held IS NOT NULL")
    knows = try make(
      "read held names", "SELECT 1 FROM held_name WHERE agency = ? AND alias = ?")
    add = try make(
      "write held name", "INSERT INTO held_name VALUES (?, ?) ON CONFLICT DO NOTHING")
    forget = try make(
      "write held name", "DELETE FROM held_name WHERE agency = ? AND alias = ?")
  }
}

/// Releases of information, and what revoked them unseen.
struct ConsentStatements {
  let releaseOwner, tombstoneOwner, releases, setRelease, tombstones, addTombstone,
    blankets, setBlanket, marks, setMark, removeMark, authorities, setAuthority,
    authorityOwner, reviewAuthority: Prepared

  init(_ make: Preparer) throws {
    releaseOwner = try make(
      "read release", "SELECT participant, captured_by FROM release WHERE id = ?")
    tombstoneOwner = try make(
      "read release", "SELECT participant FROM tombstone WHERE release = ?")
    releases = try make(
      "read releases", """
        SELECT sealed_body, captured_by, position, state, sealed_revoked, missing, id FROM release
        WHERE participant = ? ORDER BY position, id
        """)
    setRelease = try make(
      "write release", """
        INSERT INTO release (
          id, participant, captured_by, position, state, sealed_revoked, missing, sealed_body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET participant = excluded.participant,
          captured_by = excluded.captured_by, position = excluded.position,
          state = excluded.state, sealed_revoked = excluded.sealed_revoked,
          missing = excluded.missing, sealed_body = excluded.sealed_body
        """)
    blankets = try make(
      "read revocations", "SELECT sealed, at, reach FROM blanket WHERE participant = ? ORDER BY at")
    setBlanket = try make(
      "write revocation", """
        INSERT INTO blanket (participant, reach, sealed, at) VALUES (?, ?, ?, ?)
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
      "read authorities", """
        SELECT kind, sealed_body, id FROM authority WHERE participant = ? ORDER BY id
        """)
    setAuthority = try make(
      "write authority", """
        INSERT INTO authority (id, participant, kind, sealed_body) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET sealed_body = excluded.sealed_body
        """)
    authorityOwner = try make(
      "read authority", "SELECT participant FROM authority WHERE id = ?")
    reviewAuthority = try make(
      "write review", "UPDATE authority SET reviewed_at = ?, sealed_finding = ? WHERE id = ?")
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
        INSERT INTO case_view ("case", viewer, sealed, hub) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET sealed = excluded.sealed, hub = excluded.hub
        """)
    caseRecord = try make(
      "read case", """
        SELECT c.opened_by, CASE WHEN p.expunged IS NULL THEN c.participant END
        FROM "case" c LEFT JOIN participant p ON p.id = c.participant WHERE c.id = ?
        """)
    views = try make("read views", "SELECT viewer, sealed, hub FROM case_view WHERE \"case\" = ?")
    setNoMatch = try make(
      "write no-match", """
        INSERT INTO no_match VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at
        """)
  }
}
