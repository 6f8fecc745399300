import Dispatch
import Foundation
import HubModel
import Synchronization

/// Runs the agency's own paging command, one for each alert, with a time limit. Its arguments are
/// the referral's id, the staff code and the attempt: nothing of a person.
final class Pager: Sendable {
  private let command: String
  private let timeout: Span
  /// Told what went wrong; never anything of a person.
  private let complain: @Sendable (String) -> Void
  /// Alerts whose command runs now.
  private let running = Mutex<Set<String>>([])

  init(command: String, timeout: Span, complain: @escaping @Sendable (String) -> Void) {
    self.command = command
    self.timeout = timeout
    self.complain = complain
  }

  /// Starts the command on a thread of its own, unless it runs for this alert already.
  /// - Parameter then: told, on that thread, whether it ended well in time.
  func page(_ alert: Alert, then: @escaping @Sendable (Bool) -> Void) {
    guard running.withLock({ $0.insert(alert.id).inserted }) else { return }
    Thread.detachNewThread { [self] in
      let didPage = run([alert.caseID, alert.staff ?? "nobody", "\(alert.attempt)"])
      then(didPage)
      running.withLock { _ = $0.remove(alert.id) }
    }
  }

  private func run(_ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      complain("the alert command did not start: \(command)")
      return false
    }
    let limit = DispatchTime.now() + .milliseconds(Int(timeout.milliseconds))
    guard ended.wait(timeout: limit) == .success else {
      process.terminate()
      complain("the alert command took too long and was ended")
      return false
    }
    guard process.terminationStatus == 0 else {
      complain("the alert command failed with status \(process.terminationStatus)")
      return false
    }
    return true
  }
}
