import Yams

/// A YAML document of which nothing is ignored: a key that nobody asked for, a value of another
/// type or out of bounds is an error that names file, line and key.
///
/// It is plain data, so a part of a file (an adapter's own section) can be kept and read later, and
/// its errors still name the place in the file. Anchors and aliases are refused: a configuration
/// file says what it says at the place where it says it.
public struct StrictYAML: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    let key: String
    let line: Int
    let value: StrictYAML
  }

  enum Content: Hashable, Sendable {
    case empty
    case scalar(String)
    case list([StrictYAML])
    case mapping([Entry])
  }

  /// The file as it was named when it was read.
  public let file: String
  /// The line at which the value begins, from 1.
  public let line: Int
  /// The place within the file, as `router.submit-port`; empty for the whole document.
  public let path: String
  let content: Content

  /// The largest configuration file that is read, in bytes.
  public static let largestFileBytes = 1 << 20

  /// An empty section, for a key that was left out.
  public static func empty(file: String, path: String) -> StrictYAML {
    StrictYAML(file: file, line: 1, path: path, content: .empty)
  }

  /// Reads one document.
  /// - Parameter file: named in errors; nothing is opened.
  public static func parse(_ text: String, file: String) throws(ConfigurationError) -> StrictYAML {
    guard text.utf8.count <= largestFileBytes else {
      throw ConfigurationError(file: file, "is larger than \(largestFileBytes) bytes")
    }
    if let line = AliasScan(text).lineOfBomb {
      throw ConfigurationError(
        file: file, line: line, "anchors and aliases are not read; write each value out")
    }
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      throw error.located(in: file)
    } catch {
      throw ConfigurationError(file: file, "is not YAML")
    }
    guard let root else { return StrictYAML(file: file, line: 1, path: "", content: .empty) }
    let problems = ProblemList()
    // Nodes know their anchors only while the parser lives.
    let yaml = withExtendedLifetime(parser) {
      StrictYAML(root, file: file, path: "", depth: 0, problems: problems)
    }
    guard problems.problems.isEmpty else { throw ConfigurationError(problems.inFileOrder) }
    return yaml
  }

  /// Reads the document at `path`; see ``TextFile/read(_:largest:)`` for the errors of opening it.
  public static func load(_ path: String) throws(ConfigurationError) -> StrictYAML {
    try parse(TextFile.read(path, largest: largestFileBytes), file: path)
  }

  /// Reads a mapping with a fixed set of keys: those that `body` asks for.
  ///
  /// - Parameter body: asks for every key it knows, whatever the others say, and returns `nil`
  ///   where something that it needs was missing or wrong.
  /// - Throws: all problems found, in the order of the file.
  public func read<Value>(_ body: (YAMLFields) -> Value?) throws(ConfigurationError) -> Value {
    let problems = ProblemList()
    let value = readMapping(problems, body)
    if let value, problems.problems.isEmpty { return value }
    if problems.problems.isEmpty { problems.add("cannot be read", at: self) }
    throw ConfigurationError(problems.inFileOrder)
  }

  /// The value at a key of a mapping, where it is a single word; nothing is reported.
  public func word(_ key: String) -> String? {
    guard case .mapping(let entries) = content,
      case .scalar(let text)? = entries.first(where: { $0.key == key })?.value.content
    else { return nil }
    return text
  }

  func readMapping<Value>(_ problems: ProblemList, _ body: (YAMLFields) -> Value?) -> Value? {
    let entries: [Entry]
    switch content {
    case .mapping(let found): entries = found
    case .empty: entries = []
    case .scalar, .list:
      problems.add("must be a section with keys, not \(kindWord)", at: self)
      return nil
    }
    let fields = YAMLFields(self, entries: entries, problems: problems)
    let value = body(fields)
    fields.finish()
    return value
  }

  func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private init(file: String, line: Int, path: String, content: Content) {
    self.file = file
    self.line = line
    self.path = path
    self.content = content
  }

  private init(_ node: Node, file: String, path: String, depth: Int, problems: ProblemList) {
    self.file = file
    self.path = path
    line = node.mark?.line ?? 1
    guard depth < 32 else {
      content = .empty
      problems.add("is nested more than 32 deep", at: .empty(file: file, path: path), line: line)
      return
    }
    // Not looked into: a handful of aliases to aliases is a document of any size.
    guard node.anchor == nil else {
      content = .empty
      problems.add("anchors and aliases are not read; write the value out", at: self)
      return
    }
    var found: [String] = []
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      content =
        isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        ? .empty : .scalar(scalar.string)
    case .sequence(let sequence):
      content = .list(
        sequence.enumerated().map { index, item in
          StrictYAML(
            item, file: file, path: "\(path)[\(index + 1)]", depth: depth + 1, problems: problems)
        })
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (keyNode, valueNode) in mapping {
        guard case .scalar(let key) = keyNode else {
          found.append("a key must be a word")
          continue
        }
        let place = path.isEmpty ? key.string : "\(path).\(key.string)"
        entries.append(
          Entry(
            key: key.string, line: keyNode.mark?.line ?? 1,
            value: StrictYAML(
              valueNode, file: file, path: place, depth: depth + 1, problems: problems)))
      }
      content = .mapping(entries)
    case .alias:
      content = .empty
      found.append("anchors and aliases are not read; write the value out")
    }
    for text in found { problems.add(text, at: self) }
  }

  /// What the value is, in a word, for an error that expected something else.
  var kindWord: String {
    switch content {
    case .empty: "nothing"
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "a section with keys of its own"
    }
  }
}

extension YamlError {
  fileprivate func located(in file: String) -> ConfigurationError {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationError(
        file: file, line: mark.line, "is not YAML here: \(problem); look at indentation and quotes")
    case .duplicatedKeysInMapping(let duplicates, let context):
      ConfigurationError(
        file: file, line: context.mark.line,
        "the same key stands twice: \(duplicates.sorted().joined(separator: ", "))")
    case .reader(let problem, _, _, _):
      ConfigurationError(file: file, "cannot be read as text: \(problem)")
    default:
      ConfigurationError(file: file, "is not YAML")
    }
  }
}
