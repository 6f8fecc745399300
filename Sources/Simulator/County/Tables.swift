/// One cell, still free of how a system prints it.
enum Cell: Sendable {
  case text(String)
  /// A part of a person's name: its letter case depends on the exporting system.
  case name(String)
  case day(CivilDate?)
  /// A local time without its zone, as jail systems print it.
  case time(Moment?)
  /// A local time with its zone.
  case zoned(Moment?)

  static func list(_ members: [String]) -> Cell { .text(members.joined(separator: ";")) }
}

/// A table with two names for each column: the database's and the one people see on a report.
struct Table: Sendable {
  struct Column: Sendable {
    var name: String
    var label: String

    init(_ name: String, _ label: String? = nil) {
      self.name = name
      self.label = label ?? name
    }
  }

  var columns: [Column]
  var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  init(_ names: [String]) { columns = names.map { Column($0) } }
}

/// How a records system writes a table down.
struct Dialect: Sendable {
  enum Case: Sendable { case upper, title, lower }

  var crlf = false
  var byteOrderMark = false
  var latin1 = false
  var americanDates = false
  var labels = false
  var reordered = false
  var nameCase = Case.title

  static let plain = Dialect()

  func text(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): return text
    case .name(let name):
      switch nameCase {
      case .upper: return name.uppercased()
      case .title: return name
      case .lower: return name.lowercased()
      }
    case .day(let day): return day.map { americanDates ? $0.american : $0.iso } ?? ""
    case .time(let time): return time.map { americanDates ? $0.american : $0.iso } ?? ""
    case .zoned(let time):
      return time.map { americanDates ? $0.americanWithOffset : $0.isoWithOffset } ?? ""
    }
  }

  /// The table as a file. RFC 4180 quoting; a line break inside a field stays a bare LF.
  func bytes(_ table: Table) -> [UInt8] {
    var order = Array(table.columns.indices)
    if reordered { order = order.filter { $0 % 2 == 1 } + order.filter { $0 % 2 == 0 } }
    var out = ""
    let end = crlf ? "\r\n" : "\n"
    let header = order.map { labels ? table.columns[$0].label : table.columns[$0].name }
    out += header.map(Self.quoted).joined(separator: ",") + end
    for row in table.rows {
      precondition(row.count == table.columns.count, "a row of \(table.columns[0].name) is short")
      out += order.map { Self.quoted(text(row[$0])) }.joined(separator: ",") + end
    }
    return encoded(out)
  }

  private func encoded(_ text: String) -> [UInt8] {
    if latin1 {
      return text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") }
    }
    return (byteOrderMark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
  }

  private static func quoted(_ field: String) -> String {
    let special: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D]
    guard field.utf8.contains(where: special.contains) else { return field }
    var text = "\""
    for character in field {
      if character == "\"" { text += "\"" }
      text.append(character)
    }
    return text + "\""
  }
}

/// A JSON document with its members in a fixed order.
indirect enum Document: Sendable {
  case text(String)
  case number(Int)
  case null
  case list([Document])
  case object([(String, Document)])

  static func optional(_ text: String?) -> Document { text.map { .text($0) } ?? .null }

  static func texts(_ members: [String]) -> Document { .list(members.map { .text($0) }) }

  /// Indented, ending in a line feed.
  var bytes: [UInt8] { Array((written(indent: "") + "\n").utf8) }

  private func written(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .text(let text): return Self.escaped(text)
    case .number(let number): return String(number)
    case .null: return "null"
    case .list(let members):
      if case .object = members.first {
        let lines = members.map { inner + $0.written(indent: inner) }
        return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
      }
      return "[" + members.map { $0.written(indent: inner) }.joined(separator: ", ") + "]"
    case .object(let members):
      let lines = members.map { "\(inner)\(Self.escaped($0.0)): \($0.1.written(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private static func escaped(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
