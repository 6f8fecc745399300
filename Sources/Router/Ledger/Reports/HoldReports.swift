import Foundation
import GRDB
import HubModel
public import HubProtocol
import Keys

extension LedgerReader {
  /// Who is on legal hold, since when and why; whoever counts as one person stands once.
  ///
  /// Why is in the log alone: takes time in proportion to the log's length, up to the first of the
  /// holds.
  public func legalHolds() throws -> HoldsReport {
    guard let keys else { throw LedgerError(.otherKeys, "report legal holds") }
    return try reading("report legal holds") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT id, coalesce(head, id), held FROM participant
          WHERE held IS NOT NULL AND expunged IS NULL ORDER BY held, id
          """)
      var people: [HoldsReport.Person] = []
      var places: [Data: Int] = [:]
      var owners: [ParticipantID: Int] = [:]
      for row in rows {
        guard let id = MessageID(bytes: row[0] as Data) else { continue }
        let person = ParticipantID(id)
        let place = places[row[1] as Data] ?? people.count
        if place == people.count {
          people.append(HoldsReport.Person(since: row[2], reason: nil, names: []))
          places[row[1] as Data] = place
        }
        owners[person] = place
        people[place].names += try Self.names(of: person, keys, in: database)
      }
      for (person, reason) in try Self.reasons(ofHolds: Set(owners.keys), in: database) {
        guard let place = owners[person], people[place].reason == nil else { continue }
        people[place].reason = reason
      }
      let awaited = try Int.fetchOne(database, sql: "SELECT count(*) FROM held_name") ?? 0
      return HoldsReport(people: people, awaitedNames: awaited)
    }
  }

  /// The name that each agency has for somebody.
  private static func names(
    of person: ParticipantID, _ keys: KeyReader, in database: Database
  ) throws -> [String] {
    guard let owner = try keys.handle(of: person) else { return [] }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT a.name, l.alias, l.sealed FROM alias l JOIN agency a ON a.id = l.agency
        WHERE l.owner = ? AND l.preferred = 1 ORDER BY a.name
        """, arguments: [Data(owner.bytes)])
    return try rows.compactMap { row in
      let alias = try keys.open([UInt8](row[2] as Data), .alias, at: [UInt8](row[1] as Data))
      return alias.map { "\(row[0] as String)/\(String(decoding: $0, as: UTF8.self))" }
    }
  }

  /// What was said when each hold was placed, by the newest entry of each person.
  private static func reasons(
    ofHolds people: Set<ParticipantID>, in database: Database
  ) throws -> [(ParticipantID, String)] {
    var left = people
    var found: [(ParticipantID, String)] = []
    // Entries about no message, which are few.
    let rows = try Row.fetchCursor(
      database, sql: "SELECT leaf, salt FROM audit WHERE message IS NULL ORDER BY position DESC")
    while !left.isEmpty, let row = try rows.next() {
      guard let salt = row[1] as Data?,
        let leaf = try? AuditLeaf(decoding: [UInt8](row[0] as Data)),
        leaf.entry.kind == .legalHoldPlaced,
        let person = left.first(where: { leaf.names($0, salt: [UInt8](salt)) })
      else { continue }
      left.remove(person)
      found.append((person, leaf.entry.detail))
    }
    return found
  }
}
