import FaultyDisk
import Ledger

/// Whole files on the simulated disk, for a restore.
struct SimulatedFiles: RestoreFiles {
  private struct NotDone: Error {}

  private func done(_ result: Int32) throws { if result == 0 { throw NotDone() } }

  func exists(_ path: String) -> Bool { faulty_disk_exists(path) != 0 }
  func copy(_ path: String, to copy: String) throws { try done(faulty_disk_copy(path, copy)) }
  /// Nobody writes to either of the two from here on.
  func link(_ path: String, to name: String) throws { try done(faulty_disk_copy(path, name)) }
  func rename(_ path: String, to name: String) throws {
    try done(faulty_disk_rename(path, name))
  }
  func remove(_ path: String) throws { try done(faulty_disk_remove(path)) }
  /// Names are durable at once here.
  func flushFolder(of path: String) throws {}
}
