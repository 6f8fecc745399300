import Foundation
public import HubModel

/// A kind of value that a configuration file may hold: how it is read, and how an error names it.
public struct YAMLValue<Value> {
  /// What to write there, as in "a whole number from 1 to 65535".
  let expectation: String
  /// Whether an empty value is one (a section all of whose keys are commented out).
  let takesEmpty: Bool
  let take: (StrictYAML, ProblemList) -> Value?

  init(
    expectation: String, takesEmpty: Bool = false,
    take: @escaping (StrictYAML, ProblemList) -> Value?
  ) {
    self.expectation = expectation
    self.takesEmpty = takesEmpty
    self.take = take
  }

  /// A single value.
  /// - Parameters:
  ///   - expectation: what to write there; completes "must be …".
  ///   - isSecret: keeps the value out of the error.
  ///   - parse: `nil` for what is not such a value.
  public static func scalar(
    _ expectation: String, isSecret: Bool = false, parse: @escaping (String) -> Value?
  ) -> YAMLValue {
    YAMLValue(expectation: expectation) { yaml, problems in
      guard case .scalar(let text) = yaml.content else {
        problems.add("must be \(expectation), not \(yaml.kindWord)", at: yaml)
        return nil
      }
      if let value = parse(text) { return value }
      let shown = isSecret ? "" : ", not '\(LogText.escaped(String(text.prefix(60))))'"
      problems.add("must be \(expectation)\(shown)", at: yaml)
      return nil
    }
  }

  /// A section with a fixed set of keys; see ``StrictYAML/read(_:)``.
  public static func mapping(_ body: @escaping (YAMLFields) -> Value?) -> YAMLValue {
    YAMLValue(expectation: "a section with keys", takesEmpty: true) { yaml, problems in
      yaml.readMapping(problems, body)
    }
  }

  /// Either of the words of an enumeration.
  public static func choice() -> YAMLValue
  where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue)
    return YAMLValue(expectation: "one of \(words.joined(separator: ", "))") { yaml, problems in
      guard case .scalar(let text) = yaml.content, let value = Value(rawValue: text) else {
        problems.add("must be " + choices(words, for: yaml), at: yaml)
        return nil
      }
      return value
    }
  }

  /// A list, each of whose items is of one kind.
  public static func list<Item>(
    of item: YAMLValue<Item>, count: ClosedRange<Int> = 0...1_000
  ) -> YAMLValue where Value == [Item] {
    YAMLValue(expectation: "a list", takesEmpty: count.contains(0)) { yaml, problems in
      let items: [StrictYAML]
      switch yaml.content {
      case .list(let found): items = found
      case .empty: items = []
      case .scalar, .mapping:
        problems.add("must be a list, not \(yaml.kindWord)", at: yaml)
        return nil
      }
      guard count.contains(items.count) else {
        problems.add(
          "must have \(count.lowerBound) to \(count.upperBound) items, not \(items.count)",
          at: yaml)
        return nil
      }
      let values = items.map { item.take($0, problems) }
      return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }
  }

  /// A section whose keys are themselves of an enumeration, as topics or roles, in file order.
  public static func keyed<Key, Item>(
    by key: Key.Type, of item: YAMLValue<Item>
  ) -> YAMLValue
  where
    Value == [(key: Key, value: Item, place: StrictYAML)], Key: RawRepresentable & CaseIterable,
    Key.RawValue == String
  {
    keyed(by: { Key(rawValue: $0) }, known: Key.allCases.map(\.rawValue), of: item)
  }

  /// A section whose keys the site chooses, such as its own code lists.
  public static func keyed<Item>(
    byTextOf item: YAMLValue<Item>
  ) -> YAMLValue where Value == [(key: String, value: Item, place: StrictYAML)] {
    keyed(by: { $0.isEmpty ? nil : $0 }, known: [], of: item)
  }

  private static func keyed<Key, Item>(
    by parse: @escaping (String) -> Key?, known: [String], of item: YAMLValue<Item>
  ) -> YAMLValue where Value == [(key: Key, value: Item, place: StrictYAML)] {
    YAMLValue(expectation: "a section with keys", takesEmpty: true) { yaml, problems in
      guard case .mapping(let entries) = yaml.content else {
        if case .empty = yaml.content { return [] }
        problems.add("must be a section with keys, not \(yaml.kindWord)", at: yaml)
        return nil
      }
      var read: Value = []
      for entry in entries {
        guard let key = parse(entry.key) else {
          let remedy = NearestWord.to(entry.key, among: known).map { "did you mean '\($0)'?" }
          problems.add(
            "is not known; \(remedy ?? "known here: \(known.joined(separator: ", "))")",
            at: entry.value, line: entry.line)
          continue
        }
        guard let value = item.take(entry.value, problems) else { continue }
        read.append((key, value, entry.value))
      }
      return read
    }
  }
}

