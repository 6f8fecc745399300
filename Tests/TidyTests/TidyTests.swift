import Foundation
import Testing

@Suite("The house stays tidy")
struct TidyTests {
  @Test("A room imports only what its place allows", arguments: ImportRule.all)
  func imports(rule: ImportRule) {
    let files = House.swiftFiles(under: rule.room)
    #expect(!files.isEmpty, "no sources under \(rule.room)")
    #expect(rule.findings(in: files) == [])
  }

  @Test("Each import rule finds a forbidden import", arguments: ImportRule.all)
  func importRulesWork(rule: ImportRule) {
    let module = rule.forbidden.sorted().first ?? "ZeroMQ"
    let sample = SourceFile(path: rule.room + "/Bad.swift", text: "public import \(module)\n")
    #expect(rule.findings(in: [sample]).count == 1)
  }

  @Test("Sources keep to the style", arguments: StyleRule.all)
  func style(rule: StyleRule) {
    let files = rule.folders.flatMap(House.swiftFiles(under:)).filter { !$0.isGenerated }
    #expect(!files.isEmpty)
    #expect(files.flatMap(rule.check) == [])
  }

  @Test("Each style rule finds its bad sample", arguments: StyleRule.all)
  func styleRulesWork(rule: StyleRule) {
    let sample = SourceFile(path: "Bad.swift", text: rule.badSample)
    #expect(!rule.check(sample).isEmpty)
  }

  @Test("Adapters do not import each other or anything executable")
  func adaptersStandAlone() {
    let executables: Set<String> = [
      "accord_sheriff", "accord_prosecutor", "accord_public_defender", "accord_behavioral_health",
      "accord_router", "accord",
    ]
    for file in House.swiftFiles(under: "Adapters") {
      #expect(file.imports.filter { executables.contains($0.module) }.isEmpty, "\(file.path)")
    }
  }

  @Test("Nothing that is shipped links the simulator or its disk")
  func simulatorStaysHome() throws {
    let simulated: Set<String> = [
      "Simulator", "FaultyDisk", "SlowFlush", "BadDisk", "Fuzzing",
    ]
    let home = [
      "Sources/Simulator/", "Sources/Commands/accord-sim/", "Sources/Commands/accord-fuzz/",
    ]
    let files = House.swiftFiles(under: "Sources") + House.swiftFiles(under: "Adapters")
    for file in files where !home.contains(where: file.path.hasPrefix) {
      #expect(file.imports.filter { simulated.contains($0.module) }.isEmpty, "\(file.path)")
    }
    // A target may also link what it does not import.
    let manifest = try String(
      contentsOf: House.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let places = manifest.split(separator: "\n").filter { line in
      line.contains("command(") || line.contains("let adapter") || line.contains("room(")
    }.filter { line in simulated.contains { line.contains("\"\($0)\"") } }
    #expect(places.count == 2)
    #expect(places.first?.contains("command(\"accord-fuzz\"") == true)
    #expect(places.last?.contains("command(\"accord-sim\"") == true)
  }

  @Test("The top level holds what the design names and nothing else")
  func topLevel() throws {
    let known: Set<String> = [
      "Package.swift", "Sources", "Tests", "Adapters", "deploy", "README.md",
      // What a build leaves.
      "Package.resolved",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: House.root.path)
    #expect(names.filter { !$0.hasPrefix(".") && !known.contains($0) } == [])
  }
}
