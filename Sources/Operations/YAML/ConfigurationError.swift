/// What is wrong with a configuration file: every problem of one reading, each with its place.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1; `nil` where the file as a whole is meant.
    public let line: Int?
    /// The place within the file, as `router.submit-port` or `agencies[2].role`; may be empty.
    public let key: String
    /// What is wrong and what to write instead. Never a secret.
    public let text: String

    public init(file: String, line: Int? = nil, key: String = "", text: String) {
      self.file = file
      self.line = line
      self.key = key
      self.text = text
    }

    public var description: String {
      let place = line.map { "\(file):\($0)" } ?? file
      return key.isEmpty ? "\(place): \(text)" : "\(place): \(key): \(text)"
    }
  }

  public let problems: [Problem]

  public init(_ problems: [Problem]) { self.problems = problems }

  public init(file: String, line: Int? = nil, key: String = "", _ text: String) {
    self.init([Problem(file: file, line: line, key: key, text: text)])
  }

  public var description: String {
    let lines = problems.map(\.description)
    if lines.count == 1 { return lines[0] }
    return "\(lines.count) problems:\n" + lines.map { "  \($0)" }.joined(separator: "\n")
  }
}

/// Collects the problems of one reading, so that all of them are told at once.
final class ProblemList {
  private(set) var problems: [ConfigurationError.Problem] = []

  func add(_ text: String, at yaml: StrictYAML, line: Int? = nil, key: String? = nil) {
    let path = key.map { yaml.path(to: $0) } ?? yaml.path
    problems.append(
      .init(file: yaml.file, line: line ?? yaml.line, key: path, text: text))
  }

  /// In the order of the file, which is the order in which a person repairs it.
  var inFileOrder: [ConfigurationError.Problem] {
    problems.enumerated().sorted {
      ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
    }.map(\.element)
  }
}
