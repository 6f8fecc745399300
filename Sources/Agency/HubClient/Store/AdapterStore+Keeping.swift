import GRDB
public import HubModel

extension AdapterStore {
  /// Removes what was refused or set aside before an instant, and nobody dealt with: it names
  /// people and waits for nothing any more. Spool, inbox and evidence stay: they are what keeps an
  /// effect from happening twice, and name nobody once the hub's backup holds the message.
  /// - Returns: how many.
  public func forget(before cutoff: WallTime) throws -> Int {
    try write { database in
      var removed = 0
      for table in ["dead_letter", "quarantine"] {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE at < ?", arguments: [cutoff.milliseconds])
        removed += database.changesCount
      }
      return removed
    }
  }
}
