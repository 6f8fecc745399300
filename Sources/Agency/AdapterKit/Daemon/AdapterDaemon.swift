import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Logging
import Operations

enum Folders {
  static func make(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
}

/// Runs an adapter: its link to the router, its folders, its output files.
public enum AdapterDaemon {
  /// Returns when the process is asked to end.
  /// - Parameter companion: runs beside it for as long, as the agency's desk does.
  /// - Throws: what ended the companion, or where the configuration, a key or the store is not as
  ///   it must be.
  public static func run<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, configuration path: String,
    beside companion: (any AdapterCompanion<Adapter>)? = nil
  ) async throws {
    let configuration = try AdapterConfiguration.load(path)
    let setting = try AdapterSetting(configuration, migrations: Adapter.migrations)
    let adapter = try Adapter(setting)
    let keys = try KeyFile.load(configuration.keyFile)
    let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let news = AdapterNews()
    let handler = AdapterHandler(adapter: adapter, wake: wake, news: news)
    let link = HubLink(
      configuration: LinkConfiguration(
        agency: configuration.agency, role: configuration.role, program: configuration.program,
        routerHost: configuration.router.host, submitPort: configuration.router.submitPort,
        routerKey: configuration.router.key, keys: keys.curve, signer: keys.signer),
      store: setting.store, handler: handler, log: setting.log)
    let intake = try FolderIntake(
      adapter.folders + [CommandDrop.folder], snapshots: adapter.snapshotFolders,
      incoming: configuration.folders.incoming, done: configuration.folders.done,
      rejected: configuration.folders.rejected, store: setting.store, log: setting.log)
    try link.start()
    setting.log.notice(
      "adapter is up",
      metadata: ["agency": "\(configuration.agency)", "in": "\(configuration.folders.incoming)"])
    let shutdown = Shutdown.onTermination { _ in wake.finish() }
    let timer = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(configuration.poll.milliseconds))
        wake.yield()
      }
    }
    let host = AdapterHost(
      adapter: adapter, setting: setting, news: news, linkState: { link.state },
      wake: { wake.yield() })
    let beside = companion.map { companion in
      Task {
        defer { wake.finish() }
        try await companion.run(host)
      }
    }
    var round = AdapterRound(
      adapter: adapter, setting: setting, intake: intake, link: link, news: news)
    round.run()
    for await _ in wakes { round.run() }
    timer.cancel()
    beside?.cancel()
    let ending = await beside?.result
    link.stop()
    withExtendedLifetime(shutdown) {}
    setting.log.notice("adapter stopped")
    if case .failure(let error)? = ending, !(error is CancellationError) { throw error }
  }
}

/// Hands deliveries to the adapter, on the link's thread and in its transaction.
private struct AdapterHandler<Adapter: AgencyAdapter>: DeliveryHandler {
  let adapter: Adapter
  let wake: AsyncStream<Void>.Continuation
  let news: AdapterNews

  func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
    try adapter.apply(content, at: SystemClock().wall(), in: database)
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
  let link: HubLink
  let news: AdapterNews

  mutating func run() {
    let now = SystemClock().wall()
    if intake.look({ try adapter.take($0, at: now, in: $1) }) > 0 {
      link.wake()
      news.tell()
    }
    do {
      let output = OutputFolder(setting.configuration.folders.outgoing)
      let (files, notices) = try setting.store.write { database in
        try adapter.tick(at: now, in: database)
        return (
          try adapter.outputs(at: now, in: database), try Notices.unwritten(in: database)
        )
      }
      for file in files + notices { try output.write(file) }
      try setting.store.write { database in
        try Notices.markWritten(notices.map(\.name), in: database)
      }
      link.wake()
      try output.write(try status(at: now))
    } catch {
      setting.log.error("output could not be written", metadata: ["error": "\(error)"])
    }
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
        trouble: state.refusedHistory.map { "\($0)" }
          ?? state.lastRejection.map { "\($0): \($0.code.remedy)" } ?? state.lastFailure))
  }
}
