/// Rules on the text itself, each with a sample that breaks it.
struct StyleRule: Sendable, CustomStringConvertible {
  let name: String
  let folders: [String]
  let badSample: String
  let check: @Sendable (SourceFile) -> [Finding]

  var description: String { name }

  static let code = ["Sources", "Adapters"]
  static let everywhere = code + ["Tests"]

  static let all: [StyleRule] = [
    StyleRule(
      name: "lines are at most 100 columns", folders: everywhere,
      badSample: "let a = \"" + String(repeating: "x", count: 100) + "\""
    ) { file in
      file.findings("longer than 100 columns") { $0.count > 100 }
    },
    StyleRule(
      name: "files are at most 400 lines", folders: everywhere,
      badSample: String(repeating: "\n", count: 401)
    ) { file in
      file.lines.count > 401
        ? [Finding(path: file.path, line: 401, message: "longer than 400 lines")] : []
    },
    StyleRule(
      name: "functions are at most 70 lines", folders: code,
      badSample: "func long() {\n" + String(repeating: "  step()\n", count: 71) + "}\n"
    ) { $0.longFunctions(over: 70) },
    StyleRule(
      name: "nothing is forced", folders: code, badSample: "let file = tr" + "y! open()"
    ) { file in
      file.findings("forced: handle the error, or make it a precondition") { line in
        ["try" + "!", "as" + "!", "fatalError" + "("].contains { line.contains($0) }
      }
    },
    StyleRule(
      name: "nothing is left undone", folders: everywhere, badSample: "// TO" + "DO: later"
    ) { file in
      file.findings("unfinished: do it or say in the docs that it is not done") { line in
        ["TO" + "DO", "FIX" + "ME", "not " + "implemented"].contains { line.contains($0) }
      }
    },
    StyleRule(
      name: "tests await events and never sleep", folders: ["Tests"],
      badSample: "try await Task.sl" + "eep(for: .seconds(1))"
    ) { file in
      file.findings("await an event instead") { line in
        ["Task.sl" + "eep", "usl" + "eep(", "Thread.sl" + "eep"].contains { line.contains($0) }
      }
    },
    StyleRule(
      name: "no test is switched off", folders: ["Tests"], badSample: "@Test(.disab" + "led(\"\"))"
    ) { file in
      file.findings("a skipped check is no check") { $0.contains(".disab" + "led(") }
    },
    StyleRule(
      name: "no ZMTP heartbeats: libzmq 4.3 aborts a process that has them and a full queue",
      folders: code, badSample: "try set(ZMQ_HEART" + "BEAT_IVL, 5_000)"
    ) { file in
      file.findings("let the kernel end dead connections") { $0.contains("ZMQ_HEART" + "BEAT") }
    },
    StyleRule(
      name: "libraries log, they do not print",
      folders: [
        "Sources/Core", "Sources/Wire", "Sources/Interop", "Sources/Router", "Sources/Agency",
      ],
      badSample: "  print(name)"
    ) { file in
      file.findings("prints") { line in
        line.split(separator: " ").contains { $0.hasPrefix("print(") }
      }
    },
  ]
}

extension SourceFile {
  func findings(_ message: String, where isBad: (Substring) -> Bool) -> [Finding] {
    lines.enumerated().compactMap { index, line in
      isBad(line) ? Finding(path: path, line: index + 1, message: message) : nil
    }
  }

  /// Functions by their indentation: from the line that opens one to its closing brace.
  func longFunctions(over limit: Int) -> [Finding] {
    var findings: [Finding] = []
    for (index, line) in lines.enumerated() {
      let words = line.split(separator: " ")
      guard words.contains("func") || words.contains(where: { $0.hasPrefix("init(") }),
        !line.drop(while: { $0 == " " }).hasPrefix("//")
      else { continue }
      let indent = line.prefix { $0 == " " }
      guard
        let end = lines[(index + 1)...].firstIndex(where: {
          $0.hasPrefix(indent + "}") && $0.drop(while: { $0 == " " }).hasPrefix("}")
            && $0.prefix { $0 == " " } == indent
        }), end - index > limit + 1
      else { continue }
      findings.append(Finding(path: path, line: index + 1, message: "longer than \(limit) lines"))
    }
    return findings
  }
}
