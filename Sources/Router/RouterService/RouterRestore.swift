import HubModel
import Keys
public import Ledger
public import Operations

/// Puts a backup of the ledger in place of what a stopped router had; see the article *Restoring a
/// backup*.
public struct RouterRestore {
  private let configuration: RouterConfiguration
  private let restore: LedgerRestore

  public init(_ configuration: RouterConfiguration, from backup: String) throws {
    let master = try configuration.masterKey.load()
    let before = try configuration.masterKeyBefore?.load()
    let folder = configuration.stateDirectory
    self.configuration = configuration
    restore = LedgerRestore(folder + "/ledger.sqlite", from: backup) {
      try KeyStore(at: folder + "/keys.sqlite", master: master, before: before)
    }
  }

  /// What it would come to.
  public func preview() throws -> RestoreReport { try restore.preview(order("")) }

  /// Does it.
  /// - Parameter reason: for the log; names nobody.
  public func perform(
    because reason: String
  ) throws -> (report: RestoreReport, kept: String?) {
    try restore.perform(order(reason))
  }

  private func order(_ reason: String) throws -> RestoreOrder {
    RestoreOrder(
      program: configuration.program, key: try KeyFile.load(configuration.keyFile).signer,
      now: SystemClock().wall(), reason: reason)
  }
}
