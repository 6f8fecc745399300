import Foundation
import GRDB
import HubClient
import HubModel

/// What people say of messages and deliveries that went wrong, whatever their agency: done by the
/// daemon, which alone writes its store.
enum RepairCommands {
  static let retry = "queue-retry"
  static let dismiss = "queue-dismiss"

  private struct Said: Decodable {
    var command: String
    /// A refused message's id, or a delivery's number.
    var message: String?
    var delivery: String?
  }

  /// - Returns: `nil` for a command that is not about these.
  static func take(
    _ file: IntakeFile, _ setting: AdapterSetting, _ handler: any DeliveryHandler,
    in database: Database
  ) throws -> IntakeReport? {
    guard file.folder == CommandDrop.folder,
      let said = try? JSONDecoder().decode(Said.self, from: file.bytes),
      [retry, dismiss].contains(said.command)
    else { return nil }
    let isRetry = said.command == retry
    let isDone: Bool
    if let id = said.message.flatMap({ MessageID($0) }) {
      isDone =
        isRetry
        ? try setting.store.sendAgain(
          id, from: setting.configuration.agency, as: setting.configuration.role, in: database)
        : try setting.store.dismiss(deadLetter: id, in: database)
    } else if let number = said.delivery.flatMap({ UInt64($0) }) {
      isDone =
        isRetry
        ? try applyAgain(number, setting, handler, in: database)
        : try setting.store.dismiss(setAside: number, in: database)
    } else {
      isDone = false
    }
    guard isDone else {
      throw IntakeError(
        "names nothing that is set aside here", remedy: "Copy the id from 'queue list'.")
    }
    return IntakeReport(taken: 1)
  }

  private static func applyAgain(
    _ number: UInt64, _ setting: AdapterSetting, _ handler: any DeliveryHandler,
    in database: Database
  ) throws -> Bool {
    do {
      return try setting.store.applyAgain(number, with: handler, in: database)
    } catch let error as IntakeError {
      throw error
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw IntakeError(
        "delivery \(number) still cannot be applied (\(type(of: error)))",
        remedy: "Mend the reason first; the delivery stays set aside.")
    }
  }
}
