import Foundation
import GRDB
import Keys
public import HubModel
public import HubProtocol

extension LedgerReader {
  /// All that one release says and where it stands; `nil` where there is none of the id, or where
  /// the person whose it is was expunged.
  public func release(_ id: RoiID) throws -> ReleaseDocument? {
    guard let keys else { throw LedgerError(.otherKeys, "report release") }
    return try reading("report release") { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT r.sealed_body, r.state, a.name, r.sealed_revoked, r.participant
          FROM release r JOIN agency a ON a.id = r.captured_by WHERE r.id = ?
          """, arguments: [id.text])
      let place = Array(id.text.utf8)
      guard let row,
        let body = try keys.open([UInt8](row[0] as Data), .release, at: place),
        let revoked = try keys.open([UInt8](row[3] as Data), .revoked, at: place)
      else { return nil }
      let release: ReleaseOfInformation
      let toward: [[String]]
      do {
        release = try ReleaseOfInformation(decoding: body)
        toward = try JSONDecoder().decode([[String]].self, from: Data(revoked))
      } catch {
        throw LedgerError(.damaged, "report release", detail: "a release cannot be read")
      }
      var state: String = row[1]
      if state == RoiState.active.rawValue {
        let marks = try Row.fetchAll(
          database, sql: "SELECT kind, name, at FROM consent_mark WHERE participant = ?",
          arguments: [row[4] as Data])
        // "voided" comes last of the three words and says the most.
        state = marks.compactMap { Self.mark($0, on: release) }.max() ?? state
      }
      return ReleaseDocument(release, state: state, capturedBy: row[2], revokedToward: toward)
    }
  }

  private static func mark(_ row: Row, on release: ReleaseOfInformation) -> String? {
    let name: String = row[1]
    switch MarkKind(rawValue: row[0] as Int64) {
    case .suspended where name == release.id.text: return "suspended"
    // Nothing is known of it since a restore: nobody may rely on it either.
    case .unconfirmed where name == release.id.text: return "suspended"
    case .voided where name == release.id.text: return "voided"
    case .occurred:
      guard case .event(name)? = release.expiry, let signedAt = release.signedAt,
        row[2] as Int64 >= signedAt.milliseconds
      else { return nil }
      return "ended"
    default: return nil
    }
  }
}
