/// Prepares statements and remembers them, so that they can be freed together.
final class Preparer {
  private let connection: OpaquePointer
  private var made: [Prepared] = []

  init(on connection: OpaquePointer) { self.connection = connection }

  func callAsFunction(_ operation: String, _ sql: String) throws -> Prepared {
    let statement = try Prepared(operation, sql, on: connection)
    made.append(statement)
    return statement
  }

  func finish() { for statement in made { statement.finish() } }
}

/// Every statement of the writing connection, prepared once: a fixed set, so nothing grows.
struct Statements {
  let turn: TurnStatements
  let hub: HubStatements
  let messages: MessageStatements
  let parts: PartStatements
  let timers: TimerStatements
  let people: PeopleStatements
  let heldNames: HeldNameStatements
  let consent: ConsentStatements
  let versions: VersionStatements
  let cases: CaseStatements
  let log: LogStatements
  let restore: RestoreStatements
  let retention: RetentionStatements
  private let preparer: Preparer

  init(on connection: OpaquePointer) throws {
    preparer = Preparer(on: connection)
    turn = try TurnStatements(preparer)
    hub = try HubStatements(preparer)
    messages = try MessageStatements(preparer)
    parts = try PartStatements(preparer)
    timers = try TimerStatements(preparer)
    people = try PeopleStatements(preparer)
    heldNames = try HeldNameStatements(preparer)
    consent = try ConsentStatements(preparer)
    versions = try VersionStatements(preparer)
    cases = try CaseStatements(preparer)
    log = try LogStatements(preparer)
    restore = try RestoreStatements(preparer)
    retention = try RetentionStatements(preparer)
  }

  /// Frees them; the connection can only be closed after that.
  func finish() { preparer.finish() }
}

/// A turn is one transaction.
struct TurnStatements {
  let begin, beginRead, commit, rollback: Prepared

  init(_ make: Preparer) throws {
    begin = try make("begin", "BEGIN IMMEDIATE")
    beginRead = try make("begin reading", "BEGIN")
    commit = try make("commit", "COMMIT")
    rollback = try make("roll back", "ROLLBACK")
  }
}

/// The router's own state: names, keys, agreement, sources.
struct HubStatements {
  let agencies, addAgency, incarnation, agreement, cutOffs, addAgreement, addCutOff, source,
    setData, setControl, line, setEscrowTail, setRedecision, addText, texts, refusals, addRefusal,
    forgetRefusals, clock, setClock, setKeys, addEndedKey, endedKeys, addBackup, addHorizon,
    dropBackups, backups, horizons: Prepared

