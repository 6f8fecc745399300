import HubModel
import RouterCore

extension Ledger {
  func readEndedKeys() throws -> [KeyFingerprint: WallTime] {
    let read = statements.hub.endedKeys
    var found: [KeyFingerprint: WallTime] = [:]
    try read.rows { found[try read.identifier(at: 0)] = read.time(at: 1) }
    return found
  }

  /// The backups that count, the older first.
  func readBackups() throws -> [Backup] {
    let read = statements.hub.backups
    var found: [(entry: Int64, backup: Backup)] = []
    try read.int(Int64(Limits.backupsRemembered)).rows {
      found.append(
        (read.int(at: 0), Backup(at: read.time(at: 1), entries: read.uint(at: 2), sources: [:])))
    }
    let horizon = statements.hub.horizons
    for index in found.indices {
      try horizon.int(found[index].entry).rows {
        let source = SourceKey(try name(at: 0, of: horizon), try horizon.identifier(at: 1))
        found[index].backup.sources[source] = SourceCursor(
          data: horizon.uint(at: 2), control: horizon.uint(at: 3))
      }
    }
    return found.map(\.backup).reversed()
  }
}
