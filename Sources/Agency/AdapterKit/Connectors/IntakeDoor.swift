import Foundation
import GRDB
import HubModel
import Synchronization

/// What came by a connection, to be taken like a dropped file.
struct Arrival: Sendable {
  /// How it is kept: `<connector>-<time>-<number>.<ending>` in one of the adapter's folders.
  let folder: String
  let name: String
  let bytes: Data
  /// Done in the transaction that takes it, or that notes that it was refused.
  let also: (@Sendable (Database) throws -> Void)?
  /// What whoever brought it calls the operation that this is a part of.
  var trace: TraceContext?
  /// Told once, what became of it.
  let answer: @Sendable (ArrivalAnswer) -> Void
}

enum ArrivalAnswer: Sendable {
  /// Taken, taken before, or refused and kept, with the note's lines.
  case filed(Filing)
  /// Nothing was taken and nothing is kept: the sender must send it again.
  case notNow
}

/// The door between connections, which have threads of their own, and the adapter's one round,
/// which takes what came. Nobody is answered before what they sent is on disk and decided, and so
/// many may wait and no more.
final class IntakeDoor: Sendable {
  static let mostWaiting = 64

  private struct State {
    var waiting: [Arrival] = []
    var isOpen = true
  }

  private let state = Mutex(State())
  private let count = Atomic<UInt64>(0)
  private let wake: @Sendable () -> Void

  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  /// Waits until it was decided.
  func bring(
    _ bytes: Data, by connector: String, ending: String, into folder: String,
    at milliseconds: Int64, trace: TraceContext? = nil,
    also: (@Sendable (Database) throws -> Void)? = nil
  ) async -> ArrivalAnswer {
    let number = count.add(1, ordering: .relaxed).newValue
    return await withCheckedContinuation { continuation in
      let arrival = Arrival(
        folder: folder, name: "\(connector)-\(milliseconds)-\(number).\(ending)", bytes: bytes,
        also: also, trace: trace, answer: { continuation.resume(returning: $0) })
      let isIn = state.withLock { state in
        guard state.isOpen, state.waiting.count < Self.mostWaiting else { return false }
        state.waiting.append(arrival)
        return true
      }
      if isIn { wake() } else { continuation.resume(returning: .notNow) }
    }
  }

  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// What waits, in the order in which it came.
  func takeAll() -> [Arrival] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  /// Nobody else is let in, and whoever waits is told to come again.
  func close() {
    let left = state.withLock { state in
      state.isOpen = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for arrival in left { arrival.answer(.notNow) }
  }
}
