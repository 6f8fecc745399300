public import Foundation

/// A file that was taken from one of the adapter's folders.
public struct IntakeFile: Sendable {
  /// The folder below `in`: `referrals`, `roster`, `commands` …
  public let folder: String
  public let name: String
  public let bytes: Data

  public init(folder: String, name: String, bytes: Data) {
    self.folder = folder
    self.name = name
    self.bytes = bytes
  }

  public var isJSON: Bool { name.lowercased().hasSuffix(".json") }

  /// The file's records, whichever of the two formats it is in.
  public func records(
    _ reader: TableReader, required: [String]
  ) throws(IntakeError) -> TableReader.Table {
    guard isJSON else { return try reader.read(bytes, required: required) }
    let forms = try FormReader.read(bytes)
    return TableReader.Table(header: [], records: forms, isTruncated: false, bad: [])
  }
}

/// What became of a file's records.
public struct IntakeReport: Sendable {
  public var taken = 0
  public var rejected: [IntakeError] = []
  /// Said in the note beside the file, though nothing was wrong.
  public var remarks: [String] = []
  public init(taken: Int = 0, rejected: [IntakeError] = []) {
    self.taken = taken
    self.rejected = rejected
  }

  /// Takes each record on its own: a bad one is noted, and the rest goes on.
  public mutating func each(
    _ table: TableReader.Table, _ take: (IntakeRecord) throws -> Void
  ) throws {
    rejected += table.bad
    for record in table.records {
      do {
        try take(record)
        taken += 1
      } catch let error as IntakeError {
        rejected.append(
          IntakeError(
            line: error.line ?? record.line, field: error.field, error.problem,
            remedy: error.remedy))
      }
    }
    if table.isTruncated {
      rejected.append(
        IntakeError("ends within a record", remedy: "Transfer the file again, whole."))
    }
  }
}
