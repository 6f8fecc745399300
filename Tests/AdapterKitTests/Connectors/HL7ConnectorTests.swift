import Foundation
import GRDB
import HubModel
import Logging
import NIOCore
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("HL7 version 2 over MLLP")
struct HL7ConnectorTests {
  let desk: SheriffDesk
  let round: DoorRound
  let certificate: TestCertificate

  init() throws {
    desk = try SheriffDesk(
      """
      {}
      connectors:
        health:
          kind: hl7
          folder: roster
          port: 2575
          mapping: \(SheriffExamples.root.path)/adt-hl7.yaml
      """)
    round = try DoorRound(desk)
    certificate = try TestCertificate(in: desk.place.root)
  }

  func connector(_ tls: ConnectorTLS? = nil) throws -> HL7Connector {
    let connector = try #require(desk.adapter.setting.connectors.all.first)
    guard case .hl7(let layout) = connector.mapping.layout else {
      throw IntakeError("is no HL7 mapping", remedy: "")
    }
    return HL7Connector(
      name: connector.name, folder: connector.folder, mapping: connector.mapping, layout: layout,
      host: "127.0.0.1", port: 0, tls: tls, log: desk.adapter.setting.log)
  }

  static let admission = [
    #"MSH|^~\&|CORRHEALTH|JAIL|ACCORD|SHERIFF|20260617021500-0700||ADT^A01^ADT_A01|C1|P|2.5.1"#,
    "EVN|A01|20260617021000-0700",
    "PID|1||88123^^^JAIL^MR~WA0005678^^^WA^SID||Hale^Tom^M^^^^L||19851101|M",
    "PV1|1|I|||||||||||||||||B-1004",
  ].joined(separator: "\r")

  func message(_ id: String, _ changes: [(String, String)] = []) -> String {
    changes.reduce(Self.admission.replacing("|C1|", with: "|\(id)|")) {
      $0.replacing($1.0, with: $1.1)
    }
  }

  /// Writes messages as files and has the foreign sender send them.
  func send(
    _ messages: [String], port: Int, tls: [String] = ["-", "-", "-"]
  ) async throws -> [[String: Any]] {
    var files: [String] = []
    for (number, text) in messages.enumerated() {
      let file = desk.place.root.appendingPathComponent("m\(UUID().uuidString)-\(number).hl7")
      try Data(text.utf8).write(to: file)
      files.append(file.path)
    }
    let peer = try await Peer(
      "hl7_sender.py", ["\(port)"] + tls + files, in: desk.place.root)
    var answers: [[String: Any]] = []
    for _ in files { answers.append(try await peer.next()) }
    return answers
  }

