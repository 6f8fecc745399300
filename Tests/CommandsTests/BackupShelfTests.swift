import Foundation
import HubModel
import Testing

@testable import accord

/// What a timer keeps and what it throws away.
@Suite("A shelf of backups")
struct BackupShelfTests {
  let now = WallTime(milliseconds: 1_795_000_000_000)

  private func filled(_ names: [String]) throws -> (BackupShelf, () -> Void) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("shelf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in names {
      try Data().write(to: folder.appendingPathComponent(name))
    }
    return (
      BackupShelf(folder: folder.path, kind: "ledger"),
      { try? FileManager.default.removeItem(at: folder) }
    )
  }

  private func name(daysAgo days: Int64, _ suffix: String = ".sqlite") -> String {
    let path = BackupShelf(folder: "/x", kind: "ledger").path(at: now + .days(-days))
    return String(path.dropFirst("/x/".count).dropLast(".sqlite".count)) + suffix
  }

  @Test("A backup's name says when it was made, and nothing else is taken for one")
  func names() throws {
    let shelf = BackupShelf(folder: "/x", kind: "ledger")
    #expect(shelf.moment(of: name(daysAgo: 0)) == now)
    #expect(shelf.moment(of: name(daysAgo: 3, ".sqlite.age")) == now + .days(-3))
    for strange in [
      "ledger.sqlite", "keys-2026-11-21T02-10-00Z.sqlite", "ledger-yesterday.sqlite",
      "ledger-2026-11-21T02-10-00Z.sqlite.part", "before-upgrade.sqlite", "",
    ] {
      #expect(shelf.moment(of: strange) == nil, "\(strange)")
    }
  }

  @Test("What is older than its days goes; what somebody else put there stays")
  func old() throws {
    let kept = [name(daysAgo: 1), name(daysAgo: 29), "before-upgrade.sqlite", "notes.txt"]
    let gone = [name(daysAgo: 31, ".sqlite.age"), name(daysAgo: 400)]
    let (shelf, remove) = try filled(kept + gone)
    defer { remove() }
    #expect(try Set(shelf.old(keepDays: 30, at: now)) == Set(gone))
  }

  @Test("The newest two stay, however old they are")
  func newest() throws {
    let names = [name(daysAgo: 100), name(daysAgo: 200), name(daysAgo: 300)]
    let (shelf, remove) = try filled(names)
    defer { remove() }
    #expect(try shelf.old(keepDays: 2, at: now) == [names[2]])
  }
}
