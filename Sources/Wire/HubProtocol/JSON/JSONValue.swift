internal import Foundation
import HubModel

/// A JSON value as it stands in a document: `true` is not 1, and 1 is not 1.5.
enum JSONValue: Hashable, Codable {
  case null
  case flag(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .integer(let integer): try container.encode(integer)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    }
  }

  /// Reads a document; what is not JSON is refused as a whole.
  init(document: [UInt8]) throws(Refusal) {
    guard document.count <= Limits.frameBytes else { throw Refusal(.frameTooLarge) }
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(document))
    } catch {
      throw Refusal(.malformedFrame, at: "document")
    }
  }

  /// The document, members in the order of their names, so that equal values give equal bytes.
  func document() throws(Refusal) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw Refusal(.malformedFrame, at: "document")
    }
  }

  static func base64(_ bytes: [UInt8]) -> JSONValue { .text(Data(bytes).base64EncodedString()) }
  static func words<Word: CaseHashed & RawRepresentable>(_ words: WordSet<Word>) -> JSONValue
  where Word.RawValue == String {
    .list(words.map(\.rawValue).sorted().map { .text($0) })
  }
  static func identifiers<Tag>(_ list: [Identifier<Tag>]) -> JSONValue {
    .list(list.map { .text($0.text) })
  }
  static func time(_ time: WallTime) -> JSONValue { .text(RFC3339.text(of: time)) }
  static func date(_ date: CivilDate) -> JSONValue { .text(date.description) }
}

/// A JSON object while it is read: each member is taken once, and what nobody took is an error,
/// since a misspelt name must not pass for an absent one.
struct JSONObject {
  let path: String
  private var members: [String: JSONValue]

  init(_ value: JSONValue, path: String) throws(Refusal) {
    guard case .object(let members) = value else { throw Refusal(.wrongFieldType, at: path) }
    self.path = path
    self.members = members
  }

  var names: [String] { members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// The member, or `nil` where it is absent or null.
  mutating func take(_ name: String) -> JSONValue? {
    guard let value = members.removeValue(forKey: name), value != .null else { return nil }
    return value
  }

  func peek(_ name: String) -> JSONValue? { members[name] }

  func finish() throws(Refusal) {
    guard let name = names.first else { return }
    throw Refusal(.unknownField, at: place(Self.printable(name)))
  }

  mutating func text(_ name: String) throws(Refusal) -> String? {
    guard let value = take(name) else { return nil }
    return try value.text(at: place(name))
  }

  mutating func identifier<Tag>(_ name: String) throws(Refusal) -> Identifier<Tag>? {
    guard let text = try text(name) else { return nil }
    guard let identifier = Identifier<Tag>(text) else {
      throw Refusal(.wrongFieldType, at: place(name))
    }
    return identifier
  }

  mutating func identifiers<Tag>(_ name: String) throws(Refusal) -> [Identifier<Tag>] {
    try list(name) { value, path throws(Refusal) in
      guard let identifier = Identifier<Tag>(try value.text(at: path)) else {
        throw Refusal(.wrongFieldType, at: path)
      }
      return identifier
    }
  }

  mutating func word<Word: RawRepresentable>(_ name: String) throws(Refusal) -> Word?
  where Word.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let word = Word(rawValue: text) else { throw Refusal(.wrongFieldType, at: place(name)) }
    return word
  }

  mutating func words<Word: CaseHashed & RawRepresentable>(
    _ name: String
  ) throws(Refusal) -> WordSet<Word> where Word.RawValue == String {
    WordSet(
      try list(name) { value, path throws(Refusal) in
        guard let word = Word(rawValue: try value.text(at: path)) else {
          throw Refusal(.wrongFieldType, at: path)
        }
        return word
      })
  }

  mutating func time(_ name: String) throws(Refusal) -> WallTime? {
    guard let text = try text(name) else { return nil }
    guard let time = RFC3339.time(of: text) else { throw Refusal(.wrongFieldType, at: place(name)) }
    return time
  }

  mutating func date(_ name: String) throws(Refusal) -> CivilDate? {
    guard let text = try text(name) else { return nil }
    guard let date = CivilDate(digits: Array(text.utf8)[...]) else {
      throw Refusal(.wrongFieldType, at: place(name))
    }
    return date
  }

  mutating func flag(_ name: String) throws(Refusal) -> Bool? {
    guard let value = take(name) else { return nil }
    guard case .flag(let flag) = value else { throw Refusal(.wrongFieldType, at: place(name)) }
    return flag
  }

  mutating func number<Number: FixedWidthInteger>(
    _ name: String, as type: Number.Type = Number.self
  ) throws(Refusal) -> Number? {
    guard let value = take(name) else { return nil }
    guard case .integer(let integer) = value, let number = Number(exactly: integer) else {
      throw Refusal(.wrongFieldType, at: place(name))
    }
    return number
  }

  /// Bytes in base64, of one of the lengths given.
  mutating func blob(_ name: String, lengths: [Int]? = nil) throws(Refusal) -> [UInt8]? {
    guard let text = try text(name) else { return nil }
    guard let data = Data(base64Encoded: text), lengths?.contains(data.count) ?? true else {
      throw Refusal(.wrongFieldType, at: place(name))
    }
    return [UInt8](data)
  }

  mutating func object(_ name: String) throws(Refusal) -> JSONObject? {
    guard let value = take(name) else { return nil }
    return try JSONObject(value, path: place(name))
  }

  mutating func list<Value>(
    _ name: String, _ read: (JSONValue, String) throws(Refusal) -> Value
  ) throws(Refusal) -> [Value] {
    guard let value = take(name) else { return [] }
    guard case .list(let items) = value else { throw Refusal(.wrongFieldType, at: place(name)) }
    var values: [Value] = []
    for (index, item) in items.enumerated() {
      values.append(try read(item, "\(place(name))[\(index)]"))
    }
    return values
  }

  func required<Value>(_ value: Value?, _ name: String) throws(Refusal) -> Value {
    guard let value else { throw Refusal(.missingField, at: place(name)) }
    return value
  }

  /// A name that nobody checked may hold anything; it is cut to what a log can carry.
  private static func printable(_ name: String) -> String {
    String(decoding: name.utf8.prefix(40).map { $0 > 32 && $0 < 127 ? $0 : 63 }, as: UTF8.self)
  }
}

extension JSONValue {
  func base64() -> [UInt8]? {
    guard case .text(let text) = self, let data = Data(base64Encoded: text) else { return nil }
    return [UInt8](data)
  }

  func text(at path: String) throws(Refusal) -> String {
    guard case .text(let text) = self else { throw Refusal(.wrongFieldType, at: path) }
    return text
  }
}
