import Synchronization
import Testing
import ZeroMQ

/// Far beyond what anything here takes; reached only when a test fails.
let patience = 20_000

/// Any free port of this machine.
let anyPort = "tcp://127.0.0.1:*"

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension Socket {
  /// Sends text frames; the socket must take them.
  func post(_ frames: String..., location: SourceLocation = #_sourceLocation) throws {
    let result = try send(frames.map(bytes), wait: false)
    #expect(result == .sent, sourceLocation: location)
  }

  /// The next message, awaited.
  func arrival(location: SourceLocation = #_sourceLocation) throws -> Message {
    let ready = try Poller.poll([self], timeoutMilliseconds: patience)
    try #require(ready == [0], "nothing arrived", sourceLocation: location)
    return try #require(try receive(wait: false), sourceLocation: location)
  }

  /// Whether nothing is there to be read at this moment.
  var isQuiet: Bool {
    get throws { try Poller.poll([self], timeoutMilliseconds: 0).isEmpty }
  }
}

extension SocketMonitor {
  /// Waits for an event that fits and returns all events up to it.
  @discardableResult
  func until(
    _ what: String, location: SourceLocation = #_sourceLocation,
    _ fits: (SocketEvent.Kind) -> Bool
  ) throws -> [SocketEvent.Kind] {
    var seen: [SocketEvent.Kind] = []
    while true {
      let ready = try Poller.poll([socket], timeoutMilliseconds: patience)
      try #require(ready == [0], "no event: \(what); seen \(seen)", sourceLocation: location)
      let event = try #require(try next(wait: false), sourceLocation: location)
      seen.append(event.kind)
      if fits(event.kind) { return seen }
    }
  }

  @discardableResult
  func until(
    _ kind: SocketEvent.Kind, location: SourceLocation = #_sourceLocation
  ) throws -> [SocketEvent.Kind] {
    try until("\(kind)", location: location) { $0 == kind }
  }
}

/// Who may in where; changes while the authenticator runs.
final class KeyRing: Sendable {
  private struct Entry: Hashable {
    let domain: String
    let key: CurvePublicKey
  }

  private let entries = Mutex<[Entry: String]>([:])

  func admit(_ key: CurvePublicKey, at domain: String, as userID: String) {
    entries.withLock { $0[Entry(domain: domain, key: key)] = userID }
  }

  func cutOff(_ key: CurvePublicKey, at domain: String) {
    _ = entries.withLock { $0.removeValue(forKey: Entry(domain: domain, key: key)) }
  }

  func userID(of key: CurvePublicKey, at domain: String) -> String? {
    entries.withLock { $0[Entry(domain: domain, key: key)] }
  }
}

/// A context with a server key, a key ring and, unless left out, its authenticator.
struct Site {
  let context: Context
  let ring = KeyRing()
  let server: CurveKeyPair

  init() throws {
    context = try Context()
    server = try CurveKeyPair.generate()
  }

  func authenticator() throws -> Authenticator {
    let ring = ring
    return try Authenticator(
      context: context, admit: { domain, key, _ in ring.userID(of: key, at: domain) })
  }

  func listener(
    _ kind: SocketKind, domain: String, options: [SocketOption] = []
  ) throws -> Socket {
    let socket = try Socket(context, kind)
    for option in options { try socket.set(option) }
    try socket.beCurveServer(secretKey: server.secretKey, domain: domain)
    try socket.bind(anyPort)
    return socket
  }

  /// A client that is not connected yet and reconnects quickly.
  func client(
    _ kind: SocketKind, keys: CurveKeyPair, options: [SocketOption] = []
  ) throws -> Socket {
    let socket = try Socket(context, kind)
    try socket.set(.reconnect(minimum: 5, maximum: 50))
    for option in options { try socket.set(option) }
    try socket.beCurveClient(serverKey: server.publicKey, keys: keys)
    return socket
  }
}

func isHandshakeFailure(_ kind: SocketEvent.Kind) -> Bool {
  if case .handshakeFailed = kind { true } else { false }
}
