import Operations
import Testing

@Suite("Strict YAML")
struct StrictYAMLTests {
  struct Sample: Equatable {
    var port: UInt16
    var names: [String]
    var isOn: Bool
  }

  static func read(_ yaml: StrictYAML) throws -> Sample {
    try yaml.read { fields in
      let port = fields.required("port", .port)
      let names = fields.value("names", .list(of: .text(largest: 10), count: 0...3), default: [])
      let isOn = fields.value("enabled", .flag, default: false)
      _ = fields.optional("section", .mapping { $0.required("depth", .integer(1...9)) })
      return port.map { Sample(port: $0, names: names, isOn: isOn) }
    }
  }

  @Test("reads what it was asked for, with defaults for the rest")
  func good() throws {
    let yaml = try StrictYAML.parse("port: 7400\nnames: [a, \"7\"]\n", file: "test.yaml")
    #expect(try Self.read(yaml) == Sample(port: 7400, names: ["a", "7"], isOn: false))
  }

  static let bad: [BadFile] = [
    BadFile("unknown key", "port: 1\nprot: 2\n", line: 2, key: "prot", says: "mean 'port'?"),
    BadFile("far unknown key", "port: 1\nzebra: 2\n", line: 2, key: "zebra", says: "known here"),
    BadFile("missing key", "names: []\n", line: 1, key: "port", says: "is missing"),
    BadFile("empty key", "names: []\nport:\n", line: 2, key: "port", says: "is empty"),
    BadFile("wrong type", "port: [1]\n", line: 1, key: "port", says: "not a list"),
    BadFile("out of bounds", "port: 65536\n", line: 1, key: "port", says: "from 1 to 65535"),
    BadFile("no flag", "port: 1\nenabled: yes\n", line: 2, key: "enabled", says: "true or false"),
    BadFile(
      "list for a value", "port: 1\nnames: a\n", line: 2, key: "names", says: "must be a list"),
    BadFile(
      "item of a list", "port: 1\nnames:\n  - a\n  - []\n", line: 4, key: "names[2]",
      says: "not a list"),
    BadFile(
      "too many items", "port: 1\nnames: [a, b, c, d]\n", line: 2, key: "names", says: "0 to 3"),
    BadFile(
      "nested", "port: 1\nsection:\n  depth: 10\n", line: 3, key: "section.depth",
      says: "from 1 to 9"),
    BadFile(
      "nested unknown", "port: 1\nsection:\n  depth: 1\n  dpth: 2\n", line: 4,
      key: "section.dpth", says: "did you mean 'depth'"),
    BadFile("anchor", "port: &x 1\n", line: 1, key: "port", says: "anchors"),
    BadFile("alias", "port: 1\nnames: &n [a]\nx: *n\n", line: 2, key: "names", says: "anchors"),
    BadFile("not a mapping", "- 1\n", line: 1, key: "", says: "a section with keys"),
    BadFile("a key twice", "port: 1\nport: 2\n", line: 1, key: "", says: "twice: port"),
    BadFile("not YAML", "port: 1\n bad: : x\n", line: 2, key: "", says: "is not YAML"),
  ]

  @Test("names file, line, key and remedy of what is wrong", arguments: bad)
  func names(_ bad: BadFile) { bad.check(Self.read) }

  @Test("tells all problems at once, in the order of the file")
  func allAtOnce() {
    let error = #expect(throws: ConfigurationError.self) {
      try Self.read(StrictYAML.parse("enabled: maybe\nprot: 1\nport: 0\n", file: "t.yaml"))
    }
    #expect(error?.problems.map(\.line) == [1, 2, 3])
    #expect(error?.description.hasPrefix("3 problems:\n  t.yaml:1: enabled: ") == true)
  }

  @Test("an alias bomb is refused without being expanded", .timeLimit(.minutes(15)))
  func bomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...6 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(throws: ConfigurationError.self) { try StrictYAML.parse(text, file: "t.yaml") }
  }

  @Test("so is one that stands where a key does, before it is parsed", .timeLimit(.minutes(1)),
    arguments: [
      "? *a8\n: 1\n? [*a8]\n: 2\n", "? {b: *a8}\n: 1\n? {b: [*a8]}\n: 2\n",
      "{*a8 : 1, [*a8] : 2}\n", "--- \n? *a8\n: 1\n? [*a8]\n: 2\n",
    ])
  func keyBomb(keys: String) {
    for gap in [" ", "\t", "", "\u{85}"] {
      var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
      for level in 1...8 {
        let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",\(gap)")
        text += "a\(level): &a\(level) [\(items)]\n"
      }
      #expect(throws: ConfigurationError.self) {
        try StrictYAML.parse(text + keys, file: "t.yaml")
      }
    }
  }

  @Test("a text may have as many stars and ampersands as it likes, in notes and beside words")
  func stars() throws {
    let stars = Array(repeating: "*word*", count: 100).joined(separator: " ")
    for text in [
      "# &a \(stars)\nport: 1\n", "note: \"\(stars)\"\n", "note: AT&T and R & D \(stars)\n",
    ] {
      _ = try StrictYAML.parse(text, file: "t.yaml")
    }
  }

  @Test("control characters of a bad value do not reach the message")
  func escaping() {
    let error = #expect(throws: ConfigurationError.self) {
      try Self.read(StrictYAML.parse("port: \"1\\n2\\e[31m\"\n", file: "t.yaml"))
    }
    let isClean = error?.description.unicodeScalars.allSatisfy { $0.value >= 32 }
    #expect(isClean == true)
  }

  @Test("a part that is kept for later still names its place")
  func kept() throws {
    let yaml = try StrictYAML.parse("adapter:\n  columns:\n    bookng: x\n", file: "t.yaml")
    let part: StrictYAML = try yaml.read { $0.required("adapter", .section) }
    let error = #expect(throws: ConfigurationError.self) {
      try part.read { fields in
        fields.required("columns", .mapping { $0.value("booking", .text(), default: "b") })
      }
    }
    #expect(error?.problems.first?.line == 3)
    #expect(error?.problems.first?.key == "adapter.columns.bookng")
  }
}
