import Glibc
import Testing

/// What a service manager does, and people who change their mind.
@Suite("Daemons that are told to end", .serialized, .timeLimit(.minutes(15)))
struct StoppingTests {
  @Test("Told to end before its start was heard of, a daemon ends in order")
  func beforeReady() throws {
    let town = try Town()
    for (daemon, arguments, up) in [
      ("accord-router", ["--config", town.path("router.yaml")], "router is up"),
      ("accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")], "adapter is up"),
    ] {
      let manager = try DeafManager(at: town.path("notify"))
      let program = try Program(
        daemon, arguments, environment: ["NOTIFY_SOCKET": town.path("notify")])
      try program.expect(up)
      // It waits to say that it is ready: nobody hears it yet.
      kill(program.identifier, SIGTERM)
      manager.listen()
      #expect(program.end() == 0)
      try program.expect("stopped")
    }
  }
}

/// A service manager who hears nothing until it listens: its socket takes no more.
private final class DeafManager {
  private let socket: Int32
  private struct CannotBind: Error {}

  init(at path: String) throws {
    unlink(path)
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let sender = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(sender) }
    let isFull = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(socket, address, size) == 0 else { return false }
        while sendto(sender, "x", 1, Int32(MSG_DONTWAIT), address, size) == 1 {}
        return errno == EAGAIN
      }
    }
    guard isFull else { throw CannotBind() }
  }

  func listen() {
    var byte: UInt8 = 0
    while recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) >= 0 {}
  }

  deinit { close(socket) }
}
