import AdapterKit
import Foundation
import HubModel
import Synchronization

/// Runs the agency's own paging command, one for each alert, with a time limit. Its arguments are
/// the referral's id, the staff code and the attempt: nothing of a person.
final class Pager: Sendable {
  private let command: LocalCommand
  /// Told what went wrong; never anything of a person.
  private let complain: @Sendable (String) -> Void
  /// Alerts whose command runs now.
  private let running = Mutex<Set<String>>([])

  init(command: String, timeout: Span, complain: @escaping @Sendable (String) -> Void) {
    self.command = LocalCommand(path: command, timeout: timeout)
    self.complain = complain
  }

  /// Starts the command on a thread of its own, unless it runs for this alert already.
  /// - Parameter then: told, on that thread, whether it ended well in time.
  func page(_ alert: Alert, then: @escaping @Sendable (Bool) -> Void) {
    guard running.withLock({ $0.insert(alert.id).inserted }) else { return }
    Thread.detachNewThread { [self] in
      let problem = command.run([alert.caseID, alert.staff ?? "nobody", "\(alert.attempt)"])
      if let problem { complain(problem) }
      then(problem == nil)
      running.withLock { _ = $0.remove(alert.id) }
    }
  }
}
