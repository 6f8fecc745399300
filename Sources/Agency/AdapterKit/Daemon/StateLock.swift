import Glibc
import Operations

/// Held while a daemon runs on its state folder: an advisory lock on a file in it, which the kernel
/// drops when the process ends, however it ends. Two daemons on one spool would send each other's
/// messages and take each other's connection at the hub.
final class StateLock {
  private let descriptor: Int32

  /// - Throws: ``StateInUse``, or where the folder cannot be made or written.
  init(_ folder: String) throws {
    try Folder.make(folder)
    let path = folder + "/daemon.lock"
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw ConfigurationError(
        file: path, "cannot be written: \(String(cString: strerror(errno))); give the folder to "
          + "the daemon's user")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw StateInUse(folder: folder) }
  }

  deinit { close(descriptor) }
}

/// Another daemon runs on the same state folder.
struct StateInUse: Error, Hashable, CustomStringConvertible {
  let folder: String

  var description: String {
    "another daemon uses \(folder): stop that one first, or give this one a 'state' of its own"
  }
}

extension StateInUse: CodedError {
  var stableCode: String { "state-in-use" }
}
