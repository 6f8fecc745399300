import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Logging
import Operations

/// Runs an adapter: its link to the router, its folders, its output files.
public enum AdapterDaemon {
  /// Returns when the process is asked to end.
  /// - Parameter companion: runs beside it for as long, as the agency's desk does.
  /// - Throws: ``DaemonEnd``: what ended the companion, or where the configuration, a key or the
  ///   store is not as it must be. It stands in the log by then.
  public static func run<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, configuration path: String,
    beside companion: (any AdapterCompanion<Adapter>)? = nil
  ) async throws {
    do {
      try await serve(type, configuration: path, beside: companion)
    } catch {
      if let configuration = try? AdapterConfiguration.load(path) {
        Complaint.note(error, in: configuration.log.logger(configuration.role.rawValue))
      }
      throw DaemonEnd(error: error)
    }
  }

  private static func serve<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, configuration path: String,
    beside companion: (any AdapterCompanion<Adapter>)?
  ) async throws {
    // Before the first key is read.
    try CoreDumps.forbid()
    let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    // Before anybody hears that it is up, and may tell it to end.
    let shutdown = Shutdown.onTermination { _ in wake.finish() }
    let configuration = try AdapterConfiguration.load(path)
    try Adapter.checkRole(of: configuration)
    let lock = try StateLock(configuration.stateDirectory)
    defer { withExtendedLifetime(lock) {} }
    let setting = try AdapterSetting(configuration, migrations: Adapter.migrations)
    let adapter = try Adapter(setting)
    let keys = try KeyFile.load(configuration.keyFile)
    let news = AdapterNews()
    let handler = AdapterHandler(
      adapter: adapter, outboxes: setting.outboxes, wake: wake, news: news,
      log: setting.log)
    let link = HubLink(
      configuration: LinkConfiguration(
        agency: configuration.agency, role: configuration.role, program: configuration.program,
        routerHost: configuration.router.host, submitPort: configuration.router.submitPort,
        routerKey: configuration.router.key, keys: keys.curve, signer: keys.signer),
      store: setting.store, handler: handler, log: setting.log)
    try setting.connectors.check(folders: adapter.folders, file: path)
    let intake = try FolderIntake(
      adapter.folders + [CommandDrop.folder], snapshots: adapter.snapshotFolders,
      incoming: configuration.folders.incoming, done: configuration.folders.done,
      rejected: configuration.folders.rejected, store: setting.store,
      connectors: setting.connectors, log: setting.log)
    let watch = FolderWatch(intake.places) { wake.yield() }
    intake.watch = watch
    intake.board = setting.board
    if watch?.watches(intake.places.count) != true {
      setting.log.warning("the kernel does not tell of new files; they are looked for at intervals")
    }
    try intake.clearArrivals()
    try link.start()
    greet(setting)
    let timer = ticking(every: configuration.poll) { wake.yield() }
    let senders = NoticeSenders(setting.noticeSenders) { SystemClock().wall() }
    let door = IntakeDoor { wake.yield() }
    let services = ConnectorServices(setting, door)
    let host = AdapterHost(
      adapter: adapter, setting: setting, news: news, linkState: { link.state },
      wake: { wake.yield() })
    let beside = companion.map { companion in
      Task {
        defer { wake.finish() }
        try await companion.run(host)
      }
    }
    let round = AdapterRound(
      adapter: adapter, setting: setting, intake: intake, door: door, link: link,
      senders: senders, news: news, handler: handler, health: host.health)
    round.run()
    for await _ in wakes { round.run() }
    timer.cancel()
    beside?.cancel()
    let ending = await beside?.result
    door.close()
    await services.finish()
    watch?.finish()
    senders.finish()
    link.stop()
    withExtendedLifetime(shutdown) {}
    setting.log.notice("adapter stopped")
    if case .failure(let error)? = ending, !(error is CancellationError) { throw error }
  }

  private static func ticking(
    every interval: Span, _ wake: @escaping @Sendable () -> Void
  ) -> Task<Void, Never> {
    Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(interval.milliseconds))
        wake()
      }
    }
  }

  private static func greet(_ setting: AdapterSetting) {
    let configuration = setting.configuration
    setting.log.notice(
      "adapter is up",
      metadata: ["agency": "\(configuration.agency)", "in": "\(configuration.folders.incoming)"])
    ServiceManager.sayReady()
  }
}

/// Hands deliveries to the adapter, on the link's thread and in its transaction.
private struct AdapterHandler<Adapter: AgencyAdapter>: DeliveryHandler {
  let adapter: Adapter
  let outboxes: [FHIROutbox]
  let wake: AsyncStream<Void>.Continuation
  let news: AdapterNews
  let log: Logger

  func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
    let now = SystemClock().wall()
    try adapter.apply(content, at: now, in: database)
    for outbox in outboxes { try outbox.take(content, at: now, in: database) }
    log.info(
      "a delivery is applied",
      metadata: [
        "message": "\(content.message.id)", "topic": "\(content.message.topic)",
        "number": "\(number)",
      ])
  }

  func afterCommit() {
    news.tell()
    wake.yield()
  }
}

