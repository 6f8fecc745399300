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
    let horizons = statements.hub.horizons
    for index in found.indices {
      found[index].backup.sources = try readCursors(horizons.int(found[index].entry))
    }
    return found.map(\.backup).reversed()
  }

  /// What a copy of the ledger as it stands holds; it is as old as the last time written down.
  func readAsBackup() throws -> Backup {
    let clock = statements.hub.clock
    return Backup(
      at: try clock.first { clock.time(at: 0) } ?? WallTime(milliseconds: 0),
      entries: edge.size, sources: try readCursors(statements.restore.spools))
  }

  /// Through where spools have come, by rows of agency, life of the spool, data and control.
  private func readCursors(_ read: Prepared) throws -> [SourceKey: SourceCursor] {
    var cursors: [SourceKey: SourceCursor] = [:]
    try read.rows {
      cursors[SourceKey(try name(at: 0, of: read), try read.identifier(at: 1))] = SourceCursor(
        data: read.uint(at: 2), control: read.uint(at: 3))
    }
    return cursors
  }
}
