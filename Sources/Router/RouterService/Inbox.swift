import Dispatch
import HubModel
import RouterCore
import Synchronization
import ZeroMQ

/// How other threads reach the router's turn: one bounded inbox and a wake-up.
final class Inbox: Sendable {
  /// Acts waiting at once; an operator's commands come one by one.
  static let bound = 64

  private struct Waiting {
    var events: [Event] = []
    var nextTicket: UInt64 = 1
    var answers: [UInt64: Answer] = [:]
    var checkpoints: [DispatchSemaphore] = []
    var bounds: Intake.Bounds?
  }

  /// The answer to one act, waited for by the thread that asked.
  private final class Answer: Sendable {
    let arrived = DispatchSemaphore(value: 0)
    let answered = Mutex<Answered>(.busy)
  }

  private let waiting = Mutex(Waiting())
  let waker: Waker

  init() throws { waker = try Waker() }

  enum Answered: Sendable {
    case done
    case refused(Refusal)
    case previewed(Preview)
    /// The router did not get to it in time, or has too much to do.
    case busy
  }

  /// Hands an act to the router and waits until its turn is durable. Not for the router's thread.
  func ask(_ act: AdministrativeAct, seconds: Int = 10) -> Answered {
    let answer = Answer()
    let ticket: UInt64? = waiting.withLock { state in
      guard state.answers.count < Self.bound else { return nil }
      let ticket = state.nextTicket
      state.nextTicket += 1
      state.answers[ticket] = answer
      state.events.append(.administration(act, ticket: ticket))
      return ticket
    }
    guard let ticket else { return .busy }
    waker.wake()
    let isAnswered = answer.arrived.wait(timeout: .now() + .seconds(seconds)) == .success
    waiting.withLock { $0.answers[ticket] = nil }
    guard isAnswered else { return .busy }
    return answer.answered.withLock { $0 }
  }

  /// Has the router vouch for its log, and waits until it did. Not for the router's thread.
  /// - Returns: false where it did not get to it in time.
  func askCheckpoint(seconds: Int = 10) -> Bool {
    let written = DispatchSemaphore(value: 0)
    waiting.withLock { $0.checkpoints.append(written) }
    waker.wake()
    return written.wait(timeout: .now() + .seconds(seconds)) == .success
  }

  var isCheckpointWanted: Bool { waiting.withLock { !$0.checkpoints.isEmpty } }

  func answerCheckpoints() {
    let answered = waiting.withLock { state in
      defer { state.checkpoints = [] }
      return state.checkpoints
    }
    for written in answered { written.signal() }
  }

  /// From now on agencies have other shares.
  func change(_ bounds: Intake.Bounds) {
    waiting.withLock { $0.bounds = bounds }
    waker.wake()
  }

  func takeBounds() -> Intake.Bounds? {
    waiting.withLock { state in
      defer { state.bounds = nil }
      return state.bounds
    }
  }

  func tell(_ event: Event) {
    waiting.withLock { $0.events.append(event) }
    waker.wake()
  }

  func take() -> [Event] {
    waker.drain()
    return waiting.withLock { state in
      defer { state.events = [] }
      return state.events
    }
  }

  func answer(_ ticket: UInt64, _ answered: Answered) {
    guard let answer = waiting.withLock({ $0.answers[ticket] }) else { return }
    answer.answered.withLock { $0 = answered }
    answer.arrived.signal()
  }
}
