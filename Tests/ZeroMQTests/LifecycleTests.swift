import Glibc
import Synchronization
import Testing
import ZeroMQ

@Suite("Contexts, sockets and threads", .timeLimit(.minutes(15)))
struct LifecycleTests {
  @Test("Terminating a context ends a wait on another thread and returns once its socket is closed")
  func terminate() throws {
    let context = try Context()
    let started = try Waker()
    let outcome = Outcome()
    let socket = try Socket(context, .pull)
    try socket.bind("inproc://here")
    let thread = try OwnedThread(name: "reader") {
      started.wake()
      do throws(ZeroMQError) {
        _ = try socket.receive(wait: true)
      } catch {
        outcome.error.withLock { $0 = error }
      }
      socket.close()
    }
    _ = try Poller.poll([], extraDescriptors: [started.descriptor], timeoutMilliseconds: patience)
    context.terminate()
    context.terminate()
    thread.join()
    #expect(outcome.error.withLock { $0 }?.isTerminated == true)
    #expect(throws: ZeroMQError.self) { try Socket(context, .pull) }
  }

  @Test("A context wants a sensible number of threads", arguments: [-1, 0, 65])
  func badThreads(count: Int) {
    #expect(throws: ZeroMQError.self) { try Context(ioThreads: count) }
  }

  @Test("A closed socket answers with an error, whatever is asked of it")
  func closedSocket() throws {
    let socket = try Socket(Context(), .dealer)
    socket.close()
    socket.close()
    #expect(socket.isClosed)
    #expect(throws: ZeroMQError.self) { try socket.bind(anyPort) }
    #expect(throws: ZeroMQError.self) { try socket.connect("tcp://127.0.0.1:1") }
    #expect(throws: ZeroMQError.self) { try socket.send(frame: [1], wait: false) }
    #expect(throws: ZeroMQError.self) { try socket.receive(wait: false) }
    #expect(throws: ZeroMQError.self) { try socket.lastEndpoint }
    #expect(throws: ZeroMQError.self) { try SocketMonitor(socket) }
  }

  @Test("A port in use is reported, and free again after unbinding")
  func portInUse() throws {
    let context = try Context()
    let first = try Socket(context, .router)
    try first.bind(anyPort)
    let endpoint = try first.lastEndpoint
    #expect(endpoint.hasPrefix("tcp://127.0.0.1:") && !endpoint.hasSuffix("*"))
    let second = try Socket(context, .router)
    #expect(throws: ZeroMQError(code: EADDRINUSE, operation: "bind \(endpoint)")) {
      try second.bind(endpoint)
    }
    try first.unbind(endpoint)
    try second.bind(endpoint, patienceMilliseconds: patience)
    #expect(try second.lastEndpoint == endpoint)
  }

  @Test("An endpoint that makes no sense is an error that names it")
  func badEndpoint() throws {
    let socket = try Socket(Context(), .router)
    #expect(throws: ZeroMQError(code: EPROTONOSUPPORT, operation: "bind carrier://pigeon")) {
      try socket.bind("carrier://pigeon")
    }
    #expect(throws: ZeroMQError(code: EINVAL, operation: "connect nowhere")) {
      try socket.connect("nowhere")
    }
  }

  static let options: [(SocketKind, SocketOption)] = [
    (.dealer, .sendHighWater(65)), (.dealer, .receiveHighWater(65)),
    (.dealer, .lingerMilliseconds(100)), (.dealer, .maximumMessageBytes(1 << 20)),
    (.dealer, .handshakeMilliseconds(5_000)),
    (.dealer, .tcpPatienceMilliseconds(3_000)),
    (.dealer, .sendBufferBytes(16_384)), (.dealer, .receiveBufferBytes(16_384)),
    (.router, .routerMandatory(true)), (.router, .routerHandover(true)),
    (.xpub, .xpubVerbose(true)), (.dealer, .immediate(true)),
    (.dealer, .reconnect(minimum: 10, maximum: 1_000)), (.sub, .subscribe([1, 2])),
    (.sub, .unsubscribe([1, 2])), (.dealer, .connectMilliseconds(1_000)),
    (.dealer, .tcpKeepalive(idleSeconds: 30, intervalSeconds: 5, count: 3)),
    (.dealer, .routingID([65, 66])), (.dealer, .ipv6(true)), (.router, .backlog(10)),
  ]

  @Test("libzmq knows every option", arguments: options)
  func option(kind: SocketKind, option: SocketOption) throws {
    let socket = try Socket(Context(), kind)
    if case .unsubscribe(let prefix) = option { try socket.set(.subscribe(prefix)) }
    try socket.set(option)
  }

  @Test("An option for another kind of socket is refused, and the error keeps its bytes to itself")
  func wrongOption() throws {
    let socket = try Socket(Context(), .dealer)
    #expect(throws: ZeroMQError(code: EINVAL, operation: "set subscribe")) {
      try socket.set(.subscribe(bytes("red.")))
    }
    #expect(throws: ZeroMQError.self) { try socket.set(.routingID([])) }
  }

  @Test("Joining returns after the body has ended, for every caller")
  func join() throws {
    let outcome = Outcome()
    let gate = try Waker()
    let thread = try OwnedThread(name: "a name of more than fifteen bytes") {
      _ = try? Poller.poll([], extraDescriptors: [gate.descriptor], timeoutMilliseconds: patience)
      outcome.name.withLock { $0 = ownName() }
    }
    let other = try OwnedThread(name: "joiner") { thread.join() }
    gate.wake()
    thread.join()
    #expect(outcome.name.withLock { $0 } == "a name of more ")
    other.join()
    thread.join()
  }

  @Test("A monitor tells of a connection's life and of its socket's end")
  func monitor() throws {
    let context = try Context()
    let router = try Socket(context, .router)
    let atServer = try SocketMonitor(router)
    try router.bind(anyPort)
    try atServer.until(.listening)
    let dealer = try Socket(context, .dealer)
    let atClient = try SocketMonitor(dealer)
    try dealer.connect(try router.lastEndpoint)
    #expect(try atClient.until(.handshakeSucceeded).contains(.connected))
    #expect(try atServer.until(.handshakeSucceeded).contains(.accepted))
    router.close()
    try atClient.until(.disconnected)
    try atServer.until(.monitorStopped)
    atServer.close()
    atClient.close()
    atClient.close()
    try dealer.post("a monitor may be gone while its socket goes on")
  }

  @Test("Errors name what was tried and what came of it")
  func errors() {
    let error = ZeroMQError(code: EADDRINUSE, operation: "bind tcp://127.0.0.1:7400")
    #expect(error.message == "Address already in use")
    #expect(
      "\(error)" == "bind tcp://127.0.0.1:7400: Address already in use (errno \(EADDRINUSE))")
  }
}

/// The calling thread's name, as the system's tools show it.
private func ownName() -> String {
  guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
  defer { fclose(file) }
  var name = [UInt8](repeating: 0, count: 64)
  let count = fread(&name, 1, name.count, file)
  return text(Array(name.prefix(count).prefix { $0 != UInt8(ascii: "\n") }))
}

private final class Outcome: Sendable {
  let error = Mutex<ZeroMQError?>(nil)
  let name = Mutex("")
}
