import Foundation
import GRDB
import HubClient
import HubModel
import Testing

/// Backups as a timer makes them, and rehearsals of a restore beside a router that goes on.
@Suite("Nightly backups of a real router", .serialized, .timeLimit(.minutes(15)))
struct BackupTests {
  /// A county whose ledger holds something, and its router.
  private func town() throws -> Town {
    let town = try Town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    try provider.link.start()
    _ = try provider.completeIntake("someone", on: #require(CivilDate("2026-11-20")))
    _ = try eventually(within: 30) { provider.link.state.dataDepth == 0 ? true : nil }
    provider.link.stop()
    return town
  }

  private func shelf(_ town: Town) throws -> String {
    let path = town.path("shelf")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("A kept backup is restored and checked beside the router, which goes on")
  func verified() throws {
    let town = try town()
    let folder = try shelf(town)
    let kept = try town.accord("backup", "keep", "ledger", folder, "--keep-days", "30")
    #expect(kept.status == 0 && kept.output.contains("not encrypted"), "\(kept.output)")
    let file = try #require(try files(folder).first)
    let checked = try town.accord("backup", "verify", folder + "/" + file)
    #expect(checked.status == 0, "\(checked.output)")
    #expect(checked.output.contains("signed checkpoints"))
    // Nothing of the rehearsal is left, and the ledger has no new life.
    #expect(try !files(town.path("state/router")).contains { $0.hasPrefix("rehearsal") })
    let export = town.path("export")
    #expect(try town.accord("audit", "export", "--output", export).status == 0)
    let log = try Program.run("accord", ["audit", "verify", export])
    #expect(log.status == 0 && log.output.contains("1 life"), "\(log.output)")
  }

  @Test("A backup whose log was changed, one that is damaged and one that is none are refused")
  func refused() throws {
    let town = try town()
    let changed = town.path("changed.sqlite")
    #expect(try town.accord("backup", "ledger", changed).status == 0)
    let whole = try Data(contentsOf: URL(fileURLWithPath: changed))
    let queue = try DatabaseQueue(path: changed)
    try queue.write { database in
      let leaf = try #require(
        try Data.fetchOne(database, sql: "SELECT leaf FROM audit WHERE position = 2"))
      var other = [UInt8](leaf)
      other[other.count - 1] ^= 1
      // Whoever changes the past takes its guards away, and puts them back.
      let guards = try Row.fetchAll(
        database,
        sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'")
      for row in guards { try database.execute(sql: "DROP TRIGGER \"\(row[0] as String)\"") }
      try database.execute(
        sql: "UPDATE audit SET leaf = ? WHERE position = 2", arguments: [Data(other)])
      for row in guards { try database.execute(sql: row[1]) }
    }
    try queue.close()
    let damaged = town.path("damaged.sqlite")
    try (whole.prefix(whole.count / 2)).write(to: URL(fileURLWithPath: damaged))
    let none = town.path("router.yaml")
    for file in [changed, damaged, none] {
      let result = try town.accord("backup", "verify", file)
      #expect(result.status == 2 && !result.output.isEmpty, "\(file): \(result.output)")
    }
    let missing = try town.accord("backup", "verify", town.path("nothing"))
    #expect(missing.status != 0 && missing.output.contains("backup-unreadable"))
    // The router took no harm of any of it.
    #expect(try town.accord("backup", "ledger", town.path("after.sqlite")).status == 0)
  }

  @Test("A backup encrypted to a key opens with its secret half, and the plain copy is gone")
  func encrypted() throws {
    let town = try town()
    let folder = try shelf(town)
    let (secret, recipients) = (town.path("backup.key"), town.path("recipients"))
    #expect(try Program.run("/usr/bin/age-keygen", ["-o", secret]).status == 0)
    #expect(try Program.run("/usr/bin/age-keygen", ["-y", "-o", recipients, secret]).status == 0)
    let kept = try town.accord(
      "backup", "keep", "ledger", folder, "--keep-days", "30", "--recipients", recipients)
    #expect(kept.status == 0, "\(kept.output)")
    let names = try files(folder)
    #expect(names.count == 1 && names[0].hasSuffix(".sqlite.age"), "\(names)")
    let file = folder + "/" + names[0]
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(bytes.range(of: Data("SQLite format".utf8)) == nil)
    let shut = try town.accord("backup", "verify", file)
    #expect(shut.status != 0 && shut.output.contains("--identity"))
    let opened = try town.accord("backup", "verify", file, "--identity", secret)
    #expect(opened.status == 0, "\(opened.output)")
    #expect(try !files(town.path("state/router")).contains { $0.hasPrefix("opened") })
  }

  @Test("An encrypted backup that does not open says whether the key or the file is wrong")
  func notOpened() throws {
    let town = try town()
    let folder = try shelf(town)
    let (own, other) = (town.path("own.key"), town.path("other.key"))
    for key in [own, other] {
      #expect(try Program.run("/usr/bin/age-keygen", ["-o", key]).status == 0)
    }
    let recipients = town.path("recipients")
    #expect(try Program.run("/usr/bin/age-keygen", ["-y", "-o", recipients, own]).status == 0)
    let kept = try town.accord(
      "backup", "keep", "ledger", folder, "--keep-days", "7", "--recipients", recipients)
    #expect(kept.status == 0, "\(kept.output)")
    let name = try #require(try files(folder).first)
    let whole = folder + "/" + name
    let cut = town.path("cut.sqlite.age")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: cut))
    for (file, key, words) in [
      (whole, other, "is not encrypted to"), (cut, own, "take another copy"),
      (whole, recipients, "age-keygen"), (whole, town.path("none"), "cannot be read"),
    ] {
      let told = try town.accord("backup", "verify", file, "--identity", key)
      #expect(told.status != 0 && told.output.contains(words), "\(told.output)")
      #expect(told.output.contains("[backup-not-opened]"), "\(told.output)")
    }
  }

  @Test("Where it cannot be encrypted the backup is there all the same, and the command says so")
  func unencryptable() throws {
    let town = try town()
    let folder = try shelf(town)
    let recipients = town.path("recipients")
    try Data("age1nonsense\n".utf8).write(to: URL(fileURLWithPath: recipients))
    let kept = try town.accord(
      "backup", "keep", "keys", folder, "--keep-days", "2", "--recipients", recipients)
    #expect(kept.status == 1, "\(kept.output)")
    #expect(try files(folder).filter { $0.hasSuffix(".sqlite") }.count == 1)
  }
}
