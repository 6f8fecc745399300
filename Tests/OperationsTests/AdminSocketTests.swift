import Foundation
import HubProtocol
import Operations
import Testing
import ZeroMQ

@Suite("Admin socket, asked")
struct AdminSocketTests {
  /// Answers one request at `path` with `reply`, whatever it is.
  static func answer(
    at path: String, with reply: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) throws -> OwnedThread {
    let socket = try Socket(Context(), .rep)
    try socket.bind(AdminSocket.endpoint(path))
    return try OwnedThread(name: "admin-test") {
      defer { socket.close() }
      guard let ready = try? Poller.poll([socket], timeoutMilliseconds: 10_000), !ready.isEmpty,
        let message = try? socket.receive(wait: false)
      else { return }
      _ = try? socket.set(.lingerMilliseconds(1_000))
      _ = try? socket.send(frame: reply(message.frames[0]), wait: true)
    }
  }

  @Test("a question is answered by the router's document", .timeLimit(.minutes(5)))
  func asks() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("admin.sock")
    let thread = try Self.answer(at: path) { request in
      let asked = try? AdminSocket.decode(AdminRequest.self, from: request)
      let response: AdminResponse =
        asked == .held(agency: "a") ? .done("heard") : .failed(code: "x", remedy: "y")
      return (try? AdminSocket.encode(response)) ?? []
    }
    let response = try AdminSocket.ask(.held(agency: "a"), at: path)
    thread.join()
    #expect(response == .done("heard"))
  }

  @Test("without a router the error says what to look at")
  func nobody() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("admin.sock")
    let error = #expect(throws: AdminError.self) { try AdminSocket.ask(.status, at: path) }
    #expect(
      error?.description == "the router does not answer at \(path): is accord-router running?")
  }

  @Test("a router that died and left its socket behind counts as not answering")
  func leftBehind() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("admin.sock")
    try TextFile.write("", to: path, mode: 0o600, overwrites: false)
    #expect(throws: AdminError.noAnswer(path)) {
      try AdminSocket.ask(.status, at: path, timeout: .milliseconds(200))
    }
  }

  @Test("what is no answer is told apart from silence", .timeLimit(.minutes(5)))
  func nonsense() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("admin.sock")
    let thread = try Self.answer(at: path) { _ in Array("{}".utf8) }
    #expect(throws: AdminError.notAnAnswer(path)) { try AdminSocket.ask(.status, at: path) }
    thread.join()
  }

  @Test("a folder that others may write in is refused", arguments: [0o775, 0o770, 0o702])
  func openFolder(_ mode: Int) throws {
    let folder = try TemporaryFolder()
    try folder.setMode(mode, of: folder.path)
    #expect(throws: AdminError.folderIsOpen(folder.path)) {
      try AdminSocket.ask(.status, at: folder.file("admin.sock"))
    }
  }

  @Test("a path longer than the system takes is refused")
  func longPath() {
    let path = "/" + String(repeating: "x", count: 120)
    #expect(throws: AdminError.pathTooLong(path)) { try AdminSocket.ask(.status, at: path) }
  }
}
