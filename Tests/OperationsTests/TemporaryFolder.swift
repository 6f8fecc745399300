import Foundation
import Operations
import Testing

/// A folder of the test's own, gone when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    // Short, because a socket's path must be.
    path = "/tmp/accord-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

/// What a bad file must be answered with: the exact place, and a word of the remedy.
struct BadFile: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let line: Int
  let key: String
  let says: String

  var testDescription: String { name }

  init(_ name: String, _ text: String, line: Int, key: String, says: String) {
    self.name = name
    self.text = text
    self.line = line
    self.key = key
    self.says = says
  }

  /// The good text with one change; it must be there, or the case would test nothing.
  static func changing(
    _ old: String, to new: String, in good: String
  ) -> String {
    guard good.contains(old) else { return "the good file does not contain: \(old)" }
    return good.replacingOccurrences(of: old, with: new)
  }

  func check<Value>(_ read: (StrictYAML) throws -> Value) {
    let error = #expect(throws: ConfigurationError.self) {
      try read(StrictYAML.parse(text, file: "test.yaml"))
    }
    guard let error else { return }
    let found = error.problems.contains { problem in
      problem.file == "test.yaml" && problem.line == line && problem.key == key
        && problem.text.contains(says)
    }
    #expect(found, "\(error)")
  }
}
