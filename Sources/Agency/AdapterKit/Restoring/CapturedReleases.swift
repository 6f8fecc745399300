import FoundationEssentials
public import GRDB
public import HubClient
import HubModel
import HubProtocol

/// What this agency captured of releases, as it last stood here: kept so that the agency can say
/// it again when the hub's ledger was put back to a backup.
///
/// Filled as messages are spooled, in the same transaction; it holds participant data.
public struct CapturedReleases {
  let database: Database

  public init(in database: Database) { self.database = database }

  public static let migration = AdapterMigration("captured-releases") { database in
    try database.execute(
      sql: """
        CREATE TABLE captured_release (
          release TEXT PRIMARY KEY, alias TEXT NOT NULL, version INTEGER NOT NULL,
          -- The message that says it, as spooled.
          message BLOB NOT NULL,
          ended INTEGER NOT NULL DEFAULT 0, suspended INTEGER NOT NULL DEFAULT 0,
          -- The life of the hub's ledger in which it was said or confirmed last.
          ledger TEXT) WITHOUT ROWID;
        CREATE INDEX captured_release_alias ON captured_release (alias);
        -- Revocations toward some recipients alone, as spooled.
        CREATE TABLE captured_narrowing (
          entry INTEGER PRIMARY KEY, release TEXT NOT NULL, message BLOB NOT NULL);
        CREATE INDEX captured_narrowing_release ON captured_narrowing (release);
        """)
  }

  public struct Line: Codable, Hashable, Sendable {
    public var release: String
    public var version: Int
    public var participant: String
    /// `in force`, `suspended`, `revoked in part` or `ended`, by what was said here; time aside.
    public var state: String
    /// The hub has heard nothing of it since its ledger was restored.
    public var waits: Bool
  }

  // MARK: Taking in

  /// Keeps what the message says of a release; anything else it passes over.
  func note(_ message: Message) throws {
    guard let statement = message.consent, let alias = message.participant else { return }
    switch statement {
    case .release(let release): try keep(release, alias, message)
    case .refusal: return
    case .revocation(let revocation):
      guard revocation.recipients.isEmpty else {
        return try narrow(revocation, alias, message)
      }
      try update("ended = 1", of: revocation.id, alias)
    case .event(let event):
      switch event.kind {
      case .suspended: try update("suspended = 1", of: event.id, alias)
      case .resumed: try update("suspended = 0", of: event.id, alias)
      case .voided: try update("ended = 1", of: event.id, alias)
      case .occurred, .confirmed: return
      }
    }
  }

  private func keep(
    _ release: ReleaseOfInformation, _ alias: ParticipantAlias, _ message: Message
  ) throws {
    // What was taken back stays so, whatever comes as an amendment of it.
    try database.execute(
      sql: """
        INSERT INTO captured_release (release, alias, version, message, ledger)
        VALUES (?, ?, ?, ?, (SELECT ledger FROM hub_state))
        ON CONFLICT DO UPDATE SET alias = excluded.alias, version = excluded.version,
          message = excluded.message, ledger = excluded.ledger
        WHERE excluded.version >= version
        """,
      arguments: [
        release.id.text, alias.text, Int64(release.version), Data(message.encoded()),
      ])
  }

  private func narrow(
    _ revocation: RoiRevocation, _ alias: ParticipantAlias, _ message: Message
  ) throws {
    let ids = try revocation.id.map { [$0.text] }
      ?? String.fetchAll(
        database, sql: "SELECT release FROM captured_release WHERE alias = ?",
        arguments: [alias.text])
    for id in ids {
      try database.execute(
        sql: "INSERT INTO captured_narrowing (release, message) VALUES (?, ?)",
        arguments: [id, Data(message.encoded())])
    }
  }

  private func update(_ change: String, of id: RoiID?, _ alias: ParticipantAlias) throws {
    if let id {
      try database.execute(
        sql: "UPDATE captured_release SET \(change) WHERE release = ?", arguments: [id.text])
    } else {
      try database.execute(
        sql: "UPDATE captured_release SET \(change) WHERE alias = ?", arguments: [alias.text])
    }
  }

  // MARK: Looking

