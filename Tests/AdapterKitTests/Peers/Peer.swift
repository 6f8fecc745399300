import Foundation
import Synchronization
import Testing

/// A program on the other end of a wire, written by others and run by the test: it prints its port
/// first, then a line for each thing that reached it.
final class Peer: Sendable {
  let port: Int
  private let process: ProcessBox
  private let lines: AsyncStream<String>
  private let errors: URL

  private struct ProcessBox: @unchecked Sendable { let process: Process }

  /// - Parameters:
  ///   - script: beside this file.
  ///   - needsPackages: those that `deploy/test` installs beside the build, not Debian's.
  init(
    _ script: String, _ arguments: [String], needsPackages: Bool = false, in folder: URL
  ) async throws {
    let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let root = place.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL =
      needsPackages
      ? root.appendingPathComponent(".build/python/bin/python3")
      : URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-B", place.appendingPathComponent(script).path] + arguments
    let output = Pipe()
    process.standardOutput = output
    errors = folder.appendingPathComponent("\(UUID().uuidString).errors")
    try Data().write(to: errors)
    process.standardError = FileHandle(forWritingAtPath: errors.path)
    let (lines, telling) = AsyncStream<String>.makeStream()
    try process.run()
    Thread.detachNewThread {
      var rest = Data()
      while true {
        let part = output.fileHandleForReading.availableData
        if part.isEmpty { break }
        rest += part
        while let end = rest.firstIndex(of: 10) {
          telling.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
          rest = Data(rest[rest.index(after: end)...])
        }
      }
      telling.finish()
    }
    self.process = ProcessBox(process: process)
    self.lines = lines
    let first = await Self.next(of: lines, orStop: process)
    let said = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    port = try #require(first.flatMap { Int($0) }, "\(script): \(said)")
  }

  deinit { process.process.terminate() }

  /// The next thing that reached it.
  func next() async throws -> [String: Any] {
    let found = await Self.next(of: lines, orStop: process.process)
    let said = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    let line = try #require(found, "nothing came: \(said)")
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(object as? [String: Any])
  }

  /// Ends the program where it says nothing in time, and with it the wait.
  private static func next(
    of lines: AsyncStream<String>, orStop process: Process
  ) async -> String? {
    let box = ProcessBox(process: process)
    let limit = DispatchWorkItem { box.process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: limit)
    defer { limit.cancel() }
    for await line in lines { return line }
    return nil
  }
}

/// A certificate of this machine, and its key, as PEM files.
struct TestCertificate {
  let certificate: String
  let key: String

  init(in folder: URL, name: String = "server") throws {
    certificate = folder.appendingPathComponent("\(name).pem").path
    key = folder.appendingPathComponent("\(name)-key.pem").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout", key, "-out", certificate,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