/// "one of a, b, c", or the nearest of them where there is one.
private func choices(_ words: [String], for yaml: StrictYAML) -> String {
  let list = "one of \(words.joined(separator: ", "))"
  guard case .scalar(let text) = yaml.content else { return "\(list), not \(yaml.kindWord)" }
  let shown = LogText.escaped(String(text.prefix(60)))
  guard let nearest = NearestWord.to(text, among: words) else { return "\(list), not '\(shown)'" }
  return "\(list), not '\(shown)' (did you mean '\(nearest)'?)"
}

extension YAMLValue where Value == String {
  /// Text of 1 to `largest` characters, without control characters.
  public static func text(largest: Int = 500) -> YAMLValue {
    scalar("text of 1 to \(largest) characters") { text in
      let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      return (1...largest).contains(text.count) && isPrintable ? text : nil
    }
  }

  /// A code as messages carry it: no spaces, at most 64 bytes.
  public static var code: YAMLValue {
    scalar("a code of 1 to 64 printable ASCII characters without spaces") {
      FieldValue.isCode($0) ? $0 : nil
    }
  }

  /// A file or folder; a relative one counts from the folder of the configuration file.
  public static var path: YAMLValue {
    YAMLValue(expectation: "a path") { yaml, problems in
      guard let text = YAMLValue.text(largest: 1_000).take(yaml, problems) else { return nil }
      let folder = URL(fileURLWithPath: yaml.file).deletingLastPathComponent()
      return URL(fileURLWithPath: text, relativeTo: folder).standardizedFileURL.path
    }
  }

  /// An IPv4 or IPv6 address or a host name; `*` is refused, because it listens everywhere.
  public static var host: YAMLValue {
    scalar("a host name or address, such as 127.0.0.1") { text in
      let isHost = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        default: false
        }
      }
      return isHost && (1...253).contains(text.utf8.count) ? text : nil
    }
  }
}

extension YAMLValue where Value == Bool {
  /// `true` or `false`, and no other word: `no` is also the code of a country.
  public static var flag: YAMLValue {
    scalar("true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
  }
}

extension YAMLValue where Value == Int {
  /// A whole number within bounds, both included.
  public static func integer(_ bounds: ClosedRange<Int>) -> YAMLValue {
    scalar("a whole number from \(bounds.lowerBound) to \(bounds.upperBound)") {
      Int($0).flatMap { bounds.contains($0) ? $0 : nil }
    }
  }
}

extension YAMLValue where Value == UInt16 {
  /// A TCP port.
  public static var port: YAMLValue {
    scalar("a port from 1 to 65535") { UInt16($0).flatMap { $0 > 0 ? $0 : nil } }
  }
}

extension YAMLValue where Value == [UInt8] {
  /// So many bytes in lower-case hexadecimal digits.
  public static func hex(bytes count: Int, isSecret: Bool = false) -> YAMLValue {
    scalar("\(count * 2) hexadecimal digits (0-9, a-f)", isSecret: isSecret) {
      Hex.decode($0).flatMap { $0.count == count ? $0 : nil }
    }
  }
}

extension YAMLValue where Value == CivilDate {
  public static var date: YAMLValue { scalar("a date as 2026-11-26") { CivilDate($0) } }
}

extension YAMLValue where Value == WallTime {
  public static var time: YAMLValue {
    scalar("a time as 2026-11-21T02:10:00Z or 2026-11-20T18:10:00-08:00") {
      WallTime(iso8601: $0)
    }
  }
}

extension YAMLValue where Value == Span {
  /// A length of time with its unit: `90 s`, `5 min`, `72 h`, `14 days`.
  public static func span(_ bounds: ClosedRange<Span>) -> YAMLValue {
    let expected =
      "a length of time from \(bounds.lowerBound.words) to \(bounds.upperBound.words), "
      + "such as '30 s', '5 min', '72 h' or '14 days'"
    return scalar(expected) { Span(words: $0).flatMap { bounds.contains($0) ? $0 : nil } }
  }
}

extension YAMLValue where Value == StrictYAML {
  /// The value as it stands, to be read by whom it concerns.
  public static var section: YAMLValue {
    YAMLValue(expectation: "a section", takesEmpty: true) { yaml, _ in yaml }
  }
}

extension YAMLValue {
  /// A name of `a-z`, `0-9` and `-`, 1 to 63 of them.
  public static func identifier<Tag>(_ tag: Tag.Type = Tag.self) -> YAMLValue
  where Value == Identifier<Tag> {
    scalar("1 to 63 of a-z, 0-9 and -") { Identifier<Tag>($0) }
  }
}
