import ArgumentParser
import Foundation
import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// Exit codes of checks, by the convention of monitoring systems.
enum Health: Int32, Comparable {
  case good = 0
  case warning = 1
  case critical = 2
  case unknown = 3

  static func < (left: Health, right: Health) -> Bool { left.rawValue < right.rawValue }

  var word: String {
    switch self {
    case .good: "good"
    case .warning: "warning"
    case .critical: "critical"
    case .unknown: "unknown"
    }
  }

  func exit() throws {
    if self != .good { throw ExitCode(rawValue) }
  }
}

enum Printing {
  static func json(_ document: some Encodable) throws {
    print(try text(document))
  }

  static func text(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  static func complain(of error: any Error) {
    complain("\(error)", code: (error as? any CodedError)?.stableCode)
  }

  /// - Parameter code: by which it can be looked up.
  static func complain(_ text: String, code: String? = nil) {
    var line = "accord: \(text)\n"
    if let code { line += "  [\(code)] explained by: accord errors lookup \(code)\n" }
    FileHandle.standardError.write(Data(line.utf8))
  }
}

/// Colours, for a terminal whose owner wants them. They only repeat what the words say.
struct Paint {
  let isOn: Bool

  static var forTerminal: Paint {
    let environment = ProcessInfo.processInfo.environment
    let isWanted = environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    return Paint(isOn: isWanted && isatty(STDOUT_FILENO) == 1)
  }

  func health(_ text: String, _ health: Health) -> String {
    switch health {
    case .good: painted(text, 32)
    case .warning: painted(text, 33)
    case .critical: painted(text, 31)
    case .unknown: painted(text, 35)
    }
  }

  func bold(_ text: String) -> String { painted(text, 1) }

  private func painted(_ text: String, _ code: Int) -> String {
    isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}

/// Columns of text under headings, each as wide as its widest cell.
struct Table {
  private var rows: [[String]]

  init(_ headings: String...) { self.init(headings: headings) }
  init(headings: [String]) { rows = [headings] }

  /// Cells come from files and from the router: what could upset a terminal is escaped.
  mutating func add(_ cells: String...) { add(row: cells) }
  mutating func add(row cells: [String]) { rows.append(cells.map(LogText.escaped)) }

  var isEmpty: Bool { rows.count == 1 }

  func text(_ paint: Paint) -> String {
    var widths = [Int](repeating: 0, count: rows[0].count)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    return rows.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      let line = cells.joined(separator: "  ")
      return index == 0 ? paint.bold(line) : line
    }.joined(separator: "\n")
  }
}
