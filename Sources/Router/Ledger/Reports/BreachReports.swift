import Foundation
import GRDB
import Keys
public import HubModel
public import HubProtocol

extension LedgerReader {
  /// Whom a breach at `recipient` affects: everything that it was handed from `from` until `end`
  /// (not included) by the log's time, whether or not it confirmed that it arrived.
  ///
  /// Takes time in proportion to the parts in the ledger.
  public func breach(
    at recipient: AgencyID, from: WallTime, to end: WallTime, registry: Registry,
    program: ProgramID
  ) throws -> BreachReport {
    guard let keys else { throw LedgerError(.otherKeys, "report breach") }
    return try reading("report breach") { database in
      let handed = try Data.fetchAll(
        database,
        sql: """
          SELECT DISTINCT p.participant FROM part p JOIN agency a ON a.id = p.recipient
          WHERE a.name = ? AND p.disclosed = 1 AND p.participant IS NOT NULL
          """, arguments: [recipient.text])
      var people: [BreachReport.Person] = []
      var expunged = 0
      for person in handed {
        let all = try Self.disclosures(of: [person], registry, keys, in: database).filter {
          $0.to.id == recipient.text && from.milliseconds <= $0.at && $0.at < end.milliseconds
        }
        guard !all.isEmpty else { continue }
        let names = try Self.names(of: person, keys, in: database)
        if let names {
          people.append(BreachReport.Person(names: names, disclosures: all))
        } else {
          expunged += 1
        }
      }
      people.sort { ($0.disclosures[0].entry) < ($1.disclosures[0].entry) }
      return BreachReport(
        recipient: registry.named(recipient.text), program: program.text,
        from: from.milliseconds, to: end.milliseconds, people: people, expunged: expunged)
    }
  }

  /// `nil` where the person was expunged.
  private static func names(
    of person: Data, _ keys: KeyReader, in database: Database
  ) throws -> [String]? {
    guard let id = MessageID(bytes: [UInt8](person)),
      let handle = try keys.handle(of: ParticipantID(id))
    else { return nil }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT a.name, l.sealed, l.alias FROM alias l JOIN agency a ON a.id = l.agency
        WHERE l.owner = ? ORDER BY a.name
        """, arguments: [Data(handle.bytes)])
    var names: [String] = []
    while let row = try rows.next() {
      let opened = try keys.open([UInt8](row[1] as Data), .alias, at: [UInt8](row[2] as Data))
      guard let opened else { continue }
      names.append("\(row[0] as String)/\(String(decoding: opened, as: UTF8.self))")
    }
    return names.sorted()
  }
}
