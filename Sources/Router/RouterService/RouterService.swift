import Crypto
import HubModel
import Keys
import Ledger
import Logging
public import Operations
import RouterCore
import Synchronization
import ZeroMQ

/// A running router: one thread for its turns, one for the ZAP handler, one for operators.
///
/// Whatever it cannot do safely it does not do: a commit that fails, a ZAP handler that ends or a
/// socket that cannot enforce CURVE ends the process.
public final class RouterService: Sendable {
  private let inbox: Inbox
  private let turns: OwnedThread
  private let admin: OwnedThread
  private let stoppingAdmin: Waker
  private let authenticator: Authenticator
  private let context: Context
  private let stop: StopFlag
  private let watch: Mutex<WatchServer>
  private let settings: LiveSettings

  /// Starts the router; when this returns, its sockets are bound.
  ///
  /// - Parameter onFailure: called once, from any thread, when the router cannot go on. By then
  ///   it sends nothing any more.
  /// - Throws: where a file, key or socket is not as it must be; nothing runs then.
  public init(
    _ configuration: RouterConfiguration, onFailure: @escaping @Sendable (any Error) -> Void
  ) throws {
    let log = Descriptors.raise(configuration.log.logger("router"))
    let clock = SystemClock()
    let key = try KeyFile.load(configuration.keyFile)
    let registry = try RegistryFile.load(configuration.registryFile).registry
    let path = configuration.stateDirectory + "/ledger.sqlite"
    let keysPath = configuration.stateDirectory + "/keys.sqlite"
    let master = try configuration.masterKey.load()
    let space = SpaceWatch(folder: configuration.stateDirectory, log: log)
    let ledger = try Ledger(at: path, keys: Self.keys(configuration, master))
    let checkpoints = try CheckpointClock(
      ledger: ledger, program: configuration.program, key: key.signer,
      interval: configuration.checkpointEvery, clock: clock)
    let recovered = try ledger.recover()
    let starting = try StartingAgreement(configuration, recovered, now: clock.wall(), log: log)
    let agreement = starting.active
    let calendar = agreement.calendar
    try Self.check(agreement, registry, configuration, on: calendar.date(of: clock.wall()))
    let state = RouterState(
      recovered: recovered, registry: registry, agreement: agreement,
      scheduled: starting.scheduled, window: configuration.window, clock: .now())

    let context = try Context(ioThreads: 1)
    let inbox = try Inbox()
    let admissions = Admissions(routes: configuration.criminalJusticeRoutes) {
      calendar.date(of: clock.wall())
    }
    admissions.replace(with: state.registry)
    // Before any socket is bound; without it nobody may get in.
    let authenticator = try Self.authenticator(context, admissions, onFailure)
    let metrics = TurnMetrics()
    let transport = try ZeroMQTransport(
      context: context, configuration: configuration, secretKey: key.curve.secretKey,
      inbox: inbox, clock: clock, registry: state.registry, metrics: metrics, log: log)
    try transport.open()
    starting.record(in: inbox)
    let live = LiveStatus(state, space)
    let stoppingAdmin = try Waker()
    let backups = BackupWorker(
      ledgerPath: path, keysPath: keysPath, master: master,
      program: configuration.program, signer: key.signer, inbox: inbox, log: log)
    let settings = LiveSettings(configuration, inbox: inbox, log: log)
    let watcher = Watcher(reader: try backups.reader(), live: live, metrics: metrics)
    let retention = RetentionDesk { inbox.waker.wake() }
    let server = try AdminServer(
      context: context, settings: settings, backups: backups, inbox: inbox, live: live,
      watcher: watcher, admissions: admissions, retention: retention, stopping: stoppingAdmin)
    // Said once whoever reads it may ask: the admin socket is bound, too.
    Self.greet(state, configuration, log)
    self.inbox = inbox
    self.context = context
    self.authenticator = authenticator
    self.stoppingAdmin = stoppingAdmin
    stop = StopFlag()
    let loop = TurnLoop(
      state: state, transport: transport, ledger: ledger, admissions: admissions, live: live,
      inbox: inbox, checkpoints: checkpoints,
      retention: try RetentionClock(
        ledger: ledger, settings: settings, desk: retention, inbox: inbox, log: log),
      clock: clock, stop: stop, space: space,
      memory: MemoryWatch(limit: configuration.memoryLimit, log: log), metrics: metrics, log: log)
    self.settings = settings
    watch = try Mutex(
      WatchServer(
        configuration.health, program: configuration.program.text, watcher: watcher, log: log))
    turns = try OwnedThread(name: "router") { loop.run(onFailure: onFailure) }
    admin = try OwnedThread(name: "admin") { server.serve() }
    startWatching(watcher, log)
  }

  /// What agreement, registry and configuration must say alike.
  private static func check(
    _ agreement: ProgramAgreement, _ registry: Registry, _ configuration: RouterConfiguration,
    on day: CivilDate
  ) throws {
    guard agreement.program == configuration.program else {
      throw RouterStartError.wrongProgram(agreement.program.text, configuration.program.text)
    }
    try configuration.checkCriminalJusticeRoutes(carriers: [], registry: registry, on: day)
  }

  private static func authenticator(
    _ context: Context, _ admissions: Admissions,
    _ onFailure: @escaping @Sendable (any Error) -> Void
  ) throws -> Authenticator {
    try Authenticator(
      context: context,
      admit: { domain, key, address in admissions.admit(domain, key, from: address)?.text },
      onEnd: { error in onFailure(RouterStartError.authenticatorEnded("\(error, default: "?")")) })
  }

  private func startWatching(_ watcher: Watcher, _ log: Logger) {
    settings.noteStart()
    watcher.start()
    watch.withLock { $0.start() }
    settings.whenHealthChanges { [weak self] settings in self?.serveHealth(settings, watcher, log) }
  }

  /// Health and metrics move to another port, or get another token.
  private func serveHealth(_ health: HealthSettings, _ watcher: Watcher, _ log: Logger) {
    let program = settings.current.program.text
    do {
      let next = try WatchServer(health, program: program, watcher: watcher, log: log)
      watch.withLock { present in
        present.stop()
        present = next
      }
      next.start()
    } catch {
      log.error("health and metrics stay as they were", metadata: ["error": "\(error)"])
    }
  }

  /// Reads the configuration file again, as SIGHUP asks for. A file with a mistake changes
  /// nothing; the log says what came of it.
  public func reload() {
    do {
      _ = try settings.reload(by: "SIGHUP")
    } catch {
      settings.tell(error)
    }
  }

  private static func keys(
    _ configuration: RouterConfiguration, _ master: SymmetricKey
  ) throws -> KeyStore {
    try KeyStore(
      at: configuration.stateDirectory + "/keys.sqlite", master: master,
      before: configuration.masterKeyBefore?.load())
  }

  private static func greet(
    _ state: RouterState, _ configuration: RouterConfiguration, _ log: Logger
  ) {
    if state.agreement.isDemonstration {
      log.warning("demonstration agreement: windows are shortened; not for real cases")
    }
    log.notice(
      "router is up",
      metadata: [
        "program": "\(configuration.program)", "submit-port": "\(configuration.submitPort)",
        "agencies": "\(state.registry.agencies.count)", "ledger": "\(state.incarnation)",
        "agreement": "\(state.agreement.version)",
      ])
  }

  /// Ends the router after its present turn. What was accepted is in the ledger.
  public func close() {
    watch.withLock { $0.stop() }
    stop.set()
    inbox.waker.wake()
    turns.join()
    stoppingAdmin.wake()
    admin.join()
    authenticator.stop()
    context.terminate()
  }
}
