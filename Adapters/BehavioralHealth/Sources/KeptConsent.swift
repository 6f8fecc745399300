import AdapterKit
import GRDB
import HubModel

/// Releases that another system keeps: it says them again whenever anything about them changes, may
/// count no versions, and says by a state what here is a message of its own.
extension ProviderAdapter {
  /// A release form, or what a system says of one that was filed before.
  func takeRelease(_ record: IntakeRecord, at now: WallTime, in database: Database) throws {
    let dates = setting.dates
    switch record.optional("outcome") {
    case "revoked": return try withdraw(record, at: now, in: database)
    case "suspended": return try withdraw(record, isSuspended: true, at: now, in: database)
    default: break
    }
    guard record.optional("version") == "next" else {
      return try capture(ReleaseCapture(record, dates: dates), at: now, in: database)
    }
    let content = record.fingerprint(prefix: "")
    var version = 1
    if let id: RoiID = try record.identifier("roi_id"),
      let known = try ReleaseFile.fetchOne(database, key: id.text)
    {
      if known.content.map({ Array($0) }) == content { return }
      let wasSigned = known.state != .refused && known.state != .incapacity
      if wasSigned, record.optional("outcome") == "refused" {
        return try withdraw(record, at: now, in: database)
      }
      version = wasSigned ? known.version + 1 : known.version
    }
    var values = record.values
    values["version"] = "\(version)"
    let numbered = IntakeRecord(line: record.line, form: record.form, values: values)
    try capture(
      ReleaseCapture(numbered, dates: dates), content: content, at: now, in: database)
  }

  /// What was never filed here needs no stop, and what was stopped needs none again.
  private func withdraw(
    _ record: IntakeRecord, isSuspended: Bool = false, at now: WallTime, in database: Database
  ) throws {
    guard let id: RoiID = try record.identifier("roi_id") else {
      throw record.wrong("roi_id", "is empty or missing", "Say which release has ended.")
    }
    guard let known = try ReleaseFile.fetchOne(database, key: id.text),
      known.state == .signed || known.state == .revokedInPart
    else { return }
    var values = ["roi_id": id.text]
    values["referral_id"] = record.optional("referral_id") ?? known.caseID
    let said = IntakeRecord(line: record.line, form: record.form, values: values)
    guard isSuspended else {
      return try revoke(Revocation(said, dates: setting.dates), at: now, in: database)
    }
    guard try TakenRecord.isNew("suspend", id.text, "\(known.version)", in: database) else {
      return
    }
    try suspend(said, .suspended, at: now, in: database)
  }
}
