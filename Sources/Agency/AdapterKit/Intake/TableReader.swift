public import Foundation
import SwiftCSV

/// Reads the tables that records systems export: any usual delimiter and line ending, with or
/// without a byte order mark, UTF-8 or Latin-1, quoted commas and line breaks, columns in any
/// order and under other names, a title above the header.
public struct TableReader: Sendable {
  /// In bytes.
  public static let largestFile = 64 << 20
  /// Lines above the header that are looked through for it.
  private static let linesAboveHeader = 10

  /// The file's own header by field name, where it differs: from the adapter's configuration.
  public let columns: [String: String]
  /// Headers that are known to mean a field.
  public let aliases: [String: String]

  public init(columns: [String: String] = [:], aliases: [String: String] = [:]) {
    self.columns = columns
    self.aliases = aliases
  }

  public struct Table: Sendable {
    public var header: [String]
    public var records: [IntakeRecord]
    /// The file ends within a record: a transfer was cut.
    public var isTruncated: Bool
    /// Records that do not fit the header, by line.
    public var bad: [IntakeError]
    /// Said in the note beside the file, though nothing was wrong.
    var remarks: [String] = []
    /// The header and each record by its line, as they stand in the file.
    var source: (header: String, rows: [Int: String]) = ("", [:])

    /// Whether the file has the field, in whatever column.
    public func has(_ field: String) -> Bool { names.contains(field) }
    var names: Set<String> = []
  }

  /// - Parameter required: fields without which the table cannot be used.
  /// - Throws: where the file as a whole cannot be read.
  public func read(_ bytes: Data, required: [String]) throws(IntakeError) -> Table {
    let text = try TableText.text(of: bytes)
    let (delimiter, rows, start, names) = try split(text, required: required)
    var table = Table(
      header: Self.values(of: rows[start], delimiter) ?? [], records: [], isTruncated: false,
      bad: [], source: (rows[start].text, [:]), names: Set(names))
    for row in rows[(start + 1)...] {
      guard !row.text.trimmed.isEmpty else { continue }
      take(row, names, delimiter, into: &table)
    }
    return table
  }

  /// Values may hold more commas than there are semicolons between them: the delimiter is the one
  /// by which the wanted columns are there, if any is.
  private func split(
    _ text: String, required: [String]
  ) throws(IntakeError) -> (delimiter: UInt8, rows: [TableText.Row], start: Int, names: [String]) {
    var first: IntakeError?
    for delimiter in TableText.delimiters(of: text) {
      let rows = TableText.rows(of: text, delimiter: delimiter)
      do throws(IntakeError) {
        let (start, names) = try header(of: rows, delimiter, required: required)
        return (delimiter, rows, start, names)
      } catch {
        first = first ?? error
      }
    }
    throw first ?? IntakeError("is no table", remedy: "Export it as one.")
  }

  private func take(
    _ row: TableText.Row, _ names: [String], _ delimiter: UInt8, into table: inout Table
  ) {
    let found = Self.values(of: row, delimiter)
    if !row.isEnded && (row.isOpen || (found?.count ?? 0) < names.count) {
      table.isTruncated = true
      return
    }
    table.source.rows[row.line] = row.text
    guard let found else {
      table.bad.append(
        IntakeError(
          line: row.line, "has a quotation mark that does not enclose a whole value",
          remedy: "Put the value in quotation marks and double those within it."))
      return
    }
    if found.allSatisfy({ $0.trimmed.isEmpty }) { return }
    let filled = (found.lastIndex { !$0.trimmed.isEmpty } ?? -1) + 1
    guard filled <= names.count else {
      table.bad.append(
        IntakeError(
          line: row.line, "has \(filled) columns, the header \(names.count)",
          remedy: "Quote values that contain commas."))
      return
    }
    var values: [String: String] = [:]
    for (index, name) in names.enumerated() where !name.isEmpty {
      values[name] = index < found.count ? found[index] : ""
    }
    table.records.append(IntakeRecord(line: row.line, values: values))
  }

  /// A record's values; `nil` where its quotation marks make no sense.
  private static func values(of row: TableText.Row, _ delimiter: UInt8) -> [String]? {
    let delimiter: CSVDelimiter = .character(Character(Unicode.Scalar(delimiter)))
    // The line end makes an empty last value count.
    return
      (try? EnumeratedCSV(string: row.text + "\n", delimiter: delimiter, loadColumns: false))?
      .header
  }

  /// Finds the header: the first of the upper lines that has all required fields.
  private func header(
    of rows: [TableText.Row], _ delimiter: UInt8, required: [String]
  ) throws(IntakeError) -> (index: Int, names: [String]) {
    var nearest: (missing: [String], line: Int)?
    for (index, row) in rows.prefix(Self.linesAboveHeader).enumerated() {
      guard let titles = Self.values(of: row, delimiter), !row.text.trimmed.isEmpty else {
        continue
      }
      let names = fields(of: titles)
      let missing = required.filter { !names.contains($0) }
      if missing.isEmpty {
        try refuseTwice(names, line: row.line)
        return (index, names)
      }
      if missing.count < nearest?.missing.count ?? .max { nearest = (missing, row.line) }
    }
    guard let nearest else {
      throw IntakeError(
        line: 1, "has no header", remedy: "Export it as a table whose first line names columns.")
    }
    throw IntakeError(
      line: nearest.line, field: nearest.missing.joined(separator: ", "), "no such column",
      remedy: "Export it, or say in the configuration under 'columns' what it is called.")
  }

  /// Field names in the order of the columns; a column that nobody knows keeps its own name.
  private func fields(of header: [String]) -> [String] {
    let configured = Dictionary(
      columns.map { (Self.normalised($0.value), $0.key) }, uniquingKeysWith: { first, _ in first })
    let titles = header.map(Self.normalised)
    var names = titles.map { configured[$0] ?? $0 }
    // An alias gives way to a column that has the field's own name, or to an earlier alias.
    for (index, title) in titles.enumerated() where configured[title] == nil {
      if let field = aliases[title], !names.contains(field) { names[index] = field }
    }
    return names
  }

  private func refuseTwice(_ names: [String], line: Int) throws(IntakeError) {
    let groups = Dictionary(grouping: names.filter { !$0.isEmpty }, by: { $0 })
    guard let twice = groups.filter({ $1.count > 1 }).keys.min() else { return }
    throw IntakeError(
      line: line, field: twice, "stands twice",
      remedy: "Remove one of them, or say under 'columns' which it is.")
  }

  /// Lower case, every run of other signs one underscore.
  public static func normalised(_ title: String) -> String {
    var name = ""
    for scalar in title.lowercased().unicodeScalars {
      if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
        name.unicodeScalars.append(scalar)
      } else if !name.hasSuffix("_") && !name.isEmpty {
        name.append("_")
      }
    }
    return name.hasSuffix("_") ? String(name.dropLast()) : name
  }
}
