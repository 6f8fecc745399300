import Foundation
import Operations

/// Lines whose values stand in fixed columns, as older systems write them.
///
/// A line that is longer than the layout says is a bad record: where a system adds a column,
/// everything behind it would be read from the wrong place. (Shorter ones merely lost the spaces
/// at their end.) A trailer with the number of records shows a file that was cut between two
/// lines; one whose trailer is missing was cut too.
struct FixedWidthLayout: Sendable {
  struct Trailer: Sendable {
    /// Lines that begin so are the trailer.
    let mark: String
    /// Where it says how many records there are.
    let count: ClosedRange<Int>?
  }

  let places: [String: ClosedRange<Int>]
  /// Of a record in characters; spaces at its end may be missing.
  let length: Int
  let skipped: Int
  /// Only lines that begin so are records, where it is given.
  let mark: String?
  let trailer: Trailer?

  init?(_ fields: YAMLFields, _ texts: [String: String]) {
    var places: [String: ClosedRange<Int>] = [:]
    for (field, text) in texts.sorted(by: { $0.key < $1.key }) {
      if let columns = Self.columns(text) {
        places[field] = columns
      } else {
        fields.report("fields", "\(field) must be columns such as 1-10, counted from 1")
      }
    }
    self.places = places
    let needed = places.values.map(\.upperBound).max() ?? 1
    length = fields.value("record-length", .integer(1...10_000), default: needed)
    if length < needed {
      fields.report("record-length", "is \(length), but a field reaches to column \(needed)")
    }
    skipped = fields.value("skip-lines", .integer(0...100), default: 0)
    mark = fields.optional("records-begin-with", .text(largest: 20))
    trailer = fields.optional(
      "trailer",
      .mapping { trailer in
        let mark = trailer.required("begins-with", .text(largest: 20))
        let count = trailer.optional(
          "count", .scalar("columns such as 2-8, counted from 1") { Self.columns($0) })
        return mark.map { Trailer(mark: $0, count: count) }
      })
  }

  static func columns(_ text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first >= 1, last >= first, last <= 10_000
    else { return nil }
    return first...last
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    let text = try TableText.text(of: bytes)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    table.source.header = lines.prefix(skipped).joined(separator: "\n")
    var end: (line: Int, text: Substring)?
    var records = 0
    for (index, line) in lines.enumerated().dropFirst(skipped) {
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      if let trailer, line.hasPrefix(trailer.mark) {
        end = (index + 1, line)
        continue
      }
      if let mark, !line.hasPrefix(mark) { continue }
      records += 1
      // A last line without its end may be half of one.
      if index == lines.count - 1, line.count < length, trailer == nil {
        table.isTruncated = true
        continue
      }
      take(line, number: index + 1, into: &table)
    }
    if let trailer { try check(trailer, end, records: records) }
    return table
  }

  private func take(_ line: Substring, number: Int, into table: inout TableReader.Table) {
    if trailer == nil { table.source.rows[number] = String(line) }
    let letters = Array(line)
    let filled = (letters.lastIndex { !$0.isWhitespace } ?? -1) + 1
    // Of trailing spaces any number may have been cut off or added.
    guard filled <= length, letters.count <= length || filled < letters.count else {
      table.bad.append(
        IntakeError(
          line: number, "has \(letters.count) columns, the mapping \(length)",
          remedy: "Compare the system's present layout with the mapping file."))
      return
    }
    table.records.append(
      IntakeRecord(
        line: number,
        values: places.mapValues { columns in
          guard columns.lowerBound <= letters.count else { return "" }
          return String(letters[(columns.lowerBound - 1)..<min(columns.upperBound, letters.count)])
        }))
  }

  private func check(
    _ trailer: Trailer, _ end: (line: Int, text: Substring)?, records: Int
  ) throws(IntakeError) {
    guard let end else {
      throw IntakeError("has no trailer", remedy: "Transfer the file again, whole.")
    }
    guard let columns = trailer.count else { return }
    let letters = Array(end.text)
    let said = letters.dropFirst(columns.lowerBound - 1).prefix(columns.count)
    guard let count = Int(String(said).trimmed) else {
      throw IntakeError(
        line: end.line, "has no number of records in its trailer",
        remedy: "Compare the trailer with 'trailer.count' of the mapping file.")
    }
    guard count == records else {
      throw IntakeError(
        line: end.line, "says \(count) records, and there are \(records)",
        remedy: "Transfer the file again, whole.")
    }
  }
}
