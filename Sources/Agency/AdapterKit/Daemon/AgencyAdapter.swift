public import GRDB
public import HubClient
public import HubModel
import HubProtocol
public import Logging
public import Operations

/// What an adapter is given to work with.
public struct AdapterSetting: Sendable {
  public let configuration: AdapterConfiguration
  public let store: AdapterStore
  public let people: PeopleBook
  public let dates: DateReader
  public let notices: NoticeDates
  public let log: Logger
  public let connectors: Connectors
  let notify: NotifySettings
  /// How folders, connectors and output do.
  public let board = ConnectorBoard()
  let traces = TraceLinks()
  /// Sees each message that is sent; of use to a dry run alone.
  let observer: (@Sendable (Message) -> Void)?

  /// Opens an adapter's store and keys.
  public init(_ configuration: AdapterConfiguration, migrations: [AdapterMigration]) throws {
    try self.init(configuration, migrations: migrations, observer: nil)
  }

  init(
    _ configuration: AdapterConfiguration, migrations: [AdapterMigration],
    observer: (@Sendable (Message) -> Void)?
  ) throws {
    self.configuration = configuration
    self.observer = observer
    connectors = try Connectors(configuration)
    notify = try NotifySettings(configuration)
    let now = SystemClock().wall()
    let calendar = configuration.calendar(around: now)
    dates = DateReader(calendar: calendar)
    notices = NoticeDates(calendar: calendar)
    log = configuration.log.logger(configuration.role.rawValue)
    let key = try MatchingKeyFile.load(configuration.matchingKeyFile)
    guard let tokens = IdentityTokens(matchingKey: key.bytes) else {
      throw IntakeError("the matching key is not usable", remedy: "Get it from the program.")
    }
    people = PeopleBook(tokens: tokens)
    try Folder.make(configuration.stateDirectory)
    store = try AdapterStore(
      path: configuration.stateDirectory + "/adapter.sqlite",
      migrations: [
        AdapterTables.migration, CapturedReleases.migration, Alarms.migration,
        PollMemory.migration, FHIROutbox.migration, TraceLinks.migration,
      ] + migrations, areAll: true)
  }

  /// One for each channel of the configuration.
  var noticeSenders: [NoticeSender] {
    notify.channels.sorted { $0.key < $1.key }.map { name, channel in
      NoticeSender(
        channel: name, sending: channel, store: store, agency: configuration.agency.text,
        desk: notify.desk, log: log)
    }
  }

  /// Whither deliveries go besides the adapter's own tables.
  var outboxes: [FHIROutbox] { connectors.outboxes(store: store, board: board, log: log) }

  /// A message of this agency, with what every one has.
  public func message(
    _ topic: Topic, at now: WallTime, participant: ParticipantAlias? = nil,
    tokens: [IdentityToken] = [], caseID: CaseID? = nil, release: RoiID? = nil,
    audience: [AgencyID] = [], segments: [Segment] = [], consent: ConsentStatement? = nil
  ) -> Message {
    Message(
      id: store.freshMessageID(at: now), topic: topic, source: configuration.agency,
      program: configuration.program, sentAt: now,
      purpose: Catalogue.spec(of: topic)?.purpose ?? .careCoordination,
      participant: participant, tokens: tokens, caseID: caseID, release: release,
      audience: audience, segments: segments, consent: consent)
  }

  /// Spools it in the same transaction as the rest of what a file or command does.
  public func send(_ message: Message, in database: Database) throws {
    try store.spool(message, role: configuration.role, in: database)
    try CapturedReleases(in: database).note(message)
    let caller = try traces.note(message, in: database)
    if let observer { return observer(message) }
    var words: Logger.Metadata = ["message": "\(message.id)", "topic": "\(message.topic)"]
    words["caller-trace"] = caller.map { "\($0)" }
    log.info("a message is spooled", metadata: words)
  }
}

/// One agency's adapter: reads files into messages, keeps what it is told, and makes the files
/// that its agency reads. All of it runs in transactions of the adapter's own store.
public protocol AgencyAdapter: Sendable {
  /// Whose daemon it is; `nil` where it serves any.
  static var role: Role? { get }
  static var migrations: [AdapterMigration] { get }
  /// Folders below `in`; `commands` is always there.
  var folders: [String] { get }
  /// Those of them whose files show how things stand, as a full jail roster does: bytes that were
  /// seen before are news again once something else came between.
  var snapshotFolders: Set<String> { get }
  init(_ setting: AdapterSetting) throws
  /// Takes one file. A thrown ``IntakeError`` rejects it whole, undoing everything.
  func take(_ file: IntakeFile, at now: WallTime, in database: Database) throws -> IntakeReport
  /// Takes one delivery, exactly once.
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws
  /// The clock: whatever follows from time alone.
  func tick(at now: WallTime, in database: Database) throws
  /// The files below `out` as they should be now.
  func outputs(at now: WallTime, in database: Database) throws -> [OutputFile]
  /// Warnings that nobody has confirmed, for the status file.
  func openWarnings(in database: Database) throws -> Int
}

extension AgencyAdapter {
  public static var role: Role? { nil }
  public var snapshotFolders: Set<String> { [] }
  public func openWarnings(in database: Database) throws -> Int { 0 }
  public func tick(at now: WallTime, in database: Database) throws {}
}

extension AgencyAdapter {
  /// Refuses a configuration of another daemon's, which would speak for its agency.
  static func checkRole(of configuration: AdapterConfiguration) throws(ConfigurationError) {
    guard let role, configuration.role != role else { return }
    throw ConfigurationError(
      file: configuration.adapter.file, key: "role",
      "is \(configuration.role.rawValue), and this is the daemon of a \(role.rawValue): give each "
        + "daemon its own file")
  }
}

enum AdapterTables {
  static let migration = AdapterMigration("adapter-kit") { database in
    try database.execute(
      sql: """
        CREATE TABLE taken_file (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, folder TEXT NOT NULL, hash BLOB NOT NULL,
          -- How it is put away, until it is; it may hold participant data.
          filing BLOB, UNIQUE (folder, hash));
        CREATE TABLE notice (
          name TEXT PRIMARY KEY, text TEXT NOT NULL, written INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE person (
          kind TEXT NOT NULL, value TEXT NOT NULL, alias TEXT NOT NULL,
          PRIMARY KEY (kind, value, alias)) WITHOUT ROWID;
        CREATE INDEX person_alias ON person (alias, kind);
        """)
  }
}
