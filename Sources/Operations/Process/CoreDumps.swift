internal import CProcess

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that holds keys must not end in a file.
public enum CoreDumps {
  /// From now on this process leaves no core dump, to a file or to a program, and no other
  /// process of its user may look into its memory. Keys are read after this, never before.
  /// - Throws: where the system refuses.
  public static func forbid() throws(CoreDumpsAllowed) {
    let code = accord_forbid_dumps()
    guard code == 0 else { throw CoreDumpsAllowed(code: code) }
  }
}

/// The system did not let the process keep its memory out of core dumps.
public struct CoreDumpsAllowed: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Int32
  public var description: String {
    "core dumps cannot be switched off (\(String(cString: strerror(code)))): "
      + "look for what limits this process (seccomp, a sandbox), and start it again"
  }
}
