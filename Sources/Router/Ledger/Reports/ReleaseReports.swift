import Foundation
import GRDB
public import HubModel
public import HubProtocol

extension LedgerReader {
  /// One release by its id, or the newest ones, newest first; never whose they are. Those of
  /// people who were expunged cannot be read any more, and are left out.
  public func releases(_ id: RoiID?, limit: Int = 50) throws -> [ReleaseReport] {
    try reading("report releases") { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT r.sealed_body, r.state, a.name, r.position, r.missing, r.id
          FROM release r JOIN agency a ON a.id = r.captured_by
          WHERE (?1 IS NULL OR r.id = ?1) ORDER BY r.entry DESC LIMIT ?2
          """, arguments: [id?.text, limit])
      var reports: [ReleaseReport] = []
      while let row = try rows.next() {
        if let report = try release(in: row) { reports.append(report) }
      }
      return reports
    }
  }

  private func release(in row: Row) throws -> ReleaseReport? {
    guard let keys else { throw LedgerError(.otherKeys, "report releases") }
    let place = Array((row[5] as String).utf8)
    guard let body = try keys.open([UInt8](row[0] as Data), .release, at: place) else { return nil }
    let release: ReleaseOfInformation
    let missing: [String]
    do {
      release = try ReleaseOfInformation(decoding: body)
      missing = try JSONDecoder().decode([String].self, from: row[4] as Data)
    } catch {
      throw LedgerError(.damaged, "report releases", detail: "a release cannot be read")
    }
    let categories = release.information.reduce(into: WordSet<InformationCategory>()) {
      $0.formUnion($1.categories)
    }
    return ReleaseReport(
      id: release.id.text, version: release.version, kind: release.kind.rawValue, state: row[1],
      capturedBy: row[2], recipients: release.recipients.map(Self.name),
      categories: categories.map(\.rawValue).sorted(),
      purposes: release.purposes.map(\.rawValue).sorted(),
      signedAt: release.signedAt?.milliseconds, expiresAt: Self.expiry(release),
      position: UInt64(bitPattern: row[3] as Int64), missing: missing)
  }

  private static func expiry(_ release: ReleaseOfInformation) -> Int64? {
    if case .at(let time)? = release.expiry { time.milliseconds } else { nil }
  }

  /// A person stands under their agency alone: the reference may say who they are.
  private static func name(_ party: Party) -> String {
    switch party {
    case .agency(let agency): agency.text
    case .role(let role): "role \(role.rawValue)"
    case .person(let agency, _): "a person at \(agency.text)"
    }
  }
}
