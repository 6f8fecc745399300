import Crypto
import Foundation
import HubModel
import Keys
import Ledger
import RouterCore

/// The real ledger on a disk that a crash may leave at any byte of a write.
///
/// A crash keeps what was flushed and drops the process: the files are copied as they stand and
/// opened as new. A commit that is cut off leaves the write-ahead log with its first bytes new
/// and the rest as it was; the database file is untouched by then, since it is written only after
/// the log is whole.
final class LedgerStore: CrashStore {
  private var folder: URL
  private var ledger: Ledger
  private var wasTorn = false
  private var random: Seeded
  private(set) var tornCommits = 0

  var journal: any Journal { ledger }

  init(seed: UInt64) throws {
    random = Seeded(seed ^ 0x7ea2)
    folder = try Self.newFolder()
    ledger = try Self.open(folder)
  }

  private static func open(_ folder: URL) throws -> Ledger {
    try Ledger(
      at: database(in: folder),
      keys: KeyStore(
        at: folder.appendingPathComponent("keys.sqlite").path,
        master: SymmetricKey(data: [UInt8](repeating: 1, count: 32))))
  }

  deinit {
    ledger.close()
    try? FileManager.default.removeItem(at: folder)
  }

  private static func newFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("crash-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }
  private static func database(in folder: URL) -> String {
    folder.appendingPathComponent("ledger.sqlite").path
  }
  private func bytes(_ suffix: String) -> Data {
    (try? Data(contentsOf: URL(fileURLWithPath: Self.database(in: folder) + suffix))) ?? Data()
  }

  func tear(_ entries: [JournalEntry]) throws {
    let database = bytes("")
    let before = bytes("-wal")
    let keys = keyFiles()
    try ledger.commit(entries)
    let after = bytes("-wal")
    // Shorter: it was whole, copied back and cut, so that nothing is left to tear.
    let changed = zip(after, before + Data(count: max(0, after.count - before.count)))
      .enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
    let last = max(changed.last ?? 0, after.count > before.count ? after.count - 1 : 0)
    let first = changed.first ?? 0
    var torn = before
    if after.count >= before.count, first < last {
      let cut = Int.random(in: first..<last, using: &random)
      torn = after.prefix(cut) + before.dropFirst(cut)
    }
    try replace(database: database, log: torn, keys: keys)
    wasTorn = true
    tornCommits += 1
  }

  func reopen() throws {
    if !wasTorn { try replace(database: bytes(""), log: bytes("-wal"), keys: keyFiles()) }
    wasTorn = false
  }

  private func keyFiles() -> [String: Data] {
    var files: [String: Data] = [:]
    for name in ["keys.sqlite", "keys.sqlite-wal"] {
      files[name] = try? Data(contentsOf: folder.appendingPathComponent(name))
    }
    return files
  }

  private func replace(database: Data, log: Data, keys: [String: Data]) throws {
    let next = try Self.newFolder()
    try database.write(to: URL(fileURLWithPath: Self.database(in: next)))
    if !log.isEmpty {
      try log.write(to: URL(fileURLWithPath: Self.database(in: next) + "-wal"))
    }
    for (name, bytes) in keys { try bytes.write(to: next.appendingPathComponent(name)) }
    ledger.close()
    try FileManager.default.removeItem(at: folder)
    folder = next
    ledger = try Self.open(next)
  }
}
