import CPQ
import Foundation
import GRDB

/// One row as text, by column; `nil` for NULL.
typealias SQLRow = [String: String?]

/// A view in somebody else's database, which is only ever read.
protocol SQLSource: PolledSource {
  var view: SQLView { get }
  /// Rows whose watermark is at least `mark` (all of them for `nil`), the oldest first, read in one
  /// read-only transaction.
  func rows(from mark: String?, limit: Int) throws(PolledFailure) -> [SQLRow]
}

extension SQLSource {
  func read(from mark: String?, limit: Int) throws(PolledFailure) -> [PolledRow] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try rows(from: mark, limit: limit).map { row throws(PolledFailure) in
      guard let json = try? encoder.encode(row.compactMapValues { $0 }) else {
        throw PolledFailure("a row is not text")
      }
      return PolledRow(json: json, mark: row[view.watermark] ?? nil)
    }
  }
}

/// The view and its watermark column, quoted as SQL asks.
struct SQLView: Hashable, Sendable {
  var name: String
  var watermark: String

  private var place: String {
    name.split(separator: ".").map { Self.quoted(String($0)) }.joined(separator: ".")
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  func query(from mark: String?, limit: Int, argument: String) -> String {
    let column = Self.quoted(watermark)
    let condition = mark == nil ? "" : " WHERE \(column) >= \(argument)"
    return "SELECT * FROM \(place)\(condition) ORDER BY \(column) LIMIT \(limit)"
  }
}

struct SQLiteSource: SQLSource {
  let path: String
  let view: SQLView

  func rows(from mark: String?, limit: Int) throws(PolledFailure) -> [SQLRow] {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      return try queue.read { database in
        let query = view.query(from: mark, limit: limit, argument: "?")
        let arguments = StatementArguments(mark.map { [Self.value(of: $0)] } ?? [])
        return try Row.fetchAll(database, sql: query, arguments: arguments).map { row in
          Dictionary(
            row.map { ($0.0, Self.text(of: $0.1)) }, uniquingKeysWith: { first, _ in first })
        }
      }
    } catch let error as DatabaseError {
      throw PolledFailure("the database answered with SQLite's code \(error.extendedResultCode)")
    } catch {
      throw PolledFailure("the database could not be read")
    }
  }

  /// SQLite orders numbers before any text, so a number must be compared as one.
  private static func value(of mark: String) -> DatabaseValue {
    if let whole = Int64(mark) { return whole.databaseValue }
    if let number = Double(mark) { return number.databaseValue }
    return mark.databaseValue
  }

  private static func text(of value: DatabaseValue) -> String? {
    switch value.storage {
    case .null: nil
    case .int64(let number): String(number)
    case .double(let number): String(number)
    case .string(let text): text
    case .blob(let bytes): bytes.base64EncodedString()
    }
  }
}

/// PostgreSQL, by the distribution's libpq.
struct PostgresSource: SQLSource {
  /// Keywords of libpq, without the password: that is in `passwordFile`, in the form of `.pgpass`.
  let connection: [String: String]
  let view: SQLView

  private static let seconds = (connect: 10, statement: 30)

  func rows(from mark: String?, limit: Int) throws(PolledFailure) -> [SQLRow] {
    let session = try open()
    defer { PQfinish(session) }
    try run(session, "BEGIN TRANSACTION READ ONLY")
    defer { PQclear(PQexec(session, "ROLLBACK")) }
    let query = view.query(from: mark, limit: limit, argument: "$1")
    let result: OpaquePointer? =
      if let mark {
        mark.withCString { text in
          PQexecParams(session, query, 1, nil, [text], nil, nil, 0)
        }
      } else {
        PQexec(session, query)
      }
    defer { PQclear(result) }
    try check(result, PGRES_TUPLES_OK)
    let names = (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
    return (0..<PQntuples(result)).map { row in
      var values: SQLRow = [:]
      for (index, name) in names.enumerated() {
        let column = Int32(index)
        let isNull = PQgetisnull(result, row, column) == 1
        values[name] = .some(isNull ? nil : String(cString: PQgetvalue(result, row, column)))
      }
      return values
    }
  }

  private func open() throws(PolledFailure) -> OpaquePointer {
    var settings = connection
    settings["connect_timeout"] = "\(Self.seconds.connect)"
    settings["application_name"] = "accord"
    settings["client_encoding"] = "UTF8"
    settings["options"] =
      "-c default_transaction_read_only=on -c statement_timeout=\(Self.seconds.statement)s"
    // In libpq's own form, where a quote or backslash within a value is escaped.
    let text = settings.sorted { $0.key < $1.key }.map { key, value -> String in
      let safe = value.replacingOccurrences(of: "\\", with: "\\\\")
        .replacingOccurrences(of: "'", with: "\\'")
      return "\(key)='\(safe)'"
    }.joined(separator: " ")
    guard let session = PQconnectdb(text) else { throw PolledFailure("libpq has no memory") }
    guard PQstatus(session) == CONNECTION_OK else {
      PQfinish(session)
      throw PolledFailure("the database server was not reached, or refused the sign-in")
    }
    return session
  }

  private func run(_ session: OpaquePointer, _ statement: String) throws(PolledFailure) {
    let result = PQexec(session, statement)
    defer { PQclear(result) }
    try check(result, PGRES_COMMAND_OK)
  }

  private func check(_ result: OpaquePointer?, _ wanted: ExecStatusType) throws(PolledFailure) {
    guard PQresultStatus(result) != wanted else { return }
    // The server's words may quote a value; its code does not.
    let code = PQresultErrorField(result, 67).map { String(cString: $0) } ?? "none"
    throw PolledFailure("the database server refused the query with SQLSTATE \(code)")
  }
}
