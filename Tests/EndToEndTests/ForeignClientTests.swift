import Foundation
import Testing

/// The contract is `accord.proto` and its article: a client in another language joins from them.
@Suite("A foreign client", .serialized)
struct ForeignClientTests {
  static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("ForeignClient")
  static let contract = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/Wire/HubProtocol")

  @Test("A Python client enrols, publishes, receives, acknowledges and resumes after a kill -9")
  func python() throws {
    let town = try Town()
    let generated = town.path("generated")
    try FileManager.default.createDirectory(
      atPath: generated, withIntermediateDirectories: true)
    let protoc = try Program.run(
      "/usr/bin/protoc",
      ["-I", Self.contract.path, "--python_out", generated, "accord.proto"])
    try #require(protoc.status == 0, "\(protoc.output)")

    // The client signs nothing, which the registry must allow its agencies.
    let registry = URL(fileURLWithPath: town.path("registry.yaml"))
    let text = try String(contentsOf: registry, encoding: .utf8)
      .replacing("    keys:\n", with: "    unsealed-messages: true\n    keys:\n")
    try Data(text.utf8).write(to: registry)

    let router = try town.startRouter()
    try tell("first", in: town, generated)
    router.kill()
    try town.startRouter()
    try tell("second", in: town, generated)
  }

  private func tell(_ step: String, in town: Town, _ generated: String) throws {
    let result = try Program.run(
      "/usr/bin/python3",
      [
        Self.scripts.appendingPathComponent("story.py").path, town.folder.path,
        "\(town.basePort)", step,
      ], environment: ["PYTHONPATH": generated, "PYTHONDONTWRITEBYTECODE": "1"])
    #expect(result.status == 0, "\(result.output)")
  }
}
