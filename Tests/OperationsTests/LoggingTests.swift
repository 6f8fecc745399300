import Foundation
import HubModel
import Logging
import Synchronization
import Testing

@testable import Operations

@Suite("Logging")
struct LoggingTests {
  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  static func logger(_ format: LogConfiguration.Format) -> (Logger, Lines) {
    let lines = Lines()
    let configuration = LogConfiguration(format: format, level: .info)
    let logger = Logger(label: "router") { label in
      LineLogHandler(
        label: label, configuration: configuration,
        now: { WallTime(milliseconds: 1_795_227_000_000) }, write: { lines.add($0) })
    }
    return (logger, lines)
  }

  @Test("a plain line has time, level, daemon, text and metadata in order")
  func plain() {
    let (logger, lines) = Self.logger(.plain)
    logger.info("agency connected", metadata: ["port": "7440", "agency": "lakewood-sheriff"])
    #expect(
      lines.all == [
        "2026-11-21T02:10:00Z info router: agency connected agency=lakewood-sheriff port=7440\n"
      ])
  }

  @Test("what is below the level is not written")
  func level() {
    let (logger, lines) = Self.logger(.plain)
    logger.debug("turn")
    #expect(lines.all.isEmpty)
  }

  static let hostile = [
    "x\n2026-11-21T02:10:00Z info router: forged", "\u{1b}[2J", "a\rb", "\u{202e}txt.exe",
    "\u{2028}", "\u{85}", "\0", "tab\tquote\"equals=",
  ]

  @Test("no value can end a line or drive a terminal", arguments: hostile)
  func escaping(_ value: String) {
    for format in LogConfiguration.Format.allCases {
      let (logger, lines) = Self.logger(format)
      logger.warning("\(value)", metadata: ["k\n=": "\(value)", "list": ["\(value)"]])
      #expect(lines.all.count == 1)
      let body = lines.all[0].unicodeScalars.dropLast()
      #expect(lines.all[0].hasSuffix("\n"))
      let isClean = body.allSatisfy {
        switch $0.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
      #expect(isClean, "\(lines.all[0])")
    }
  }

  @Test("a JSON line is one JSON object with the same parts")
  func json() throws {
    let (logger, lines) = Self.logger(.json)
    logger.error("commit failed", metadata: ["code": "28"])
    struct Line: Decodable {
      let time: String
      let level: String
      let source: String
      let message: String
      let fields: [String: String]
    }
    let line = try JSONDecoder().decode(Line.self, from: Data(lines.all[0].utf8))
    #expect(line.time == "2026-11-21T02:10:00Z")
    #expect(line.level == "error")
    #expect(line.source == "router")
    #expect(line.message == "commit failed")
    #expect(line.fields == ["code": "28"])
  }

  @Test("a line about a message bears its trace id, which is its own; another line bears none")
  func traceID() {
    let (logger, lines) = Self.logger(.json)
    let id = "01935b2caa001234fedcba9876543210"
    logger.info("spooled", metadata: ["message": "\(id)"])
    logger.info("stopped", metadata: ["message": "\(id.uppercased())"])
    #expect(lines.all[0].contains(#""trace_id":"\#(id)""#))
    #expect(!lines.all[1].contains("trace_id"))
  }

  @Test("a value without end is cut")
  func longValue() {
    let escaped = LogText.escaped(String(repeating: "x", count: 10_000))
    #expect(escaped.count == LogText.longest + 1)
  }

  @Test("a value of several words is quoted, so that it stays one value")
  func quoting() {
    #expect(LogText.quoted("a b") == "\"a b\"")
    #expect(LogText.quoted("") == "\"\"")
    #expect(LogText.quoted("a=b") == "\"a=b\"")
    #expect(LogText.quoted("a\"b") == "\"a\\\"b\"")
    #expect(LogText.quoted("ab") == "ab")
  }
}
