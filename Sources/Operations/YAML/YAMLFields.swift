/// The keys of one mapping, being read. What was asked for is what may stand there.
public final class YAMLFields {
  /// The mapping itself, for its place in the file.
  public let yaml: StrictYAML
  let problems: ProblemList
  private var entries: [String: StrictYAML.Entry]
  private let order: [StrictYAML.Entry]
  private var asked: [String] = []

  init(_ yaml: StrictYAML, entries: [StrictYAML.Entry], problems: ProblemList) {
    self.yaml = yaml
    self.problems = problems
    order = entries
    self.entries = [:]
    for entry in entries { self.entries[entry.key] = entry }
  }

  /// A value that must be there; `nil` where it is missing or wrong, which is reported.
  public func required<Value>(_ key: String, _ kind: YAMLValue<Value>) -> Value? {
    asked.append(key)
    guard let entry = entries[key] else {
      problems.add("is missing: give \(kind.expectation)", at: yaml, key: key)
      return nil
    }
    if case .empty = entry.value.content, !kind.takesEmpty {
      problems.add(
        "is empty: give \(kind.expectation)", at: entry.value, line: entry.line)
      return nil
    }
    return kind.take(entry.value, problems)
  }

  /// A value that may be left out or left empty; a wrong one is reported.
  public func optional<Value>(_ key: String, _ kind: YAMLValue<Value>) -> Value? {
    asked.append(key)
    guard let entry = entries[key] else { return nil }
    if case .empty = entry.value.content, !kind.takesEmpty { return nil }
    return kind.take(entry.value, problems)
  }

  /// A value with a default for when it is left out; a wrong one is reported.
  public func value<Value>(
    _ key: String, _ kind: YAMLValue<Value>, default fallback: Value
  ) -> Value {
    optional(key, kind) ?? fallback
  }

  /// Whether the file gives the key any value.
  public func has(_ key: String) -> Bool {
    guard let entry = entries[key] else { return false }
    return entry.value.content != .empty
  }

  /// Reports what only several values together show to be wrong.
  public func report(_ key: String, _ text: String) {
    problems.add(text, at: yaml, line: entries[key]?.line, key: key)
  }

  /// Reports every key that nobody asked for, with the nearest that exists.
  func finish() {
    for entry in order where !asked.contains(entry.key) {
      let remedy =
        NearestWord.to(entry.key, among: asked).map { "did you mean '\($0)'?" }
        ?? "known here: \(asked.sorted().joined(separator: ", "))"
      problems.add("is not a key; \(remedy)", at: yaml, line: entry.line, key: entry.key)
    }
  }
}