  init(_ make: Preparer) throws {
    agencies = try make("read agencies", "SELECT id, name FROM agency")
    addAgency = try make("write agency", "INSERT INTO agency (name) VALUES (?)")
    incarnation = try make("read incarnation", "SELECT incarnation FROM ledger")
    agreement = try make(
      "read agreement",
      "SELECT version, hash FROM agreement ORDER BY activation DESC LIMIT 1")
    cutOffs = try make("read cut-offs", "SELECT fingerprint FROM cut_off")
    addAgreement = try make(
      "write agreement", "INSERT INTO agreement (version, hash, at) VALUES (?, ?, ?)")
    addCutOff = try make(
      "write cut-off", "INSERT INTO cut_off VALUES (?, ?) ON CONFLICT DO NOTHING")
    line = try make("read ledger", "SELECT escrow_tail, redecision FROM ledger")
    setEscrowTail = try make("write ledger", "UPDATE ledger SET escrow_tail = max(escrow_tail, ?)")
    setRedecision = try make("write ledger", "UPDATE ledger SET redecision = ?")
    addText = try make("write agreement", "INSERT INTO agreement_text VALUES (?, ?, ?, ?, ?)")
    // Those below the one in force were replaced, or were overtaken before their date.
    texts = try make(
      "read agreement", """
        SELECT version, hash, text, effective, recorded_at FROM agreement_text
        WHERE version >= ? ORDER BY version
        """)
    source = try make(
      "read source", "SELECT data, control FROM source WHERE agency = ? AND incarnation = ?")
    setData = try make(
      "write source", """
        INSERT INTO source (agency, incarnation, data) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET data = excluded.data
        """)
    setControl = try make(
      "write source", """
        INSERT INTO source (agency, incarnation, control) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET control = excluded.control
        """)
    refusals = try make(
      "read refusals", """
        SELECT sequence, number, code, place FROM refusal
        WHERE agency = ? AND incarnation = ? ORDER BY sequence, number
        """)
    addRefusal = try make(
      "write refusal", "INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
    forgetRefusals = try make(
      "forget refusals", """
        DELETE FROM refusal
        WHERE agency = ? AND incarnation = ? AND sequence = ? AND number <= ?
        """)
    setKeys = try make(
      "write key store", "UPDATE ledger SET key_store = ?, key_generation = ?")
    addEndedKey = try make(
      "write key", """
        INSERT INTO ended_key VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at
        """)
    endedKeys = try make("read keys", "SELECT fingerprint, at FROM ended_key")
    addBackup = try make("write backup", "INSERT INTO backup (at, entries) VALUES (?, ?)")
    addHorizon = try make(
      "write backup", "INSERT INTO horizon VALUES ((SELECT max(entry) FROM backup), ?, ?, ?, ?)")
    dropBackups = try make(
      "write backup", "DELETE FROM horizon WHERE backup <= (SELECT max(entry) FROM backup) - ?")
    backups = try make(
      "read backups", "SELECT entry, at, entries FROM backup ORDER BY entry DESC LIMIT ?")
    horizons = try make(
      "read backups", "SELECT agency, incarnation, data, control FROM horizon WHERE backup = ?")
    clock = try make("read clock", "SELECT wall, boot, since_boot FROM clock")
    setClock = try make(
      "write clock", """
        INSERT INTO clock VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE
        SET wall = excluded.wall, boot = excluded.boot, since_boot = excluded.since_boot
        """)
  }
}

/// Messages and what they say.
struct MessageStatements {
  let knows, about, message, addPayload, addMessage, identify, erasePayload, dropPayload,
    forgetPayload: Prepared

  init(_ make: Preparer) throws {
    knows = try make("look up message", "SELECT 1 FROM message WHERE id = ?")
    about = try make("read messages", "SELECT id FROM message WHERE participant = ?")
    message = try make(
      "read message", """
        SELECT m.participant, m.basis, m.accepted_at, m.about, m.header, p.body, m.retired
        FROM message m LEFT JOIN payload p ON p.id = m.payload WHERE m.id = ?
        """)
    addPayload = try make("write payload", "INSERT INTO payload (body, hub) VALUES (?, ?)")
    addMessage = try make(
      "write message", """
        INSERT INTO message (id, participant, basis, accepted_at, about, payload, header)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    identify = try make(
      "identify message", "UPDATE message SET participant = ?2, basis = ?3 WHERE id = ?1")
    // Overwritten in place, and only then deleted: SQLite writes a value of the same size over the
    // old one, while of a deleted row it could leave copies behind when it rebuilds the page.
    erasePayload = try make(
      "erase payload", """
        UPDATE payload SET body = zeroblob(length(body)), hub = NULL
        WHERE id = (SELECT payload FROM message WHERE id = ?)
        """)
    dropPayload = try make(
      "erase payload",
      "DELETE FROM payload WHERE id = (SELECT payload FROM message WHERE id = ?)")
    forgetPayload = try make(
      "erase message", "UPDATE message SET payload = NULL, retired = ?2 WHERE id = ?1")
  }
}

/// Timers, in the order in which they fall due.
struct TimerStatements {
  let due, dueAfter, nextDue, timer, setTimer, cancelTimer: Prepared

  init(_ make: Preparer) throws {
    due = try make(
      "read timers", "SELECT key, due, count FROM timer WHERE due <= ? ORDER BY due, key LIMIT ?")
    dueAfter = try make(
      "read timers", "SELECT due FROM timer ORDER BY due, key LIMIT 1 OFFSET ?")
    nextDue = try make("read timers", "SELECT min(due) FROM timer")
    timer = try make("read timers", "SELECT count FROM timer WHERE key = ? AND due <= ?")
    setTimer = try make(
      "write timer", """
        INSERT INTO timer (key, due, count) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET due = excluded.due, count = excluded.count
        """)
    cancelTimer = try make("cancel timer", "DELETE FROM timer WHERE key = ?")
  }
}
