import AdapterKit
import GRDB
import HubModel

/// One line of the rota: somebody is on call from `startsAt` until `endsAt`. Whoever stands first
/// in the file is asked first.
struct Shift: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "shift"

  var position: Int
  var startsAt: Int64
  var endsAt: Int64
  var tier: String
  var staff: String
  var name: String
  var phone: String

  init(_ record: IntakeRecord, position: Int, dates: DateReader) throws(IntakeError) {
    guard let starts = try dates.time("starts_at", of: record) else {
      throw record.wrong("starts_at", "is empty", "Fill it in.")
    }
    guard let ends = try dates.time("ends_at", of: record) else {
      throw record.wrong("ends_at", "is empty", "Fill it in.")
    }
    guard starts < ends else {
      throw record.wrong("ends_at", "is not after starts_at", "Mend the shift.")
    }
    guard let staff = try record.code("staff_id") else {
      throw record.wrong("staff_id", "is empty", "Fill it in: it names who is alerted.")
    }
    self.position = position
    startsAt = starts.milliseconds
    endsAt = ends.milliseconds
    tier = try record.required("tier")
    self.staff = staff
    name = record.optional("staff_name") ?? ""
    phone = try record.required("phone")
  }

  /// Who is on call at `now`, the first to be asked first.
  static func onCall(at now: WallTime, in database: Database) throws -> [Shift] {
    try fetchAll(
      database, sql: "SELECT * FROM shift WHERE startsAt <= ? AND endsAt > ? ORDER BY position",
      arguments: [now.milliseconds, now.milliseconds])
  }

  /// Whom the `attempt`th alert asks, from 0; after the last on call the first is asked again.
  static func asked(
    _ attempt: Int, at now: WallTime, in database: Database
  ) throws -> Shift? {
    let rota = try onCall(at: now, in: database)
    return rota.isEmpty ? nil : rota[attempt % rota.count]
  }
}

extension ProviderAdapter {
  /// A new rota replaces the one before, whole; its bad lines are named and left out. One without
  /// a single good line changes nothing: somebody must be on call.
  func takeRota(
    _ table: TableReader.Table, _ report: inout IntakeReport, in database: Database
  ) throws {
    var shifts: [Shift] = []
    try report.each(table) { record in
      shifts.append(try Shift(record, position: shifts.count, dates: setting.dates))
    }
    guard !shifts.isEmpty else {
      report.rejected.append(
        IntakeError("has no shift that can be used", remedy: "The rota before it still counts."))
      return
    }
    try database.execute(sql: "DELETE FROM shift")
    for shift in shifts { try shift.insert(database) }
  }
}
