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
    let lines = text.split(whereSeparator: HL7Text.endsSegment)
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
    guard let text = String(data: HL7Text.unmarked(bytes), encoding: .isoLatin1),
      let first = HL7Text.messages(in: text).first
    else { return nil }
    let line = first.prefix { !HL7Text.endsSegment($0) }
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

  /// `ADT^A01`. Old senders name the event in EVN-1 alone.
  var type: String {
    let event = value("MSH-9.2")
    return "\(value("MSH-9.1"))^\(event.isEmpty ? value("EVN-1") : event)"
  }
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
