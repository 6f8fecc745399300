public import AdapterKit
public import Foundation
public import GRDB
public import HubModel
import Operations

/// What an agency's pages work with.
public struct DeskOffice<Adapter: AgencyAdapter>: Sendable {
  public let host: AdapterHost<Adapter>
  public let settings: DeskSettings
  public let links: OpaqueLinks
  public let store: DeskStore
  private let reader: DatabaseQueue
  /// Who may see how the daemon does.
  let scraping: ScrapeGuard

  init(_ host: AdapterHost<Adapter>, settings: DeskSettings) throws {
    self.host = host
    self.settings = settings
    // Behind a reverse proxy everybody seems to come from this machine.
    scraping = try ScrapeGuard(
      tokenFile: settings.scrapeTokenFile,
      trustsThisMachine: settings.transport != .plain && settings.proxy == nil)
    store = try DeskStore(folder: host.setting.configuration.stateDirectory)
    links = OpaqueLinks(key: try store.secret("links") { Data(Randomness.bytes(32)) })
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.label = "accord desk reader"
    reader = try DatabaseQueue(path: host.setting.store.path, configuration: configuration)
  }

  /// Reads the adapter's store beside its writer, so that a page waits for no round of files.
  public func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try reader.read(body)
  }

  /// Notes that somebody looks at a page about a person; only then may it be shown.
  public func record(_ visit: Visit, page: String, subject: String) throws {
    try store.record(
      DeskStore.Viewing(at: visit.now, account: visit.account.name, page: page, subject: subject))
  }

  public func viewings(of subject: String? = nil, limit: Int = 100) throws -> [DeskStore.Viewing] {
    try store.viewings(of: subject, limit: limit)
  }

  /// A secret of this desk, made at first use and kept in its file.
  public func secret(_ name: String, make: () -> Data) throws -> Data {
    try store.secret(name, make: make)
  }

  /// The account whose calendar address it is.
  public func account(feed: String) throws -> Account? {
    try store.account(feed: feed).flatMap { $0.isOff ? nil : $0 }
  }

  /// Takes a record as the adapter takes a file's; see ``AdapterHost/take(_:as:at:also:)``.
  /// - Returns: what is wrong with it, in the form's terms; nothing where it was taken.
  public func take(
    _ values: [String: String], as folder: String = CommandDrop.folder, at now: WallTime,
    also: (Database) throws -> Void = { _ in }
  ) throws -> Fields.Problem? {
    do {
      try host.take(values, as: folder, at: now, also: also)
      return nil
    } catch let error as IntakeError {
      return Fields.Problem(error)
    }
  }
}
