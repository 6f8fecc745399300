import Foundation

/// One HL7 version 2 message, split as its own MSH segment says. Reads what systems really send:
/// segments that end with CR, LF or both, segments that no standard knows (`ZXX`), fields beyond
/// the standard's last.
struct HL7Message: Sendable {
  /// The signs of MSH-1 and MSH-2.
  struct Signs: Hashable, Sendable {
    var field: Character = "|"
    var component: Character = "^"
    var repetition: Character = "~"
    var escape: Character? = "\\"
    var subcomponent: Character = "&"

    var text: String {
      "\(component)\(repetition)\(escape.map(String.init) ?? "")\(subcomponent)"
    }
  }

  struct Segment: Sendable {
    let name: String
    /// By number; MSH-1 is the field separator itself.
    let fields: [Substring]
  }

  let signs: Signs
  let segments: [Segment]

  /// - Throws: where it does not begin with a usable MSH segment.
  init(_ text: String) throws(IntakeError) {
    let lines = text.split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" })
    guard let header = lines.first, header.hasPrefix("MSH"), header.count >= 8 else {
      throw IntakeError("does not begin with an MSH segment", remedy: "Send HL7 version 2.")
    }
    let start = Array(header.dropFirst(3).prefix(20))
    let field = start[0]
    let rest = Array(start.dropFirst().prefix { $0 != field })
    guard (2...5).contains(rest.count), Set(rest + [field]).count == rest.count + 1,
      !(rest + [field]).contains(where: { $0.isLetter || $0.isNumber || $0.isWhitespace })
    else {
      throw IntakeError(
        field: "MSH-2", "does not name the separators", remedy: "It is usually ^~\\&.")
    }
    var signs = Signs(field: field, component: rest[0], repetition: rest[1])
    signs.escape = rest.count > 2 ? rest[2] : nil
    signs.subcomponent = rest.count > 3 ? rest[3] : "&"
    self.signs = signs
    segments = lines.compactMap { line in
      var fields = line.split(separator: field, omittingEmptySubsequences: false)
      let name = String(fields[0])
      guard name.utf8.count == 3 else { return nil }
      if name == "MSH" { fields.insert(line.dropFirst(3).prefix(1), at: 1) }
      return Segment(name: name, fields: fields)
    }
  }

  /// The message of the bytes, in the character set that its MSH-18 names.
  init(_ bytes: Data) throws(IntakeError) {
    try self.init(HL7Text.text(of: bytes))
  }

  /// The header of the first message in the bytes, whatever character set the rest is in: enough
  /// to answer a message that cannot be read.
  static func header(of bytes: Data) -> HL7Message? {
    guard let text = String(data: bytes, encoding: .isoLatin1),
      let first = HL7Text.messages(in: text).first
    else { return nil }
    let line = first.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
    return try? HL7Message(String(line))
  }

  /// What stands at the path, unescaped; empty where there is nothing, or the explicit nothing
  /// (`""`) that deletes a value.
  func value(_ path: HL7Path) -> String {
    let found = segments.filter { $0.name == path.segment }
    guard path.occurrence <= found.count else { return "" }
    let segment = found[path.occurrence - 1]
    guard path.field < segment.fields.count else { return "" }
    let field = segment.fields[path.field]
    // These two say what the separators are, and hold them as they stand.
    if segment.name == "MSH", path.field <= 2 { return String(field) }
    let repeats = field.split(separator: signs.repetition, omittingEmptySubsequences: false)
    switch path.repetition {
    case .number(let number): return number <= repeats.count ? part(repeats[number - 1], path) : ""
    case .all: return repeats.map { part($0, path) }.filter { !$0.isEmpty }.joined(separator: ";")
    case .where(let component, let wanted):
      let found = repeats.first { self.component(of: $0, component, nil) == wanted }
      return found.map { part($0, path) } ?? ""
    }
  }

  private func part(_ text: Substring, _ path: HL7Path) -> String {
    guard text != "\"\"" else { return "" }
    return component(of: text, path.component ?? 1, path.subcomponent)
  }

  private func component(of text: Substring, _ number: Int, _ sub: Int?) -> String {
    let parts = text.split(separator: signs.component, omittingEmptySubsequences: false)
    guard number <= parts.count else { return "" }
    let subs = parts[number - 1].split(
      separator: signs.subcomponent, omittingEmptySubsequences: false)
    guard (sub ?? 1) <= subs.count else { return "" }
    let value = subs[(sub ?? 1) - 1]
    return value == "\"\"" ? "" : HL7Text.unescaped(value, signs)
  }

  func value(_ path: String) -> String { HL7Path(path).map(value) ?? "" }

  /// `ADT^A01`.
  var type: String { "\(value("MSH-9.1"))^\(value("MSH-9.2"))" }
  var controlID: String { value("MSH-10") }
  /// The sending application and facility, whose control ids are unique.
  var sender: String { "\(value("MSH-3"))|\(value("MSH-4"))" }
}

/// Where a value stands in a message: `PID-5.1`, `PID-3[2].1`, `PID-3[5=SID].1` (the repetition
/// whose fifth component is SID), `PID-10[*]` (all of them), `OBX[2]-5`.
struct HL7Path: Hashable, Sendable {
  enum Repetition: Hashable, Sendable {
    case number(Int)
    case all
    case `where`(Int, String)
  }

