public import Foundation

/// A file that was taken from one of the adapter's folders.
public struct IntakeFile: Sendable {
  /// The folder below `in`: `referrals`, `roster`, `commands` …
  public let folder: String
  public let name: String
  public let bytes: Data
  /// How its connector reads it; `nil` for a table or form of the adapter's own.
  let mapping: RecordMapping?

  public init(folder: String, name: String, bytes: Data) {
    self.init(folder: folder, name: name, bytes: bytes, mapping: nil)
  }

  init(folder: String, name: String, bytes: Data, mapping: RecordMapping?) {
    self.folder = folder
    self.name = name
    self.bytes = bytes
    self.mapping = mapping
  }

  /// Whether it is a form of the adapter's own.
  public var isJSON: Bool { mapping == nil && name.lowercased().hasSuffix(".json") }

  /// The file's records, whichever format it is in.
  public func records(
    _ reader: TableReader, required: [String]
  ) throws(IntakeError) -> TableReader.Table {
    if let mapping { return try mapping.table(of: bytes, required: required) }
    guard isJSON else { return try reader.read(bytes, required: required) }
    let forms = try FormReader.read(bytes)
    let names = Set(forms.flatMap(\.values.keys))
    return TableReader.Table(
      header: [], records: forms, isTruncated: false, bad: [], names: names)
  }
}

/// What became of a file's records.
public struct IntakeReport: Sendable {
  public var taken = 0
  public var rejected: [IntakeError] = []
  /// Said in the note beside the file, though nothing was wrong.
  public var remarks: [String] = []
  /// The records of a table that were rejected, as a table of their own: what is to be mended.
  var badRows: (header: String, rows: [String]) = ("", [])

  public init(taken: Int = 0, rejected: [IntakeError] = []) {
    self.taken = taken
    self.rejected = rejected
  }

  /// Takes each record on its own: a bad one is noted, and the rest goes on.
  public mutating func each(
    _ table: TableReader.Table, _ take: (IntakeRecord) throws -> Void
  ) throws {
    rejected += table.bad
    remarks += table.remarks
    badRows.header = table.source.header
    badRows.rows += table.bad.compactMap { $0.line.flatMap { table.source.rows[$0] } }
    for record in table.records {
      do {
        try take(record)
        taken += 1
      } catch let error as IntakeError {
        reject(record, error, of: table)
      }
    }
    if table.isTruncated {
      rejected.append(
        IntakeError("ends within a record", remedy: "Transfer the file again, whole."))
    }
  }

  /// Notes what is wrong with a record, and keeps the record to be mended.
  public mutating func reject(
    _ record: IntakeRecord, _ error: IntakeError, of table: TableReader.Table
  ) {
    var placed = error
    placed.line = error.line ?? record.line
    placed.form = error.form ?? record.form
    rejected.append(placed)
    guard let line = record.line, let row = table.source.rows[line] else { return }
    badRows.rows.append(row)
  }
}
