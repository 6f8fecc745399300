import Foundation
import GRDB

/// A database as text, so that what a released version wrote can be kept beside the tests.
public enum DatabaseText {
  /// Statements that make the database anew, row by row.
  public static func dump(_ path: String) throws -> String {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read { database in
      var lines = try ["page_size", "auto_vacuum", "application_id", "user_version"].map { name in
        "PRAGMA \(name) = \(try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0);"
      }
      lines.append("BEGIN;")
      let objects = try Row.fetchAll(
        database,
        sql: """
          SELECT type, name, sql FROM sqlite_schema
          WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type != 'table', rowid
          """)
      for object in objects where object[0] == "table" { lines.append("\(object[2] as String);") }
      for object in objects where object[0] == "table" {
        let table: String = object[1]
        let columns = try database.columns(in: table).map { "quote(\"\($0.name)\")" }
        let rows = try String.fetchAll(
          database,
          sql: "SELECT \(columns.joined(separator: " || ', ' || ")) FROM \"\(table)\"")
        lines += rows.map { "INSERT INTO \"\(table)\" VALUES (\($0));" }
      }
      for object in objects where object[0] != "table" { lines.append("\(object[2] as String);") }
      return (lines + ["COMMIT;", ""]).joined(separator: "\n")
    }
  }

  /// Makes the database that the text is of.
  public static func load(_ text: String, to path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: text) }
    try queue.close()
  }

  /// What tables, indexes and triggers there are, however their text is laid out.
  public static func schema(_ path: String) throws -> Set<String> {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read { database in
      let found = try String.fetchAll(
        database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
      return Set(found.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") })
    }
  }
}
