internal import CProcess

#if canImport(Glibc)
  import Glibc
#endif

/// The service manager that started this process, where one did (systemd's `Type=notify`).
public enum ServiceManager {
  /// Says that the daemon serves from now on: who starts it by hand waits for this word, and
  /// learns of a daemon that could not start.
  ///
  /// One that cannot be told does not stop the daemon: it then waits, and starts it anew.
  public static func sayReady() { _ = accord_notify("READY=1") }
}

/// The user whom a daemon runs as.
public enum ServiceUser {
  /// Where root runs a command of a daemon's, the command goes on as the user who owns the
  /// daemon's state: what root left there the daemon could not read any more.
  ///
  /// Changes nothing for anybody but root, and where the folder is missing or root's own and no
  /// user of that name is there.
  /// - Throws: where root may not become that user.
  /// - Parameter name: of the packaged daemon's user, whom it becomes where the folder is missing
  ///   or root's own.
  public static func become(
    ownerOf folder: String, orNamed name: String? = nil
  ) throws(CannotBecome) {
    guard geteuid() == 0, let user = owner(of: folder, orNamed: name) else { return }
    let code = accord_become(user)
    guard code == 0 else { throw CannotBecome(user: user, folder: folder, code: code) }
  }

  /// The user whom a daemon runs as; `nil` where that cannot be told.
  static func owner(of folder: String, orNamed name: String?) -> UInt32? {
    var status = stat()
    var place = Substring(folder)
    // Whose the closed folder is that stands in the way, theirs is what is in it.
    while stat(String(place), &status) != 0 {
      guard errno == EACCES, let slash = place.lastIndex(of: "/"), slash > place.startIndex else {
        return name.flatMap { named($0) }?.user
      }
      place = place[..<slash]
    }
    if status.st_uid != 0 { return status.st_uid }
    return name.flatMap { named($0) }?.user
  }

  /// Whose a new file is to be: user and group of a name, where the system knows it.
  public static func named(_ name: String) -> (user: UInt32, group: UInt32)? {
    guard let entry = getpwnam(name) else { return nil }
    return (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }
}

/// Root could not become the user whom a daemon runs as.
public struct CannotBecome: Error, Hashable, Sendable, CustomStringConvertible {
  public let user: UInt32
  public let folder: String
  public let code: Int32
  public var description: String {
    "\(folder) belongs to user \(user), whom this command cannot become "
      + "(\(String(cString: strerror(code)))): run it as that user, for instance by "
      + "'sudo -u NAME', or correct the folder's owner"
  }
}
