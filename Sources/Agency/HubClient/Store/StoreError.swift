import GRDB
import GRDBSQLite
public import Operations

/// Why an adapter's store could not do what was asked. It names the operation, never a value.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable {
    /// SQLite or the file system failed; ``StoreError/detail`` says how.
    case storage
    /// The file holds what this program cannot have written: restore it from a backup.
    case damaged
    /// A newer version of the program wrote the file.
    case newer = "store-newer-than-program"
    /// The database handed in belongs to another store: hand in the one that `write` gave.
    case foreignConnection = "foreign-connection"
  }

  public let code: Code
  public let operation: String
  /// SQLite's extended result code, or an `errno` where the file could not be made; else 0.
  public let number: Int32
  public let detail: String

  init(_ code: Code, _ operation: String, number: Int32 = 0, detail: String = "") {
    self.code = code
    self.operation = operation
    self.number = number
    self.detail = detail
  }

  /// What SQLite says of the last failure on `connection`.
  init(on connection: OpaquePointer, _ operation: String) {
    self.init(
      .storage, operation, number: sqlite3_extended_errcode(connection),
      detail: String(cString: sqlite3_errmsg(connection)))
  }

  /// What GRDB says of a store that it cannot open; it quotes no value.
  init(_ error: DatabaseError, _ operation: String) {
    let isDamaged = [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
    self.init(
      isDamaged ? .damaged : .storage, operation, number: error.extendedResultCode.rawValue,
      detail: error.message ?? "")
  }

  public var description: String {
    let tail = detail.isEmpty ? "" : ": \(detail) (\(number))"
    return "adapter store, \(operation): \(code.rawValue)\(tail)"
  }
}

extension StoreError {
  /// Result codes of a disk or file in trouble, as against a statement that cannot work.
  static let troubles: Set<Int32> = [
    SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CORRUPT,
    SQLITE_NOTADB, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_INTERRUPT,
  ]

  var isStorageTrouble: Bool { code != .foreignConnection && Self.troubles.contains(number & 0xff) }
}

extension StoreError: CodedError {
  public var stableCode: String { code.rawValue }
}
