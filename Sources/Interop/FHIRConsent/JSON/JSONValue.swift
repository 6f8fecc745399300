/// A JSON value as it stood in the file: numbers keep their text, members their order.
public enum JSONValue: Hashable, Sendable {
  case object(JSONObject)
  case array([JSONValue])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  /// What a refusal calls it.
  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .string: "a text"
    case .number: "a number"
    case .bool: "true or false"
    case .null: "null"
    }
  }

  var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
  var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }
  var string: String? { if case .string(let string) = self { string } else { nil } }
  var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
}

/// The members of a JSON object; the parser lets no name stand twice.
public struct JSONObject: Hashable, Sendable {
  public struct Member: Hashable, Sendable {
    public let name: String
    public let value: JSONValue
  }

  public let members: [Member]
  private let index: [String: Int]

  init(_ members: [Member]) {
    self.members = members
    var index: [String: Int] = [:]
    for (position, member) in members.enumerated() { index[member.name] = position }
    self.index = index
  }

  public subscript(name: String) -> JSONValue? { index[name].map { members[$0].value } }

  public static func == (left: Self, right: Self) -> Bool { left.members == right.members }
  public func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

/// Why bytes are not one JSON document.
public struct JSONProblem: Error, Hashable, Sendable {
  /// From 1; columns count bytes.
  public let line: Int
  public let column: Int
  public let reason: String
}
