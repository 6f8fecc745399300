import Crypto
import Foundation
import GRDB

/// The master key: the right one, and a new one.
extension KeyStore {
  /// Every key that a master key wraps must be wrapped by this one.
  func checkMaster() throws {
    let isOther = try reading("check the master key") { database in
      try Row.fetchOne(
        database, sql: "SELECT 1 FROM data_key WHERE parent IS NULL AND master <> ? LIMIT 1",
        arguments: [Data(masterName)]) != nil
    }
    if isOther { throw KeyStoreError(.wrongMaster, "open") }
  }

  /// Wraps what another master key wrapped by this one, a thousand at a time: a crash between
  /// leaves some under each, and the next start goes on.
  func rewrap(from before: SymmetricKey) throws {
    let old = Wrapping(key: before)
    let oldName = Wrapping.name(of: before)
    guard oldName != masterName else { return }
    var isDone = false
    while !isDone {
      try writing("wrap keys anew") { database in
        let rows = try KeyRows.all(of: oldName, limit: 1_000, in: database)
        isDone = rows.isEmpty
        for row in rows {
          let wrapped = try master.wrap(
            old.unwrap(row), id: row.id, kind: row.kind, handle: row.handle, parent: nil)
          try database.execute(
            sql: "UPDATE data_key SET master = ?, wrapped = ? WHERE id = ?",
            arguments: [Data(masterName), wrapped, Data(row.id.bytes)])
        }
      }
    }
    try cutLog()
  }
}
