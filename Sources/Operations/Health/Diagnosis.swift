/// One thing that was looked at, how it stands, and what to do about it.
public struct DiagnosisLine: Codable, Hashable, Sendable {
  public enum Level: String, Codable, Comparable, CaseIterable, Sendable {
    case green, yellow, red
    private var rank: Int { self == .green ? 0 : self == .yellow ? 1 : 2 }
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
  }

  /// What was looked at, as a word that stays: `keys`, `disk`.
  public var check: String
  public var level: Level
  /// What was found. Names no person.
  public var text: String
  /// What to do; nothing where all is well.
  public var remedy: String?

  public init(_ level: Level, _ check: String, _ text: String, remedy: String? = nil) {
    self.check = check
    self.level = level
    self.text = text
    self.remedy = remedy
  }
}

/// What a doctor found: red, yellow and green lines.
public struct Diagnosis: Codable, Hashable, Sendable {
  public private(set) var lines: [DiagnosisLine] = []
  public private(set) var level = DiagnosisLine.Level.green

  public init() {}

  public mutating func add(
    _ level: DiagnosisLine.Level, _ check: String, _ text: String, remedy: String? = nil
  ) {
    lines.append(DiagnosisLine(level, check, text, remedy: remedy))
    self.level = max(self.level, level)
  }

  public mutating func add(_ others: [DiagnosisLine]) {
    for line in others { add(line.level, line.check, line.text, remedy: line.remedy) }
  }

  /// 0 all green, 1 something yellow, 2 something red.
  public var exitCode: Int32 { level == .green ? 0 : level == .yellow ? 1 : 2 }

  /// For a person: what is wrong first.
  /// - Parameter paint: colours a word by its level, for a terminal that wants it.
  public func text(
    _ paint: (String, DiagnosisLine.Level) -> String = { text, _ in text }
  ) -> String {
    let width = lines.map(\.check.count).max() ?? 0
    let ordered = lines.enumerated().sorted {
      ($1.element.level, $0.offset) < ($0.element.level, $1.offset)
    }.map(\.element)
    var shown: [String] = ordered.flatMap { line -> [String] in
      let level = line.level.rawValue.padded(to: 6)
      let head = "\(paint(level, line.level))  \(line.check.padded(to: width))  "
      let text = head + LogText.escaped(line.text)
      let indent = String(repeating: " ", count: 10 + width)
      return [text] + (line.remedy.map { [indent + "→ " + LogText.escaped($0)] } ?? [])
    }
    let summary =
      switch level {
      case .green: "All is well."
      case .yellow: "It works; somebody should look at what is yellow."
      case .red: "Something does not work: begin with what is red."
      }
    shown += ["", paint(summary, level)]
    return shown.joined(separator: "\n")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
