import CZeroMQ

/// What libzmq, or the system below it, answered to a call that failed.
///
/// Tests and callers match ``code``; the words of ``message`` are the library's and may change.
public struct ZeroMQError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The `errno` of the failed call, for instance `EADDRINUSE`.
  public let code: Int32
  /// What was tried, with the endpoint or option it was tried on; never any message content.
  public let operation: String

  /// - Parameters:
  ///   - code: an `errno` value of the system or of libzmq.
  ///   - operation: what was tried, for a person who reads a log.
  public init(code: Int32, operation: String) {
    self.code = code
    self.operation = operation
  }

  /// libzmq's own words for ``code``.
  public var message: String {
    guard let text = zmq_strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  /// Whether the context was terminated: the socket's owner has to close it and go home.
  public var isTerminated: Bool { code == ETERM }

  public var description: String { "\(operation): \(message) (errno \(code))" }

  /// The error libzmq just reported on this thread.
  static func last(_ operation: @autoclosure () -> String) -> ZeroMQError {
    ZeroMQError(code: zmq_errno(), operation: operation())
  }
}
