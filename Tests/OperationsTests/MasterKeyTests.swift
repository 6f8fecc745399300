import Crypto
import Foundation
import Operations
import Testing

@Suite("The master key comes from a file, a credential or a command, and is never shown")
struct MasterKeyTests {
  let folder: TemporaryFolder
  let digits = String(repeating: "5a", count: 32)
  var key: SymmetricKey { SymmetricKey(data: [UInt8](repeating: 0x5a, count: 32)) }

  init() throws { folder = try TemporaryFolder() }

  private func file(_ bytes: some Sequence<UInt8>, mode: Int = 0o600) throws -> String {
    let path = folder.file(UUID().uuidString)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try folder.setMode(mode, of: path)
    return path
  }

  @Test("as 32 raw bytes or 64 digits, with comments and white space")
  func forms() throws {
    let forms: [[UInt8]] = [
      [UInt8](repeating: 0x5a, count: 32), Array(digits.utf8), Array((digits + "\n").utf8),
      Array("# note\n \(digits.prefix(30))\n\(digits.dropFirst(30).uppercased())\r\n".utf8),
    ]
    for form in forms { #expect(try MasterKeySource.file(file(form)).load() == key) }
  }

  @Test("anything else is refused without being shown")
  func malformed() throws {
    let bad = ["", digits.dropLast(1) + "", digits + "00", "secret-words-instead", "# \(digits)"]
    for text in bad {
      let path = try file(text.utf8)
      let error = #expect(throws: ConfigurationError.self) {
        try MasterKeySource.file(path).load()
      }
      let said = error.map { "\($0)" } ?? ""
      #expect(!said.contains("secret-words") && !said.contains("5a5a5a"))
    }
  }

  @Test(
    "a file that others may read or write is refused", arguments: [0o640, 0o604, 0o620, 0o666])
  func permissions(mode: Int) throws {
    let path = try file(digits.utf8, mode: mode)
    let error = #expect(throws: ConfigurationError.self) { try MasterKeySource.file(path).load() }
    #expect(error.map { "\($0)".contains("chmod 600") } == true)
  }

  @Test("a folder, a missing file and a pipe are no key files")
  func notFiles() throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [folder.path, folder.file("none"), pipe] {
      #expect(throws: ConfigurationError.self) { try MasterKeySource.file(path).load() }
    }
  }

  @Test("a command's output, without a shell between")
  func command() throws {
    let printed = try file(digits.utf8)
    #expect(try MasterKeySource.command(["/bin/cat", printed]).load() == key)
    // A shell would take this apart; without one it is an argument.
    #expect(throws: ConfigurationError.self) {
      try MasterKeySource.command(["/bin/echo", "\(digits); true"]).load()
    }
  }

  @Test(
    "a command that fails, prints something else or is not there gives no key",
    arguments: [
      ["/bin/false"], ["/bin/echo", "secret-words"], ["/nonexistent/program"], ["cat"],
      ["/bin/cat", "/dev/zero"],
    ])
  func badCommand(words: [String]) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try MasterKeySource.command(words).load()
    }
    #expect(error.map { !"\($0)".contains("secret-words") } == true)
  }

  @Test("a program that others may change is not asked")
  func changeable() throws {
    let path = try file("#!/bin/sh\necho \(digits)\n".utf8, mode: 0o777)
    #expect(throws: ConfigurationError.self) { try MasterKeySource.command([path]).load() }
  }

  @Test("a new file is its owner's alone, is never replaced, and gives a key of its own")
  func newFile() throws {
    let path = folder.file("master.key")
    try MasterKeySource.writeNewFile(to: path)
    #expect(try folder.mode(of: path) == 0o600)
    let key = try MasterKeySource.file(path).load()
    #expect(key.bitCount == 256)
    #expect(throws: ConfigurationError.self) { try MasterKeySource.writeNewFile(to: path) }
    #expect(try MasterKeySource.file(path).load() == key)
  }
}
