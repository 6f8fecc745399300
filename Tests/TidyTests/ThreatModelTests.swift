import Foundation
import Testing

/// The threat model names the test that shows each claim; this holds it to that.
struct CitedTests {
  static let article = "Sources/Router/RouterService/RouterService.docc/ThreatModel.md"

  let text: String
  let file: (String) -> String?

  struct Citation: Hashable {
    let path: String
    let title: String
  }

  /// Every `path`: “title” of the text.
  var citations: [Citation] {
    let pattern = /`(Tests\/[^`]+\.swift)`: “([^”]+)”/
    return text.matches(of: pattern).map {
      Citation(path: String($0.output.1), title: String($0.output.2))
    }
  }

  /// Test files that are named without a test's title are findings, too.
  var findings: [String] {
    let named = text.matches(of: /Tests\/[A-Za-z0-9\/]+\.swift/).count
    let bare = named == citations.count ? [] : ["a test file is named without a test's title"]
    return bare
      + citations.compactMap { cited in
        guard let source = file(cited.path) else { return "there is no \(cited.path)" }
        let title = NSRegularExpression.escapedPattern(for: cited.title)
        let isThere =
          source.range(of: "@Test\\(\\s*\"\(title)\"", options: .regularExpression) != nil
        return isThere ? nil : "no test in \(cited.path) is called: \(cited.title)"
      }
  }
}

@Suite("The threat model")
struct ThreatModelTests {
  @Test("Every test that it cites exists, under that very name")
  func cited() throws {
    let text = try String(
      contentsOf: House.root.appendingPathComponent(CitedTests.article), encoding: .utf8)
    let cited = CitedTests(text: text) { path in
      try? String(contentsOf: House.root.appendingPathComponent(path), encoding: .utf8)
    }
    #expect(cited.findings == [])
    #expect(Set(cited.citations).count >= 25)
  }

  @Test("Each adversary has its part")
  func adversaries() throws {
    let text = try String(
      contentsOf: House.root.appendingPathComponent(CitedTests.article), encoding: .utf8)
    for part in [
      "Assets", "Who is trusted with what", "A curious agency", "A stolen agency key",
      "A hostile network", "The hub's operator", "A stolen disk, or a backup", "A subpoena",
    ] {
      #expect(text.contains("\n## \(part)\n"), "\(part)")
    }
  }

  @Test("A missing file or test, and a file without a title, are found")
  func finds() {
    func findings(_ text: String, _ source: String?) -> [String] {
      CitedTests(text: text) { _ in source }.findings
    }
    let line = "| x | `Tests/A/B.swift`: “It holds” |"
    #expect(findings(line, "@Test(\n  \"It holds\", arguments: all)") == [])
    #expect(findings(line, "@Test(\"It holds not\")").count == 1)
    #expect(findings(line, "// It holds").count == 1)
    #expect(findings(line, nil).count == 1)
    #expect(findings("| x | `Tests/A/B.swift` |", "").count == 1)
  }
}
