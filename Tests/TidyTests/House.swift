import Foundation

/// The project's own source files, as text.
struct SourceFile: Sendable {
  /// From the package's root: `Sources/Core/HubModel/Time.swift`.
  let path: String
  let lines: [Substring]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  var isGenerated: Bool { path.contains("/Generated/") }

  /// Modules named by import lines, with the line's number.
  var imports: [(module: String, line: Int)] {
    lines.enumerated().compactMap { index, line in
      var words = line.split(separator: " ")[...]
      let before = ["public", "internal", "private", "@testable", "@preconcurrency"]
      while let word = words.first, before.contains(String(word)) { words = words.dropFirst() }
      guard words.first == "import", let module = words.dropFirst().last else { return nil }
      return (String(module), index + 1)
    }
  }
}

/// The checkout that these tests stand in.
enum House {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func swiftFiles(under folder: String) -> [SourceFile] {
    let base = root.appendingPathComponent(folder)
    let names =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
      guard let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
      else { return nil }
      return SourceFile(path: folder + "/" + name, text: text)
    }
  }
}

/// Something that a rule found: a file, a line and what is wrong there.
struct Finding: Hashable, CustomStringConvertible {
  let path: String
  let line: Int
  let message: String
  var description: String { "\(path):\(line): \(message)" }
}
