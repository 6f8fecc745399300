import Foundation
import HubModel
import HubProtocol
import Operations
import Synchronization
import Testing

/// A county of real processes in a folder of its own.
final class Town {
  let folder: URL
  let basePort: Int
  private(set) var router: Program?
  private var programs: [Program] = []

  /// Each town of a test run has ports of its own, below those that the kernel hands out.
  private static let nextPort = Atomic<Int>(12_000 + Int(getpid() % 50) * 200)

  /// The first of a hundred that nobody else of this run has.
  static func freshPort() -> Int {
    let port = nextPort.wrappingAdd(100, ordering: .relaxed).oldValue
    precondition(port < 32_600, "the towns of one run reach into the kernel's own ports")
    return port
  }

  /// Executables lie beside the test bundle.
  static let tools: URL = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = bundle.deletingLastPathComponent()
    while folder.path != "/",
      !FileManager.default.isExecutableFile(
        atPath: folder.appendingPathComponent("accord-router").path)
    {
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  /// Sets up a county with `accord init`.
  /// - Parameter agencies: `id:role`; empty for the command's own four.
  init(agencies: [String] = [], demonstration: Bool = true) throws {
    basePort = Self.freshPort()
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-town-\(basePort)-\(getpid())")
    try? FileManager.default.removeItem(at: folder)
    var arguments = [
      "init", folder.path, "--program", "lakewood", "--base-port", "\(basePort)",
    ]
    if demonstration { arguments.append("--demonstration") }
    for agency in agencies { arguments += ["--agency", agency] }
    let result = try Program.run("accord", arguments)
    try #require(result.status == 0, "accord init: \(result.output)")
  }

  deinit {
    for program in programs { program.kill() }
    try? FileManager.default.removeItem(at: folder)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  @discardableResult
  func startRouter() throws -> Program {
    let program = try start("accord-router", ["--config", path("router.yaml")])
    try program.expect("router is up")
    router = program
    return program
  }

  func start(_ name: String, _ arguments: [String]) throws -> Program {
    let program = try Program(name, arguments)
    programs.append(program)
    return program
  }

  func accord(_ arguments: String...) throws -> Program.Result { try accord(arguments) }

  func accord(_ arguments: [String]) throws -> Program.Result {
    try Program.run("accord", arguments + ["--config", path("router.yaml")])
  }

  func ask(_ request: AdminRequest) throws -> AdminResponse {
    try AdminSocket.ask(
      request, at: path("state/router/admin.sock"), timeout: .seconds(30))
  }

  /// Asks for the totals until they are as wanted.
  /// The port of the agency's release lane, as the registry has it.
  func releasePort(of agency: String) throws -> UInt16 {
    let file = try String(contentsOfFile: path("registry.yaml"), encoding: .utf8)
    var isHere = false
    for line in file.split(separator: "\n") {
      let words = line.split(whereSeparator: { " :-".contains($0) }).map(String.init)
      if line.contains("id: \"\(agency)\"") { isHere = true }
      if isHere, line.contains("release-port:"), let port = words.last.flatMap(UInt16.init) {
        return port
      }
    }
    throw CocoaError(.fileReadCorruptFile)
  }

  func totals(
    within seconds: Int = 20, where isGood: (TotalsReport) -> Bool
  ) throws -> TotalsReport {
    try eventually(within: seconds) {
      guard case .totals(let totals) = try ask(.totals) else { return nil }
      return isGood(totals) ? totals : nil
    }
  }
}

/// Looks again and again until there is something, and fails with the place otherwise. For what
/// only a file or another process can tell; each look blocks on that process, not on a timer.
func eventually<Value>(
  within seconds: Int, sourceLocation: SourceLocation = #_sourceLocation,
  _ look: () throws -> Value?
) throws -> Value {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if let value = try look() { return value }
    // Gives the other processes the core.
    var nothing = pollfd()
    poll(&nothing, 0, 20)
  }
  return try #require(nil as Value?, "not within \(seconds) s", sourceLocation: sourceLocation)
}

/// A child process whose log can be waited for.
final class Program: @unchecked Sendable {
  struct Result {
    let status: Int32
    let output: String
  }

  // Shared with the reading thread under its lock; the process itself is used by one test alone.
  private let process = Process()
  private let ended = DispatchSemaphore(value: 0)
  private let log = NSCondition()
  private var text = ""
  private var hasEnded = false
  private var cursor = 0
  let name: String

  init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    self.name = name
    process.executableURL =
      name.hasPrefix("/") ? URL(fileURLWithPath: name) : Town.tools.appendingPathComponent(name)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    Thread.detachNewThread { [self] in
      while true {
        let data = pipe.fileHandleForReading.availableData
        log.lock()
        if data.isEmpty { hasEnded = true } else { text += String(decoding: data, as: UTF8.self) }
        log.broadcast()
        log.unlock()
        if data.isEmpty { return }
      }
    }
  }

  var identifier: Int32 { process.processIdentifier }

  /// Waits until `words` stand in the log, after what was waited for before.
  func expect(
    _ words: String, within seconds: Double = 20,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    log.lock()
    defer { log.unlock() }
    while true {
      let rest = text.dropFirst(cursor)
      if let range = rest.range(of: words) {
        cursor = text.distance(from: text.startIndex, to: range.upperBound)
        return
      }
      guard !hasEnded, log.wait(until: deadline) else {
        Issue.record(
          "\(name) never said “\(words)”; it said:\n\(text)", sourceLocation: sourceLocation)
        throw CancellationError()
      }
    }
  }

  var said: String {
    log.lock()
    defer { log.unlock() }
    return text
  }

  /// Ends it as an operator does, and waits.
  @discardableResult
  func stop(sourceLocation: SourceLocation = #_sourceLocation) -> Int32 {
    process.terminate()
    return end(sourceLocation: sourceLocation)
  }

  /// Waits for its end, as long as a service manager would.
  func end(sourceLocation: SourceLocation = #_sourceLocation) -> Int32 {
    if ended.wait(timeout: .now() + 60) == .timedOut {
      Issue.record("\(name) does not end when it is told to", sourceLocation: sourceLocation)
      Glibc.kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// `kill -9`, and waits.
  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func wait() -> Result {
    process.waitUntilExit()
    log.lock()
    while !hasEnded { log.wait() }
    defer { log.unlock() }
    return Result(status: process.terminationStatus, output: text)
  }

  static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try Program(name, arguments, environment: environment).wait()
  }
}