  public func lines() throws -> [Line] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT r.release, r.version, r.alias, r.ended, r.suspended,
          EXISTS (SELECT 1 FROM captured_narrowing n WHERE n.release = r.release),
          r.ended = 0 AND r.ledger IS NOT (SELECT ledger FROM hub_state)
        FROM captured_release r ORDER BY r.release
        """
    ).map { row in
      let isEnded: Bool = row[3]
      let isSuspended: Bool = row[4]
      let isNarrowed: Bool = row[5]
      let state =
        isEnded ? "ended" : isSuspended ? "suspended" : isNarrowed ? "revoked in part" : "in force"
      return Line(
        release: row[0], version: row[1], participant: row[2], state: state, waits: row[6])
    }
  }

  /// Releases of which the hub has heard nothing since its ledger was restored.
  public func waiting() throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM captured_release
        WHERE ended = 0 AND ledger IS NOT (SELECT ledger FROM hub_state)
        """) ?? 0
  }

  /// The first contact with a ledger is no restore: what was captured before it counts for it.
  func adoptFirstLedger() throws {
    try database.execute(
      sql: """
        UPDATE captured_release SET ledger = (SELECT ledger FROM hub_state)
        WHERE ledger IS NULL AND (SELECT restored FROM hub_state) = 0
        """)
  }

  // MARK: Saying again

  /// Says again how releases stand here: what ended first, and what is in force last, so that
  /// nothing is let go on that was stopped.
  ///
  /// - Parameter ids: of releases; `nil`: all of them.
  /// - Returns: how many releases were confirmed.
  /// - Throws: ``IntakeError`` where one was not captured here.
  func confirm(_ ids: [RoiID]?, with setting: AdapterSetting, at now: WallTime) throws -> Int {
    var rows: [Row] = []
    if let ids {
      for id in ids {
        let row = try Row.fetchOne(
          database, sql: "SELECT release, message, ended, suspended FROM captured_release "
            + "WHERE release = ?", arguments: [id.text])
        guard let row else {
          throw IntakeError(
            "a release that is named was not captured here",
            remedy: "Use the ids that 'restored releases' prints.")
        }
        rows.append(row)
      }
    } else {
      rows = try Row.fetchAll(
        database, sql: "SELECT release, message, ended, suspended FROM captured_release "
          + "ORDER BY ended DESC, release")
    }
    var confirmed = 0
    for row in rows {
      guard let id = RoiID(row[0] as String) else { throw Self.damaged }
      let captured = try message(row[1])
      if row[2] as Bool {
        try send(.roiRevoked, .revocation(RoiRevocation(id: id)), like: captured, setting, now)
        continue
      }
      let narrowings = try Data.fetchAll(
        database, sql: "SELECT message FROM captured_narrowing WHERE release = ? ORDER BY entry",
        arguments: [id.text])
      for narrowing in narrowings {
        guard case .revocation(var revocation)? = try message(narrowing).consent else { continue }
        revocation.id = id
        try send(.roiRevoked, .revocation(revocation), like: captured, setting, now)
      }
      if row[3] as Bool {
        try send(.roiSuspended, .event(RoiEvent(.suspended, id: id)), like: captured, setting, now)
      }
      guard let statement = captured.consent else { throw Self.damaged }
      try send(.roiConfirmed, statement, like: captured, setting, now)
      confirmed += 1
    }
    return confirmed
  }

  private func send(
    _ topic: Topic, _ statement: ConsentStatement, like captured: Message,
    _ setting: AdapterSetting, _ now: WallTime
  ) throws {
    let message = setting.message(
      topic, at: now, participant: captured.participant, tokens: captured.tokens,
      caseID: captured.caseID, consent: statement)
    // Not noted again as if a person had said it now, but for a confirmation, which marks it.
    if topic == .roiConfirmed {
      try setting.send(message, in: database)
    } else {
      try setting.store.spool(message, role: setting.configuration.role, in: database)
    }
  }

  private func message(_ bytes: Data) throws -> Message {
    do throws(Refusal) {
      return try Message(decoding: [UInt8](bytes), source: .hub)
    } catch {
      throw Self.damaged
    }
  }

  private static let damaged = IntakeError(
    "the store's copy of a release cannot be read",
    remedy: "Send the release again, as its next version.")
}