  @Test("A hospital's sender is answered AA over TLS with certificates, and each event counts once")
  func accepted() async throws {
    let client = try TestCertificate(in: desk.place.root, name: "client")
    let tls = ConnectorTLS(
      certificate: certificate.certificate, key: certificate.key, clients: client.certificate)
    let listener = try connector(tls)
    let codes = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      let discharge = [
        ("A01", "A03"), ("20260617021000-0700", "20260617101000-0700"),
      ]
      // The second is sent again, as after an acknowledgement that was lost: its MSH-7 is new.
      let answers = try await send(
        [
          message("C1").replacing("\r", with: "\n"), message("C2", discharge),
          message("C2", discharge + [("20260617021500", "20260617021900")]),
          message("C3", [("A01", "A02")]),
        ], port: port, tls: [certificate.certificate, client.certificate, client.key])
      return answers.map {
        "\($0["code"] ?? "") \($0["id"] ?? "") \($0["to"] ?? "") \($0["isFramed"] ?? "")"
      }
    }
    #expect(
      codes.map { $0.replacing("true", with: "1") } == [
        "AA C1 CORRHEALTH 1", "AA C2 CORRHEALTH 1", "AA C2 CORRHEALTH 1", "AA C3 CORRHEALTH 1",
      ])
    #expect(desk.news() == ["booking.created B-1004", "booking.released B-1004"])
    #expect(desk.place.files("done").count { $0.hasSuffix(".hl7") } == 3)
    #expect(desk.place.files("in/roster").isEmpty)
  }

  @Test("Nobody without a certificate gets as far as a message")
  func stranger() async throws {
    let client = try TestCertificate(in: desk.place.root, name: "client")
    let tls = ConnectorTLS(
      certificate: certificate.certificate, key: certificate.key, clients: client.certificate)
    let listener = try connector(tls)
    let answers = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      try await send([message("C1")], port: port, tls: [certificate.certificate, "-", "-"])
        .map { $0["failed"] as? String }
    }
    #expect(answers.count == 1 && answers.allSatisfy { $0 != nil })
    #expect(desk.news() == [])
  }

  @Test("What cannot be used is answered AE or AR, kept with a note, and named without a value")
  func refused() async throws {
    let listener = try connector()
    let answers = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      try await send(
        [
          message("C1", [("Hale^Tom^M^^^^L", "Hale")]), message("C2", [("A01", "A40")]),
          message("C3", [("|P|2.5.1", "|T|2.5.1")]), message("C4", [("|2.5.1", "|3")]),
          message("C5", [("ADT^A01", "ORU^R01")]), "PID|1||nothing",
          message("C7", [("|2.5.1", "|2.5.1||||||KLINGON")]),
        ], port: port
      ).map { "\($0["code"] ?? "") \($0["id"] ?? "")\n\($0["text"] ?? "")" }
    }
    let first = answers.map { $0.prefix { $0 != "\n" } }
    #expect(first == ["AE C1", "AR C2", "AR C3", "AR C4", "AR C5", "AR ", "AE C7"])
    #expect(answers[0].contains("first_name"))
    for (answer, place) in zip(
      answers,
      [
        "PID^1^5^1^2|207", "MSH^1^9|201", "MSH^1^11|202", "MSH^1^12|203", "MSH^1^9|200", "|100",
        "MSH^1^18|102",
      ])
    {
      #expect(answer.contains("ERR||\(place)^"), "\(answer)")
      #expect(!answer.contains("Hale"))
    }
    #expect(desk.news() == [])
    #expect(desk.place.files("rejected").count == 14)
  }

  @Test("An answer tells nothing of what the adapter knows, or makes of a message")
  func silent() async throws {
    let listener = try connector()
    @Sendable func stripped(_ texts: [String]?) -> [String] {
      (texts ?? []).map { text in
        // The answer's own time and id differ, and nothing else may.
        var fields = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        (fields[6], fields[9]) = ("", "")
        return fields.joined(separator: "|")
      }
    }
    let answers = try await round.open { door in
      var answers: [[String]] = []
      for changes in [
        // New; a second booking of the same person; the same message; one that the adapter itself
        // refuses, though it is well formed; one that is older than what is known.
        [], [("B-1004", "B-1005")], [("B-1004", "B-1005")], [("20260617021000-0700", "neverday")],
        [("20260617021000-0700", "20200101")],
      ] as [[(String, String)]] {
        answers.append(stripped(await listener.answer(Data(message("C1", changes).utf8), door)))
      }
      return answers
    }
    #expect(answers[0].count == 1)
    #expect(answers[0][0].contains("MSA|AA|C1"))
    #expect(answers.allSatisfy { $0 == answers[0] })
    // The agency's own people are told.
    #expect(desk.place.files("rejected").count == 2)
  }

  @Test("Several messages in one frame are one answer, and none of them is lost")
  func frame() async throws {
    let listener = try connector()
    let discharge = [
      ("A01", "A03"), ("20260617021000-0700", "20260617101000-0700"),
    ]
    let text = [
      "BHS|^~\\&|CORRHEALTH", message("C0", [("A01", "A02")]), message("C1"),
      message("C2", discharge), "BTS|3",
    ].joined(separator: "\r")
    let answer = try await round.open { await listener.answer(Data(text.utf8), $0) }
    #expect(answer?.first?.contains("MSA|AA|C0") == true)
    #expect(desk.news() == ["booking.created B-1004", "booking.released B-1004"])
  }

  @Test("Noise ends its own connection and no other")
  func noise() async throws {
    let listener = try connector()
    let codes = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      for text in ["GET / HTTP/1.1\r\n\r\n", "\u{0b}MSH|^~\\&|", "\u{1c}\r"] {
        let reply = try await RawConnection.exchange(Data(text.utf8), port: port)
        #expect(reply.isEmpty)
      }
      return try await send([message("C9")], port: port).map { $0["code"] as? String }
    }
    #expect(codes == ["AA"])
    #expect(desk.place.files("rejected").isEmpty)
  }

  @Test("Without an answer the sender sends again, and what a crash left behind does no harm")
  func crash() async throws {
    let listener = try connector()
    let closed = IntakeDoor {}
    closed.close()
    #expect(await listener.answer(Data(Self.admission.utf8), closed) == nil)
    // A process that ended after the file was written, before it was taken, and after.
    let folder = desk.place.root.appendingPathComponent("in/roster")
    try Data(Self.admission.utf8).write(
      to: folder.appendingPathComponent(".arriving-health-1-1.hl7"))
    try await round.clearArrivals()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let answer = try await round.open { await listener.answer(Data(Self.admission.utf8), $0) }
    #expect(answer?.first?.contains("MSA|AA|C1") == true)
    try Data(Self.admission.utf8).write(
      to: folder.appendingPathComponent(".arriving-health-1-2.hl7"))
    try await round.clearArrivals()
    #expect(desk.place.files("done").contains("health-1-2.hl7"))
    #expect(desk.news() == ["booking.created B-1004"])
  }
}