/// One look at everything: folders, clock, output files, status.
private struct AdapterRound<Adapter: AgencyAdapter> {
  let adapter: Adapter
  let setting: AdapterSetting
  let intake: FolderIntake
  let door: IntakeDoor
  let link: HubLink
  let senders: NoticeSenders
  let news: AdapterNews
  let handler: any DeliveryHandler
  let health: () throws -> AdapterHealth
  private let pace = OutputPace()

  func run() {
    look()
    do {
      try health().write(state: setting.configuration.stateDirectory)
    } catch {
      setting.log.error(
        "the state folder could not be written", metadata: ["error": "\(error)"])
    }
  }

  private func look() {
    let now = SystemClock().wall()
    let taking = { (file: IntakeFile, database: Database) throws -> IntakeReport in
      try take(file, at: now, in: database)
    }
    let arrivals = door.takeAll()
    for arrival in arrivals {
      arrival.answer(setting.traces.during(arrival.trace) { intake.receive(arrival, taking) })
    }
    if intake.look(taking) > 0 || !arrivals.isEmpty {
      link.wake()
      news.tell()
    }
    do {
      let output = OutputFolder(setting.configuration.folders.outgoing)
      let setAside = try setting.store.quarantined().count + setting.store.deadLetters().count
      let (files, notices) = try setting.store.write { database in
        try CapturedReleases(in: database).adoptFirstLedger()
        try adapter.tick(at: now, in: database)
        try alarms(setAside: setAside, at: now, in: database)
        return (
          try pace.outputs(in: database) { try adapter.outputs(at: now, in: database) },
          try Notices.unwritten(in: database)
        )
      }
      for file in files + notices { try output.write(file) }
      if setting.configuration.noticesAsPDF {
        for notice in notices { try output.writePDF(of: notice) }
      }
      try setting.store.write { database in
        try Notices.markWritten(notices.map(\.name), in: database)
      }
      try forget(at: now)
      link.wake()
      senders.wake()
      try output.write(try status(at: now))
      setting.board.succeeded("output")
    } catch {
      setting.board.failed("output", "files below 'out' could not be written: \(type(of: error))")
      setting.log.error("output could not be written", metadata: ["error": "\(error)"])
    }
  }

  /// What a person says of a restored hub, or of an alert, is the same for every agency.
  private func take(
    _ file: IntakeFile, at now: WallTime, in database: Database
  ) throws -> IntakeReport {
    try AlarmCommands.take(file, at: now, in: database)
      ?? ConfirmedReleases.take(file, setting, at: now, in: database)
      ?? RepairCommands.take(file, setting, handler, in: database)
      ?? adapter.take(file, at: now, in: database)
  }

  /// Costs little where nothing is old: it looks at what waits for a person, and at nothing else.
  private func forget(at now: WallTime) throws {
    let keeps = setting.configuration.keeps.milliseconds
    let removed = try setting.store.forget(
      before: WallTime(milliseconds: now.milliseconds - keeps))
    guard removed > 0 else { return }
    setting.log.notice(
      "what was refused or set aside was kept for its days, and is removed",
      metadata: ["count": "\(removed)"])
  }

  /// What the daemon itself has to tell, and whose turn it is to be called.
  private func alarms(setAside: Int, at now: WallTime, in database: Database) throws {
    try Alarms.set(
      .hubAway, about: "link", isOn: !link.state.isConnected, at: now, in: database)
    for mark in intake.takeRejected() {
      try Alarms.raise(.fileRejected, about: mark, at: now, in: database)
    }
    if setAside > 0 {
      try Alarms.raiseOnce(.setAside, about: "\(setAside)", at: now, in: database)
    }
    try AlarmRound(plan: setting.notify.plan, calendar: setting.notices.calendar)
      .run(at: now, in: database)
  }

  private struct Status: Encodable {
    var agency: String
    var connected: Bool
    var lastContact: String?
    var waitingToBeSent: UInt64
    var revocationsWaiting: UInt64
    var appliedThrough: UInt64
    var refused: Int
    var setAside: Int
    var openWarnings: Int
    /// Captured here, and suspended at the hub since its ledger was restored.
    var releasesToConfirm: Int
    /// When this agency's key ends, if it has an end.
    var keyEnds: String?
    var trouble: String?
  }

  private func status(at now: WallTime) throws -> OutputFile {
    let state = link.state
    return try OutputFile(
      "status.json",
      json: Status(
        agency: setting.configuration.agency.text, connected: state.isConnected,
        lastContact: state.lastContact.map { setting.notices.moment($0) },
        waitingToBeSent: state.dataDepth, revocationsWaiting: state.controlDepth,
        appliedThrough: state.appliedThrough, refused: try setting.store.deadLetters().count,
        setAside: try setting.store.quarantined().count,
        openWarnings: try setting.store.read { try adapter.openWarnings(in: $0) },
        releasesToConfirm: try setting.store.read { try CapturedReleases(in: $0).waiting() },
        keyEnds: state.keyExpiresAt.map { setting.notices.moment($0) },
        trouble: state.unconfirmedLedger
          .map { "the hub's ledger was restored: see the command 'restored' (\($0))" }
          ?? state.refusedHistory.map { "\($0)" }
          ?? state.lastRejection.map { "\($0): \($0.code.remedy)" } ?? state.lastFailure))
  }
}
