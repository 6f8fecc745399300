import Foundation

/// A small county in a temporary folder, and the processes that run in it.
struct BenchCounty {
  let folder: URL

  /// Executables stand side by side.
  static let tools = URL(fileURLWithPath: CommandLine.arguments[0])
    .resolvingSymlinksInPath().deletingLastPathComponent()

  /// What the router can do is measured, not what it lets one agency do.
  private static let unlimited = "submit-rate: 1000000\nsubmit-burst: 10000000"

  init(basePort: Int, window: Int) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-bench-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.removeItem(at: folder)
    let setup = try Child(
      "accord",
      [
        "init", folder.path, "--program", BenchMessage.program, "--base-port", "\(basePort)",
        "--agency", "\(BenchMessage.publisher):behavioral-health",
        "--agency", "\(BenchMessage.consumer):program-office",
      ], log: nil)
    try setup.finish()
    try Self.liftLimits(of: folder, window: window)
  }

  /// - Parameter window: of each recipient; where there is none, as the county has it.
  static func liftLimits(of folder: URL, window: Int? = nil) throws {
    let file = folder.appendingPathComponent("router.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        guard line.hasPrefix("window:") else { return String(line) }
        return (window.map { "window: \($0)" } ?? String(line)) + "\n" + Self.unlimited
      }
      .joined(separator: "\n")
    try Data(text.utf8).write(to: file)
    try AppliedPipe.make(in: folder.path)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  func startRouter(slowedBy microseconds: Int) throws -> Child {
    var environment: [String: String] = [:]
    if microseconds > 0 {
      environment["LD_PRELOAD"] = Self.tools.appendingPathComponent("libSlowFlush.so").path
      environment["SLOW_FLUSH_MICROSECONDS"] = "\(microseconds)"
    }
    return try Child(
      "accord-router", ["--config", folder.appendingPathComponent("router.yaml").path],
      environment: environment, log: folder.appendingPathComponent("router.log"))
  }

  /// - Parameter isTelling: the publisher waits for what it tells of.
  func start(consuming count: Int, isTelling: Bool = false) throws -> Child {
    let telling = isTelling ? ["--telling"] : []
    return try Child(
      "accord-bench", ["consume", "--county", folder.path, "--count", "\(count)"] + telling,
      log: folder.appendingPathComponent("consumer.log"))
  }

  /// - Parameters:
  ///   - perSecond: at which pace; 0: as fast as it goes.
  ///   - underWay: messages published and not yet applied, at most; 0: without a bound.
  func start(publishing count: Int, perSecond: Int = 0, underWay: Int = 0) throws -> Child {
    try Child(
      "accord-bench",
      [
        "publish", "--county", folder.path, "--count", "\(count)", "--per-second", "\(perSecond)",
        "--under-way", "\(underWay)",
      ], log: folder.appendingPathComponent("publisher.log"))
  }
}

/// A child process whose standard output is one JSON document.
final class Child {
  struct Usage {
    var cpuSeconds: Double
    var residentMegabytes: Double
    var peakMegabytes: Double
    var writtenBytes: Int64
  }

  private let process = Process()
  private let output = Pipe()
  private let name: String
  private let log: URL?

  init(
    _ name: String, _ arguments: [String], environment: [String: String] = [:],
    input: String? = nil, log: URL?
  ) throws {
    self.name = name
    self.log = log
    let tool = BenchCounty.tools.appendingPathComponent(name)
    guard FileManager.default.isExecutableFile(atPath: tool.path) else {
      throw BenchError(
        "\(name) is not beside accord-bench: swift build -c release --product \(name)")
    }
    process.executableURL = tool
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    if let log {
      try Data().write(to: log)
      process.standardError = try FileHandle(forWritingTo: log)
    }
    let said = input.map { _ in Pipe() }
    if let said { process.standardInput = said }
    try process.run()
    if let said, let input {
      try said.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try said.fileHandleForWriting.close()
    }
  }

  /// A run that failed leaves nothing running.
  deinit { if process.isRunning { process.terminate() } }

  func finish() throws {
    _ = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw failure() }
  }

  func result<Result: Decodable>(_ type: Result.Type) throws -> Result {
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw failure() }
    return try JSONDecoder().decode(type, from: data)
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// Ends it by SIGKILL: it closes nothing and says nothing any more.
  func kill() {
    _ = Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Read from the kernel's own books.
  func usage() throws -> Usage {
    let folder = "/proc/\(process.processIdentifier)"
    let stat = try String(contentsOfFile: folder + "/stat", encoding: .utf8)
    // After the name in brackets: utime and stime are the 12th and 13th fields.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
    let status = try String(contentsOfFile: folder + "/status", encoding: .utf8)
    let io = (try? String(contentsOfFile: folder + "/io", encoding: .utf8)) ?? ""
    return Usage(
      cpuSeconds: ticks / Double(sysconf(Int32(_SC_CLK_TCK))),
      residentMegabytes: Self.number(after: "VmRSS:", in: status) / 1_024,
      peakMegabytes: Self.number(after: "VmHWM:", in: status) / 1_024,
      writtenBytes: Int64(Self.number(after: "write_bytes:", in: io)))
  }

  private static func number(after key: String, in text: String) -> Double {
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
      return Double(line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first ?? "0")
        ?? 0
    }
    return 0
  }

  private func failure() -> BenchError {
    let tail = log.flatMap { try? String(contentsOf: $0, encoding: .utf8) }?
      .split(separator: "\n").suffix(5).joined(separator: "\n") ?? ""
    return BenchError("\(name) ended with status \(process.terminationStatus)\n\(tail)")
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
