import Foundation

/// A list for the terminal: columns under headings, or JSON.
public enum Listing {
  /// Columns as wide as their widest cell; what could upset a terminal is left out.
  public static func table(_ header: [String], _ rows: [[String]]) -> String {
    let cells = [header] + rows.map { $0.map(printable) }
    var widths = [Int](repeating: 0, count: header.count)
    for row in cells {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    return cells.map { row in
      let padded = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  private static func printable(_ cell: String) -> String {
    String(
      cell.unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control ? " " : Character(scalar)
      })
  }

  public static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
