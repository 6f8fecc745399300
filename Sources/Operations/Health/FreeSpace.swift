#if canImport(Glibc)
  import Glibc
#endif

/// What a disk has left.
public enum FreeSpace {
  /// For a process without privileges; `nil` where the folder is not there.
  public static func bytes(at folder: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
