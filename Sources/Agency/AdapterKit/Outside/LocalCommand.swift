import Dispatch
import Foundation
public import HubModel

/// A command of the agency's own, run with a time limit and without any input or output.
public struct LocalCommand: Sendable {
  public let path: String
  public let timeout: Span

  public init(path: String, timeout: Span) {
    self.path = path
    self.timeout = timeout
  }

  /// Runs it; blocks until it has ended, or its time is over and it was made to end.
  /// - Returns: what went wrong, in words that tell nothing of its arguments; `nil` if nothing did.
  public func run(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      return "the alert command did not start: \(path)"
    }
    let limit = DispatchTime.now() + .milliseconds(Int(timeout.milliseconds))
    guard ended.wait(timeout: limit) == .success else {
      process.terminate()
      return "the alert command took too long and was ended"
    }
    guard process.terminationStatus == 0 else {
      return "the alert command failed with status \(process.terminationStatus)"
    }
    return nil
  }
}
