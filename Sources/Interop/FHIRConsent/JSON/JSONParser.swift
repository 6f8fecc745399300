/// Reads JSON (RFC 8259) more strictly than Foundation does, which lets a name stand twice and
/// keeps one of the two: a denial could vanish that way.
struct JSONParser {
  /// Bounds on what is read at all: bytes of a document, and how deep values may nest.
  static let maximumBytes = 16 << 20
  static let maximumDepth = 200

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ bytes: [UInt8]) throws(JSONProblem) -> JSONValue {
    var parser = JSONParser(bytes)
    guard bytes.count <= maximumBytes else {
      throw parser.problem("larger than \(maximumBytes) bytes")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.problem("something follows the end of the document")
    }
    return value
  }

  private func problem(_ reason: String) -> JSONProblem {
    let before = bytes.prefix(min(position, bytes.count))
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONProblem(line: line, column: column, reason: reason)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
    guard depth <= Self.maximumDepth else {
      throw problem("nested deeper than \(Self.maximumDepth) levels")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw problem("ends too early")
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONProblem) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw problem("not a JSON value") }
    position += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONProblem) -> JSONObject {
    position += 1
    var members: [JSONObject.Member] = []
    var names: Set<String> = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return JSONObject([])
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw problem("a member's name is expected") }
      let name = try string()
      guard names.insert(name).inserted else { throw problem("\"\(name)\" stands twice") }
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw problem("a colon is expected") }
      position += 1
      members.append(.init(name: name, value: try value(depth: depth + 1)))
      if try isLast(closing: UInt8(ascii: "}")) { return JSONObject(members) }
    }
  }

  private mutating func array(depth: Int) throws(JSONProblem) -> [JSONValue] {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return []
    }
    while true {
      values.append(try value(depth: depth + 1))
      if try isLast(closing: UInt8(ascii: "]")) { return values }
    }
  }

  private mutating func isLast(closing: UInt8) throws(JSONProblem) -> Bool {
    skipSpace()
    guard let byte = next, byte == closing || byte == UInt8(ascii: ",") else {
      throw problem("a comma or the end of the list or object is expected")
    }
    position += 1
    return byte == closing
  }

  private mutating func number() throws(JSONProblem) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else {
      throw problem("not a JSON value")
    }
    if next == UInt8(ascii: ".") {
      position += 1
      guard digits() > 0 else { throw problem("digits are expected") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw problem("digits are expected") }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONProblem) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw problem("a text is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        text += Array(String(try escaped()).utf8)
      case ..<0x20: throw problem("a control character stands in a text")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw problem("a text does not end")
  }

  private mutating func escaped() throws(JSONProblem) -> Unicode.Scalar {
    guard let byte = next else { throw problem("a text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      if let scalar = Unicode.Scalar(first) { return scalar }
      // A surrogate pair, or nothing that is a character.
      guard (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\") else {
        throw problem("half a character")
      }
      position += 1
      guard next == UInt8(ascii: "u") else { throw problem("half a character") }
      position += 1
      let second = try hexadecimal()
      guard (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
      else { throw problem("half a character") }
      return scalar
    default: throw problem("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONProblem) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits are expected") }
    position += 4
    return value
  }
}
