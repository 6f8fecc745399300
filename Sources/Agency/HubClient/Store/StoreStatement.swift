import GRDBSQLite
import HubModel
import HubProtocol

/// A prepared statement on the raw connection: GRDB's own cost more per call than the whole of
/// what a message may cost here.
///
/// Belongs to its store's database queue, like the connection.
final class StoreStatement {
  enum Value {
    case integer(Int64)
    case number(UInt64)
    case text(String)
    case blob([UInt8])
    case id(MessageID)
    case null
  }

  private var handle: OpaquePointer?
  private let connection: OpaquePointer
  private let name: String
  // SQLite copies what is bound, so nothing needs to outlive the call.
  private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  /// - Parameter name: how an error names what the statement does.
  init(_ name: String, _ sql: String, on connection: OpaquePointer) throws(StoreError) {
    self.connection = connection
    self.name = name
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil) == SQLITE_OK else {
      throw StoreError(on: connection, "prepare: \(name)")
    }
  }

  deinit { finish() }

  func finish() {
    sqlite3_finalize(handle)
    handle = nil
  }

  /// Runs a statement without rows; returns how many rows it changed.
  @discardableResult
  func run(_ values: Value...) throws(StoreError) -> Int {
    defer { sqlite3_reset(handle) }
    try bind(values)
    while try step() {}
    return Int(sqlite3_changes(connection))
  }

  /// The first row, as `read` makes it.
  func first<Result>(
    _ values: Value..., read: (Row) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    defer { sqlite3_reset(handle) }
    try bind(values)
    return try step() ? try read(row) : nil
  }

  /// Calls `body` with each row until it returns false. It must not run this statement again.
  func rows(
    _ values: Value..., body: (Row) throws(StoreError) -> Bool
  ) throws(StoreError) {
    defer { sqlite3_reset(handle) }
    try bind(values)
    while try step() {
      guard try body(row) else { return }
    }
  }

  private var row: Row { Row(handle: handle, name: name) }

  private func step() throws(StoreError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw StoreError(on: connection, name)
    }
  }

  private func bind(_ values: [Value]) throws(StoreError) {
    var index: Int32 = 0
    for value in values {
      index += 1
      let code =
        switch value {
        case .integer(let integer): sqlite3_bind_int64(handle, index, integer)
        case .number(let number): sqlite3_bind_int64(handle, index, Int64(bitPattern: number))
        case .text(let text):
          sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), copied)
        case .blob(let bytes): bind(bytes, at: index)
        case .id(let id):
          withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) {
            sqlite3_bind_blob(handle, index, $0.baseAddress, 16, copied)
          }
        case .null: sqlite3_bind_null(handle, index)
        }
      guard code == SQLITE_OK else { throw StoreError(on: connection, "bind: \(name)") }
    }
  }

  private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
    // An empty array may have no address, and no address binds NULL.
    guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
    return bytes.withUnsafeBytes {
      sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), copied)
    }
  }

  /// The present row; columns count from 0.
  struct Row {
    fileprivate let handle: OpaquePointer?
    fileprivate let name: String

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func number(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

    func blob(_ column: Int32) -> [UInt8] {
      let start = sqlite3_column_blob(handle, column)
      let count = Int(sqlite3_column_bytes(handle, column))
      return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

    func id(_ column: Int32) throws(StoreError) -> MessageID {
      guard let id = MessageID(bytes: blob(column)) else { throw damaged }
      return id
    }

    func identifier<Tag>(_ column: Int32) throws(StoreError) -> Identifier<Tag>? {
      if isNull(column) { return nil }
      guard let identifier = Identifier<Tag>(text(column)) else { throw damaged }
      return identifier
    }

    func leaves(_ column: Int32) throws(StoreError) -> SealedLeaves {
      guard let leaves = SealedLeaves(bytes: blob(column)) else { throw damaged }
      return leaves
    }

    var damaged: StoreError { StoreError(.damaged, name) }
  }
}
