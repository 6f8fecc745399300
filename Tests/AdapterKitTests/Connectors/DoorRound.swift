import Foundation
import Testing

@testable import AdapterKit
@testable import accord_sheriff

/// The sheriff's adapter behind a door, as the daemon runs it.
actor DoorRound {
  let desk: SheriffDesk
  private let intake: FolderIntake

  init(_ desk: SheriffDesk) throws {
    self.desk = desk
    let setting = desk.adapter.setting
    let folders = setting.configuration.folders
    intake = try FolderIntake(
      desk.adapter.folders, snapshots: desk.adapter.snapshotFolders, incoming: folders.incoming,
      done: folders.done, rejected: folders.rejected, store: setting.store,
      connectors: setting.connectors, log: setting.log)
  }

  func take(_ door: IntakeDoor) {
    for arrival in door.takeAll() {
      let answer = desk.adapter.setting.traces.during(arrival.trace) {
        intake.receive(arrival) { try desk.adapter.take($0, at: desk.now, in: $1) }
      }
      arrival.answer(answer)
    }
  }

  func clearArrivals() throws { try intake.clearArrivals() }

  /// Runs `body` while whatever comes through the door is taken.
  nonisolated func open<Result: Sendable>(
    _ body: @escaping @Sendable (IntakeDoor) async throws -> Result
  ) async throws -> Result {
    let (wakes, wake) = AsyncStream<Void>.makeStream()
    let door = IntakeDoor { wake.yield() }
    let pump = Task { for await _ in wakes { await self.take(door) } }
    defer { pump.cancel() }
    let result = try await body(door)
    door.close()
    wake.finish()
    return result
  }

  /// Runs a listener until `body` is done; tells it the port.
  nonisolated func listen<Result: Sendable>(
    _ run: @escaping @Sendable (IntakeDoor, @escaping @Sendable (Int) -> Void) async throws -> Void,
    _ body: @escaping @Sendable (Int) async throws -> Result
  ) async throws -> Result {
    try await open { door in
      let (ports, told) = AsyncStream<Int>.makeStream()
      let listener = Task {
        do { try await run(door) { told.yield($0) } } catch { told.finish() }
      }
      var port: Int?
      for await found in ports {
        port = found
        break
      }
      let result = try await body(try #require(port))
      listener.cancel()
      await listener.value
      return result
    }
  }
}
