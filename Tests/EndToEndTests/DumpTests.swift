import Foundation
import Testing

@Suite("Memory of the daemons", .serialized, .timeLimit(.minutes(15)))
struct DumpTests {
  /// Started with leave to dump a megabyte, as a control process is that keeps it.
  private func start(_ path: String, _ arguments: [String]) throws -> Program {
    try Program("/usr/bin/prlimit", ["--core=1048576:1048576", path] + arguments)
  }

  private func coreLimit(of program: Program) throws -> [Substring] {
    let limits = try String(contentsOfFile: "/proc/\(program.identifier)/limits", encoding: .utf8)
    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core") })
    return Array(line.split(separator: " ").dropFirst(4).prefix(2))
  }

  @Test("No daemon leaves its memory to a dump or to another process, nor does the command line")
  func dumps() throws {
    let town = try Town()
    let control = try start("/usr/bin/tail", ["-f", "/dev/null"])
    #expect(try eventually(within: 10) {
      try coreLimit(of: control) == ["1048576", "1048576"] ? true : nil
    })
    control.kill()
    let router = Town.tools.appendingPathComponent("accord-router").path
    var daemons = [try start(router, ["--config", town.path("router.yaml")])]
    try daemons[0].expect("router is up")
    for (daemon, agency) in [
      ("accord-sheriff", "lakewood-sheriff"), ("accord-prosecutor", "lakewood-prosecutor"),
      ("accord-public-defender", "lakewood-defender"),
      ("accord-behavioral-health", "harbor-behavioral"),
    ] {
      let program = try start(
        Town.tools.appendingPathComponent(daemon).path,
        ["run", "--config", town.path("\(agency).yaml")])
      try program.expect("adapter is up")
      daemons.append(program)
    }
    // The command line reads keys, too; this command runs until it is stopped.
    let tail = try start(
      Town.tools.appendingPathComponent("accord").path,
      ["tail", "--config", town.path("router.yaml")])
    #expect(try eventually(within: 10) { try coreLimit(of: tail) == ["0", "0"] ? true : nil })
    tail.kill()
    for program in daemons {
      #expect(try coreLimit(of: program) == ["0", "0"], "\(program.name)")
    }
    for program in daemons.reversed() { program.stop() }
  }
}
