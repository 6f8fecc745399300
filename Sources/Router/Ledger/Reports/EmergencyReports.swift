import Foundation
import GRDB
public import HubProtocol

extension LedgerReader {
  /// Accesses in medical emergencies, newest first: those not reviewed, or all.
  public func emergencies(all: Bool, limit: Int = 200) throws -> [EmergencyReport] {
    try reading("report emergencies") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT body, reviewed_at, finding FROM authority
          WHERE kind = ?1 AND (?2 OR reviewed_at IS NULL) ORDER BY id DESC LIMIT ?3
          """, arguments: [AuthorityKind.emergency.rawValue, all, limit])
      var reports: [EmergencyReport] = []
      while let row = try rows.next() {
        guard
          let stored = try? JSONDecoder().decode(StoredEmergency.self, from: row[0] as Data)
        else {
          throw LedgerError(.damaged, "report emergencies", detail: "one cannot be read")
        }
        reports.append(
          EmergencyReport(
            id: stored.id, agency: stored.recipient, recipientName: stored.recipientName,
            affiliation: stored.affiliation, declaredBy: stored.discloser,
            nature: stored.nature, openedAt: stored.openedAt, closesAt: stored.closesAt,
            reviewedAt: row[1], finding: row[2]))
      }
      return reports
    }
  }
}
