import Foundation
package import GRDB

#if canImport(Glibc)
  import Glibc
#endif

/// A copy of a database that others go on writing: one snapshot, whole on disk or not there.
package struct DatabaseCopy {
  package let path: String

  package init(to path: String) { self.path = path }

  /// Writes the copy, checks it, and gives it its name.
  /// - Parameters:
  ///   - queue: a connection of its own, which is busy until the copy is made.
  ///   - check: looks into the copy before it counts.
  /// - Throws: where the file exists, the disk fails, or the copy is damaged. Nothing is left then.
  package func make<Found>(
    from queue: DatabaseQueue, check: (Database) throws -> Found
  ) throws -> Found {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw DatabaseCopyError("the file exists: a backup is never written over another")
    }
    let part = path + ".part"
    try? FileManager.default.removeItem(atPath: part)
    let descriptor = open(part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.system("the file cannot be created") }
    defer { _ = close(descriptor) }
    do {
      try queue.unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [part]) }
      guard fsync(descriptor) == 0 else { throw Self.system("the file cannot be flushed") }
      let found = try Self.looked(into: part, check)
      guard rename(part, path) == 0 else { throw Self.system("the file cannot be named") }
      try Self.flushFolder(of: path)
      return found
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw error
    }
  }

  /// Reads every page of the copy once.
  private static func looked<Found>(
    into path: String, _ check: (Database) throws -> Found
  ) throws -> Found {
    var configuration = Configuration()
    configuration.readonly = true
    let copy = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? copy.close() }
    return try copy.unsafeRead { database in
      guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
        throw DatabaseCopyError("the copy is damaged: check the disk, then make it again")
      }
      return try check(database)
    }
  }

  package static func flushFolder(of path: String) throws {
    let folder = open(
      URL(fileURLWithPath: path).deletingLastPathComponent().path,
      O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if folder >= 0 { _ = close(folder) } }
    guard folder >= 0, fsync(folder) == 0 else { throw system("the folder cannot be flushed") }
  }

  private static func system(_ what: String) -> DatabaseCopyError {
    DatabaseCopyError("\(what) (\(String(cString: strerror(errno)))): check folder and disk")
  }
}

/// Why a copy was not made; names no value of the database.
package struct DatabaseCopyError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
