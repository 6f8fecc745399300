import Foundation

/// A file that the adapter keeps for its agency, made whole from the store each time.
public struct OutputFile: Sendable {
  /// Below `out`; stable, so that the newest replaces the one before.
  public let name: String
  public let text: String

  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// A table with every value quoted where it must be.
  public init(_ name: String, header: [String], rows: [[String]]) {
    func line(_ values: [String]) -> String {
      values.map { value in
        value.contains(where: { ",\"\n\r".contains($0) })
          ? "\"" + value.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : value
      }.joined(separator: ",")
    }
    self.init(name, ([header] + rows).map(line).joined(separator: "\r\n") + "\r\n")
  }

  public init(_ name: String, json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    self.init(name, String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
  }
}

/// Writes output files so that a reader never sees half of one.
struct OutputFolder {
  let root: URL

  init(_ path: String) { root = URL(fileURLWithPath: path) }

  /// Writes a notice as a PDF, under its own name.
  func writePDF(of notice: OutputFile) throws {
    guard let bytes = NoticePDF.render(notice.text) else { return }
    try write(bytes, to: notice.name.replacingOccurrences(of: ".txt", with: ".pdf"))
  }

  /// - Returns: whether anything changed.
  @discardableResult
  func write(_ file: OutputFile) throws -> Bool {
    try write(Data(file.text.utf8), to: file.name)
  }

  @discardableResult
  private func write(_ bytes: Data, to name: String) throws -> Bool {
    let place = root.appendingPathComponent(name)
    if let present = try? Data(contentsOf: place), present == bytes { return false }
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: place, options: .atomic)
    return true
  }
}