/// Bytes to a port, and what comes back until it is closed.
enum RawConnection {
  static func exchange(_ bytes: Data, port: Int) async throws -> Data {
    // On a thread that may wait: whoever answers needs the others.
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try converse(bytes, port: port) })
      }
    }
  }

  private static func converse(_ bytes: Data, port: Int) throws -> Data {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    shutdown(descriptor, Int32(SHUT_WR))
    var reply = Data()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return reply }
      reply += buffer[..<count]
    }
  }
}

@Suite("Framing and acknowledgements of HL7 version 2")
struct MLLPTests {
  static let two = Data("\u{0b}one\r\u{1c}\r\u{0b}two\u{1c}\r\n\u{0b}three\u{1c}".utf8)

  @Test("Messages are found however the network cuts them", arguments: 1...24)
  func cuts(size: Int) throws {
    var decoder = MLLPDecoder()
    var buffer = ByteBuffer()
    var found: [String] = []
    var rest = Self.two
    while !rest.isEmpty {
      buffer.writeBytes(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let message = try decoder.next(&buffer) {
        found.append(String(decoding: message.readableBytesView, as: UTF8.self))
      }
    }
    #expect(found == ["one\r", "two", "three"])
  }

  @Test(
    "Bytes outside any message are a fault",
    arguments: ["x", "\u{1c}\r", "\r\nx", "\u{0b}a\u{1c}\rb", "\u{16}\u{3}\u{1}"])
  func noise(text: String) throws {
    var decoder = MLLPDecoder()
    var buffer = ByteBuffer(string: text)
    #expect(throws: MLLPFault.noise) { while try decoder.next(&buffer) != nil {} }
  }

  @Test("A message without an end is a fault once it is too long, and costs no more than its bytes")
  func endless() throws {
    var decoder = MLLPDecoder()
    var buffer = ByteBuffer(string: "\u{0b}")
    let part = [UInt8](repeating: 65, count: 1 << 16)
    #expect(throws: MLLPFault.tooLong) {
      for _ in 0...(MLLPDecoder.longest >> 16) + 1 {
        buffer.writeBytes(part)
        _ = try decoder.next(&buffer)
      }
    }
  }
}
