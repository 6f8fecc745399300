import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Makes folders, and says in words why one cannot be made.
public enum Folder {
  /// Makes a folder with those above it; one that is there stays as it is.
  /// - Parameter mode: of those that are made.
  public static func make(_ path: String, mode: Int = 0o700) throws(FolderError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
    } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      let number = cause.flatMap { $0.domain == NSPOSIXErrorDomain ? Int32($0.code) : nil }
      throw FolderError(
        path: path,
        reason: number.map { String(cString: strerror($0)) } ?? error.localizedDescription)
    }
  }
}

/// A folder that a daemon needs cannot be made.
public struct FolderError: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public var description: String {
    "the folder \(path) cannot be made (\(reason)): make it, and give it to the daemon's user"
  }
}
