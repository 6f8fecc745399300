import Testing

@testable import FHIRConsent

@Suite("Strict JSON")
struct JSONTests {
  static func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test("reads every kind of value")
  func kinds() throws {
    let value = try Self.parse(#" {"a":[1,-2.5e+3,true,false,null,"\u00e9\ud83d\ude00\n"],"#
      + #""b":{}} "#)
    let list = try #require(value.object?["a"]?.array)
    #expect(list[0] == .number("1"))
    #expect(list[1] == .number("-2.5e+3"))
    #expect(list[5] == .string("é😀\n"))
    #expect(value.object?["b"]?.object?.members.isEmpty == true)
  }

  @Test(
    "refuses what is not one strict document",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "+1", "NaN", "nul", "'a'", "\"a", "{a:1}",
      "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a\u{1}\"", "1 2", "{\"a\" 1}", "[1 2]",
      "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"\\u0062\":2}}", "// x\n1",
    ])
  func hostile(text: String) {
    #expect(throws: JSONProblem.self) { try Self.parse(text) }
  }

  @Test("refuses bytes that are not UTF-8")
  func encoding() {
    #expect(throws: JSONProblem.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
  }

  @Test("a nesting bomb is refused, not followed")
  func bomb() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(throws: JSONProblem.self) { try Self.parse(deep) }
    let fits = String(repeating: "[", count: 150) + String(repeating: "]", count: 150)
    #expect(throws: Never.self) { try Self.parse(fits) }
  }

  @Test("a problem names its line and column")
  func place() {
    do {
      _ = try Self.parse("{\n  \"a\": 1,\n  \"a\": 2}")
      Issue.record("accepted")
    } catch let problem as JSONProblem {
      #expect(problem.line == 3)
      #expect(problem.reason.contains("\"a\" stands twice"))
    } catch { Issue.record("another error") }
  }
}