  static let expectation = "must be a place such as PID-5.1, PID-3[5=SID].1 or PID-10[*]"

  var segment: String
  var occurrence = 1
  var field: Int
  var repetition = Repetition.number(1)
  var component: Int?
  var subcomponent: Int?

  init?(_ text: String) {
    let shape = #/
      ([A-Z][A-Z0-9]{2}) (?:\[(\d{1,3})\])? - (\d{1,3}) (?:\[([^\]]+)\])?
      (?:\.(\d{1,3}))? (?:\.(\d{1,3}))?
      /#
    guard let found = text.wholeMatch(of: shape), let field = Int(found.3), field > 0 else {
      return nil
    }
    segment = String(found.1)
    self.field = field
    if let number = found.2.flatMap({ Int($0) }) { occurrence = number }
    component = found.5.flatMap { Int($0) }
    subcomponent = found.6.flatMap { Int($0) }
    if let choice = found.4.map(String.init) {
      let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
      if choice == "*" {
        repetition = .all
      } else if let number = Int(choice) {
        repetition = .number(number)
      } else if parts.count == 2, let component = Int(parts[0]), component > 0 {
        repetition = .where(component, parts[1])
      } else {
        return nil
      }
    }
    guard occurrence > 0, component != 0, subcomponent != 0, repetition != .number(0) else {
      return nil
    }
  }
}

/// Characters of HL7 messages.
enum HL7Text {
  /// By MSH-18 (HL7 table 0211), of which only the first counts. Without it UTF-8 where it is
  /// valid, else Windows-1252.
  static func text(of bytes: Data) throws(IntakeError) -> String {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    let named = characterSet(of: bytes)
    let encoding: String.Encoding?
    switch named {
    case "", "ASCII": return try TableText.text(of: bytes)
    case "UNICODE UTF-8", "UTF-8", "UNICODE": encoding = .utf8
    case "8859/1": encoding = .isoLatin1
    case "8859/2": encoding = .isoLatin2
    case "8859/15": encoding = String.Encoding(iana: "iso-8859-15")
    case "WINDOWS-1252", "CP1252": encoding = .windowsCP1252
    default: encoding = nil
    }
    guard let encoding else {
      throw IntakeError(
        field: "MSH-18", "names a character set that is not read here",
        remedy: "Send UNICODE UTF-8, ASCII, 8859/1, 8859/2 or 8859/15.")
    }
    guard let text = String(data: bytes, encoding: encoding), !text.utf8.contains(0) else {
      throw IntakeError(
        field: "MSH-18", "names a character set that the message is not in",
        remedy: "Send the message in the character set that it names.")
    }
    return text
  }

  private static func characterSet(of bytes: Data) -> String {
    let line = bytes.prefix(4_096).prefix { $0 != 13 && $0 != 10 }
    guard line.count > 8, line.starts(with: Data("MSH".utf8)) else { return "" }
    let separator = line[line.startIndex + 3]
    let fields = line.split(separator: separator, omittingEmptySubsequences: false)
    guard fields.count > 17 else { return "" }
    let first = fields[17].prefix { $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: "^") }
    return String(decoding: first, as: UTF8.self).trimmed.uppercased()
  }

  /// The messages of a batch, or the one that there is.
  static func messages(in text: String) -> [String] {
    var messages: [String] = []
    for line in text.split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }) {
      if line.hasPrefix("MSH") {
        messages.append(String(line))
      } else if !messages.isEmpty, !["FTS", "BTS"].contains(line.prefix(3)) {
        messages[messages.count - 1] += "\r" + line
      }
    }
    return messages
  }

  /// Replaces `\F\` and its kin; what is mere layout (`\.br\`, `\H\`) becomes a space or nothing.
  /// An escape that is not closed or not known stays as it stands.
  static func unescaped(_ text: Substring, _ signs: HL7Message.Signs) -> String {
    guard let escape = signs.escape, text.contains(escape) else { return String(text) }
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: escape) {
      result += rest[..<start]
      let after = rest.index(after: start)
      guard let end = rest[after...].firstIndex(of: escape) else {
        result += rest[start...]
        return result
      }
      let word = rest[after..<end]
      result += letters(word, signs) ?? "\(escape)\(word)\(escape)"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func letters(_ word: Substring, _ signs: HL7Message.Signs) -> String? {
    switch word {
    case "F": return String(signs.field)
    case "S": return String(signs.component)
    case "R": return String(signs.repetition)
    case "T": return String(signs.subcomponent)
    case "E": return signs.escape.map(String.init)
    case "H", "N": return ""
    default: break
    }
    if word.hasPrefix(".") { return " " }
    guard word.hasPrefix("X") else { return nil }
    let digits = Array(word.dropFirst())
    guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(digits[index...(index + 1)]), radix: 16) else { return nil }
      bytes.append(byte)
    }
    let text =
      String(validating: bytes, as: UTF8.self)
      ?? String(data: Data(bytes), encoding: .windowsCP1252)
    // Line ends and the like would upset whatever shows the value.
    return text.map { String($0.map { $0.isNewline || $0.asciiValue == 0 ? " " : $0 }) }
  }
}

extension String.Encoding {
  /// - Returns: `nil` where Foundation does not know it.
  init?(iana name: String) {
    guard name == "iso-8859-15" else { return nil }
    self.init(rawValue: 0x8000_020f)
  }
}
