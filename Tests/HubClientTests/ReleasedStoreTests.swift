import DatabaseText
import Foundation
import GRDB
@testable import HubClient
import HubModel
import Testing

/// An adapter's store as each released version left it, as text in the folder `Released`.
///
/// `ACCORD_WRITE_RELEASED=0.2.0 swift test --filter ReleasedStoreTests` writes that of a version
/// that is about to be released. What was released is never written again.
@Suite("A store that a released version wrote opens in this one, and loses nothing")
struct ReleasedStoreTests {
  static let versions = ["0.1.0"]

  private static func file(_ version: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Released/adapter-\(version).sql")
  }

  /// Three messages on their way, one that was refused, one that was set aside.
  private func write(_ version: String) throws {
    let site = try TestSite()
    let store = try site.store()
    for _ in 0..<2 { try store.publish(Sample.data(), role: .behavioralHealth) }
    try store.publish(Sample.control(), role: .behavioralHealth)
    try store.write { database in
      try database.execute(
        sql: """
          UPDATE hub_state SET ledger = 'ledger-one', applied = 7;
          INSERT INTO inbox (message, part, number) VALUES (x'01', 0, 7);
          INSERT INTO dead_letter VALUES (
            x'01010101010101010101010101010101', 0, 9, 'unknown-topic', '', x'0a', 5);
          INSERT INTO quarantine VALUES ('ledger-one', 6, 'unreadable', x'0b', 5);
          """)
    }
    try Data(DatabaseText.dump(site.storePath).utf8).write(to: Self.file(version))
  }

  @Test("with its spool, what was applied, and what waits for a person", arguments: versions)
  func opens(_ version: String) throws {
    if ProcessInfo.processInfo.environment["ACCORD_WRITE_RELEASED"] == version {
      try write(version)
    }
    let site = try TestSite()
    let text = try String(contentsOf: Self.file(version), encoding: .utf8)
    try DatabaseText.load(text, to: site.storePath)
    let store = try site.store()
    #expect(try store.lastSpooled() == BySequence(data: 2, control: 1))
    #expect(try store.batch(of: .data, after: 0, limit: 10).messages.count == 2)
    let snapshot = try store.snapshot()
    #expect(snapshot.ledger == Incarnation("ledger-one"))
    #expect(try store.deadLetters().count == 1 && store.quarantined().count == 1)
    var next = Sample.data()
    next.id = store.freshMessageID(at: store.clock.wall())
    try store.publish(next, role: .behavioralHealth)
    #expect(try store.lastSpooled() == BySequence(data: 3, control: 1))
    let fresh = try TestSite()
    _ = try fresh.store()
    #expect(try DatabaseText.schema(site.storePath) == DatabaseText.schema(fresh.storePath))
  }
}
