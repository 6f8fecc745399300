import Foundation
import GRDB
import HubClient
public import HubModel
public import Operations

/// How an agency's daemon does, as it says itself: what its `/metrics`, its `/ready` and the
/// command `doctor` show. Counts, ages and codes; nothing of any person.
///
/// The daemon writes it to `health.json` in its state folder at each round, for commands that run
/// beside it.
public struct AdapterHealth: Codable, Hashable, Sendable {
  public var version = Version.text
  public var agency: String
  public var role: String
  public var process: Int32
  /// When this was written, and when the daemon began; Unix milliseconds.
  public var at: Int64
  public var startedAt: Int64

  public var isConnected: Bool
  public var lastContact: Int64?
  /// The hub's clock less this machine's, in milliseconds, and how long an answer takes.
  public var clockOffset: Int64?
  public var roundTrip: Int64?
  /// What the router refused last, as a code; it stays until the daemon ends.
  public var lastRejection: String?
  /// The last trouble of the link, while it lasts.
  public var trouble: String?
  /// When the hub last told of a checkpoint of its log.
  public var historyAt: Int64?
  public var keyExpiresAt: Int64?

  public var dataWaiting: UInt64
  public var controlWaiting: UInt64
  public var appliedThrough: UInt64
  public var deadLetters: Int
  public var setAside: Int
  public var openWarnings: Int
  public var releasesToConfirm: Int
  public var freeBytes: UInt64
  public var connectors: [String: ConnectorBoard.Standing]

  public static let fileName = "health.json"

  /// A daemon writes its health about once a second; one that has not for so long is not running,
  /// or hangs.
  public static let stale = Span.seconds(120)

  static func load(state folder: String) throws -> AdapterHealth {
    try JSONDecoder().decode(
      AdapterHealth.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + fileName)))
  }

  func write(state folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let place = URL(fileURLWithPath: folder + "/" + Self.fileName)
    try encoder.encode(self).write(to: place, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place.path)
  }

  /// What keeps the daemon from doing all of its work. A desk goes on without the hub, and says so.
  public var readiness: Readiness {
    var reasons: [String] = []
    if !isConnected {
      reasons.append(
        "the hub is not reached; what is to be sent waits (\(dataWaiting + controlWaiting)): see "
          + "'doctor'")
    }
    if let trouble { reasons.append(trouble) }
    if freeBytes < Self.lowSpace {
      reasons.append("disk space is low (\(freeBytes >> 20) MiB free): free the disk")
    }
    for (name, standing) in connectors.sorted(by: { $0.key < $1.key }) {
      if let problem = standing.problem { reasons.append("\(name): \(problem)") }
    }
    return Readiness(reasons)
  }

  /// A hub tells a checkpoint at least once a day (`checkpoint-seconds`). One that answers and
  /// tells none may be rewriting what it did meanwhile.
  public static let historyStops = Span.days(2)

  /// Below this a spool may soon have no room.
  public static let lowSpace: UInt64 = 64 << 20
}

/// Says how a daemon does, whoever asks.
struct HealthReporter: Sendable {
  let setting: AdapterSetting
  let linkState: @Sendable () -> LinkState
  let openWarnings: @Sendable (Database) throws -> Int
  let started = SystemClock().wall()

  func report(at now: WallTime) throws -> AdapterHealth {
    let state = linkState()
    let configuration = setting.configuration
    let counts = try setting.store.read { database in
      func count(_ table: String) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
      }
      return (
        letters: try count("dead_letter"), aside: try count("quarantine"),
        warnings: try openWarnings(database),
        releases: try CapturedReleases(in: database).waiting()
      )
    }
    return AdapterHealth(
      agency: configuration.agency.text, role: configuration.role.rawValue,
      process: ProcessInfo.processInfo.processIdentifier, at: now.milliseconds,
      startedAt: started.milliseconds, isConnected: state.isConnected,
      lastContact: state.lastContact?.milliseconds, clockOffset: state.clockOffset?.milliseconds,
      roundTrip: state.roundTrip?.milliseconds,
      lastRejection: state.lastRejection.map { $0.code.rawValue }, trouble: Self.trouble(state),
      historyAt: try setting.store.lastLinkAt()?.milliseconds,
      keyExpiresAt: state.keyExpiresAt?.milliseconds, dataWaiting: state.dataDepth,
      controlWaiting: state.controlDepth, appliedThrough: state.appliedThrough,
      deadLetters: counts.letters, setAside: counts.aside, openWarnings: counts.warnings,
      releasesToConfirm: counts.releases,
      freeBytes: FreeSpace.bytes(at: configuration.stateDirectory) ?? 0,
      connectors: setting.board.standings)
  }

  private static func trouble(_ state: LinkState) -> String? {
    if let life = state.unconfirmedLedger {
      return "the hub's ledger was restored and waits for a person's word: see the command "
        + "'restored' (\(life))"
    }
    if let refusal = state.refusedHistory { return "\(refusal)" }
    if !state.isConnected, let rejection = state.lastRejection {
      return "the router refuses: \(rejection): \(rejection.code.remedy)"
    }
    return state.lastFailure
  }
}
