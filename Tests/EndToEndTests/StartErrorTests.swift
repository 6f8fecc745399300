import Foundation
import GRDB
import Glibc
import Testing

/// A daemon that cannot start says what happened and by which code to look it up: on standard
/// error for whoever started it, and in its log.
@Suite("Daemons that cannot start", .serialized, .timeLimit(.minutes(15)))
struct StartErrorTests {
  let town: Town

  init() throws { town = try Town() }

  private static let adapters = [
    ("accord-sheriff", "lakewood-sheriff"), ("accord-prosecutor", "lakewood-prosecutor"),
    ("accord-public-defender", "lakewood-defender"),
    ("accord-behavioral-health", "harbor-behavioral"),
  ]

  /// - Parameter status: 78 where starting again mends nothing.
  private func refuses(
    _ daemon: String, _ file: String, _ code: String, status: Int32 = 78, says words: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = daemon == "accord-router" ? [] : ["run"]
    let result = try Program.run(daemon, run + ["--config", town.path(file)])
    #expect(result.status == status, "\(result.output)", sourceLocation: sourceLocation)
    let explained = "[\(code)] explained by: accord errors lookup \(code)"
    #expect(result.output.contains(explained), "\(result.output)", sourceLocation: sourceLocation)
    #expect(
      words.isEmpty || result.output.contains(words), "\(result.output)",
      sourceLocation: sourceLocation)
    // A configuration that cannot be read says no log either.
    if code != "configuration" || !words.isEmpty {
      #expect(
        result.output.contains("\"code\":\"\(code)\""), "\(result.output)",
        sourceLocation: sourceLocation)
    }
    let lookup = try Program.run("accord", ["errors", "lookup", code])
    #expect(lookup.status == 0, "\(lookup.output)", sourceLocation: sourceLocation)
  }

  private func change(_ file: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: town.path(file), encoding: .utf8)
    try change(text).write(toFile: town.path(file), atomically: true, encoding: .utf8)
  }

  /// Whose log is a JSON object a line.
  private func logAsJSON(_ file: String) throws {
    try change(file) { $0.replacing("format: plain", with: "format: json") }
  }

  @Test("A mistake in a configuration")
  func configuration() throws {
    for (daemon, name) in [("accord-router", "router")] + Self.adapters {
      try change("\(name).yaml") { $0 + "\nno-such-key: 1\n" }
      try refuses(daemon, "\(name).yaml", "configuration")
    }
  }

  @Test("A key that is not there")
  func key() throws {
    for (daemon, name) in [("accord-router", "router")] + Self.adapters {
      try logAsJSON("\(name).yaml")
      let key = "keys/\(name).yaml"
      try FileManager.default.removeItem(atPath: town.path(key))
      try refuses(daemon, "\(name).yaml", "configuration", says: key)
    }
  }

  @Test("A port that another program has")
  func port() throws {
    try logAsJSON("router.yaml")
    let router = try Taken(port: town.basePort)
    try refuses("accord-router", "router.yaml", "socket")
    router.free()
    try logAsJSON("lakewood-prosecutor.yaml")
    let desk = try Taken(port: town.basePort + 90)
    try change("lakewood-prosecutor.yaml") {
      $0 + "\ndesk: {port: \(town.basePort + 90), plain: true}\n"
    }
    // It may be free the next time.
    try refuses(
      "accord-prosecutor", "lakewood-prosecutor.yaml", "desk-address", status: 1,
      says: "127.0.0.1:\(town.basePort + 90)")
    desk.free()
  }

  @Test("A desk without a certificate, or with something else for one")
  func certificate() throws {
    let file = "lakewood-defender.yaml"
    try logAsJSON(file)
    try change(file) { $0 + "\ndesk: {port: \(town.basePort + 91)}\n" }
    try refuses("accord-public-defender", file, "desk-certificate", says: "desk certificate")
    for part in ["desk-certificate.pem", "desk-key.pem"] {
      try "no PEM\n".write(
        toFile: town.path("state/lakewood-defender/\(part)"), atomically: true, encoding: .utf8)
    }
    try refuses("accord-public-defender", file, "desk-certificate", says: "in PEM")
  }

  @Test("A store that is damaged, newer, or where no folder can be")
  func store() throws {
    for (daemon, name) in Self.adapters {
      let file = "\(name).yaml"
      try logAsJSON(file)
      let state = town.path("state/\(name)")
      let store = state + "/adapter.sqlite"
      let program = try town.start(daemon, ["run", "--config", town.path(file)])
      try program.expect("adapter is up")
      #expect(program.stop() == 0)
      try DatabaseQueue(path: store).write { database in
        try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('hub-client/99')")
      }
      try refuses(daemon, file, "store-newer-than-program", says: store)
      for part in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store + part) }
      try Data(repeating: 0x2e, count: 8_192).write(to: URL(fileURLWithPath: store))
      try refuses(daemon, file, "damaged", says: store)
      try FileManager.default.removeItem(atPath: state)
      try Data().write(to: URL(fileURLWithPath: state))
      try refuses(daemon, file, "folder", says: state)
    }
  }

  @Test("A ledger or key store that is another's, or none")
  func ledger() throws {
    try logAsJSON("router.yaml")
    let state = town.path("state/router")
    let program = try town.startRouter()
    #expect(program.stop() == 0)
    for (file, code) in [("ledger.sqlite", "not-a-ledger"), ("keys.sqlite", "not-a-key-store")] {
      let path = state + "/" + file
      let kept = state + "/kept"
      try FileManager.default.moveItem(atPath: path, toPath: kept)
      for part in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + part) }
      try DatabaseQueue(path: path).write { database in
        try database.execute(sql: "CREATE TABLE other (id INTEGER)")
      }
      try refuses("accord-router", "router.yaml", code)
      for part in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + part) }
      try FileManager.default.moveItem(atPath: kept, toPath: path)
    }
    let master = town.path("master.key")
    let other = String(repeating: "5a", count: 32)
    try FileManager.default.removeItem(atPath: master)
    try #require(
      FileManager.default.createFile(
        atPath: master, contents: Data((other + "\n").utf8), attributes: [.posixPermissions: 0o600])
    )
    try refuses("accord-router", "router.yaml", "wrong-master-key")
  }

  @Test("A state folder that another daemon uses, and another daemon's configuration")
  func another() throws {
    let file = "lakewood-prosecutor.yaml"
    try logAsJSON(file)
    let first = try town.start("accord-prosecutor", ["run", "--config", town.path(file)])
    try first.expect("adapter is up")
    // It may have stopped by the next start.
    try refuses(
      "accord-prosecutor", file, "state-in-use", status: 1, says: "state/lakewood-prosecutor")
    #expect(first.stop() == 0)
    try refuses(
      "accord-sheriff", file, "configuration", says: "this is the daemon of a sheriff")
    let check = try Program.run(
      "accord-sheriff", ["config", "check", "--config", town.path(file)])
    #expect(check.status == 2 && check.output.contains("daemon of a sheriff"), "\(check.output)")
  }

  @Test("A router's state folder that is not there: the path, and how to make it")
  func misspeltState() throws {
    try logAsJSON("router.yaml")
    try change("router.yaml") {
      $0.replacing(town.path("state/router"), with: town.path("state/ruoter"))
        .replacing(town.path("state/ruoter") + "/admin", with: town.path("state/router") + "/admin")
    }
    try refuses(
      "accord-router", "router.yaml", "key-store-storage",
      says: "\(town.path("state/ruoter"))/keys.sqlite: No such file or directory")
    let told = try Program.run("accord-router", ["--config", town.path("router.yaml")])
    #expect(told.output.contains("is 'state' in the configuration right?"), "\(told.output)")
    #expect(!told.output.contains("hardware"), "\(told.output)")
  }

  @Test("A file that a check cannot read is named, with its code and what to do")
  func checkedFile() throws {
    let told = try Program.run(
      "accord-sheriff",
      ["check", "/nonexist", "--config", town.path("lakewood-sheriff.yaml")])
    #expect(told.status == 3 && told.output.contains("/nonexist cannot be read"), "\(told.output)")
    #expect(told.output.contains("[file-rejected]") && !told.output.contains("NSCocoa"))
  }

  @Test("A command of a daemon's gives its code too")
  func command() throws {
    try change("lakewood-prosecutor.yaml") { $0 + "\nno-such-key: 1\n" }
    let result = try Program.run(
      "accord-prosecutor", ["holds", "--config", town.path("lakewood-prosecutor.yaml")])
    #expect(result.status == 1)
    #expect(result.output.contains("[configuration] explained by"), "\(result.output)")
  }
}

/// A port of this machine that is taken.
private final class Taken {
  private let socket: Int32
  private struct CannotBind: Error {}

  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) == 0 }
    }
    guard isBound, listen(socket, 1) == 0 else { throw CannotBind() }
  }

  func free() { close(socket) }
}
