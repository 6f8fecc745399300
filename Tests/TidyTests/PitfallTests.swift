import Foundation
import Testing

/// Mistakes that consent engines are known to make, by name: each has a test that bears the name,
/// and one article says where each stands.
struct PitfallList {
  static let article = "Sources/Core/ConsentEngine/ConsentEngine.docc/Pitfalls.md"

  static let names = [
    "vanishing deny", "newest wins", "any-purpose match", "label-or-class",
    "polarity by position", "period for dataPeriod", "author coded as custodian",
    "dangling actor", "new enemy", "escrow oracle", "explanation leak", "total/size leak",
    "batch ride-along", "group drift", "identity merge", "role hat", "unreported expiry event",
    "stale state pack", "notice stripped in transit", "ROI as privilege waiver",
    "CURVE counted as FIPS", "retry resurrects",
  ]

  /// Those that no test bears yet: the article says so, and this list only ever gets shorter.
  static let owed: [String] = []

  let text: String
  let file: (String) -> String?

  /// What is missing: a line of the article, a file that it names, a test of that name in it.
  func findings(owing owed: [String] = []) -> [String] {
    let lines = text.split(separator: "\n").map { $0.split(separator: "|").map(trimmed) }
    return Self.names.flatMap { name -> [String] in
      guard let line = lines.first(where: { $0.first == name }), let places = line.last else {
        return ["\(name): no line in the article"]
      }
      if owed.contains(name) {
        return places == "not yet" ? [] : ["\(name): has its test; take it off the list of owed"]
      }
      let paths = places.split(separator: "`").map(String.init).filter { $0.hasSuffix(".swift") }
      if paths.isEmpty { return ["\(name): its line names no test file"] }
      return paths.compactMap { path in
        guard let source = file(path) else { return "\(name): there is no \(path)" }
        return Self.hasTest(named: name, in: source) ? nil : "\(name): no test of it in \(path)"
      }
    }
  }

  private func trimmed(_ text: Substring) -> String {
    text.trimmingCharacters(in: .whitespaces)
  }

  /// Whether a test's or suite's displayed name contains the pitfall's, whatever its case.
  static func hasTest(named name: String, in source: String) -> Bool {
    let pattern =
      "@(Test|Suite)\\(\\s*\"[^\"]*" + NSRegularExpression.escapedPattern(for: name)
    return source.range(of: pattern, options: [.regularExpression, .caseInsensitive]) != nil
  }
}

@Suite("Named pitfalls")
struct PitfallTests {
  @Test("Every named pitfall has its line in the article, and a test of that name where it says")
  func all() throws {
    let text = try String(
      contentsOf: House.root.appendingPathComponent(PitfallList.article), encoding: .utf8)
    let list = PitfallList(text: text) { path in
      try? String(contentsOf: House.root.appendingPathComponent(path), encoding: .utf8)
    }
    #expect(list.findings(owing: PitfallList.owed) == [])
  }

  @Test("What is owed is not there already under that name")
  func owed() {
    let tests = House.swiftFiles(under: "Tests").filter { !$0.path.hasPrefix("Tests/TidyTests") }
    let texts = tests.map { $0.lines.joined(separator: "\n") }
    for name in PitfallList.owed {
      let isThere = texts.contains { PitfallList.hasTest(named: name, in: $0) }
      #expect(!isThere, "\(name): enter its file in the article, and take it off the list")
    }
  }

  @Test("A missing line, file or test is found")
  func finds() {
    let lines = PitfallList.names.map { "| \($0) | bad | `Tests/A.swift` |" }
    let tests = PitfallList.names.map { "@Test(\n  \"Pitfall: \($0.uppercased())\")" }
    func findings(_ lines: [String], _ source: String?) -> [String] {
      PitfallList(text: lines.joined(separator: "\n")) { _ in source }.findings()
    }
    let source = tests.joined(separator: "\n")
    #expect(findings(lines, source) == [])
    #expect(findings(Array(lines.dropFirst()), source).count == 1)
    #expect(findings(lines, tests.dropLast().joined()).count == 1)
    #expect(findings(lines, nil).count == PitfallList.names.count)
    let owing = PitfallList(text: lines.joined(separator: "\n")) { _ in source }
    #expect(owing.findings(owing: ["newest wins"]).count == 1)
    #expect(findings(["| vanishing deny | bad | none |"], source).count == lines.count)
    #expect(!PitfallList.hasTest(named: "role hat", in: "// role hat\nlet a = \"role hat\""))
  }
}
