import Foundation
import GRDB
import Keys
public import HubProtocol

extension LedgerReader {
  /// Accesses in medical emergencies, newest first: those not reviewed, or all; without those of
  /// people who were expunged.
  public func emergencies(all: Bool, limit: Int = 200) throws -> [EmergencyReport] {
    guard let keys else { throw LedgerError(.otherKeys, "report emergencies") }
    return try reading("report emergencies") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT sealed_body, reviewed_at, sealed_finding, id FROM authority
          WHERE kind = ?1 AND (?2 OR reviewed_at IS NULL) ORDER BY id DESC LIMIT ?3
          """, arguments: [AuthorityKind.emergency.rawValue, all, limit])
      var reports: [EmergencyReport] = []
      while let row = try rows.next() {
        let place = Array((row[3] as String).utf8)
        guard let body = try keys.open([UInt8](row[0] as Data), .authority, at: place) else {
          continue
        }
        let finding = try (row[2] as Data?).flatMap {
          try keys.open([UInt8]($0), .finding, at: place)
        }
        guard let stored = try? JSONDecoder().decode(StoredEmergency.self, from: Data(body))
        else {
          throw LedgerError(.damaged, "report emergencies", detail: "one cannot be read")
        }
        reports.append(
          EmergencyReport(
            id: stored.id, agency: stored.recipient, recipientName: stored.recipientName,
            affiliation: stored.affiliation, declaredBy: stored.discloser,
            nature: stored.nature, openedAt: stored.openedAt, closesAt: stored.closesAt,
            reviewedAt: row[1], finding: finding.map { String(decoding: $0, as: UTF8.self) }))
      }
      return reports
    }
  }
}
