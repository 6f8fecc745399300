import GRDBSQLite
import HubModel

/// One prepared statement, bound and read by position on the connection's raw handle: the hot
/// path runs ten of them a message, so each must cost little over what SQLite itself does.
///
/// Belongs to the connection's one thread.
final class Prepared {
  private var handle: OpaquePointer?
  private let connection: OpaquePointer
  private let operation: String
  private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  private var bound: Int32 = 0
  private var bindFailure = SQLITE_OK

  /// - Parameter operation: how errors name what the statement does.
  init(_ operation: String, _ sql: String, on connection: OpaquePointer) throws {
    self.connection = connection
    self.operation = operation
    let code = sqlite3_prepare_v3(
      connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK else { throw LedgerError(sqlite: connection, "prepare \(operation)") }
  }

  deinit { finish() }

  /// Frees the statement; a later use of it throws.
  func finish() {
    sqlite3_finalize(handle)
    handle = nil
  }

  // MARK: Binding, in the order of the statement's parameters

  @discardableResult
  func int(_ value: Int64?) -> Self {
    bound += 1
    if let value {
      note(sqlite3_bind_int64(handle, bound, value))
    } else {
      note(sqlite3_bind_null(handle, bound))
    }
    return self
  }

  @discardableResult
  func uint(_ value: UInt64?) -> Self { int(value.map { Int64(bitPattern: $0) }) }

  @discardableResult
  func id(_ value: MessageID?) -> Self {
    bound += 1
    guard let value else {
      note(sqlite3_bind_null(handle, bound))
      return self
    }
    withUnsafeBytes(of: (value.high.bigEndian, value.low.bigEndian)) {
      note(sqlite3_bind_blob(handle, bound, $0.baseAddress, 16, transient))
    }
    return self
  }

  @discardableResult
  func blob(_ value: [UInt8]) -> Self {
    bound += 1
    value.withUnsafeBytes {
      // A nil address would bind NULL.
      if let base = $0.baseAddress, !$0.isEmpty {
        note(sqlite3_bind_blob(handle, bound, base, Int32($0.count), transient))
      } else {
        note(sqlite3_bind_zeroblob(handle, bound, 0))
      }
    }
    return self
  }

  @discardableResult
  func text(_ value: String?) -> Self {
    bound += 1
    guard let value else {
      note(sqlite3_bind_null(handle, bound))
      return self
    }
    note(sqlite3_bind_text(handle, bound, value, Int32(value.utf8.count), transient))
    return self
  }

  private func note(_ code: Int32) {
    if code != SQLITE_OK && bindFailure == SQLITE_OK { bindFailure = code }
  }

  // MARK: Running

  /// Runs a statement that returns no rows.
  func run() throws {
    defer { reset() }
    _ = try step()
  }

  /// Runs a statement that changes rows.
  /// - Returns: how many.
  func runCounting() throws -> Int {
    try run()
    return Int(sqlite3_changes(connection))
  }

  /// Calls `body` at each row; it reads columns from this statement and must not run it again.
  func rows(_ body: () throws -> Void) throws {
    defer { reset() }
    while try step() { try body() }
  }

  func first<Value>(_ read: () throws -> Value) throws -> Value? {
    defer { reset() }
    return try step() ? read() : nil
  }

  /// Whether there is a row.
  func exists() throws -> Bool { try first { true } ?? false }

  private func step() throws -> Bool {
    guard bindFailure == SQLITE_OK else {
      throw LedgerError(.storage, operation, code: bindFailure, detail: "a value did not bind")
    }
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case SQLITE_MISUSE where handle == nil: throw LedgerError(.stopped, operation)
    default: throw LedgerError(sqlite: connection, operation)
    }
  }

  private func reset() {
    sqlite3_reset(handle)
    bound = 0
    bindFailure = SQLITE_OK
  }

  // MARK: Reading the current row

  func isNull(at column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func int(at column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  func uint(at column: Int32) -> UInt64 { UInt64(bitPattern: int(at: column)) }
  func optionalInt(at column: Int32) -> Int64? { isNull(at: column) ? nil : int(at: column) }
  func optionalUInt(at column: Int32) -> UInt64? { isNull(at: column) ? nil : uint(at: column) }
  func time(at column: Int32) -> WallTime { WallTime(milliseconds: int(at: column)) }

  func blob(at column: Int32) -> [UInt8] {
    let start = sqlite3_column_blob(handle, column)
    return [UInt8](
      UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(at column: Int32) -> String {
    let start = sqlite3_column_text(handle, column)
    return String(
      decoding: UnsafeBufferPointer(
        start: start, count: Int(sqlite3_column_bytes(handle, column))), as: UTF8.self)
  }

  func id(at column: Int32) throws -> MessageID {
    guard let start = sqlite3_column_blob(handle, column),
      sqlite3_column_bytes(handle, column) == 16
    else { throw damaged() }
    return MessageID(
      high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  func optionalID(at column: Int32) throws -> MessageID? {
    isNull(at: column) ? nil : try id(at: column)
  }

  func participant(at column: Int32) throws -> ParticipantID {
    ParticipantID(try id(at: column))
  }

  func optionalParticipant(at column: Int32) throws -> ParticipantID? {
    try optionalID(at: column).map { ParticipantID($0) }
  }

  func identifier<Tag>(at column: Int32) throws -> Identifier<Tag> {
    guard let identifier = Identifier<Tag>(text(at: column)) else { throw damaged() }
    return identifier
  }

  /// The error for a row that the program cannot have written.
  func damaged() -> LedgerError { LedgerError(.damaged, operation) }
}

extension LedgerError {
  /// What SQLite says of the last failure on `connection`.
  init(sqlite connection: OpaquePointer, _ operation: String) {
    self.init(
      .storage, operation, code: sqlite3_extended_errcode(connection),
      detail: String(cString: sqlite3_errmsg(connection)))
  }
}
