public import Foundation
import SwiftCSV

/// Reads the tables that records systems export: comma-separated, any line ending, with or
/// without a byte order mark, UTF-8 or Latin-1, quoted commas and line breaks, columns in any
/// order and under other names.
public struct TableReader: Sendable {
  public static let largestFile = 64 << 20

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
  }

  /// - Parameter required: fields without which the table cannot be used.
  /// - Throws: where the file as a whole cannot be read.
  public func read(_ bytes: Data, required: [String]) throws(IntakeError) -> Table {
    let text = try Self.text(of: bytes)
    guard let csv = try? EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false) else {
      throw IntakeError(
        line: 1, "is not a table", remedy: "Export it as comma-separated values with a header.")
    }
    let names = try fields(of: csv.header, required: required)
    var table = Table(header: csv.header, records: [], isTruncated: false, bad: [])
    var line = 1 + 1 + csv.header.reduce(0) { $0 + Self.breaks(in: $1) }
    let endsInRecord = !text.hasSuffix("\n")
    for (index, row) in csv.rows.enumerated() {
      defer { line += 1 + row.reduce(0) { $0 + Self.breaks(in: $1) } }
      if row.allSatisfy({ $0.trimmed.isEmpty }) { continue }
      let filled = (row.lastIndex { !$0.isEmpty } ?? -1) + 1
      let isLast = index == csv.rows.count - 1
      if isLast && endsInRecord && Self.lastCommas(of: text) < names.count - 1 {
        table.isTruncated = true
        continue
      }
      guard filled <= names.count else {
        table.bad.append(
          IntakeError(
            line: line, "has \(filled) columns, the header \(names.count)",
            remedy: "Quote values that contain commas."))
        continue
      }
      var values: [String: String] = [:]
      for (name, value) in zip(names, row) where !name.isEmpty { values[name] = value }
      table.records.append(IntakeRecord(line: line, values: values))
    }
    return table
  }

  /// Field names in the order of the columns; a column that nobody knows keeps its own name.
  private func fields(of header: [String], required: [String]) throws(IntakeError) -> [String] {
    let configured = Dictionary(
      columns.map { (Self.normalised($0.value), $0.key) }, uniquingKeysWith: { first, _ in first })
    let names = header.map { title in
      let plain = Self.normalised(title)
      return configured[plain] ?? aliases[plain] ?? plain
    }
    let missing = required.filter { !names.contains($0) }
    guard missing.isEmpty else {
      throw IntakeError(
        line: 1, field: missing.joined(separator: ", "), "no such column",
        remedy: "Export it, or say in the configuration under 'columns' what it is called.")
    }
    if let twice = Dictionary(grouping: names.filter { !$0.isEmpty }, by: { $0 })
      .first(where: { $1.count > 1 })?.key
    {
      throw IntakeError(line: 1, field: twice, "stands twice", remedy: "Remove one of them.")
    }
    return names
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

  /// UTF-8 where it is valid, else Latin-1; line ends become `\n`.
  static func text(of bytes: Data) throws(IntakeError) -> String {
    guard bytes.count <= largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    guard !bytes.contains(0) else {
      throw IntakeError("is not text", remedy: "Export it as text in UTF-8 or Latin-1.")
    }
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let body = bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...]
    let text =
      String(validating: body, as: UTF8.self) ?? String(data: body, encoding: .isoLatin1) ?? ""
    return text.replacingOccurrences(of: "\r\n", with: "\n")
      .replacingOccurrences(of: "\r", with: "\n")
  }

  private static func breaks(in value: String) -> Int { value.count { $0 == "\n" } }

  private static func lastCommas(of text: String) -> Int {
    (text.split(separator: "\n").last ?? "").count { $0 == "," }
  }
}
