import Foundation

/// What a file would be told before it is dropped: read as the daemon would read it, sent nowhere.
public struct FileCheck: Encodable, Sendable {
  public struct Finding: Encodable, Sendable {
    public let line: Int?
    public let field: String?
    public let problem: String
    public let remedy: String
  }

  public let file: String
  public let kind: String
  public let records: Int
  public let findings: [Finding]

  /// One kind of file: the fields by which it is known, and how a record of it is read.
  public struct Kind {
    public let name: String
    public let required: [String]
    public let read: (IntakeRecord) throws -> Void
    public init(_ name: String, required: [String], read: @escaping (IntakeRecord) throws -> Void) {
      self.name = name
      self.required = required
      self.read = read
    }
  }

  /// Reads the file as the first kind all of whose fields it has, or as the kind named `chosen`.
  /// - Throws: ``IntakeError`` where the file cannot be read or is of no such kind.
  public init(
    _ path: String, as chosen: String?, kinds: [Kind], reader: TableReader
  ) throws {
    let url = URL(fileURLWithPath: path)
    guard let bytes = try? Data(contentsOf: url) else {
      throw IntakeError("cannot be read", remedy: "Check the path and its permissions.")
    }
    let intake = IntakeFile(folder: "", name: url.lastPathComponent, bytes: bytes)
    let table = try intake.records(reader, required: [])
    let present = Set(table.records.first?.values.keys.map { $0 } ?? [])
    let kind =
      chosen.map { chosen in kinds.first { $0.name == chosen } }
      ?? kinds.first { present.isSuperset(of: $0.required) }
    guard let kind else {
      throw IntakeError(
        "is of no kind that this adapter takes",
        remedy: "Say which with --as: \(kinds.map(\.name).joined(separator: ", ")).")
    }
    let missing = kind.required.filter { !present.contains($0) }
    guard missing.isEmpty || table.records.isEmpty else {
      throw IntakeError(
        line: 1, field: missing.joined(separator: ", "), "no such column",
        remedy: "Export it, or say in the configuration under 'columns' what it is called.")
    }
    var report = IntakeReport()
    try report.each(table, kind.read)
    file = url.lastPathComponent
    self.kind = kind.name
    records = report.taken
    findings = report.rejected.map {
      Finding(line: $0.line, field: $0.field, problem: $0.problem, remedy: $0.remedy)
    }
  }

  /// `good`, or each finding in a line of its own.
  public var text: String {
    let head = "\(file): \(kind), \(records) record(s) good, \(findings.count) thing(s) to mend"
    let lines = findings.map { finding in
      IntakeError(
        line: finding.line, field: finding.field, finding.problem, remedy: finding.remedy
      ).description
    }
    return ([head] + lines).joined(separator: "\n")
  }

  /// By the convention of monitoring: 0 good, 1 some records bad, 2 nothing usable.
  public var exitCode: Int32 { findings.isEmpty ? 0 : records > 0 ? 1 : 2 }
}
