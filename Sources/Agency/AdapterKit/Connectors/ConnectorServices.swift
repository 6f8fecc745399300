import HubModel
import Logging

/// The connectors that listen or poll, each in a task of its own. One that cannot go on (its port
/// is taken, say) is started again after a while, and the log says why.
struct ConnectorServices: Sendable {
  private static let pause: Duration = .seconds(5)
  private let tasks: [Task<Void, Never>]

  init(_ setting: AdapterSetting, _ door: IntakeDoor) {
    let log = setting.log
    let outward = setting.outboxes.map {
      outbox -> (name: String, run: @Sendable () async throws -> Void) in
      (outbox.connector, { try await outbox.run() })
    }
    let board = setting.board
    let inward = setting.connectors.services(door, store: setting.store, board: board, log: log)
    for (name, _) in inward + outward { board.expect(name) }
    tasks = (inward + outward).map { name, run in
      Task {
        while !Task.isCancelled {
          do {
            try await run()
          } catch is CancellationError {
            return
          } catch {
            board.failed(name, "it stopped: \(type(of: error))")
            log.error(
              "a connector stopped and is started again",
              metadata: ["connector": "\(name)", "why": "\(type(of: error)): \(error)"])
          }
          try? await Task.sleep(for: Self.pause)
        }
      }
    }
  }

  /// Ends them all.
  func finish() async {
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }
}
