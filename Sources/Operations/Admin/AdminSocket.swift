import Foundation
public import HubProtocol
import ZeroMQ

#if canImport(Glibc)
  import Glibc
#endif

/// The socket on which the router answers operators' commands: one JSON document each way, over
/// `ipc://` at a path in a folder that only the router's user may write in. The kernel tells the
/// router who asks (``AdminPeer``), and the section `roles` of its configuration who may what.
public enum AdminSocket {
  /// The system's limit for the path of a socket is 107 bytes; libzmq adds none.
  public static let longestPath = 100
  /// The largest document in either direction.
  public static let largestDocument = 16 << 20

  public static func endpoint(_ path: String) -> String { "ipc://\(path)" }

  /// Sends one request and waits for its answer.
  ///
  /// - Parameters:
  ///   - path: as `admin-socket` of the router's configuration.
  ///   - timeout: for the whole exchange.
  /// - Throws: ``AdminError``, where nobody answers, the folder is open to others, or the answer
  ///   is not one.
  public static func ask(
    _ request: AdminRequest, at path: String, timeout: Duration = .seconds(5)
  ) throws(AdminError) -> AdminResponse {
    guard path.utf8.count <= longestPath else { throw .pathTooLong(path) }
    try checkFolder(of: path)
    guard FileManager.default.fileExists(atPath: path) else { throw .noAnswer(path) }
    let reply: [UInt8]?
    do {
      reply = try exchange(try encode(request), at: path, timeout: timeout)
    } catch {
      throw .transport(path, "\(error)")
    }
    guard let reply else { throw .noAnswer(path) }
    guard let response = try? decode(AdminResponse.self, from: reply) else {
      throw .notAnAnswer(path)
    }
    return response
  }

  /// A document as it travels: JSON with its keys in order.
  public static func encode(_ document: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(document))
  }

  /// Reads what ``encode(_:)`` wrote.
  /// - Throws: `DecodingError`, also for a document past ``largestDocument``.
  public static func decode<Document: Decodable>(
    _ type: Document.Type, from bytes: [UInt8]
  ) throws -> Document {
    guard bytes.count <= largestDocument else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "too large"))
    }
    return try JSONDecoder().decode(type, from: Data(bytes))
  }

  /// Refuses a folder in which another user could put a socket of their own.
  /// - Parameter mayBeEntered: whether others may at least enter it; the router says no where
  ///   nobody else holds a role.
  public static func checkFolder(
    of path: String, mayBeEntered: Bool = true
  ) throws(AdminError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var status = stat()
    guard stat(folder, &status) == 0 else {
      throw errno == EACCES ? .forbidden(folder) : .noAnswer(path)
    }
    let closed: mode_t = mayBeEntered ? 0o022 : 0o077
    guard status.st_mode & closed == 0 else { throw .folderIsOpen(folder) }
    guard access(folder, X_OK) == 0 else { throw .forbidden(folder) }
  }

  private static func exchange(
    _ request: [UInt8], at path: String, timeout: Duration
  ) throws -> [UInt8]? {
    let deadline = ContinuousClock.now + timeout
    let socket = try Socket(Context(), .req)
    defer { socket.close() }
    try socket.set(.maximumMessageBytes(Int64(largestDocument)))
    try socket.connect(endpoint(path))
    guard try socket.send(frame: request, wait: false) == .sent else { return nil }
    let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
    guard try !Poller.poll([socket], timeoutMilliseconds: max(0, Int(left))).isEmpty,
      let message = try socket.receive(wait: false), message.frames.count == 1
    else { return nil }
    return message.frames[0]
  }
}

/// Why a command could not reach the router.
public enum AdminError: Error, Hashable, Sendable, CustomStringConvertible {
  case noAnswer(String)
  case forbidden(String)
  case folderIsOpen(String)
  case pathTooLong(String)
  case notAnAnswer(String)
  case transport(String, String)

  public var description: String {
    switch self {
    case .noAnswer(let path):
      "the router does not answer at \(path): is accord-router running?"
    case .forbidden(let folder):
      "\(folder) may not be entered: run the command as the router's user, or with sudo"
    case .folderIsOpen(let folder):
      "\(folder) is open to other users, who could answer in the router's place: "
        + "run 'chmod 700 \(folder)', or 'chmod 711' where 'roles' names other users"
    case .pathTooLong(let path):
      "\(path) is longer than a socket's path may be (\(AdminSocket.longestPath) bytes)"
    case .notAnAnswer(let path):
      "what answers at \(path) is not this version's router: compare 'accord --version' with it"
    case .transport(let path, let reason):
      "the router cannot be asked at \(path): \(reason)"
    }
  }
}
