import Foundation
import GRDB
import HubModel
public import HubProtocol

extension LedgerReader {
  /// Every version of the agreement that was ever recorded, newest first.
  public func agreements() throws -> [AgreementVersionReport] {
    try reading("report agreements") { database in
      try Row.fetchAll(database, sql: Self.agreements + " ORDER BY t.version DESC")
        .map(Self.agreement)
    }
  }

  /// One version with its file's text, or, by `nil`, the version in force.
  public func agreement(
    _ version: UInt32?
  ) throws -> (report: AgreementVersionReport, text: String)? {
    try reading("report agreement") { database in
      let row = try Row.fetchOne(
        database, sql: Self.agreements + " WHERE t.version = coalesce(?, in_force)",
        arguments: [version.map { Int64($0) }])
      return try row.map { row in
        (try Self.agreement(row), String(decoding: row["text"] as Data, as: UTF8.self))
      }
    }
  }

  private static let agreements = """
    SELECT t.version, t.hash, t.text, t.effective, t.recorded_at,
      (SELECT max(at) FROM agreement a WHERE a.version = t.version) AS activated_at,
      (SELECT version FROM agreement ORDER BY activation DESC LIMIT 1) AS in_force
    FROM agreement_text t
    """

  private static func agreement(_ row: Row) throws -> AgreementVersionReport {
    let version: Int64 = row["version"]
    let inForce: Int64? = row["in_force"]
    let activatedAt: Int64? = row["activated_at"]
    let state: AgreementVersionReport.State
    if version == inForce {
      state = .inForce
    } else if activatedAt != nil {
      state = .replaced
    } else {
      state = version > inForce ?? 0 ? .scheduled : .passedOver
    }
    return AgreementVersionReport(
      version: UInt32(truncatingIfNeeded: version), state: state,
      hash: Hex.encode([UInt8](row["hash"] as Data)), recordedAt: row["recorded_at"],
      effective: row["effective"], activatedAt: activatedAt)
  }
}
