import Foundation
import HubModel
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Operations
import Synchronization

/// Takes messages of HL7 version 2 over MLLP: one listener, any number of messages on a connection,
/// each answered before the next is read.
struct HL7Connector: Sendable {
  let name: String
  let folder: String
  let mapping: RecordMapping
  let layout: HL7Layout
  let host: String
  let port: Int
  let tls: ConnectorTLS?
  let log: Logger

  /// At once; a feed needs one.
  private static let mostConnections = 32

  /// Listens until the task is cancelled.
  /// - Parameter isOpen: told the port once.
  func run(
    _ door: IntakeDoor, isOpen: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    let context = try tls?.context()
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.backlog, value: 16)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // A sender whose machine vanished must not keep its place for ever.
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let line = channel.pipeline.syncOperations
          if let context { try line.addHandler(NIOSSLServerHandler(context: context)) }
          try line.addHandler(ByteToMessageHandler(MLLPDecoder()))
          try line.addHandler(MessageToByteHandler(MLLPEncoder()))
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
            wrappingChannelSynchronously: channel)
        }
      }
    isOpen(server.channel.localAddress?.port ?? port)
    try await withThrowingDiscardingTaskGroup { group in
      try await server.executeThenClose { connections in
        let count = ConnectionCount()
        for try await connection in connections {
          guard count.enter(Self.mostConnections) else {
            log.warning("too many connections", metadata: ["connector": "\(name)"])
            try? await connection.channel.close()
            continue
          }
          group.addTask {
            await serve(connection, door)
            count.leave()
          }
        }
      }
    }
  }

  private func serve(
    _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ door: IntakeDoor
  ) async {
    do {
      try await connection.executeThenClose { messages, answers in
        for try await message in messages {
          let bytes = Data(message.readableBytesView)
          guard let texts = await answer(bytes, door) else { return }
          for text in texts { try await answers.write(ByteBuffer(string: text)) }
        }
      }
    } catch {
      let words = (error as? MLLPFault)?.description ?? "\(type(of: error))"
      log.warning("a connection ended", metadata: ["connector": "\(name)", "why": "\(words)"])
    }
  }

  /// - Returns: `nil` where the adapter cannot take it now: without an answer the sender sends it
  ///   again.
  func answer(_ bytes: Data, _ door: IntakeDoor) async -> [String]? {
    let now = SystemClock().wall()
    let header = HL7Message.header(of: bytes)
    let id = "\(now.milliseconds)\(UInt16.random(in: 1_000...9_999))"
    if let header, layout.isIgnored(bytes) {
      return HL7Acknowledgement(result: .accepted).messages(to: header, id: id, at: now)
    }
    let told = await door.bring(
      bytes, by: name, ending: "hl7", into: folder, at: now.milliseconds)
    guard case .filed = told else { return nil }
    return acknowledgement(of: bytes, header).messages(to: header, id: id, at: now)
  }

  private func acknowledgement(of bytes: Data, _ header: HL7Message?) -> HL7Acknowledgement {
    guard let header else {
      return .init(
        result: .rejected,
        problem: .init(code: 100, text: "There is no MSH segment. Send HL7 version 2."))
    }
    if let refusal = layout.refusal(of: header) {
      return .init(result: .rejected, problem: problem(refusal.error, code: refusal.code))
    }
    guard let first = mapping.form(of: bytes).bad.first else { return .init(result: .accepted) }
    // A character set that cannot be read is an error of the data's type.
    return .init(result: .error, problem: problem(first, code: first.field == "MSH-18" ? 102 : 207))
  }

  private func problem(_ error: IntakeError, code: Int) -> HL7Acknowledgement.Problem {
    .init(
      code: code, text: error.description, place: error.field.flatMap { layout.location(of: $0) })
  }
}

/// How many connections there are.
private final class ConnectionCount: Sendable {
  private let count = Mutex(0)

  func enter(_ most: Int) -> Bool {
    count.withLock { count in
      guard count < most else { return false }
      count += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}

/// Certificates of a listener, and of those who may connect.
struct ConnectorTLS: Sendable {
  var certificate: String
  var key: String
  /// Whoever connects needs a certificate that one of these vouches for.
  var clients: String?

  var configuration: TLSConfiguration {
    get throws {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
      configuration.minimumTLSVersion = .tlsv12
      if let clients {
        configuration.trustRoots = .file(clients)
        // The name in a client's certificate is no host's.
        configuration.certificateVerification = .noHostnameVerification
      }
      return configuration
    }
  }

  func context() throws -> NIOSSLContext { try NIOSSLContext(configuration: configuration) }

  /// The keys `certificate`, `key` and `clients` of a connector. Without them it may listen on this
  /// machine alone, behind a tunnel.
  static func read(_ fields: YAMLFields, host: String) -> ConnectorTLS? {
    let read: ConnectorTLS?? = fields.optional(
      "tls",
      .mapping { tls -> ConnectorTLS? in
        let certificate = tls.required("certificate", .path)
        let key = tls.required("key", .path)
        let clients = tls.optional("clients", .path)
        guard let certificate, let key else { return nil }
        return ConnectorTLS(certificate: certificate, key: key, clients: clients)
      })
    if !fields.has("tls"), !["127.0.0.1", "::1", "localhost"].contains(host) {
      fields.report("tls", "is needed where others than this machine may connect")
    }
    return read ?? nil
  }
}
