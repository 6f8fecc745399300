import Glibc
import Synchronization
import Testing
import ZeroMQ

@Suite("The authenticator", .timeLimit(.minutes(5)))
struct AuthenticatorTests {
  static let endpoint = "inproc://zeromq.zap.01"
  static let key = [UInt8](repeating: 7, count: 32)

  /// A request as libzmq would make it, with one field replaced.
  static func request(
    version: String = "1.0", id: String = "41", domain: [UInt8] = bytes("north"),
    address: [UInt8] = bytes("192.0.2.1"), mechanism: String = "CURVE",
    credentials: [[UInt8]] = [key]
  ) -> [[UInt8]] {
    [[], bytes(version), bytes(id), domain, address, [], bytes(mechanism)] + credentials
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frames: [[UInt8]]
    let status: String
  }

  static let hostile: [Hostile] = [
    Hostile(
      testDescription: "NULL mechanism", frames: request(mechanism: "NULL", credentials: []),
      status: "400"),
    Hostile(
      testDescription: "PLAIN mechanism",
      frames: request(mechanism: "PLAIN", credentials: [bytes("user"), bytes("password")]),
      status: "400"),
    Hostile(
      testDescription: "GSSAPI mechanism",
      frames: request(mechanism: "GSSAPI", credentials: [bytes("principal")]), status: "400"),
    Hostile(
      testDescription: "mechanism in small letters", frames: request(mechanism: "curve"),
      status: "400"),
    Hostile(testDescription: "no key", frames: request(credentials: []), status: "400"),
    Hostile(testDescription: "empty key", frames: request(credentials: [[]]), status: "400"),
    Hostile(
      testDescription: "key too short", frames: request(credentials: [Array(key.dropLast())]),
      status: "400"),
    Hostile(
      testDescription: "key too long", frames: request(credentials: [key + [0]]), status: "400"),
    Hostile(testDescription: "two keys", frames: request(credentials: [key, key]), status: "400"),
    Hostile(testDescription: "empty domain", frames: request(domain: []), status: "400"),
    Hostile(
      testDescription: "domain that is not UTF-8", frames: request(domain: [0xC3, 0x28]),
      status: "400"),
    Hostile(
      testDescription: "address that is not UTF-8", frames: request(address: [0xFF]),
      status: "400"),
    Hostile(
      testDescription: "another domain", frames: request(domain: bytes("south")), status: "400"),
    Hostile(
      testDescription: "another key",
      frames: request(credentials: [[UInt8](repeating: 8, count: 32)]), status: "400"),
    Hostile(testDescription: "version 2.0", frames: request(version: "2.0"), status: "500"),
    Hostile(testDescription: "empty version", frames: request(version: ""), status: "500"),
    Hostile(testDescription: "delimiter only", frames: [[]], status: "500"),
    Hostile(
      testDescription: "cut after the id", frames: Array(request().prefix(3)), status: "500"),
    Hostile(
      testDescription: "cut before the mechanism", frames: Array(request().prefix(6)),
      status: "500"),
    Hostile(
      testDescription: "a thousand frames",
      frames: request() + [[UInt8]](repeating: [1], count: 1000), status: "500"),
    Hostile(
      testDescription: "a megabyte as domain",
      frames: request(domain: [UInt8](repeating: 0x61, count: 1 << 20)), status: "400"),
  ]

  private static func northOnly(context: Context) throws -> Authenticator {
    try Authenticator(
      context: context,
      admit: { domain, key, _ in domain == "north" && key.bytes == Self.key ? "seven" : nil })
  }

  private func ask(_ asker: Socket, _ frames: [[UInt8]]) throws -> [[UInt8]] {
    #expect(try asker.send(frames, wait: false) == .sent)
    return try asker.arrival().frames
  }

  @Test("A well-formed request for an admitted key is answered 200 with its user id")
  func admitted() throws {
    let context = try Context()
    let authenticator = try Self.northOnly(context: context)
    let asker = try Socket(context, .dealer)
    try asker.connect(Self.endpoint)
    let reply = try ask(asker, Self.request())
    #expect(reply.map(text) == ["", "1.0", "41", "200", "OK", "seven", ""])
    authenticator.stop()
  }

  @Test("Whatever else is asked is refused, and the next request is answered", arguments: hostile)
  func refused(hostile: Hostile) throws {
    let context = try Context()
    let authenticator = try Self.northOnly(context: context)
    let asker = try Socket(context, .dealer)
    try asker.connect(Self.endpoint)
    let reply = try ask(asker, hostile.frames)
    #expect(reply.count == 7)
    #expect(text(reply[3]) == hostile.status)
    #expect(reply[5].isEmpty, "a refusal names no user")
    #expect(text(try ask(asker, Self.request())[3]) == "200")
    authenticator.stop()
  }

  @Test(
    "A request without an envelope is passed over", arguments: [["x"], ["x", "y"], ["1.0", "1"]])
  func noEnvelope(frames: [String]) throws {
    let context = try Context()
    let authenticator = try Self.northOnly(context: context)
    let asker = try Socket(context, .dealer)
    try asker.connect(Self.endpoint)
    #expect(try asker.send(frames.map(bytes), wait: false) == .sent)
    #expect(text(try ask(asker, Self.request(id: "next"))[2]) == "next")
    authenticator.stop()
  }

  @Test(
    "A user id that could not travel whole admits nobody",
    arguments: ["", "a\0b", String(repeating: "u", count: 256)])
  func badUserID(userID: String) throws {
    let context = try Context()
    let authenticator = try Authenticator(context: context, admit: { _, _, _ in userID })
    let asker = try Socket(context, .dealer)
    try asker.connect(Self.endpoint)
    #expect(text(try ask(asker, Self.request())[3]) == "400")
    authenticator.stop()
  }

  @Test("A context has one authenticator at a time; after a stop the next may come")
  func onlyOne() throws {
    let context = try Context()
    let first = try Self.northOnly(context: context)
    #expect(throws: ZeroMQError(code: EADDRINUSE, operation: "bind \(Self.endpoint)")) {
      try Self.northOnly(context: context)
    }
    first.stop()
    first.stop()
    let second = try Self.northOnly(context: context)
    second.stop()
  }

  @Test("An end that nobody asked for is reported once, a stop is not")
  func endIsReported() throws {
    let ends = Ends()
    let context = try Context()
    let stopped = try Authenticator(
      context: context, admit: { _, _, _ in nil }, onEnd: { ends.add($0) })
    stopped.stop()
    #expect(ends.all.isEmpty)

    let lost = try Authenticator(
      context: context, admit: { _, _, _ in nil }, onEnd: { ends.add($0) })
    context.terminate()
    lost.stop()
    #expect(ends.all.count == 1)
    #expect(ends.all.first??.isTerminated == true)
  }
}

private final class Ends: Sendable {
  private let list = Mutex<[ZeroMQError?]>([])

  func add(_ error: (any Error)?) { list.withLock { $0.append(error as? ZeroMQError) } }

  var all: [ZeroMQError?] { list.withLock { $0 } }
}
