import Foundation
import Testing

/// Files and folders are judged as the router's user would find them, not as root does, who may
/// read everything, and not as somebody who may read nothing.
@Suite(
  "Places, as the router's user has them", .serialized, .timeLimit(.minutes(15)),
  .enabled(if: geteuid() == 0, "takes root, to run as somebody else"))
struct JudgedPlacesTests {
  let town: Town

  /// The router's user is here the system's `daemon`.
  init() throws {
    town = try Town()
    _ = try Program.run("/usr/bin/chown", ["-R", "daemon:", town.folder.path])
    try mode(0o711, "")
  }

  private func mode(_ bits: Int, _ name: String) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: bits], ofItemAtPath: name.isEmpty ? town.folder.path : town.path(name))
  }

  private func asUser(_ user: String, _ arguments: String...) throws -> Program.Result {
    let tool = Town.tools.appendingPathComponent("accord").path
    return try Program.run(
      "/usr/bin/setpriv",
      ["--reuid", user, "--clear-groups", tool] + arguments
        + ["--config", town.path("router.yaml")])
  }

  @Test("Root's check is red where a file is closed to the router's user")
  func closedFiles() throws {
    let good = try town.accord("config", "check")
    #expect(good.status <= 1, "\(good.output)")
    for file in ["keys/router.yaml", "registry.yaml", "router.yaml", "master.key"] {
      _ = try Program.run("/usr/bin/chown", ["root:", town.path(file)])
      try mode(0o600, file)
      for command in [["config", "check"], ["doctor"]] {
        let told = try Program.run(
          "accord", command + ["--config", town.path("router.yaml")])
        #expect(told.status == 2, "\(file): \(told.output)")
        #expect(told.output.contains("\(file): cannot be read"), "\(told.output)")
      }
      _ = try Program.run("/usr/bin/chown", ["daemon:", town.path(file)])
    }
  }

  @Test("A state folder that the router's user can neither find nor make is red")
  func missingState() throws {
    let file = town.path("router.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("state: \"\(town.path("state/router"))\"", with: "state: /var/lib/acord/x")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try mode(0o644, "router.yaml")
    let told = try asUser("daemon", "config", "check")
    #expect(told.status == 2 && told.output.contains("Is the path right?"), "\(told.output)")
  }

  @Test("An operator without sudo is told what cannot be judged, and nothing is called broken")
  func operatorLooks() throws {
    try mode(0o644, "router.yaml")
    for running in [false, true] {
      if running { try town.startRouter() }
      for command in ["doctor", "config check"] {
        let told = try Program.run(
          "/usr/bin/setpriv",
          ["--reuid", "nobody", "--clear-groups", Town.tools.appendingPathComponent("accord").path]
            + command.split(separator: " ").map(String.init)
            + ["--config", town.path("router.yaml")])
        #expect(told.status == 1, "\(told.output)")
        #expect(told.output.contains("cannot be judged as nobody"), "\(told.output)")
        #expect(!told.output.contains("chown"), "\(told.output)")
        #expect(!told.output.contains("another program"), "\(told.output)")
      }
    }
  }
}
