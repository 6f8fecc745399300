import Glibc
import Logging

/// File descriptors: each connection takes one, and whoever reaches a port can make connections
/// without any key. libzmq ends the process where the last one is gone, so the router takes as
/// many as the system lets it have, and says early that they run short.
enum Descriptors {
  /// With fewer, a program of some dozen agencies could be crowded out within one handshake's time.
  static let few: UInt64 = 1_024

  /// Raises the limit to what the system allows, within reason.
  /// - Returns: the log, for whoever has to be short.
  static func raise(_ log: Logger) -> Logger {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return log }
    let wanted = min(limit.rlim_max, 65_536)
    if limit.rlim_cur < wanted {
      limit.rlim_cur = wanted
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    guard limit.rlim_cur < few else { return log }
    log.warning(
      "few connections are possible: raise the limit of open files (LimitNOFILE)",
      metadata: ["limit": "\(limit.rlim_cur)"])
    return log
  }
}
