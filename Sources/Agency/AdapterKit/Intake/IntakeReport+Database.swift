public import GRDB
import HubModel

extension IntakeReport {
  /// As ``each(_:_:)``; whatever a record wrote before it turned out bad is undone, and a message
  /// that the catalogue refuses is the record's fault, not the file's.
  public mutating func each(
    _ table: TableReader.Table, in database: Database,
    _ take: (IntakeRecord) throws -> Void
  ) throws {
    try each(table) { record in
      do {
        try database.inSavepoint {
          try take(record)
          return .commit
        }
      } catch let refusal as Refusal {
        throw IntakeError(
          line: record.line, field: refusal.place.isEmpty ? nil : refusal.place,
          "does not make a message of the catalogue (\(refusal.code.rawValue))",
          remedy: refusal.code.remedy)
      }
    }
  }
}
