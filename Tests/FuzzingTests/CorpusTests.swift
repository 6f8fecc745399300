import Foundation
import Fuzzing
import Testing

/// What the fuzzer kept, and every finding it ever made, runs again with each test run.
@Suite("The kept corpus of the fuzzer")
struct CorpusTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Corpus")

  static func files(of target: FuzzTarget) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appendingPathComponent(target.rawValue), includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
  }

  @Test("Every decoder stands its corpus, and takes some of it", arguments: FuzzTarget.allCases)
  func corpus(target: FuzzTarget) throws {
    let files = try Self.files(of: target)
    #expect(files.count >= 3, "\(target.rawValue) has hardly a corpus")
    var taken = 0
    for file in files {
      do {
        if try target.run([UInt8](try Data(contentsOf: file))) { taken += 1 }
      } catch {
        Issue.record("\(file.lastPathComponent): \(error)")
      }
    }
    #expect(taken > 0, "no file of \(target.rawValue) is read at all")
  }

  @Test("Every decoder stands its corpus cut short at any length, and with any byte changed",
    arguments: FuzzTarget.allCases)
  func mutilated(target: FuzzTarget) throws {
    for file in try Self.files(of: target).prefix(6) {
      let bytes = [UInt8](try Data(contentsOf: file)).prefix(600)
      let step = max(1, bytes.count / 40)
      for place in stride(from: 0, to: bytes.count, by: step) {
        try target.run(Array(bytes.prefix(place)))
        for change: UInt8 in [0x01, 0x80, 0xff] {
          var changed = Array(bytes)
          changed[place] ^= change
          try target.run(changed)
        }
      }
    }
  }

  @Test("Every decoder refuses bombs of nesting within a moment", arguments: FuzzTarget.allCases)
  func bombs(target: FuzzTarget) throws {
    let depth = 200_000
    let stairs = (0..<600).map { String(repeating: " ", count: $0) + "a:" }
      .joined(separator: "\n")
    let bombs: [[UInt8]] = [
      Array(String(repeating: "[", count: depth).utf8),
      Array(String(repeating: #"{"a":"#, count: depth).utf8),
      Array(String(repeating: "{a: ", count: depth).utf8),
      Array(String(repeating: "- ", count: depth).utf8),
      Array(stairs.utf8),
      Array(
        ("a: &a [x,x,x,x,x,x,x,x,x]\n"
          + (1..<20).map { "a\($0): &a\($0) [*a,*a,*a,*a,*a]\n" }.joined()).utf8),
      [UInt8](repeating: 0x0b, count: depth),
      [UInt8](repeating: 0x12, count: depth),
      Array(String(repeating: "\"", count: depth).utf8),
      Array(String(repeating: "a,", count: depth).utf8),
      [UInt8](repeating: 0, count: depth),
    ]
    let begun = Self.threadSeconds()
    for bomb in bombs { try target.run(bomb) }
    let spent = Self.threadSeconds() - begun
    #expect(spent < 30, "\(target.rawValue) took \(spent) s of the processor")
  }

  /// What this thread has had of a processor: the same, whatever else the machine does.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
