public import Logging

/// How a program ends that could not do what it was asked.
public enum Complaint {
  /// `EX_CONFIG`: starting again mends nothing, so a service manager does not.
  public static let configurationStatus: Int32 = 78

  /// What went wrong, and by which code to look it up.
  public static func text(_ error: any Error, of program: String) -> String {
    let line = "\(program): \(error)"
    guard let coded = error as? any CodedError else { return line }
    return line + explained(coded.stableCode)
  }

  /// The same of a daemon, whose end always has a code.
  public static func text(_ error: any Error, ofDaemon daemon: String) -> String {
    "\(daemon): \(error)" + explained(code(of: error))
  }

  /// Writes into a daemon's log why it does not start, or cannot go on.
  public static func note(_ error: any Error, in log: Logger) {
    log.critical(
      "the daemon ends", metadata: ["code": "\(code(of: error))", "error": "\(error)"])
  }

  /// With which a daemon ends. What may have passed by the next start lets the service manager try
  /// it: a disk that was full, a port that another program had.
  public static func status(of error: any Error) -> Int32 {
    let code = code(of: error)
    let mayPass = ErrorBook.note(code)?.passesByItself == true || code == unforeseen
    return mayPass ? 1 : configurationStatus
  }

  static let unforeseen = "unforeseen"

  static func code(of error: any Error) -> String {
    (error as? any CodedError)?.stableCode ?? unforeseen
  }

  private static func explained(_ code: String) -> String {
    "\n  [\(code)] explained by: accord errors lookup \(code)"
  }
}
