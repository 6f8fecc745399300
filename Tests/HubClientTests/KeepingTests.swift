import Foundation
import GRDB
import HubModel
import Testing

@testable import HubClient

@Suite("What an adapter's store keeps for a person is kept for its days, and not longer")
struct KeepingTests {
  private let day: Int64 = 86_400_000

  @Test("refused messages and set-aside deliveries go with their age; the spool and the inbox stay")
  func forget() throws {
    let site = try TestSite()
    let store = try site.store()
    try store.publish(Sample.data(), role: .behavioralHealth)
    let now = WallTime(milliseconds: 1_000 * day)
    try store.write { database in
      for (index, age) in [100, 89].enumerated() {
        let at = now.milliseconds - Int64(age) * day
        try database.execute(
          sql: "INSERT INTO dead_letter VALUES (?, 0, ?, 'unknown-topic', '', x'0a', ?)",
          arguments: [Data([UInt8](repeating: UInt8(index + 1), count: 16)), index + 5, at])
        try database.execute(
          sql: "INSERT INTO quarantine VALUES ('ledger-one', ?, 'unreadable', x'0b', ?)",
          arguments: [index + 5, at])
      }
      try database.execute(sql: "INSERT INTO inbox (message, part, number) VALUES (x'01', 0, 7)")
    }
    let removed = try store.forget(before: WallTime(milliseconds: now.milliseconds - 90 * day))
    #expect(removed == 2)
    #expect(try store.deadLetters().map(\.number) == [6])
    #expect(try store.quarantined().map(\.number) == [6])
    #expect(try store.lastSpooled() == BySequence(data: 1, control: 0))
    #expect(try store.count("true", in: "inbox") == 1)
    #expect(try store.forget(before: WallTime(milliseconds: now.milliseconds - 90 * day)) == 0)
  }
}
