import Foundation
import Glibc
import Keys

/// What copies and names a ledger's files while it is restored: the file system, or the disk of a
/// simulation. Each throws where the file system refuses.
package protocol RestoreFiles {
  func exists(_ path: String) -> Bool
  func copy(_ path: String, to copy: String) throws
  /// Gives a file a second name.
  func link(_ path: String, to name: String) throws
  func rename(_ path: String, to name: String) throws
  func remove(_ path: String) throws
  /// Has names that were given, changed or taken away in the file's folder survive a power cut.
  func flushFolder(of path: String) throws
}

/// The machine's file system.
struct SystemFiles: RestoreFiles {
  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
  func copy(_ path: String, to copy: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: copy)
  }
  func link(_ path: String, to name: String) throws {
    guard Glibc.link(path, name) == 0 else {
      throw LedgerFile.system("put the present ledger aside")
    }
  }
  func rename(_ path: String, to name: String) throws {
    guard Glibc.rename(path, name) == 0 else {
      throw LedgerFile.system("put the backup in place")
    }
  }
  func remove(_ path: String) throws {
    guard unlink(path) == 0 else { throw LedgerFile.system("put the present ledger aside") }
  }
  func flushFolder(of path: String) throws { try DatabaseCopy.flushFolder(of: path) }
}
