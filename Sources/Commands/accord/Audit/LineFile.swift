import Foundation
import HubProtocol

/// A text file read line by line, however large: in memory stands one piece of it.
struct LineFile {
  private static let piece = 1 << 20
  let path: String

  /// Calls `body` with every line, without its line break.
  /// - Throws: ``Unreadable`` where the file cannot be read; ``AuditFlaw`` of a line that is too
  ///   long or not text; whatever `body` throws.
  func lines(_ body: (Substring) throws -> Void) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { throw Unreadable(path: path) }
    defer { try? file.close() }
    var rest = Data()
    var line = 0
    func take(_ bytes: Data) throws {
      line += 1
      guard bytes.count <= AuditExportLine.longest else {
        throw AuditFlaw(.malformed, "the line is too long to be one of an export", line: line)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw AuditFlaw(.malformed, "the line is not text: it was changed", line: line)
      }
      try body(text[...])
    }
    while true {
      let read: Data?
      do { read = try file.read(upToCount: Self.piece) } catch { throw Unreadable(path: path) }
      guard let piece = read, !piece.isEmpty else { break }
      rest.append(piece)
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: 0x0a) {
        try take(rest[start..<end])
        start = end + 1
      }
      rest = Data(rest[start...])
      guard rest.count <= AuditExportLine.longest else {
        throw AuditFlaw(.malformed, "the line is too long to be one of an export", line: line + 1)
      }
    }
    // Every line ends with a line break: what does not was cut.
    if !rest.isEmpty { throw AuditFlaw(.cut, "the last line was cut", line: line + 1) }
  }

  /// The whole of a small file.
  func text() throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Unreadable(path: path)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw AuditFlaw(.malformed, "\(path) is not text")
    }
    return text
  }

  struct Unreadable: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) cannot be read: check its name and its mode" }
  }
}
